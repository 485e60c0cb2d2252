"""The code of the mailbox memory: 32 data bits and 7 check bits, every single error corrected, every double one found.

A Hsiao code (M. Y. Hsiao, 1970: each column of the matrix has an odd number of ones, no two are the same, so a double
error has an even syndrome and no single one has). The matrix is our own: the columns of the data bits are the 7-bit
numbers with three ones, ascending, without `_LEFT_OUT`, which were chosen so that each check bit covers 13 or 14 data
bits. The check bits of `INVERTED` are stored inverted, so that a memory that reads as all zeros or all ones is found.

The RTL's package `secded_pkg` is generated from this file.
"""

from enum import Enum

__all__ = ["COLUMNS", "DATA_BITS", "INVERTED", "ROWS", "WORD_BITS", "Verdict", "decode", "encode"]

DATA_BITS, CHECK_BITS = 32, 7
WORD_BITS = DATA_BITS + CHECK_BITS

_LEFT_OUT = (0b0000111, 0b0011001, 0b1110000)
_DATA_COLUMNS = tuple(n for n in range(1 << CHECK_BITS) if n.bit_count() == 3 and n not in _LEFT_OUT)

COLUMNS = (*_DATA_COLUMNS, *(1 << check for check in range(CHECK_BITS)))
"""The syndrome of an error in each bit of a word: data bits first, check bits above them."""

ROWS = tuple(
    sum((column >> check & 1) << bit for bit, column in enumerate(_DATA_COLUMNS)) for check in range(CHECK_BITS)
)
"""The data bits whose parity each check bit holds."""

INVERTED = 0b0010001

_BIT_OF_SYNDROME = {column: bit for bit, column in enumerate(COLUMNS)}


class Verdict(Enum):
    """What a word turned out to be."""

    CLEAN = 0
    CORRECTED = 1
    DAMAGED = 2
    """Beyond correction: two wrong bits, or more."""


def encode(data: int) -> int:
    """The 39-bit word that holds 32 bits of data, in its bits 0 to 31."""
    return data | _checks(data) << DATA_BITS


def decode(word: int) -> tuple[int, Verdict]:
    """The word as it was written, if it can be told, and what was wrong with it."""
    syndrome = word >> DATA_BITS ^ _checks(word)
    if syndrome == 0:
        return word, Verdict.CLEAN
    bit = _BIT_OF_SYNDROME.get(syndrome)
    return (word, Verdict.DAMAGED) if bit is None else (word ^ 1 << bit, Verdict.CORRECTED)


def _checks(word: int) -> int:
    return INVERTED ^ sum(((word & row).bit_count() & 1) << check for check, row in enumerate(ROWS))
