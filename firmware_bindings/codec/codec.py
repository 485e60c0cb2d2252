"""The Python face of `codec.h`."""

from firmware_bindings.codec._codec import ffi, lib

Octets = bytes | bytearray | memoryview


def crc16(data: Octets) -> int:
    """CRC-16 of frames and packets over `data`; 0 over data followed by its CRC, most significant octet first."""
    return int(lib.crc16_update(lib.CRC16_INIT, ffi.from_buffer(data), len(data)))
