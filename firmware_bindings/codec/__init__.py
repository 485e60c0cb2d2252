"""CRC, BCH, randomisers and frame fill in C; bytes in, Python values out."""

from firmware_bindings.codec.codec import crc16

__all__ = ["crc16"]
