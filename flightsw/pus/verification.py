"""Service 1, request verification: what became of a telecommand, stage by stage.

Ref: ECSS-E-ST-70-41C.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import GreedyBytes, Int8ub, Int16ub, Struct

from firmware_bindings.codec.layout import Codec, DecodeError, EncodeError, from_wire
from flightsw.pus.packets import RequestId

_REQUEST_ID_OCTETS = 4
_STEP_OCTETS = 1


class VerificationSubtype(IntEnum):
    ACCEPTED = 1
    ACCEPTANCE_FAILED = 2
    STARTED = 3
    START_FAILED = 4
    PROGRESSED = 5
    PROGRESS_FAILED = 6
    COMPLETED = 7
    COMPLETION_FAILED = 8
    ROUTING_FAILED = 10

    @property
    def is_failure(self) -> bool:
        return self % 2 == 0

    @property
    def has_step(self) -> bool:
        return self in (VerificationSubtype.PROGRESSED, VerificationSubtype.PROGRESS_FAILED)


class FailureCode(IntEnum):
    """Why a telecommand was not accepted; a mission's own reasons start at FIRST_MISSION_CODE."""

    ILLEGAL_APID = 0
    ILLEGAL_LENGTH = 1
    WRONG_CHECKSUM = 2
    ILLEGAL_SERVICE = 3
    ILLEGAL_SUBTYPE = 4
    ILLEGAL_DATA = 5


FIRST_MISSION_CODE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureNotice:
    """Why it failed: a 16-bit code, and data whose meaning the code gives."""

    code: int
    data: bytes = b""

    def __post_init__(self) -> None:
        _notice.check(self)


_notice = Codec(FailureNotice, Struct("code" / Int16ub, "data" / GreedyBytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    number: int

    def __post_init__(self) -> None:
        _step.check(self)


_step = Codec(_Step, Struct("number" / Int8ub))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """TM(1,x). A failure has a notice and a success none; progress has the number of its step, and nothing else has."""

    request_id: RequestId
    subtype: VerificationSubtype
    step: int | None = None
    failure: FailureNotice | None = None

    def __post_init__(self) -> None:
        if self.subtype.is_failure != (self.failure is not None):
            raise EncodeError(f"{self.subtype.name} with failure notice {self.failure}")
        if self.subtype.has_step != (self.step is not None):
            raise EncodeError(f"{self.subtype.name} with step {self.step}")
        _ = self._encode_step()  # what the layout refuses, the report refuses

    def encode(self) -> bytes:
        """The report's source data."""
        notice = b"" if self.failure is None else _notice.encode(self.failure)
        return self.request_id.encode() + self._encode_step() + notice

    @classmethod
    def decode(cls, subtype: int, data: bytes) -> "VerificationReport":
        """Subtype and source data of a TM packet of service 1 → report. Raises DecodeError."""
        try:
            kind = VerificationSubtype(subtype)
        except ValueError as error:
            raise DecodeError(f"VerificationReport: {error}") from error
        rest = data[_REQUEST_ID_OCTETS:]
        step, rest = (rest[:_STEP_OCTETS], rest[_STEP_OCTETS:]) if kind.has_step else (None, rest)
        if rest and not kind.is_failure:
            raise DecodeError(f"VerificationReport: {len(rest)} octets too many for {kind.name}")
        return from_wire(
            cls,
            request_id=RequestId.decode(data[:_REQUEST_ID_OCTETS]),
            subtype=kind,
            step=None if step is None else _step.decode(step).number,
            failure=_notice.decode(rest) if kind.is_failure else None,
        )

    def _encode_step(self) -> bytes:
        return b"" if self.step is None else _step.encode(_Step(number=self.step))
