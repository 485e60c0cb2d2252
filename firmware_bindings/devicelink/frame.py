"""One frame of the device link, and the deframer that finds frames in whatever a serial line delivers.

A5 5A | seq | op | address (2) | length (2) | data (length) | CRC-16 over seq … data (2)        big-endian
"""

from dataclasses import dataclass, replace

from construct import Int8ub, Int16ub, Struct

from firmware_bindings.codec import crc16
from firmware_bindings.codec.layout import Codec

SYNC_WORD = b"\xa5\x5a"
OVERHEAD_BYTES = 10
MAX_DATA_BYTES = 1024
FRAME_TIMEOUT_US = 20_000
"""Silence inside a frame after which its octets are given up."""

_HEADER_BYTES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    seq: int
    op: int
    address: int
    length: int


_header = Codec(_Header, Struct("seq" / Int8ub, "op" / Int8ub, "address" / Int16ub, "length" / Int16ub))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A request or a reply. `seq` and `op` are octets, `address` 16 bits, `data` at most `MAX_DATA_BYTES`."""

    seq: int
    op: int
    address: int = 0
    data: bytes = b""

    def encode(self) -> bytes:
        """The frame's octets, sync word and CRC included. Raises EncodeError for a field out of its range."""
        header = _Header(seq=self.seq, op=self.op, address=self.address, length=len(self.data))
        body = _header.encode(header) + self.data
        return SYNC_WORD + body + crc16(body).to_bytes(2, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeframerCounters:
    """What a deframer has seen: whole frames, and the octets and frames that it had to give up."""

    frames: int = 0
    crc_errors: int = 0
    timeouts: int = 0
    skipped_bytes: int = 0


class Deframer:
    """Octets in, frames out; bounded, and back in sync within one frame after any garbage.

    A false sync word costs one octet: the hunt goes on from the octet behind it.

    Args:
        max_data: the longest data field this end accepts, in octets; a longer length is noise.
    """

    def __init__(self, max_data: int = MAX_DATA_BYTES) -> None:
        self._max_data = max_data
        self._buffer = bytearray()
        self._wanted = 0
        """Octets of the frame that has begun, once its header says so: fewer are not looked at again."""
        self._last_us = 0
        self.counters = DeframerCounters()

    @property
    def is_waiting(self) -> bool:
        """The beginning of a frame has arrived, and its end has not."""
        return bool(self._buffer)

    def receive(self, data: bytes, now_us: int) -> list[Frame]:
        """The frames that `data`, arriving at `now_us`, completes. Never raises."""
        frames: list[Frame] = []
        if self._buffer and now_us - self._last_us > FRAME_TIMEOUT_US:
            self._count(timeouts=1)
            self._skip(1)
            frames += self._scan()
            if self._buffer:
                self._skip(len(self._buffer))
        if data:
            self._last_us = now_us
        self._buffer += data
        return frames + self._scan() if len(self._buffer) >= self._wanted else frames

    def _scan(self) -> list[Frame]:
        frames: list[Frame] = []
        while self._hunt() and len(self._buffer) >= len(SYNC_WORD) + _HEADER_BYTES:
            header = _header.decode(bytes(self._buffer[2 : 2 + _HEADER_BYTES]))
            end = OVERHEAD_BYTES + header.length
            if header.length > self._max_data:
                self._skip(1)
            elif len(self._buffer) < end:
                self._wanted = end
                break
            elif crc16(bytes(self._buffer[2:end])) != 0:
                self._count(crc_errors=1)
                self._skip(1)
            else:
                data = bytes(self._buffer[2 + _HEADER_BYTES : end - 2])
                frames.append(Frame(seq=header.seq, op=header.op, address=header.address, data=data))
                self._count(frames=1)
                self._drop(end)
        return frames

    def _hunt(self) -> bool:
        """Drop octets before the next sync word; whether one, or its first octet at the end, is in the buffer."""
        at = self._buffer.find(SYNC_WORD)
        if at < 0:
            at = len(self._buffer) - self._buffer.endswith(SYNC_WORD[:1])
        if at:
            self._skip(at)
        return bool(self._buffer)

    def _skip(self, octets: int) -> None:
        self._drop(octets)
        self._count(skipped_bytes=octets)

    def _drop(self, octets: int) -> None:
        del self._buffer[:octets]
        self._wanted = 0

    def _count(self, **more: int) -> None:
        self.counters = replace(self.counters, **{name: getattr(self.counters, name) + n for name, n in more.items()})
