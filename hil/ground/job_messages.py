"""What the satellite says about questions and their jobs, as values of known types.

The fields are those of the dictionary's reports of the same names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flightsw.mission import Event, Report, Value
from flightsw.payload import EndReason, JobState, ModeReason

_STATES = {
    "job_started": JobState.RUNNING,
    "job_resumed": JobState.RUNNING,
    "job_interrupted": JobState.INTERRUPTED,
    "job_ended": JobState.DONE,
}
"""What events tell of where a job stands; how it has ended, `answer_end` tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAccepted:
    request_id: int
    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSegment:
    """A piece of an answer."""

    job: int
    segment: int
    first_token: int
    token_ids: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEnd:
    """How an answer ended."""

    job: int
    end_reason: EndReason
    cause: ModeReason
    segments: int
    prompt_tokens: int
    generated_tokens: int
    energy_mj: int
    prompt_ms: int
    decode_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """Where a job stands."""

    job: int
    state: JobState
    cause: ModeReason
    position: int
    segments: int
    generated_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastJob:
    """The highest job number given out, from the housekeeping report SOFTWARE."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """Something happened to a job. `state` is None where that tells nothing of how it stands."""

    job: int
    state: JobState | None
    cause: ModeReason


JobMessage = AskAccepted | AnswerSegment | AnswerEnd | JobReport | LastJob | JobEvent

REPORTS: Mapping[str, type[AskAccepted | AnswerSegment | AnswerEnd | JobReport]] = {
    "ask_accepted": AskAccepted,
    "answer_segment": AnswerSegment,
    "answer_end": AnswerEnd,
    "job_report": JobReport,
}


def job_message(declared: Report | Event, values: Mapping[str, Value]) -> JobMessage | None:
    """What a decoded report or event says about a job; None for any other."""
    if declared.name in REPORTS:
        return REPORTS[declared.name](**values)  # type: ignore[arg-type]
    if declared.name == "software":
        return LastJob(job=cast(int, values["last_job"]))
    if isinstance(declared, Event) and "job" in values:
        cause = cast(ModeReason, values.get("cause", ModeReason.QUESTION))
        return JobEvent(job=cast(int, values["job"]), state=_STATES.get(declared.name), cause=cause)
    return None
