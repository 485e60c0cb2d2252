"""The CRC that ends frames (FECF) and PUS packets: poly 0x1021, preset to ones, appended most significant octet first.

Sees every error burst of up to 16 bits; misses 1 in 65,536 of longer ones.
"""

from firmware_bindings.codec import crc16

__all__ = ["CRC_OCTETS", "crc16", "crc_holds", "with_crc"]

CRC_OCTETS = 2


def with_crc(data: bytes) -> bytes:
    """`data` followed by its CRC."""
    return data + crc16(data).to_bytes(CRC_OCTETS, "big")


def crc_holds(data: bytes) -> bool:
    """Whether `data` ends with the CRC of what stands before it."""
    return len(data) >= CRC_OCTETS and crc16(data) == 0
