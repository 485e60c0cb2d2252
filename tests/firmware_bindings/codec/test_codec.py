"""The C codec against the definitions, bit by bit in Python."""

from binascii import crc_hqx
from collections.abc import Iterator
from itertools import combinations, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.codec import IdleFill, bch_decode, bch_encode, crc16, tc_randomise

DATA = bytes.fromhex("22f600ff00421a")
CODEBLOCK = bch_encode(DATA)
CODEWORD_BITS = 63
BCH_GENERATOR = 0b11000101


def flipped(octets: bytes, *bits: int) -> bytes:
    value = int.from_bytes(octets, "big")
    for bit in bits:
        value ^= 1 << (8 * len(octets) - 1 - bit)
    return value.to_bytes(len(octets), "big")


def shift_register(cells: int, taps: tuple[int, ...]) -> Iterator[int]:
    """Octets of a register preset to ones, shifting left and read at its highest cell."""
    state = (1 << cells) - 1
    while True:
        octet = 0
        for _ in range(8):
            octet = octet << 1 | state >> (cells - 1)
            state = (state << 1 | sum(state >> tap & 1 for tap in taps) & 1) & ((1 << cells) - 1)
        yield octet


@pytest.mark.req("PKT-020")
@given(st.binary(max_size=300))
def test_crc(data: bytes) -> None:
    assert crc16(data) == crc16(bytearray(data)) == crc16(memoryview(data)) == crc_hqx(data, 0xFFFF)
    assert crc16(data + crc16(data).to_bytes(2, "big")) == 0


@pytest.mark.req("PKT-021")
@given(st.binary(min_size=7, max_size=7))
def test_bch_parity_is_the_inverted_remainder(data: bytes) -> None:
    remainder = int.from_bytes(data, "big") << 7
    for degree in range(62, 6, -1):
        if remainder >> degree & 1:
            remainder ^= BCH_GENERATOR << (degree - 7)
    assert bch_encode(data) == data + bytes([(remainder ^ 0x7F) << 1])


@pytest.mark.req("PKT-021")
@given(st.binary(max_size=20).map(lambda data: data * 7))
def test_bch_round_trip(data: bytes) -> None:
    for correct in (False, True):
        assert bch_decode(bch_encode(data), correct=correct) == (data, 0)


@pytest.mark.req("PKT-021")
@pytest.mark.parametrize("bit", range(CODEWORD_BITS))
def test_one_wrong_bit_is_seen_or_repaired(bit: int) -> None:
    assert bch_decode(flipped(CODEBLOCK, bit), correct=False) == (b"", 0)
    assert bch_decode(flipped(CODEBLOCK, bit), correct=True) == (DATA, 1)


@pytest.mark.req("PKT-021")
def test_two_wrong_bits_are_always_seen() -> None:
    for pair in combinations(range(CODEWORD_BITS), 2):
        for correct in (False, True):
            assert bch_decode(flipped(CODEBLOCK, *pair), correct=correct) == (b"", 0)


@pytest.mark.req("PKT-021")
def test_the_filler_bit_is_not_read() -> None:
    assert bch_decode(flipped(CODEBLOCK, CODEWORD_BITS), correct=False) == (DATA, 0)


@pytest.mark.req("PKT-021")
def test_decoding_stops_at_the_first_wrong_codeblock() -> None:
    blocks = bch_encode(DATA * 4)
    damaged = flipped(blocks, 64 + 3, 128 + 3, 128 + 4)
    assert bch_decode(damaged, correct=True) == (DATA * 2, 1)
    assert bch_decode(damaged, correct=False) == (DATA, 0)


@pytest.mark.req("PKT-022")
def test_tc_randomiser() -> None:
    # h(x) = x^8 + x^6 + x^4 + x^3 + x^2 + x + 1: the next bit is the sum of those 8, 7, 6, 5, 4 and 2 before it.
    assert tc_randomise(bytes(600)) == bytes(islice(shift_register(8, (7, 6, 5, 4, 3, 1)), 600))


@pytest.mark.req("PKT-022")
@given(st.binary(max_size=300))
def test_tc_randomiser_undoes_itself(data: bytes) -> None:
    assert tc_randomise(tc_randomise(data)) == data


@pytest.mark.req("PKT-023")
@given(st.lists(st.integers(0, 300), max_size=8))
def test_idle_fill_is_one_sequence(counts: list[int]) -> None:
    fill = IdleFill()
    taken = b"".join(fill.take(count) for count in counts)
    assert taken == bytes(islice(shift_register(32, (31, 21, 1, 0)), sum(counts)))


@pytest.mark.req("PKT-023")
def test_idle_fill_starts_as_the_standard_prints_it() -> None:
    assert IdleFill().take(10).hex() == "ffffffff6db6d861451f"


@pytest.mark.parametrize("length", [1, 6, 8])
def test_lengths_that_are_no_codeblocks_are_the_callers_fault(length: int) -> None:
    with pytest.raises(ValueError, match="codeblocks"):
        bch_encode(bytes(length))
    with pytest.raises(ValueError, match="codeblocks"):
        bch_decode(bytes(length + 1 if length == 8 else length), correct=True)
