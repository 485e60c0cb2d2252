"""CCSDS unsegmented time code: seconds since an epoch, and binary fractions of one. TAI: it knows no leap seconds.

Telemetry packets carry 4 + 2 octets since 1958-01-01 TAI without a P-field; ground knows that beforehand. Microseconds
become fractions downwards and fractions microseconds upwards, so octets → microseconds → octets changes nothing and no
time is rounded into the next second. One unit of a two-octet fraction is 15.26 µs.

Ref: CCSDS 301.0-B-4.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import BitsInteger, BitStruct, Const

from firmware_bindings.codec.layout import Codec, DecodeError, EncodeError, from_wire

US_PER_S = 1_000_000
P_FIELD_OCTETS = 1


class Epoch(IntEnum):
    TAI_1958 = 1
    AGENCY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CucFormat:
    """What a P-field says: the epoch, and how many octets whole seconds (1..4) and fraction (0..3) take."""

    epoch: Epoch = Epoch.TAI_1958
    coarse_octets: int = 4
    fine_octets: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.coarse_octets <= 4 or not 0 <= self.fine_octets <= 3:
            raise EncodeError(f"CUC {self.coarse_octets} + {self.fine_octets} octets: only 1..4 + 0..3 have a P-field")

    @property
    def length(self) -> int:
        """Octets of the time without its P-field."""
        return self.coarse_octets + self.fine_octets


@dataclass(frozen=True, slots=True, kw_only=True)
class _PField:
    """The first octet, as transmitted; one that promises a second is refused."""

    epoch: Epoch
    coarse_octets_minus_1: int
    fine_octets: int

    def __post_init__(self) -> None:
        _p_field.check(self)


_p_field = Codec(
    _PField,
    BitStruct(
        Const(0, BitsInteger(1)),  # no second octet
        "epoch" / BitsInteger(3),
        "coarse_octets_minus_1" / BitsInteger(2),
        "fine_octets" / BitsInteger(2),
    ),
)

TELEMETRY_TIME = CucFormat()
CUC_OCTETS = TELEMETRY_TIME.length


def encode_cuc(time_us: int, form: CucFormat = TELEMETRY_TIME) -> bytes:
    """Microseconds since the epoch → octets without P-field. Raises EncodeError where the seconds don't fit."""
    seconds, us = divmod(time_us, US_PER_S)
    if not 0 <= seconds < 1 << 8 * form.coarse_octets:
        raise EncodeError(f"{time_us} µs do not fit {form.coarse_octets} octets of seconds")
    fraction = (us << 8 * form.fine_octets) // US_PER_S
    return seconds.to_bytes(form.coarse_octets, "big") + fraction.to_bytes(form.fine_octets, "big")


def decode_cuc(data: bytes, form: CucFormat = TELEMETRY_TIME) -> int:
    """Octets without P-field → microseconds since the epoch. Raises DecodeError for another length."""
    if len(data) != form.length:
        raise DecodeError(f"CUC: {len(data)} octets are not {form.coarse_octets} + {form.fine_octets}")
    seconds = int.from_bytes(data[: form.coarse_octets], "big")
    fraction = int.from_bytes(data[form.coarse_octets :], "big")
    us = -(-fraction * US_PER_S >> 8 * form.fine_octets)  # rounded up
    return seconds * US_PER_S + min(us, US_PER_S - 1)


def encode_cuc_with_p_field(time_us: int, form: CucFormat) -> bytes:
    """Microseconds since the epoch → octets that say their own format. Raises EncodeError."""
    p_field = _PField(epoch=form.epoch, coarse_octets_minus_1=form.coarse_octets - 1, fine_octets=form.fine_octets)
    return _p_field.encode(p_field) + encode_cuc(time_us, form)


def decode_cuc_with_p_field(data: bytes) -> tuple[CucFormat, int]:
    """Octets that say their own format → format, microseconds since its epoch. Raises DecodeError."""
    p_field = _p_field.decode(data[:P_FIELD_OCTETS])
    form = from_wire(
        CucFormat,
        epoch=p_field.epoch,
        coarse_octets=p_field.coarse_octets_minus_1 + 1,
        fine_octets=p_field.fine_octets,
    )
    return form, decode_cuc(data[P_FIELD_OCTETS:], form)
