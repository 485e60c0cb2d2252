"""The Python face of `codec.h`: octets in, Python values out; sizes that C takes on trust are checked here."""

from firmware_bindings.codec._codec import ffi, lib

Octets = bytes | bytearray | memoryview

BCH_DATA_OCTETS = 7
BCH_CODEBLOCK_OCTETS = 8


def crc16(data: Octets) -> int:
    """CRC-16 of frames and packets over `data`; 0 over data followed by its CRC, most significant octet first."""
    return int(lib.crc16_update(lib.CRC16_INIT, ffi.from_buffer(data), len(data)))


def bch_encode(data: Octets) -> bytes:
    """Octets in sevens → codeblocks of 8 octets. Raises ValueError for another length."""
    blocks, rest = divmod(len(data), BCH_DATA_OCTETS)
    if rest:
        raise ValueError(f"{len(data)} octets do not divide into codeblocks of {BCH_DATA_OCTETS}")
    out = bytearray(blocks * BCH_CODEBLOCK_OCTETS)
    lib.bch_encode(ffi.from_buffer(data), blocks, ffi.from_buffer(out))
    return bytes(out)


def bch_decode(codeblocks: Octets, *, correct: bool) -> tuple[bytes, int]:
    """Codeblocks → (data of those before the first that can't be decoded, how many of them were repaired).

    Args:
        codeblocks: octets in eights; ValueError for another length.
        correct: repair one wrong bit in a codeblock, at the price of accepting half of all noise.
    """
    blocks, rest = divmod(len(codeblocks), BCH_CODEBLOCK_OCTETS)
    if rest:
        raise ValueError(f"{len(codeblocks)} octets do not divide into codeblocks of {BCH_CODEBLOCK_OCTETS}")
    out = bytearray(blocks * BCH_DATA_OCTETS)
    corrected = ffi.new("size_t *")
    decoded = lib.bch_decode(ffi.from_buffer(codeblocks), blocks, correct, ffi.from_buffer(out), corrected)
    return bytes(out[: decoded * BCH_DATA_OCTETS]), int(corrected[0])


def tc_randomise(data: Octets) -> bytes:
    """Telecommand octets randomised, or, being randomised, put right again."""
    out = bytearray(data)
    lib.tc_randomise(ffi.from_buffer(out), len(out))
    return bytes(out)


class IdleFill:
    """The fill of only-idle telemetry frames: one endless sequence, never the same frame twice."""

    def __init__(self) -> None:
        self._fill = ffi.new("idle_fill *")
        lib.idle_fill_start(self._fill)

    def take(self, count: int) -> bytes:
        """The next `count` octets."""
        out = bytearray(count)
        lib.idle_fill_take(self._fill, ffi.from_buffer(out), count)
        return bytes(out)
