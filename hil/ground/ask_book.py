"""All questions of a station: which job is whose, and what is still to be got back.

`ask_accepted` names a question's job. Where that report is lost, a job number that was not given out before the
question left the ground must be the question's, as long as this station is the only one that asks and no other question
of its own could have it; where that is not certain, the job is nobody's, and the question stays unacknowledged.
"""

from dataclasses import dataclass, field

from flightsw.pus import RequestId
from hil.ground.ask import Ask, AskState, is_unidentified
from hil.ground.job_messages import AnswerEnd, AnswerSegment, AskAccepted, JobEvent, JobMessage, JobReport, LastJob
from hil.ground.recovery import IDENTIFY_US, Recovery, Step
from hil.ground.request import Request, RequestState


@dataclass(slots=True)
class AskBook:
    """Questions by job number."""

    last_job: int | None = None
    """The highest job number that the satellite is known to have given out."""
    _asks: list[Ask] = field(default_factory=list)
    _jobs: dict[int, Ask] = field(default_factory=dict)
    _last_job_at_transmission: dict[Ask, int | None] = field(default_factory=dict)
    _recoveries: dict[Ask, Recovery] = field(default_factory=dict)
    _shown: dict[Ask, AskState] = field(default_factory=dict)
    """The states last told, of those that may change."""

    def add(self, ask: Ask, now_us: int) -> None:
        self._asks.append(ask)
        self._shown[ask] = ask.state
        self._recoveries[ask] = Recovery(ask=ask, due_us=now_us + IDENTIFY_US)

    def of_job(self, job: int) -> Ask | None:
        return self._jobs.get(job)

    def transmitting(self, request: Request) -> None:
        """The uplink takes the first octets of `request`: what is on board now is older than it."""
        for ask in self._asks:
            if ask.request is request:
                self._last_job_at_transmission[ask] = self.last_job

    def receive(self, message: JobMessage, onboard_us: int, now_us: int) -> bool:
        """Take what the satellite says. False for a segment that was here already."""
        if isinstance(message, AskAccepted):
            self._accepted(message, now_us)
        else:
            self._infer(message.job, now_us, newest_at_us=onboard_us if isinstance(message, LastJob) else None)
        if isinstance(message, LastJob) or self.last_job is not None:
            self.last_job = max(message.job, self.last_job or 0)
        ask = self._jobs.get(message.job)
        if ask is None or isinstance(message, LastJob):
            return True
        is_new = True
        self._shown.setdefault(ask, ask.state)
        match message:
            case AnswerSegment():
                is_new = ask.take_segment(message)
            case AnswerEnd():
                ask.take_end(message)
            case JobReport():
                ask.take_report(message)
            case JobEvent() if message.state is not None:
                ask.take_state(message.state, message.cause)
        if ask in self._recoveries:
            self._recoveries[ask].news(now_us)
        return is_new

    def turn(self, now_us: int) -> list[tuple[Recovery, list[Step]]]:
        """What is to be sent now to get back what is missing."""
        for ask in [ask for ask in self._recoveries if ask.ended]:
            del self._recoveries[ask]
        return [(recovery, steps) for recovery in self._recoveries.values() if (steps := recovery.turn(now_us))]

    def changed(self) -> list[Ask]:
        """Questions whose state is another than at the last call."""
        changed = [ask for ask, shown in self._shown.items() if ask.state is not shown]
        self._shown = {ask: ask.state for ask in self._shown if not ask.ended}
        return changed

    def postpone(self, gap_us: int) -> None:
        """Expect all news so much later."""
        for recovery in self._recoveries.values():
            recovery.due_us += gap_us

    def next_deadline_us(self) -> int | None:
        return min((recovery.due_us for recovery in self._recoveries.values()), default=None)

    def _accepted(self, message: AskAccepted, now_us: int) -> None:
        id = RequestId.decode(message.request_id.to_bytes(4, "big"))
        ask = next((ask for ask in reversed(self._asks) if ask.request.id == id), None)
        if ask is not None:
            self._identify(ask, message.job, now_us)

    def _identify(self, ask: Ask, job: int, now_us: int) -> None:
        if ask.job is None:
            self._shown.setdefault(ask, ask.state)
            ask.job, ask.gave_up = job, ""
            self._jobs[job] = ask
            self._recoveries.setdefault(ask, Recovery(ask=ask, due_us=now_us)).news(now_us)

    def _infer(self, job: int, now_us: int, newest_at_us: int | None = None) -> None:
        """A job is on board that nobody has claimed; on-board time says when it was the newest, if it was."""
        if job in self._jobs:
            return
        candidates = [ask for ask in self._asks if is_unidentified(ask) and job > (self._before(ask) or 0)]
        if len(candidates) != 1:
            return
        ask = candidates[0]
        request, is_newest = ask.request, False
        if newest_at_us is not None and request.state is RequestState.COMPLETED and request.onboard_us is not None:
            is_newest = newest_at_us > request.onboard_us
        if self._before(ask) is not None or is_newest:
            self._identify(ask, job, now_us)

    def _before(self, ask: Ask) -> int | None:
        return self._last_job_at_transmission.get(ask)
