"""The telecommand channel: packets → CLTUs on the ground, octets → packets on board.

One unsegmented packet per frame, in BD frames: a lost one is not sent again. Ref: CCSDS 232.0-B-4.
"""

from dataclasses import dataclass, replace

from firmware_bindings.codec import tc_randomise
from firmware_bindings.codec.layout import DecodeError, EncodeError
from flightsw.ccsds import space_packet
from flightsw.ccsds.clcw import Clcw
from flightsw.ccsds.cltu import IDLE_SEQUENCE, CltuCounters, CltuReceiver, encode_cltu
from flightsw.ccsds.tc_frame import HEADER_OCTETS, TcFrame, TcFrameHeader

FARM_B_MODULUS = 4


class TcSender:
    """Packets → the octets to transmit."""

    def __init__(self, scid: int, vcid: int, *, randomise: bool = False) -> None:
        self._scid = scid
        self._vcid = vcid
        self._randomise = randomise

    def cltu(self, packet: bytes) -> bytes:
        """One packet → one CLTU and an idle sequence. Raises EncodeError for a packet longer than a frame holds."""
        if not space_packet.is_whole(packet):
            raise EncodeError(f"{len(packet)} octets are not one whole packet")
        frame = TcFrame(is_bypass=True, scid=self._scid, vcid=self._vcid, data=packet)
        return encode_cltu(frame.encode(), randomise=self._randomise) + IDLE_SEQUENCE


@dataclass(slots=True, kw_only=True)
class TcCounters:
    """What became of the CLTUs received; each counts in exactly one of these."""

    bd_frames: int = 0
    """Accepted; the CLCW's FARM-B counter is this one modulo 4."""
    invalid_frames: int = 0
    """Not a frame, by its own length, layout or FECF."""
    foreign_frames: int = 0
    """Of another spacecraft or virtual channel."""
    unsupported_frames: int = 0
    """AD and BC frames, which need COP-1."""


class TcReceiver:
    """Octets → telecommand packets, as octets; noise raises nothing."""

    def __init__(self, scid: int, vcid: int, *, randomised: bool = False, correct: bool = True) -> None:
        self._scid = scid
        self._vcid = vcid
        self._randomised = randomised
        self._cltus = CltuReceiver(correct=correct)
        self._counters = TcCounters()
        self._malformed_packets = 0
        self._clcw = Clcw(vcid=vcid)

    @property
    def counters(self) -> TcCounters:
        return replace(self._counters)

    @property
    def cltu_counters(self) -> CltuCounters:
        return self._cltus.counters

    @property
    def malformed_packets(self) -> int:
        """Accepted frames whose data field was not one whole packet."""
        return self._malformed_packets

    def clcw(self) -> Clcw:
        """The state of this receiver, for the next TM frame."""
        return self._clcw

    def receive(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes, in the order in which they came."""
        packets = []
        for candidate in self._cltus.receive(data):
            packet = self._accept(tc_randomise(candidate) if self._randomised else candidate)
            if packet is not None:
                packets.append(packet)
        return packets

    def _accept(self, candidate: bytes) -> bytes | None:
        """Frame with fill → its packet, if it is for us and whole."""
        counters = self._counters
        try:
            header = TcFrameHeader.decode(candidate[:HEADER_OCTETS])
            frame = TcFrame.decode(candidate[: header.frame_length + 1])
        except DecodeError:
            counters.invalid_frames += 1
            return None
        if (frame.scid, frame.vcid) != (self._scid, self._vcid):
            counters.foreign_frames += 1
            return None
        if not frame.is_bypass or frame.is_control:
            counters.unsupported_frames += 1
            return None
        counters.bd_frames += 1
        self._clcw = Clcw(vcid=self._vcid, farm_b_count=counters.bd_frames % FARM_B_MODULUS)
        if not space_packet.is_whole(frame.data):
            self._malformed_packets += 1
            return None
        return frame.data
