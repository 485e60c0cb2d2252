"""Telecommand and telemetry packets of PUS-C: a secondary header, a packet CRC, and in telemetry the time.

Ref: ECSS-E-ST-70-41C.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from construct import BitsInteger, BitStruct, Bytes, Bytewise, Const, Int16ub, Struct

from firmware_bindings.codec.layout import Codec, DecodeError, from_wire
from flightsw.ccsds import (
    CUC_OCTETS,
    MAX_TC_PACKET_OCTETS,
    SEQ_COUNT_MODULUS,
    SequenceFlags,
    SpacePacket,
    SpacePacketHeader,
    crc_holds,
    decode_cuc,
    encode_cuc,
    with_crc,
)

PUS_C = 2

_PRIMARY_HEADER_OCTETS = 6
_CRC_OCTETS = 2
_REQUEST_ID_OCTETS = 4
_TC_HEADER_OCTETS = 5
_TM_HEADER_OCTETS = 7 + CUC_OCTETS

MAX_TC_DATA_OCTETS = MAX_TC_PACKET_OCTETS - _PRIMARY_HEADER_OCTETS - _TC_HEADER_OCTETS - _CRC_OCTETS
"""Arguments of a telecommand that fills the longest TC frame."""


class Service(IntEnum):
    """Standard services, by their service type."""

    VERIFICATION = 1
    HOUSEKEEPING = 3
    EVENT = 5
    FUNCTION = 8
    TEST = 17


class AckFlags(IntFlag):
    """Which successes the sender of a telecommand wants reported; failures always are."""

    NONE = 0
    ACCEPTANCE = 1
    START = 2
    PROGRESS = 4
    COMPLETION = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestId:
    """What a report calls a telecommand by: the first four octets of its packet, as two words."""

    packet_id: int
    sequence_control: int

    def __post_init__(self) -> None:
        _request_id.check(self)

    @property
    def apid(self) -> int:
        return self.packet_id & 0x7FF

    @property
    def seq_count(self) -> int:
        return self.sequence_control % SEQ_COUNT_MODULUS

    def encode(self) -> bytes:
        return _request_id.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "RequestId":
        """Four octets, of a report or of a packet that may otherwise be damaged. Raises DecodeError."""
        return _request_id.decode(data)


_request_id = Codec(RequestId, Struct("packet_id" / Int16ub, "sequence_control" / Int16ub))


@dataclass(frozen=True, slots=True, kw_only=True)
class _TcSecondaryHeader:
    ack: AckFlags
    service: int
    subtype: int
    source_id: int

    def __post_init__(self) -> None:
        _tc_header.check(self)


_tc_header = Codec(
    _TcSecondaryHeader,
    BitStruct(
        Const(PUS_C, BitsInteger(4)),
        "ack" / BitsInteger(4),
        "service" / BitsInteger(8),
        "subtype" / BitsInteger(8),
        "source_id" / BitsInteger(16),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TmSecondaryHeader:
    time_status: int
    service: int
    subtype: int
    message_count: int
    destination_id: int
    time: bytes

    def __post_init__(self) -> None:
        _tm_header.check(self)


_tm_header = Codec(
    _TmSecondaryHeader,
    BitStruct(
        Const(PUS_C, BitsInteger(4)),
        "time_status" / BitsInteger(4),
        "service" / BitsInteger(8),
        "subtype" / BitsInteger(8),
        "message_count" / BitsInteger(16),
        "destination_id" / BitsInteger(16),
        "time" / Bytewise(Bytes(CUC_OCTETS)),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcPacket:
    """A request: `subtype` of `service`, with `data` as its arguments."""

    apid: int
    seq_count: int
    ack: AckFlags = AckFlags.NONE
    service: int
    subtype: int
    source_id: int = 0
    data: bytes = b""

    def __post_init__(self) -> None:
        _ = self._primary_header, self._secondary_header  # what they refuse, the packet refuses

    @property
    def request_id(self) -> RequestId:
        return RequestId.decode(self._primary_header.encode()[:_REQUEST_ID_OCTETS])

    def encode(self) -> bytes:
        """The whole packet, with its CRC."""
        return with_crc(self._primary_header.encode() + _tc_header.encode(self._secondary_header) + self.data)

    @classmethod
    def decode(cls, packet: bytes) -> "TcPacket":
        """Octets of exactly one packet, CRC checked → request. Raises DecodeError."""
        outer, body = _open(packet, is_telecommand=True)
        header = _tc_header.decode(body[:_TC_HEADER_OCTETS])
        return from_wire(
            cls,
            apid=outer.apid,
            seq_count=outer.seq_count,
            ack=header.ack,
            service=header.service,
            subtype=header.subtype,
            source_id=header.source_id,
            data=body[_TC_HEADER_OCTETS:],
        )

    @property
    def _primary_header(self) -> SpacePacketHeader:
        return SpacePacketHeader(
            is_telecommand=True,
            has_secondary_header=True,
            apid=self.apid,
            seq_count=self.seq_count,
            data_length=_TC_HEADER_OCTETS + len(self.data) + _CRC_OCTETS - 1,
        )

    @property
    def _secondary_header(self) -> _TcSecondaryHeader:
        return _TcSecondaryHeader(ack=self.ack, service=self.service, subtype=self.subtype, source_id=self.source_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TmPacket:
    """A report: `subtype` of `service`, made at `time_us` on-board time (microseconds TAI since 1958).

    `message_count` counts the reports of this service and subtype to this destination, modulo 65,536; `time_status`
    says how good the time is, in the mission's own terms.
    """

    apid: int
    seq_count: int
    time_status: int = 0
    service: int
    subtype: int
    message_count: int
    destination_id: int = 0
    time_us: int
    data: bytes = b""

    def __post_init__(self) -> None:
        _ = self._primary_header, self._secondary_header  # what they refuse, the packet refuses

    def encode(self) -> bytes:
        """The whole packet, with its CRC."""
        return with_crc(self._primary_header.encode() + _tm_header.encode(self._secondary_header) + self.data)

    @classmethod
    def decode(cls, packet: bytes) -> "TmPacket":
        """Octets of exactly one packet, CRC checked → report. Raises DecodeError."""
        outer, body = _open(packet, is_telecommand=False)
        header = _tm_header.decode(body[:_TM_HEADER_OCTETS])
        return from_wire(
            cls,
            apid=outer.apid,
            seq_count=outer.seq_count,
            time_status=header.time_status,
            service=header.service,
            subtype=header.subtype,
            message_count=header.message_count,
            destination_id=header.destination_id,
            time_us=decode_cuc(header.time),
            data=body[_TM_HEADER_OCTETS:],
        )

    @property
    def _primary_header(self) -> SpacePacketHeader:
        return SpacePacketHeader(
            is_telecommand=False,
            has_secondary_header=True,
            apid=self.apid,
            seq_count=self.seq_count,
            data_length=_TM_HEADER_OCTETS + len(self.data) + _CRC_OCTETS - 1,
        )

    @property
    def _secondary_header(self) -> _TmSecondaryHeader:
        return _TmSecondaryHeader(
            time_status=self.time_status,
            service=self.service,
            subtype=self.subtype,
            message_count=self.message_count,
            destination_id=self.destination_id,
            time=encode_cuc(self.time_us),
        )


def _open(packet: bytes, *, is_telecommand: bool) -> tuple[SpacePacket, bytes]:
    """The space packet around a PUS packet, and what is inside, without the CRC. Raises DecodeError."""
    outer = SpacePacket.decode(packet)
    if outer.is_telecommand != is_telecommand or not outer.has_secondary_header:
        raise DecodeError(f"APID {outer.apid}: not a PUS {'telecommand' if is_telecommand else 'telemetry'} packet")
    if outer.seq_flags != SequenceFlags.UNSEGMENTED:
        raise DecodeError(f"APID {outer.apid}: {outer.seq_flags.name} segment, not a whole PUS packet")
    if not crc_holds(packet):
        raise DecodeError(f"APID {outer.apid}, count {outer.seq_count}: wrong packet CRC over {len(packet)} octets")
    return outer, outer.data[:-_CRC_OCTETS]
