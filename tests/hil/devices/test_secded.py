"""The memory's code: every single error corrected, every double one found."""

import random
from itertools import combinations

import pytest

from hil.devices.secded import COLUMNS, DATA_BITS, ROWS, WORD_BITS, Verdict, decode, encode

DATA = [0, 0xFFFF_FFFF, 0x0F0F_5AA5, *(random.Random(1).getrandbits(32) for _ in range(5))]


@pytest.mark.req("RTL-030")
@pytest.mark.parametrize("data", DATA)
def test_every_single_error_is_corrected(data: int) -> None:
    word = encode(data)
    assert decode(word) == (word, Verdict.CLEAN)
    assert word & 0xFFFF_FFFF == data
    for bit in range(WORD_BITS):
        assert decode(word ^ 1 << bit) == (word, Verdict.CORRECTED)


@pytest.mark.req("RTL-030")
@pytest.mark.parametrize("data", DATA)
def test_every_double_error_is_found(data: int) -> None:
    for one, other in combinations(range(WORD_BITS), 2):
        assert decode(encode(data) ^ 1 << one ^ 1 << other)[1] is Verdict.DAMAGED


@pytest.mark.parametrize("word", [0, (1 << WORD_BITS) - 1])
def test_a_memory_that_is_stuck_is_found(word: int) -> None:
    assert decode(word)[1] is Verdict.DAMAGED


def test_the_matrix_is_a_hsiao_one() -> None:
    assert len(set(COLUMNS)) == WORD_BITS
    assert {column.bit_count() for column in COLUMNS[:DATA_BITS]} == {3}
    assert {row.bit_count() for row in ROWS} == {13, 14}
