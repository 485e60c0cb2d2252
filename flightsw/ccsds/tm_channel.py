"""The telemetry channel: packets → frames on board, octets → packets on the ground.

One virtual channel; frames of fixed length behind a sync marker. Ref: CCSDS 132.0-B-3.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from struct import Struct

from firmware_bindings.codec import IdleFill
from firmware_bindings.codec.layout import DecodeError, EncodeError
from flightsw.ccsds.clcw import Clcw
from flightsw.ccsds.crc import CRC_OCTETS, with_crc
from flightsw.ccsds.frame_synchroniser import FrameSynchroniser
from flightsw.ccsds.packet_assembler import PacketAssembler
from flightsw.ccsds.space_packet import MIN_PACKET_OCTETS, idle_packet, is_whole
from flightsw.ccsds.tm_frame import (
    ASM,
    COUNT_MODULUS,
    HEADER_OCTETS,
    MAX_FRAME_OCTETS,
    NO_PACKET_STARTS,
    OCF_OCTETS,
    ONLY_IDLE,
    OVERHEAD_OCTETS,
    TM_FRAME_LENGTH,
    UNSEGMENTED,
    TmFrameHeader,
)

# The hot path's view of TmFrameHeader; tests hold the two equal.
_HEADER = Struct(">HBBH")
_POINTER_BITS = 11
_POINTER_MASK = 0x7FF
_PACKETS = UNSEGMENTED << _POINTER_BITS
_VCID_SHIFT = 1
_VCID_MASK = 0b111 << _VCID_SHIFT


def _identification(scid: int, vcid: int) -> int:
    """The first 16 bits of every header of a channel. Raises EncodeError."""
    return int.from_bytes(TmFrameHeader(scid=scid, vcid=vcid, first_header_pointer=ONLY_IDLE).encode()[:2], "big")


def _data_length(frame_length: int) -> int:
    if not OVERHEAD_OCTETS + MIN_PACKET_OCTETS <= frame_length <= MAX_FRAME_OCTETS:
        raise EncodeError(f"TM frame of {frame_length} octets")
    return frame_length - OVERHEAD_OCTETS


class TmSender:
    """Packets → frames, made one at a time when the link can carry one.

    Holds less than one packet and one frame between calls. Counts start at 0.
    """

    def __init__(self, scid: int, vcid: int, frame_length: int = TM_FRAME_LENGTH) -> None:
        self._identification = _identification(scid, vcid)
        self._data_length = _data_length(frame_length)
        self._count = 0  # of the virtual and, there being one, of the master channel
        self._stream = bytearray()
        self._carried = 0  # octets at the head of the stream that go on with a packet already begun
        self._fill = IdleFill()

    @property
    def pending(self) -> int:
        """Octets pulled from the source that no frame has carried yet."""
        return len(self._stream)

    def next_frame(self, source: Callable[[], bytes | None], ocf: bytes) -> bytes:
        """Sync marker and frame.

        Args:
            source: gives the next packet to send, or None for nothing (more) now; called until the frame is full.
            ocf: the operational control field, 4 octets.

        Raises EncodeError for an OCF or a packet that is none; the frame can then be asked for again.
        """
        if len(ocf) != OCF_OCTETS:
            raise EncodeError(f"OCF of {len(ocf)} octets, not {OCF_OCTETS}")
        stream, room = self._stream, self._data_length
        while len(stream) < room and (packet := source()) is not None:
            if not is_whole(packet):
                raise EncodeError(f"{len(packet)} octets are not one whole packet")
            stream += packet

        if not stream:
            pointer = ONLY_IDLE
            data = self._fill.take(room)
        else:
            pointer = self._carried if self._carried < room else NO_PACKET_STARTS
            if len(stream) < room:
                stream += idle_packet(max(MIN_PACKET_OCTETS, room - len(stream)))
            data = bytes(stream[:room])
            del stream[:room]
            self._carried = len(stream)

        header = _HEADER.pack(self._identification, self._count, self._count, _PACKETS | pointer)
        self._count = (self._count + 1) % COUNT_MODULUS
        return ASM + with_crc(header + data + ocf)


@dataclass(frozen=True, slots=True, kw_only=True)
class TmCounters:
    """What a receiver has seen since it was made."""

    frames: int
    """Of this spacecraft and profile, any virtual channel."""
    idle_frames: int
    """Only-idle ones of our virtual channel."""
    other_vc_frames: int
    foreign_frames: int
    """Whose FECF holds, but not of this spacecraft or profile."""
    fecf_errors: int
    """Places where a frame should have been, but its FECF was wrong."""
    skipped_octets: int
    """Octets that belonged to no frame whose FECF holds."""
    gaps: int
    frames_lost: int
    """Frames missing between frames received, from the master channel count. Can't see a multiple of 256 lost at once,
    what was lost before the first frame and after the last, nor tell a restart of the sender from a loss."""
    idle_packets: int
    dropped_packets: int
    """Begun, but never completed, or with a header that contradicts its frame."""


class TmReceiver:
    """Octets → telemetry packets, as octets; noise raises nothing."""

    def __init__(self, scid: int, vcid: int, frame_length: int = TM_FRAME_LENGTH) -> None:
        self._data_length = _data_length(frame_length)
        self._master_channel = _identification(scid, vcid) & ~_VCID_MASK
        self._vcid = vcid
        self._synchroniser = FrameSynchroniser(frame_length)
        self._assembler = PacketAssembler()
        self._next_mc_count: int | None = None
        self._next_vc_count: int | None = None
        self._clcw: Clcw | None = None
        self._ocf = b""
        self._frames = self._idle_frames = self._other_vc_frames = self._foreign_frames = 0
        self._gaps = self._frames_lost = 0

    @property
    def counters(self) -> TmCounters:
        return TmCounters(
            frames=self._frames,
            idle_frames=self._idle_frames,
            other_vc_frames=self._other_vc_frames,
            foreign_frames=self._foreign_frames,
            fecf_errors=self._synchroniser.fecf_errors,
            skipped_octets=self._synchroniser.skipped_octets,
            gaps=self._gaps,
            frames_lost=self._frames_lost,
            idle_packets=self._assembler.idle_packets,
            dropped_packets=self._assembler.dropped_packets,
        )

    @property
    def last_clcw(self) -> Clcw | None:
        """The CLCW of the last frame that carried one, whatever its virtual channel; None before the first."""
        return self._clcw

    def receive(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes, in the order in which they came."""
        packets: list[bytes] = []
        for frame in self._synchroniser.receive(data):
            packets += self._frame(frame)
        return packets

    def _frame(self, frame: bytes) -> list[bytes]:
        identification, mc_count, vc_count, status = _HEADER.unpack_from(frame)
        pointer = status & _POINTER_MASK
        if (
            identification & ~_VCID_MASK != self._master_channel
            or status & ~_POINTER_MASK != _PACKETS
            or self._data_length <= pointer < ONLY_IDLE
        ):
            self._foreign_frames += 1
            return []
        self._frames += 1
        ocf = frame[-OCF_OCTETS - CRC_OCTETS : -CRC_OCTETS]
        if ocf != self._ocf:
            self._ocf = ocf
            with suppress(DecodeError):  # another kind of control word, or noise that the FECF missed
                self._clcw = Clcw.decode(ocf)
        if self._next_mc_count is not None and mc_count != self._next_mc_count:
            self._gaps += 1
            self._frames_lost += (mc_count - self._next_mc_count) % COUNT_MODULUS
        self._next_mc_count = (mc_count + 1) % COUNT_MODULUS
        if (identification & _VCID_MASK) >> _VCID_SHIFT != self._vcid:
            self._other_vc_frames += 1
            return []
        if vc_count != self._next_vc_count:
            self._assembler.gap()
        self._next_vc_count = (vc_count + 1) % COUNT_MODULUS
        if pointer == ONLY_IDLE:
            self._idle_frames += 1
            return []
        return self._assembler.receive(frame[HEADER_OCTETS : HEADER_OCTETS + self._data_length], pointer)
