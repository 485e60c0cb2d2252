"""One question, and what has come down of its answer so far."""

from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import accumulate, groupby

from flightsw.payload import ENDED as ENDED_JOBS
from flightsw.payload import JobState, ModeReason
from hil.ground.job_messages import AnswerEnd, AnswerSegment, JobReport
from hil.ground.request import Request, RequestState


class AskState(Enum):
    """What ground knows of a question; every state from WHOLE on is an end, though late news may still better it."""

    SENT = auto()
    QUEUED = auto()
    """The satellite has taken it and given it a job number."""
    ANSWERING = auto()
    INTERRUPTED = auto()
    """The satellite has put the answer off, and goes on with it by itself; `interruption` says why."""
    WHOLE = auto()
    """All that the satellite generated is here; `end_reason` says why it stopped there."""
    REFUSED = auto()
    UNACKNOWLEDGED = auto()
    """No job number came; the satellite may have the question or not."""
    INCOMPLETE = auto()
    """The satellite has the question, but its answer, or the end of it, could not be had."""


ENDED = frozenset({AskState.WHOLE, AskState.REFUSED, AskState.UNACKNOWLEDGED, AskState.INCOMPLETE})


@dataclass(slots=True, kw_only=True, eq=False)
class Ask:
    """A question that was sent; only the ground station changes it."""

    request: Request
    question: str
    max_tokens: int
    job: int | None = None
    segments: dict[int, AnswerSegment] = field(default_factory=dict)
    end: AnswerEnd | None = None
    segments_known: int = 0
    """How many segments the satellite is known to have made so far."""
    has_ended_on_board: bool = False
    interruption: ModeReason | None = None
    """What the answer waits for on board; None while it goes on."""
    gave_up: str = ""
    """Why ground asks for the rest no more; empty while it does."""

    @property
    def missing(self) -> tuple[range, ...]:
        """The holes: runs of segments that were made but are not here."""
        absent = (n for n in range(self.segments_known) if n not in self.segments)
        runs = (list(run) for _, run in groupby(enumerate(absent), lambda pair: pair[1] - pair[0]))
        return tuple(range(run[0][1], run[-1][1] + 1) for run in runs)

    @property
    def is_whole(self) -> bool:
        """The end is known, and every token before it is here."""
        return self._whole is not None

    @property
    def answer(self) -> str | None:
        """The answer, if it is whole."""
        return None if self._whole is None else "".join(piece.text for piece in self._whole)

    @property
    def token_ids(self) -> tuple[int, ...] | None:
        """The answer's tokens, if it is whole."""
        return None if self._whole is None else tuple(id for piece in self._whole for id in piece.token_ids)

    @property
    def received_text(self) -> str:
        """What has come down, with each hole marked."""
        pieces = {number: segment.text for number, segment in self.segments.items()}
        for hole in self.missing:
            pieces[hole.start] = f" [… {len(hole)} missing …] "
        return "".join(text for _, text in sorted(pieces.items()))

    @property
    def state(self) -> AskState:
        if self.is_whole:
            return AskState.WHOLE
        if self.request.is_refused and self.job is None:
            return AskState.REFUSED
        if self.gave_up:
            return AskState.UNACKNOWLEDGED if self.job is None else AskState.INCOMPLETE
        if self.job is None:
            return AskState.SENT
        if self.interruption is not None:
            return AskState.INTERRUPTED
        return AskState.ANSWERING if self.segments else AskState.QUEUED

    @property
    def ended(self) -> bool:
        """Nothing more is asked for."""
        return self.state in ENDED

    @property
    def finish_reason(self) -> str | None:
        """Why it ended, in one word: an end reason of the satellite's for a whole answer, or what became of it
        ("refused", "unacknowledged", "incomplete"); None while it goes on.
        """
        if not self.ended:
            return None
        if self.is_whole and self.end is not None:
            return self.end.end_reason.name.lower()
        return self.state.name.lower()

    @property
    def outcome(self) -> str:
        """Why it ended, in words."""
        if self.state is AskState.REFUSED:
            return self.request.outcome
        if self.is_whole and self.end is not None:
            was_interrupted = self.end.cause is not ModeReason.QUESTION
            reason = self.end.end_reason.name.lower()
            return f"{reason}, interrupted before: {self.end.cause.name}" if was_interrupted else reason
        holes = sum(map(len, self.missing))
        return (
            self.state.name.lower()
            + (f", {holes} {'segment' if holes == 1 else 'segments'} missing" if holes else "")
            + (f": {self.gave_up}" if self.gave_up else "")
        )

    @property
    def _whole(self) -> list[AnswerSegment] | None:
        """The answer's segments in their order, if none and no token of theirs is missing."""
        if self.end is None or any(number not in self.segments for number in range(self.end.segments)):
            return None
        pieces = [self.segments[number] for number in range(self.end.segments)]
        firsts = list(accumulate((len(piece.token_ids) for piece in pieces), initial=0))
        return pieces if [*(piece.first_token for piece in pieces), self.end.generated_tokens] == firsts else None

    def take_segment(self, segment: AnswerSegment) -> bool:
        """False for one that was here already."""
        self.segments_known = max(self.segments_known, segment.segment + 1)
        is_new = segment.segment not in self.segments
        self.segments.setdefault(segment.segment, segment)
        return is_new

    def take_end(self, end: AnswerEnd) -> None:
        self.end = end
        self.segments_known = max(self.segments_known, end.segments)
        self.has_ended_on_board, self.interruption = True, None

    def take_report(self, report: JobReport) -> None:
        self.segments_known = max(self.segments_known, report.segments)
        self.take_state(report.state, report.cause)

    def take_state(self, state: JobState, cause: ModeReason) -> None:
        """Where the job stands on board, and what interrupted it last."""
        self.has_ended_on_board |= state in ENDED_JOBS
        self.interruption = cause if state is JobState.INTERRUPTED and not self.has_ended_on_board else None


def is_unidentified(ask: Ask) -> bool:
    """It may be on board, under a job number that ground does not know."""
    return ask.job is None and not ask.request.is_refused and ask.request.state is not RequestState.QUEUED
