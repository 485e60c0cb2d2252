"""Get back what a lossy link has eaten of an answer: when to ask again, and for what.

Any report may be lost. What stands in for it:

    ask_accepted    the satellite's highest job number, in the housekeeping report SOFTWARE: ours, if it has grown
    answer_segment  its number, which is missing below a higher one, or below the number in answer_end or job_report
    answer_end      silence, then job_status; once the job is known to have ended, `resend` sends the end again
    all reports     a few attempts with a growing pause; then the answer is given up, and said to be incomplete

The question itself is never sent again: whether a satellite that does not answer has taken it is for people to judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flightsw.mission import Housekeeping
from hil.ground.ask import Ask
from hil.ground.request import Request, RequestState

IDENTIFY_US = 2_000_000
"""From sending the question to looking for its job number."""
HOLE_US = 500_000
"""From seeing a hole to asking for it; segments under way close it by themselves."""
SILENCE_US = 10_000_000
"""From the last report about a job to asking where it stands."""
INTERRUPTED_US = 60_000_000
"""The same while the answer is interrupted."""
FIRST_PAUSE_US, LONGEST_PAUSE_US = 2_000_000, 30_000_000
"""After an attempt; the pause doubles each time."""
ATTEMPTS = 8
"""Attempts in a row that brought nothing, before the answer is given up."""
UNIDENTIFIED_REPLIES = 3
"""Looks for a job number that were answered, before the question counts as not taken."""
MAX_RANGES = 4
"""Holes asked for at a time."""

Step = tuple[str, Mapping[str, object]]
"""A telecommand's name and arguments."""


def next_steps(ask: Ask) -> list[Step]:
    """What to send for a question about which something is missing, or nothing is known."""
    if ask.job is None:
        return [("report_housekeeping", {"structure": Housekeeping.SOFTWARE})]
    if ask.missing:
        return [("resend", {"job": ask.job, "first": r.start, "count": len(r)}) for r in ask.missing[:MAX_RANGES]]
    if ask.has_ended_on_board:
        return [("resend", {"job": ask.job, "first": max(0, ask.segments_known - 1), "count": 1})]
    return [("job_status", {"job": ask.job})]


@dataclass(slots=True, kw_only=True)
class Recovery:
    """Attempts and pauses of one question."""

    ask: Ask
    due_us: int
    """When something must be sent."""
    attempts: int = 0
    sent: list[Request] = field(default_factory=list)
    """What the last attempt sent."""
    replies: int = 0
    """Looks for the job number that were answered."""
    _wanting: int | None = None
    """How much was missing at the last news; None before there was any, or while nothing was."""

    def news(self, now_us: int) -> None:
        """A report about the job has come, and the ask knows it."""
        wanting = sum(map(len, self.ask.missing)) + (self.ask.has_ended_on_board and not self.ask.is_whole)
        if not wanting:
            silence_us = SILENCE_US if self.ask.interruption is None else INTERRUPTED_US
            self.attempts, self._wanting, self.due_us = 0, None, now_us + silence_us
        elif self._wanting is None or wanting < self._wanting:
            self.attempts, self._wanting, self.due_us = 0, wanting, now_us + HOLE_US

    def turn(self, now_us: int) -> list[Step]:
        """What to send now; gives the ask up when nothing helps."""
        if now_us < self.due_us:
            return []
        pause_us = min(FIRST_PAUSE_US << self.attempts, LONGEST_PAUSE_US)
        self.due_us = now_us + pause_us
        if self.ask.request.state is RequestState.QUEUED or any(r.state is RequestState.QUEUED for r in self.sent):
            return []  # the uplink is closed; nothing was tried yet
        if self.ask.job is None:
            self.replies += any(request.state is RequestState.COMPLETED for request in self.sent)
        if refused := [request for request in self.sent if request.is_refused]:
            self.ask.gave_up = f"{refused[0].name} {refused[0].outcome}"
        elif self.replies >= UNIDENTIFIED_REPLIES:
            self.ask.gave_up = "the satellite shows no new job"
        elif self.attempts >= ATTEMPTS:
            unknown = "; it may be on board" if self.ask.job is None else ""
            self.ask.gave_up = f"{self.attempts} attempts brought nothing{unknown}"
        else:
            self.attempts += 1
            return next_steps(self.ask)
        return []
