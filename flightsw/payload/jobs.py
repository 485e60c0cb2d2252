"""Questions on board: a bounded queue as a value, and the life of a job as a table.

A job keeps its answer in segments, numbered from 0, so that any of them can be sent again, and so that an answer that
was interrupted goes on behind them. Whatever interrupted it, it waits for its turn again; but a job that the payload
computer has failed at too often is given up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from flightsw.payload.vocabulary import EndReason, JobState, ModeReason, Refusal, Urgency

KEPT_JOBS = 16
"""Jobs that have ended and are still known; of more, the oldest is forgotten."""
MAX_ATTEMPTS = 3
"""How often the payload computer may fail at a job before it is given up."""


class JobEvent(Enum):
    START = auto()
    FINISH = auto()
    FAIL = auto()
    CANCEL = auto()
    INTERRUPT = auto()
    RESUME = auto()


TRANSITIONS: Mapping[tuple[JobState, JobEvent], JobState] = {
    (JobState.QUEUED, JobEvent.START): JobState.RUNNING,
    (JobState.QUEUED, JobEvent.CANCEL): JobState.CANCELLED,
    (JobState.QUEUED, JobEvent.INTERRUPT): JobState.INTERRUPTED,
    (JobState.RUNNING, JobEvent.FINISH): JobState.DONE,
    (JobState.RUNNING, JobEvent.FAIL): JobState.FAILED,
    (JobState.RUNNING, JobEvent.CANCEL): JobState.CANCELLED,
    (JobState.RUNNING, JobEvent.INTERRUPT): JobState.INTERRUPTED,
    (JobState.INTERRUPTED, JobEvent.RESUME): JobState.RUNNING,
    (JobState.INTERRUPTED, JobEvent.INTERRUPT): JobState.INTERRUPTED,
    (JobState.INTERRUPTED, JobEvent.FAIL): JobState.FAILED,
    (JobState.INTERRUPTED, JobEvent.CANCEL): JobState.CANCELLED,
}

ENDED = frozenset({JobState.DONE, JobState.CANCELLED, JobState.FAILED})
"""Final states."""

_WAITING = frozenset({JobState.QUEUED, JobState.INTERRUPTED})

_ENDS = {JobEvent.FAIL: EndReason.FAILED, JobEvent.CANCEL: EndReason.CANCELLED}

_FAILURES = frozenset(
    {ModeReason.WATCHDOG, ModeReason.COMPUTER_SILENT, ModeReason.COMPUTER_FAILED, ModeReason.TRANSITION_TIMEOUT}
)
"""Causes that may lie in the job: it counts how often."""


class IllegalJobEvent(RuntimeError):  # noqa: N818 - the state machine's own word
    """The event means nothing in the job's state; nothing has moved."""


class JobRefused(Exception):  # noqa: N818 - the domain's own word
    """The queue does not take the job, or knows no such job to act on."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of an answer: tokens from index `first_token` on, and the text that they complete."""

    first_token: int
    token_ids: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A question and what has become of it.

    Args:
        temperature_permille, seed: how its tokens are chosen; a temperature of 0 takes the likeliest.
        cause: what interrupted it last, QUESTION while nothing has.
        attempts: how often the payload computer has failed at it.
        energy_mj, prompt_ms, decode_ms: what all its runs have taken.
    """

    id: int
    question: str
    max_tokens: int
    urgency: Urgency = Urgency.NORMAL
    temperature_permille: int = 0
    seed: int = 0
    state: JobState = JobState.QUEUED
    cause: ModeReason = ModeReason.QUESTION
    attempts: int = 0
    end_reason: EndReason | None = None
    segments: tuple[Segment, ...] = ()
    prompt_tokens: int = 0
    energy_mj: int = 0
    prompt_ms: int = 0
    decode_ms: int = 0

    @property
    def generated_tokens(self) -> int:
        if not self.segments:
            return 0
        return self.segments[-1].first_token + len(self.segments[-1].token_ids)

    @property
    def token_ids(self) -> tuple[int, ...]:
        """The answer so far."""
        return tuple(id for segment in self.segments for id in segment.token_ids)

    @property
    def is_hopeless(self) -> bool:
        """It is not to be tried again."""
        return self.attempts >= MAX_ATTEMPTS

    def interrupted(self, cause: ModeReason) -> "Job":
        """The job once something has interrupted it, or has kept it from starting. Raises IllegalJobEvent."""
        return self.after(JobEvent.INTERRUPT, cause=cause, attempts=self.attempts + (cause in _FAILURES))

    def after(self, event: JobEvent, **changes: Any) -> "Job":
        """The job once `event` has happened. Raises IllegalJobEvent."""
        try:
            state = TRANSITIONS[self.state, event]
        except KeyError:
            raise IllegalJobEvent(f"{event.name} of a job that is {self.state.name}") from None
        return replace(self, state=state, **{"end_reason": _ENDS.get(event), **changes})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQueue:
    """All jobs that are known, in the order of their numbers; at most one is running.

    `waiting_limit` bounds those that wait, KEPT_JOBS those that are over.
    """

    waiting_limit: int
    last_id: int = 0
    jobs: tuple[Job, ...] = ()

    @property
    def waiting(self) -> tuple[Job, ...]:
        """What is to be begun or resumed, in that order: the most urgent first, of equals the oldest."""
        waiting = (job for job in self.jobs if job.state in _WAITING)
        return tuple(sorted(waiting, key=lambda job: (-job.urgency, job.id)))

    @property
    def running(self) -> Job | None:
        return next((job for job in self.jobs if job.state is JobState.RUNNING), None)

    def find(self, id: int) -> Job | None:
        return next((job for job in self.jobs if job.id == id), None)

    def position(self, job: Job) -> int:
        """Among those that wait, from 1; 0 for another."""
        return self.waiting.index(job) + 1 if job.state in _WAITING else 0

    def accept(
        self,
        question: str,
        max_tokens: int,
        *,
        urgency: Urgency = Urgency.NORMAL,
        temperature_permille: int = 0,
        seed: int = 0,
    ) -> "JobQueue":
        """With one more job, numbered `last_id`. Raises JobRefused."""
        if len(self.waiting) >= self.waiting_limit:
            raise JobRefused(Refusal.QUEUE_FULL)
        job = Job(
            id=self.last_id + 1,
            question=question,
            max_tokens=max_tokens,
            urgency=urgency,
            temperature_permille=temperature_permille,
            seed=seed,
        )
        return replace(self, last_id=job.id, jobs=(*self.jobs, job))

    def cancel(self, id: int) -> "JobQueue":
        """With that job cancelled. Raises JobRefused."""
        job = self.find(id)
        if job is None:
            raise JobRefused(Refusal.UNKNOWN_JOB)
        if job.state in ENDED:
            raise JobRefused(Refusal.JOB_ENDED)
        return self.put(job.after(JobEvent.CANCEL))

    def put(self, job: Job) -> "JobQueue":
        """With that job in the place of the one of its number, and what is over bounded."""
        jobs = [job if other.id == job.id else other for other in self.jobs]
        over = [other.id for other in jobs if other.state in ENDED]
        forgotten = set(over[: max(0, len(over) - KEPT_JOBS)])
        return replace(self, jobs=tuple(other for other in jobs if other.id not in forgotten))
