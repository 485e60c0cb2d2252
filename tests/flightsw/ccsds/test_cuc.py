import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import (
    CucFormat,
    DecodeError,
    EncodeError,
    Epoch,
    decode_cuc,
    decode_cuc_with_p_field,
    encode_cuc,
    encode_cuc_with_p_field,
)

LAST_US = 2**32 * 1_000_000 - 1

formats = st.builds(
    CucFormat, epoch=st.sampled_from(Epoch), coarse_octets=st.integers(1, 4), fine_octets=st.integers(0, 3)
)


@pytest.mark.req("PKT-006")
@given(st.integers(0, LAST_US))
def test_time_loses_less_than_one_unit_of_its_fraction(time_us: int) -> None:
    assert 0 <= time_us - decode_cuc(encode_cuc(time_us)) < 16


@pytest.mark.req("PKT-006")
@given(st.binary(min_size=6, max_size=6))
def test_octets_come_back_unchanged(octets: bytes) -> None:
    assert encode_cuc(decode_cuc(octets)) == octets


@pytest.mark.req("PKT-006")
@given(formats, st.integers(0, 255 * 1_000_000))
def test_no_time_is_rounded_into_the_next_second(form: CucFormat, time_us: int) -> None:
    assert decode_cuc(encode_cuc(time_us, form), form) // 1_000_000 == time_us // 1_000_000


@pytest.mark.req("PKT-006")
def test_the_last_microsecond_of_a_second() -> None:
    assert encode_cuc(1_999_999).hex() == "00000001ffff"
    assert decode_cuc(bytes.fromhex("00000001ffff")) == 1_999_985
    form = CucFormat(fine_octets=3)
    assert decode_cuc(bytes.fromhex("00000001ffffff"), form) == 1_999_999


@given(formats, st.integers(0, 255 * 1_000_000))
def test_with_p_field(form: CucFormat, time_us: int) -> None:
    octets = encode_cuc_with_p_field(time_us, form)
    assert octets[1:] == encode_cuc(time_us, form)
    assert decode_cuc_with_p_field(octets) == (form, decode_cuc(octets[1:], form))


def test_p_field_of_telemetry_time() -> None:
    assert encode_cuc_with_p_field(0, CucFormat()).hex() == "1e000000000000"


@pytest.mark.parametrize(
    "octets", ["", "1e", "1e0000000000", "1e00000000000000", "9e000000000000", "4e000000000000"], ids=str
)
def test_anything_else_is_a_decode_error(octets: str) -> None:
    with pytest.raises(DecodeError):
        decode_cuc_with_p_field(bytes.fromhex(octets))


@pytest.mark.parametrize("length", [0, 5, 7])
def test_another_length_is_a_decode_error(length: int) -> None:
    with pytest.raises(DecodeError):
        decode_cuc(bytes(length))


@pytest.mark.req("PKT-006")
@pytest.mark.parametrize("time_us", [-1, LAST_US + 1])
def test_seconds_that_do_not_fit_are_the_callers_fault(time_us: int) -> None:
    with pytest.raises(EncodeError):
        encode_cuc(time_us)


@pytest.mark.parametrize("octets", [(0, 2), (5, 2), (4, -1), (4, 4)])
def test_formats_without_p_field(octets: tuple[int, int]) -> None:
    with pytest.raises(EncodeError):
        CucFormat(coarse_octets=octets[0], fine_octets=octets[1])
