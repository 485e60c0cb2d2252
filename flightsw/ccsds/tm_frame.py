"""Telemetry transfer frames of fixed length, with operational control field and FECF in every one.

Ref: CCSDS 132.0-B-3.
"""

from dataclasses import dataclass

from construct import BitsInteger, BitStruct, Const, Flag

from firmware_bindings.codec.layout import Codec, DecodeError, EncodeError, from_wire
from flightsw.ccsds.crc import CRC_OCTETS, crc_holds, with_crc

ASM = bytes.fromhex("1acffc1d")
TM_FRAME_LENGTH = 256
HEADER_OCTETS = 6
OCF_OCTETS = 4
OVERHEAD_OCTETS = HEADER_OCTETS + OCF_OCTETS + CRC_OCTETS
MAX_FRAME_OCTETS = 2048
COUNT_MODULUS = 256

NO_PACKET_STARTS = 0x7FF
ONLY_IDLE = 0x7FE
UNSEGMENTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TmFrameHeader:
    """The six octets before a frame's data field.

    `first_header_pointer` is the offset in the data field at which the first packet *starts*, NO_PACKET_STARTS or
    ONLY_IDLE. With `is_synchronous_data`, which this profile doesn't use, the last three fields mean nothing here.
    """

    scid: int
    vcid: int
    has_ocf: bool = True
    mc_count: int = 0
    vc_count: int = 0
    has_secondary_header: bool = False
    is_synchronous_data: bool = False
    packet_order: bool = False
    segment_length_id: int = UNSEGMENTED
    first_header_pointer: int

    def __post_init__(self) -> None:
        _codec.check(self)

    def encode(self) -> bytes:
        return _codec.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "TmFrameHeader":
        """Six octets → header. Raises DecodeError."""
        return _codec.decode(data)


_codec = Codec(
    TmFrameHeader,
    BitStruct(
        Const(0, BitsInteger(2)),  # version
        "scid" / BitsInteger(10),
        "vcid" / BitsInteger(3),
        "has_ocf" / Flag,
        "mc_count" / BitsInteger(8),
        "vc_count" / BitsInteger(8),
        "has_secondary_header" / Flag,
        "is_synchronous_data" / Flag,
        "packet_order" / Flag,
        "segment_length_id" / BitsInteger(2),
        "first_header_pointer" / BitsInteger(11),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TmFrame:
    """A whole frame of packets, as this profile sends it; its length is that of `data` and 12 octets around it."""

    scid: int
    vcid: int
    mc_count: int
    vc_count: int
    first_header_pointer: int
    data: bytes
    ocf: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.data) <= MAX_FRAME_OCTETS - OVERHEAD_OCTETS:
            raise EncodeError(
                f"TmFrame.data: {len(self.data)} octets are not in 1..{MAX_FRAME_OCTETS - OVERHEAD_OCTETS}"
            )
        if len(self.ocf) != OCF_OCTETS:
            raise EncodeError(f"TmFrame.ocf: {len(self.ocf)} octets are not {OCF_OCTETS}")
        if len(self.data) <= self.first_header_pointer < ONLY_IDLE:
            raise EncodeError(
                f"first header pointer {self.first_header_pointer} beyond {len(self.data)} octets of data"
            )
        _ = self.header  # what the header refuses, the frame refuses

    @property
    def header(self) -> TmFrameHeader:
        return TmFrameHeader(
            scid=self.scid,
            vcid=self.vcid,
            mc_count=self.mc_count,
            vc_count=self.vc_count,
            first_header_pointer=self.first_header_pointer,
        )

    def encode(self) -> bytes:
        """With its FECF, without the sync marker."""
        return with_crc(self.header.encode() + self.data + self.ocf)

    @classmethod
    def decode(cls, data: bytes) -> "TmFrame":
        """Octets of exactly one frame, FECF checked → frame. Raises DecodeError."""
        if len(data) <= OVERHEAD_OCTETS or not crc_holds(data):
            raise DecodeError(f"TmFrame: wrong FECF over {len(data)} octets")
        header = TmFrameHeader.decode(data[:HEADER_OCTETS])
        if not header.has_ocf or header.has_secondary_header or header.is_synchronous_data:
            raise DecodeError("TmFrame: not a frame of packets with OCF and without secondary header")
        end = len(data) - CRC_OCTETS - OCF_OCTETS
        return from_wire(
            cls,
            scid=header.scid,
            vcid=header.vcid,
            mc_count=header.mc_count,
            vc_count=header.vc_count,
            first_header_pointer=header.first_header_pointer,
            data=data[HEADER_OCTETS:end],
            ocf=data[end : end + OCF_OCTETS],
        )
