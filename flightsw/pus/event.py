"""Service 5, event reporting: something that happened on board, once, with its severity in the subtype.

The data of each event is the mission's. Ref: ECSS-E-ST-70-41C.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import GreedyBytes, Int16ub, Struct

from firmware_bindings.codec.layout import Codec


class EventSubtype(IntEnum):
    INFORMATIVE = 1
    LOW_SEVERITY = 2
    MEDIUM_SEVERITY = 3
    HIGH_SEVERITY = 4
    ENABLE = 5
    DISABLE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """TM(5,1) to TM(5,4)."""

    event_id: int
    data: bytes = b""

    def __post_init__(self) -> None:
        _report.check(self)

    def encode(self) -> bytes:
        return _report.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "EventReport":
        """Source data → report. Raises DecodeError."""
        return _report.decode(data)


_report = Codec(EventReport, Struct("event_id" / Int16ub, "data" / GreedyBytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class EventControl:
    """TC(5,5) and TC(5,6): report an event from now on, or no longer."""

    event_id: int

    def __post_init__(self) -> None:
        _control.check(self)

    def encode(self) -> bytes:
        return _control.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "EventControl":
        """Application data → request. Raises DecodeError."""
        return _control.decode(data)


_control = Codec(EventControl, Struct("event_id" / Int16ub))
