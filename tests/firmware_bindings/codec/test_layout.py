from dataclasses import dataclass
from enum import IntEnum

import pytest
from construct import BitsInteger, BitStruct, Bytes, Const, Flag, Int8ub, Int16ub, PrefixedArray, Struct

from firmware_bindings.codec.layout import Codec, DecodeError, EncodeError, from_wire


class Colour(IntEnum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    flag: bool = True
    number: int = 5
    colour: Colour = Colour.BLUE

    def __post_init__(self) -> None:
        packed.check(self)


packed = Codec(
    Packed,
    BitStruct(Const(1, BitsInteger(2)), "flag" / Flag, "number" / BitsInteger(3), "colour" / BitsInteger(2)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    number: int = 0x0102
    key: bytes = b"ab"
    several: tuple[int, ...] = (7, 8)

    def __post_init__(self) -> None:
        whole.check(self)


whole = Codec(Whole, Struct("number" / Int16ub, "key" / Bytes(2), "several" / PrefixedArray(Int8ub, Int8ub)))

pytestmark = pytest.mark.req("PKT-025")


def test_golden_octets() -> None:
    assert packed.encode(Packed()).hex() == "76"
    assert packed.decode(b"\x76") == Packed()
    assert whole.encode(Whole()).hex() == "01026162020708"
    assert whole.decode(bytes.fromhex("01026162020708")) == Whole()


@pytest.mark.parametrize(
    "data", [b"", b"\x76\x00", b"\x36", b"\x74"], ids=["missing", "trailing", "another constant", "no such member"]
)
def test_octets_that_are_not_exactly_one_unit(data: bytes) -> None:
    with pytest.raises(DecodeError):
        packed.decode(data)


@pytest.mark.parametrize(
    "field", [{"flag": 1}, {"number": 8}, {"number": -1}, {"number": True}, {"colour": 2}], ids=str
)
def test_what_does_not_fit_is_refused_when_it_is_made(field: dict[str, object]) -> None:
    with pytest.raises(EncodeError, match=f"Packed.{next(iter(field))}"):
        Packed(**field)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", [{"number": 0x10000}, {"number": "1"}, {"key": "ab"}], ids=str)
def test_whole_octets_too(field: dict[str, object]) -> None:
    with pytest.raises(EncodeError, match=f"Whole.{next(iter(field))}"):
        Whole(**field)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [Whole(key=b"abc"), Whole(several=(256,))], ids=str)
def test_what_only_the_layout_can_tell_is_refused_when_it_is_encoded(value: Whole) -> None:
    with pytest.raises(EncodeError):
        whole.encode(value)


def test_a_layout_must_be_the_dataclass() -> None:
    with pytest.raises(TypeError, match="its layout"):
        Codec(Packed, Struct("flag" / Flag))


def test_what_is_received_and_refused_is_the_wires_fault() -> None:
    with pytest.raises(DecodeError, match=r"received Packed\.number"):
        from_wire(Packed, number=9)
