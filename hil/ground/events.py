"""What a ground station has to tell: each event with the ground time, and the on-board time where a packet brought it.

Ground time is that of the station's last `tick`, in µs; on-board time is µs TAI since 1958.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flightsw.mission import Event, Report, Value
from hil.ground.ask import Ask, AskState
from hil.ground.job_messages import AnswerSegment
from hil.ground.request import Request, RequestState


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundEvent:
    """Something that came down, or that the ground station noticed."""

    ground_us: int
    onboard_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChanged(GroundEvent):
    """A telecommand of ours has reached `state`."""

    request: Request
    state: RequestState


@dataclass(frozen=True, slots=True, kw_only=True)
class AskChanged(GroundEvent):
    """A question of ours has reached `state`."""

    ask: Ask
    state: AskState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceived(GroundEvent):
    """A report of the dictionary's, other than an event or a new segment."""

    report: Report
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReceived(GroundEvent):
    """The satellite reported that something happened on board."""

    event: Event
    parameters: Mapping[str, Value]

    @property
    def text(self) -> str:
        return self.event.describe(self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentReceived(GroundEvent):
    """A piece of an answer that was not here before; `ask` is None for a job that is not known to be ours."""

    ask: Ask | None
    segment: AnswerSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(GroundEvent):
    """The satellite has risen above a station's horizon, or set: `station` is None."""

    station: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesLost(GroundEvent):
    """The frame counts show a gap."""

    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPacket(GroundEvent):
    """A whole packet that is not valid, or not in the dictionary."""

    reason: str
    packet: bytes
