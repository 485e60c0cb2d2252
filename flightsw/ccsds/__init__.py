"""The packet layer: bytes in, packets out, and back; it owns no port, clock or file.

up    packet → TcFrame → CLTU                      TcSender     octets → TcReceiver   → packets, Clcw
down  packets → TmFrame behind a sync marker       TmSender     octets → TmReceiver   → packets, counters
"""

from firmware_bindings.codec.layout import Codec, DecodeError, EncodeError
from flightsw.ccsds.clcw import Clcw
from flightsw.ccsds.cltu import CltuCounters, CltuReceiver, encode_cltu
from flightsw.ccsds.crc import crc16, crc_holds, with_crc
from flightsw.ccsds.cuc import (
    CUC_OCTETS,
    CucFormat,
    Epoch,
    decode_cuc,
    decode_cuc_with_p_field,
    encode_cuc,
    encode_cuc_with_p_field,
)
from flightsw.ccsds.space_packet import (
    IDLE_APID,
    SEQ_COUNT_MODULUS,
    SequenceFlags,
    SpacePacket,
    SpacePacketHeader,
    idle_packet,
)
from flightsw.ccsds.tc_channel import TcCounters, TcReceiver, TcSender
from flightsw.ccsds.tc_frame import MAX_TC_PACKET_OCTETS, TcFrame, TcFrameHeader
from flightsw.ccsds.tm_channel import TmCounters, TmReceiver, TmSender
from flightsw.ccsds.tm_frame import ASM, TM_FRAME_LENGTH, TmFrame, TmFrameHeader

__all__ = [
    "ASM",
    "CUC_OCTETS",
    "IDLE_APID",
    "MAX_TC_PACKET_OCTETS",
    "SEQ_COUNT_MODULUS",
    "TM_FRAME_LENGTH",
    "Clcw",
    "CltuCounters",
    "CltuReceiver",
    "Codec",
    "CucFormat",
    "DecodeError",
    "EncodeError",
    "Epoch",
    "SequenceFlags",
    "SpacePacket",
    "SpacePacketHeader",
    "TcCounters",
    "TcFrame",
    "TcFrameHeader",
    "TcReceiver",
    "TcSender",
    "TmCounters",
    "TmFrame",
    "TmFrameHeader",
    "TmReceiver",
    "TmSender",
    "crc16",
    "crc_holds",
    "decode_cuc",
    "decode_cuc_with_p_field",
    "encode_cltu",
    "encode_cuc",
    "encode_cuc_with_p_field",
    "idle_packet",
    "with_crc",
]
