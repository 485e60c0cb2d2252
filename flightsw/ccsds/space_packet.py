"""Space packets.

Ref: CCSDS 133.0-B-2.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import BitsInteger, BitStruct, Const, Flag

from firmware_bindings.codec.layout import Codec, DecodeError, EncodeError

IDLE_APID = 0x7FF
HEADER_OCTETS = 6
MIN_PACKET_OCTETS = HEADER_OCTETS + 1
MAX_DATA_OCTETS = 0x10000
SEQ_COUNT_MODULUS = 0x4000
IDLE_OCTET = 0x55


class SequenceFlags(IntEnum):
    CONTINUATION = 0
    FIRST = 1
    LAST = 2
    UNSEGMENTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacePacketHeader:
    """The six octets before a packet's data field.

    `data_length` is the field as transmitted: octets in the data field minus one.
    """

    is_telecommand: bool
    has_secondary_header: bool
    apid: int
    seq_flags: SequenceFlags = SequenceFlags.UNSEGMENTED
    seq_count: int
    data_length: int

    def __post_init__(self) -> None:
        _codec.check(self)
        if self.apid == IDLE_APID and self.has_secondary_header:
            raise EncodeError("an idle packet has no secondary header")

    @property
    def packet_length(self) -> int:
        """Octets of the whole packet, this header included."""
        return HEADER_OCTETS + self.data_length + 1

    def encode(self) -> bytes:
        return _codec.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "SpacePacketHeader":
        """Six octets → header. Raises DecodeError."""
        return _codec.decode(data)


_codec = Codec(
    SpacePacketHeader,
    BitStruct(
        Const(0, BitsInteger(3)),  # version
        "is_telecommand" / Flag,
        "has_secondary_header" / Flag,
        "apid" / BitsInteger(11),
        "seq_flags" / BitsInteger(2),
        "seq_count" / BitsInteger(14),
        "data_length" / BitsInteger(16),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacePacket:
    """A whole packet; `data` is its data field of 1..65,536 octets, secondary header included."""

    is_telecommand: bool
    has_secondary_header: bool
    apid: int
    seq_flags: SequenceFlags = SequenceFlags.UNSEGMENTED
    seq_count: int
    data: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.data) <= MAX_DATA_OCTETS:
            raise EncodeError(f"SpacePacket.data: {len(self.data)} octets are not in 1..{MAX_DATA_OCTETS}")
        _ = self.header  # what the header refuses, the packet refuses

    @property
    def header(self) -> SpacePacketHeader:
        return SpacePacketHeader(
            is_telecommand=self.is_telecommand,
            has_secondary_header=self.has_secondary_header,
            apid=self.apid,
            seq_flags=self.seq_flags,
            seq_count=self.seq_count,
            data_length=len(self.data) - 1,
        )

    def encode(self) -> bytes:
        return self.header.encode() + self.data

    @classmethod
    def decode(cls, data: bytes) -> "SpacePacket":
        """Octets of exactly one packet → packet. Raises DecodeError."""
        header = SpacePacketHeader.decode(data[:HEADER_OCTETS])
        if len(data) != header.packet_length:
            raise DecodeError(f"SpacePacket: {len(data)} octets where the header says {header.packet_length}")
        return cls(
            is_telecommand=header.is_telecommand,
            has_secondary_header=header.has_secondary_header,
            apid=header.apid,
            seq_flags=header.seq_flags,
            seq_count=header.seq_count,
            data=data[HEADER_OCTETS:],
        )


def packet_length(packet: bytes | bytearray) -> int:
    """Octets of the packet that starts with these (at least six) octets, by its header; nothing else is looked at."""
    return HEADER_OCTETS + int.from_bytes(packet[4:HEADER_OCTETS], "big") + 1


def is_whole(packet: bytes | bytearray) -> bool:
    """Whether these octets are one space packet: version 0, and neither more nor less of it than its header says."""
    return len(packet) >= MIN_PACKET_OCTETS and packet[0] >> 5 == 0 and packet_length(packet) == len(packet)


def idle_packet(total_length: int) -> bytes:
    """A packet of `total_length` octets that says nothing, to fill a frame. Raises EncodeError below 7 octets."""
    return SpacePacket(
        is_telecommand=False,
        has_secondary_header=False,
        apid=IDLE_APID,
        seq_count=0,
        data=bytes([IDLE_OCTET]) * (total_length - HEADER_OCTETS),
    ).encode()
