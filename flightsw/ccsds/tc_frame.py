"""Telecommand transfer frames.

Ref: CCSDS 232.0-B-4.
"""

from dataclasses import dataclass

from construct import BitsInteger, BitStruct, Const, Flag

from firmware_bindings.codec.layout import Codec, DecodeError, EncodeError, from_wire
from flightsw.ccsds.crc import CRC_OCTETS, crc_holds, with_crc

HEADER_OCTETS = 5
MAX_FRAME_OCTETS = 1024
MAX_TC_PACKET_OCTETS = MAX_FRAME_OCTETS - HEADER_OCTETS - CRC_OCTETS


@dataclass(frozen=True, slots=True, kw_only=True)
class TcFrameHeader:
    """The five octets before a frame's data field.

    `frame_length` is the field as transmitted: octets of the whole frame, FECF included, minus one.
    """

    is_bypass: bool
    is_control: bool
    scid: int
    vcid: int
    frame_length: int
    seq_count: int

    def __post_init__(self) -> None:
        _codec.check(self)
        if self.is_control and not self.is_bypass:
            raise EncodeError("a control frame bypasses the sequence check; control without bypass is reserved")

    def encode(self) -> bytes:
        return _codec.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "TcFrameHeader":
        """Five octets → header. Raises DecodeError."""
        return _codec.decode(data)


_codec = Codec(
    TcFrameHeader,
    BitStruct(
        Const(0, BitsInteger(2)),  # version
        "is_bypass" / Flag,
        "is_control" / Flag,
        Const(0, BitsInteger(2)),  # spare
        "scid" / BitsInteger(10),
        "vcid" / BitsInteger(6),
        "frame_length" / BitsInteger(10),
        "seq_count" / BitsInteger(8),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcFrame:
    """A whole frame; `data` is its data field of 1..1,017 octets, a segment header included where the channel has one.

    BD, which carries telecommands without a sequence check, is `is_bypass`; BC, which controls the receiver, is both
    flags; AD, which is checked, is neither.
    """

    is_bypass: bool
    is_control: bool = False
    scid: int
    vcid: int
    seq_count: int = 0
    data: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.data) <= MAX_TC_PACKET_OCTETS:
            raise EncodeError(f"TcFrame.data: {len(self.data)} octets are not in 1..{MAX_TC_PACKET_OCTETS}")
        _ = self.header  # what the header refuses, the frame refuses

    @property
    def header(self) -> TcFrameHeader:
        return TcFrameHeader(
            is_bypass=self.is_bypass,
            is_control=self.is_control,
            scid=self.scid,
            vcid=self.vcid,
            frame_length=HEADER_OCTETS + len(self.data) + CRC_OCTETS - 1,
            seq_count=self.seq_count,
        )

    def encode(self) -> bytes:
        """With its FECF."""
        return with_crc(self.header.encode() + self.data)

    @classmethod
    def decode(cls, data: bytes) -> "TcFrame":
        """Octets of exactly one frame, FECF checked → frame. Raises DecodeError."""
        header = TcFrameHeader.decode(data[:HEADER_OCTETS])
        if len(data) != header.frame_length + 1:
            raise DecodeError(f"TcFrame: {len(data)} octets where the header says {header.frame_length + 1}")
        if not crc_holds(data):
            raise DecodeError(f"TcFrame: wrong FECF over {len(data)} octets")
        return from_wire(
            cls,
            is_bypass=header.is_bypass,
            is_control=header.is_control,
            scid=header.scid,
            vcid=header.vcid,
            seq_count=header.seq_count,
            data=data[HEADER_OCTETS:-CRC_OCTETS],
        )
