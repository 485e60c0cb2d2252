"""Service 8, function management: call a function of the mission's by its number.

Ref: ECSS-E-ST-70-41C.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import GreedyBytes, Int8ub, Struct

from firmware_bindings.codec.layout import Codec


class FunctionSubtype(IntEnum):
    PERFORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall:
    """TC(8,1): a function and its arguments, encoded."""

    function_id: int
    arguments: bytes = b""

    def __post_init__(self) -> None:
        _call.check(self)

    def encode(self) -> bytes:
        return _call.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "FunctionCall":
        """Application data → call. Raises DecodeError."""
        return _call.decode(data)


_call = Codec(FunctionCall, Struct("function_id" / Int8ub, "arguments" / GreedyBytes))
