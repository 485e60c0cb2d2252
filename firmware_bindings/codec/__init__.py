"""Channel coding in C, the same that the boards run: CRC, BCH, randomiser, idle fill. Octets in, Python values out."""

from firmware_bindings.codec.codec import (
    BCH_CODEBLOCK_OCTETS,
    BCH_DATA_OCTETS,
    IdleFill,
    bch_decode,
    bch_encode,
    crc16,
    tc_randomise,
)

__all__ = [
    "BCH_CODEBLOCK_OCTETS",
    "BCH_DATA_OCTETS",
    "IdleFill",
    "bch_decode",
    "bch_encode",
    "crc16",
    "tc_randomise",
]
