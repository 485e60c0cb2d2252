"""Housekeeping, events and functions: an id, and what the mission puts behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import DecodeError, EncodeError
from flightsw.pus import EventControl, EventReport, FunctionCall, HousekeepingReport, HousekeepingRequest

Format = HousekeepingRequest | HousekeepingReport | EventReport | EventControl | FunctionCall

GOLDEN: list[tuple[Format, str]] = [
    (HousekeepingRequest(structure_id=7), "07"),
    (HousekeepingReport(structure_id=7, parameters=b"\x01\x02"), "070102"),
    (EventReport(event_id=0x102, data=b"\x09"), "010209"),
    (EventReport(event_id=3), "0003"),
    (EventControl(event_id=0x102), "0102"),
    (FunctionCall(function_id=8, arguments=b"\xff"), "08ff"),
    (FunctionCall(function_id=8), "08"),
]

octet = st.integers(0, 0xFF)
words = st.integers(0, 0xFFFF)
formats = st.one_of(
    st.builds(HousekeepingRequest, structure_id=octet),
    st.builds(HousekeepingReport, structure_id=octet, parameters=st.binary(max_size=40)),
    st.builds(EventReport, event_id=words, data=st.binary(max_size=40)),
    st.builds(EventControl, event_id=words),
    st.builds(FunctionCall, function_id=octet, arguments=st.binary(max_size=40)),
)

pytestmark = pytest.mark.req("PUS-005")


@pytest.mark.parametrize(("value", "octets"), GOLDEN, ids=str)
def test_golden_octets(value: Format, octets: str) -> None:
    assert value.encode().hex() == octets


@given(formats)
def test_round_trip(value: Format) -> None:
    assert type(value).decode(value.encode()) == value


@pytest.mark.parametrize(
    ("cls", "octets"),
    [
        (HousekeepingRequest, b""),
        (HousekeepingRequest, bytes(2)),
        (HousekeepingReport, b""),
        (EventReport, b"\0"),
        (EventControl, b"\0"),
        (EventControl, bytes(3)),
        (FunctionCall, b""),
    ],
)
def test_anything_else_is_a_decode_error(cls: type[Format], octets: bytes) -> None:
    with pytest.raises(DecodeError):
        cls.decode(octets)


def test_ids_out_of_range_are_the_callers_fault() -> None:
    with pytest.raises(EncodeError):
        HousekeepingRequest(structure_id=256)
    with pytest.raises(EncodeError):
        EventReport(event_id=0x10000)
    with pytest.raises(EncodeError):
        FunctionCall(function_id=-1)
