"""A request's life, as a table: one telecommand, from the uplink queue to the last of its verification reports.

`step` is pure. Any report may be lost, so a later one moves a request past those that never came; a request that was
given up as unacknowledged is taken up again by a report that comes late.

Ref: ECSS-E-ST-70-41C, service 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from flightsw.mission import Value
from flightsw.payload import Refusal
from flightsw.pus import RequestId

ACCEPTANCE_TIMEOUT_US = 5_000_000
"""From a telecommand's last octet to the first report about it."""
COMPLETION_TIMEOUT_US = 60_000_000
"""From one report about a telecommand that is not the last to the next."""


class RequestState(Enum):
    QUEUED = auto()
    """On the ground, waiting for the uplink."""
    SENT = auto()
    ACCEPTED = auto()
    STARTED = auto()
    COMPLETED = auto()
    REJECTED = auto()
    """Not accepted on board; nothing was done."""
    FAILED = auto()
    """Accepted, but not completed."""
    UNACKNOWLEDGED = auto()
    """A report that should have come did not; the satellite may have executed it or not."""


class RequestEvent(Enum):
    TRANSMISSION = auto()
    ACCEPTANCE = auto()
    START = auto()
    COMPLETION = auto()
    REJECTION = auto()
    FAILURE = auto()
    DEADLINE = auto()


class IllegalTransition(RuntimeError):  # noqa: N818 - the state machine's own word
    """The event means nothing in this state; nothing has moved."""


def _reports(state: RequestState, *events: RequestEvent) -> dict[tuple[RequestState, RequestEvent], RequestState]:
    return {(state, event): _REPORTED[event] for event in events}


_REPORTED = {
    RequestEvent.ACCEPTANCE: RequestState.ACCEPTED,
    RequestEvent.START: RequestState.STARTED,
    RequestEvent.COMPLETION: RequestState.COMPLETED,
    RequestEvent.REJECTION: RequestState.REJECTED,
    RequestEvent.FAILURE: RequestState.FAILED,
}

TRANSITIONS: Mapping[tuple[RequestState, RequestEvent], RequestState] = {
    (RequestState.QUEUED, RequestEvent.TRANSMISSION): RequestState.SENT,
    **_reports(RequestState.SENT, *_REPORTED),
    (RequestState.SENT, RequestEvent.DEADLINE): RequestState.UNACKNOWLEDGED,
    **_reports(RequestState.ACCEPTED, RequestEvent.START, RequestEvent.COMPLETION, RequestEvent.FAILURE),
    (RequestState.ACCEPTED, RequestEvent.DEADLINE): RequestState.UNACKNOWLEDGED,
    **_reports(RequestState.STARTED, RequestEvent.COMPLETION, RequestEvent.FAILURE),
    (RequestState.STARTED, RequestEvent.DEADLINE): RequestState.UNACKNOWLEDGED,
    **_reports(RequestState.UNACKNOWLEDGED, *_REPORTED),
}

WAITING = frozenset({RequestState.QUEUED, RequestState.SENT, RequestState.ACCEPTED, RequestState.STARTED})
"""States in which the ground still expects something to happen."""
REFUSED = frozenset({RequestState.REJECTED, RequestState.FAILED})


def step(state: RequestState, event: RequestEvent) -> RequestState:
    """The next state. Raises IllegalTransition, having changed nothing."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"{event.name} in {state.name}") from None


@dataclass(slots=True, kw_only=True, eq=False)
class Request:
    """A telecommand that was sent, and what has become of it so far; only the ground station changes it."""

    id: RequestId
    name: str
    arguments: Mapping[str, Value]
    state: RequestState = RequestState.QUEUED
    times_us: dict[RequestState, int] = field(default_factory=dict)
    """Ground time at which each state was reached."""
    uplinked_us: int | None = None
    """Ground time at which the uplink took its last octet."""
    onboard_us: int | None = None
    """On-board time of the last report about it."""
    refusal: Refusal | int | None = None
    """Why it was rejected or failed; a number that has no name stays a number."""

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_refused(self) -> bool:
        return self.state in REFUSED

    @property
    def outcome(self) -> str:
        """The state in words, with the reason of a refusal: "completed", "rejected: MODE_FORBIDS"."""
        reason = self.refusal.name if isinstance(self.refusal, Refusal) else self.refusal
        return self.state.name.lower() + ("" if reason is None else f": {reason}")
