"""The communications link control word: what the satellite says about its telecommand receiver, in every TM frame.

Ref: CCSDS 232.0-B-4.
"""

from dataclasses import dataclass
from functools import lru_cache

from construct import BitsInteger, BitStruct, Const, Flag

from firmware_bindings.codec.layout import Codec

CLCW_OCTETS = 4
COP_1 = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Clcw:
    """Four octets in a TM frame's operational control field.

    The two `no_` flags say that something is *not* available. `farm_b_count` counts bypass frames accepted, modulo 4;
    `report_value` is the sequence number that the receiver expects next on the sequence-checked path.
    """

    status: int = 0
    cop_in_effect: int = COP_1
    vcid: int
    no_rf_available: bool = False
    no_bit_lock: bool = False
    lockout: bool = False
    wait: bool = False
    retransmit: bool = False
    farm_b_count: int = 0
    report_value: int = 0

    def __post_init__(self) -> None:
        _codec.check(self)

    def encode(self) -> bytes:
        return _encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "Clcw":
        """Four octets → CLCW. Raises DecodeError."""
        return _codec.decode(data)


_codec = Codec(
    Clcw,
    BitStruct(
        Const(0, BitsInteger(3)),  # control word type 1, version 0
        "status" / BitsInteger(3),
        "cop_in_effect" / BitsInteger(2),
        "vcid" / BitsInteger(6),
        Const(0, BitsInteger(2)),  # spare
        "no_rf_available" / Flag,
        "no_bit_lock" / Flag,
        "lockout" / Flag,
        "wait" / Flag,
        "retransmit" / Flag,
        "farm_b_count" / BitsInteger(2),
        Const(0, BitsInteger(1)),  # spare
        "report_value" / BitsInteger(8),
    ),
)

# Every frame carries one, and it seldom changes.
_encode = lru_cache(maxsize=16)(_codec.encode)
