import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import Clcw, DecodeError, EncodeError

clcws = st.builds(
    Clcw,
    status=st.integers(0, 7),
    cop_in_effect=st.integers(0, 3),
    vcid=st.integers(0, 63),
    no_rf_available=st.booleans(),
    no_bit_lock=st.booleans(),
    lockout=st.booleans(),
    wait=st.booleans(),
    retransmit=st.booleans(),
    farm_b_count=st.integers(0, 3),
    report_value=st.integers(0, 255),
)


@pytest.mark.req("PKT-005")
@given(clcws)
def test_round_trip(clcw: Clcw) -> None:
    assert Clcw.decode(clcw.encode()) == clcw


@pytest.mark.req("PKT-005")
@pytest.mark.parametrize(
    ("flag", "octets"),
    [
        ("no_rf_available", "01008000"),
        ("no_bit_lock", "01004000"),
        ("lockout", "01002000"),
        ("wait", "01001000"),
        ("retransmit", "01000800"),
    ],
)
def test_each_flag_alone(flag: str, octets: str) -> None:
    assert Clcw(vcid=0, **{flag: True}).encode().hex() == octets  # type: ignore[arg-type]


@pytest.mark.req("PKT-005")
@pytest.mark.parametrize(
    "octets", ["", "010000", "0100000000", "81000000", "21000000", "01020000", "01000100"], ids=lambda o: o or "empty"
)
def test_anything_else_is_a_decode_error(octets: str) -> None:
    with pytest.raises(DecodeError):
        Clcw.decode(bytes.fromhex(octets))


def test_a_count_out_of_range_is_the_callers_fault() -> None:
    with pytest.raises(EncodeError):
        Clcw(vcid=0, farm_b_count=4)
