"""Match verification reports to requests, and notice the reports that don't come."""

from dataclasses import dataclass, field

from flightsw.payload import Refusal
from flightsw.pus import RequestId, VerificationReport, VerificationSubtype
from hil.ground.request import (
    ACCEPTANCE_TIMEOUT_US,
    COMPLETION_TIMEOUT_US,
    IllegalTransition,
    Request,
    RequestEvent,
    RequestState,
    step,
)

_EVENTS = {
    VerificationSubtype.ACCEPTED: RequestEvent.ACCEPTANCE,
    VerificationSubtype.ACCEPTANCE_FAILED: RequestEvent.REJECTION,
    VerificationSubtype.ROUTING_FAILED: RequestEvent.REJECTION,
    VerificationSubtype.STARTED: RequestEvent.START,
    VerificationSubtype.START_FAILED: RequestEvent.FAILURE,
    VerificationSubtype.PROGRESSED: RequestEvent.START,
    VerificationSubtype.PROGRESS_FAILED: RequestEvent.FAILURE,
    VerificationSubtype.COMPLETED: RequestEvent.COMPLETION,
    VerificationSubtype.COMPLETION_FAILED: RequestEvent.FAILURE,
}


@dataclass(slots=True)
class RequestTracker:
    """Requests by their id, the newest of each; ids come again after 16,384 telecommands."""

    unmatched_reports: int = 0
    """Of telecommands that this station did not send."""
    unexpected_reports: int = 0
    """Of our telecommands, but meaningless in the state they are in: repeated, or overtaken."""
    _requests: dict[RequestId, Request] = field(default_factory=dict)
    _deadlines: dict[RequestId, int] = field(default_factory=dict)

    def add(self, request: Request) -> None:
        self._requests[request.id] = request
        self._deadlines.pop(request.id, None)

    def find(self, id: RequestId) -> Request | None:
        return self._requests.get(id)

    def transmitting(self, request: Request, now_us: int) -> None:
        """The uplink takes the first octets of `request`."""
        self._move(request, RequestEvent.TRANSMISSION, now_us)

    def transmitted(self, request: Request, now_us: int) -> None:
        """The uplink has taken all of `request`."""
        request.uplinked_us = now_us
        if request.state is RequestState.SENT:
            self._deadlines[request.id] = now_us + ACCEPTANCE_TIMEOUT_US

    def receive(self, report: VerificationReport, now_us: int, onboard_us: int) -> Request | None:
        """The request that `report` has moved, if it has moved one."""
        request = self._requests.get(report.request_id)
        if request is None:
            self.unmatched_reports += 1
            return None
        try:
            self._move(request, _EVENTS[report.subtype], now_us)
        except IllegalTransition:
            self.unexpected_reports += 1
            return None
        request.onboard_us = onboard_us
        if report.failure is not None:
            request.refusal = _refusal(report.failure.code)
        if request.is_waiting:
            self._deadlines[request.id] = now_us + COMPLETION_TIMEOUT_US
        else:
            self._deadlines.pop(request.id, None)
        return request

    def expire(self, now_us: int) -> list[Request]:
        """Requests that are unacknowledged from now on."""
        late = [self._requests[id] for id, deadline_us in self._deadlines.items() if deadline_us <= now_us]
        for request in late:
            del self._deadlines[request.id]
            self._move(request, RequestEvent.DEADLINE, now_us)
        return late

    def postpone(self, gap_us: int) -> None:
        """Expect every report so much later."""
        self._deadlines = {id: deadline_us + gap_us for id, deadline_us in self._deadlines.items()}

    def next_deadline_us(self) -> int | None:
        return min(self._deadlines.values(), default=None)

    @staticmethod
    def _move(request: Request, event: RequestEvent, now_us: int) -> None:
        request.state = step(request.state, event)
        request.times_us[request.state] = now_us


def _refusal(code: int) -> Refusal | int:
    try:
        return Refusal(code)
    except ValueError:
        return code
