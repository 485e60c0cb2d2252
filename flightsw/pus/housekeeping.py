"""Service 3, housekeeping: sets of parameters, on request or periodically. One structure per request.

The parameters of each structure are the mission's. Ref: ECSS-E-ST-70-41C.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import GreedyBytes, Int8ub, Struct

from firmware_bindings.codec.layout import Codec


class HousekeepingSubtype(IntEnum):
    ENABLE = 5
    DISABLE = 6
    REPORT = 25
    ONE_SHOT = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class HousekeepingRequest:
    """TC(3,5), TC(3,6) and TC(3,27): report a structure periodically, no longer, or once now."""

    structure_id: int

    def __post_init__(self) -> None:
        _request.check(self)

    def encode(self) -> bytes:
        return _request.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "HousekeepingRequest":
        """Application data → request. Raises DecodeError."""
        return _request.decode(data)


_request = Codec(HousekeepingRequest, Struct("structure_id" / Int8ub))


@dataclass(frozen=True, slots=True, kw_only=True)
class HousekeepingReport:
    """TM(3,25): the parameters of a structure, encoded."""

    structure_id: int
    parameters: bytes

    def __post_init__(self) -> None:
        _report.check(self)

    def encode(self) -> bytes:
        return _report.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "HousekeepingReport":
        """Source data → report. Raises DecodeError."""
        return _report.decode(data)


_report = Codec(HousekeepingReport, Struct("structure_id" / Int8ub, "parameters" / GreedyBytes))
