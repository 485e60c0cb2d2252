"""The same values through independent implementations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.codec import crc16
from flightsw.ccsds import SpacePacketHeader, TmFrame, encode_cuc
from flightsw.pus import AckFlags, TcPacket, TmPacket

fastcrc = pytest.importorskip("fastcrc", reason="pip install fastcrc")
spacepackets = pytest.importorskip("spacepackets", reason="pip install spacepackets")

from spacepackets.ccsds.spacepacket import PacketType, SequenceFlags, SpHeader  # noqa: E402
from spacepackets.ccsds.tm_frame import TmTransferFrame  # noqa: E402
from spacepackets.ecss.tc import PusTc  # noqa: E402
from spacepackets.ecss.tm import PusTm  # noqa: E402

apids = st.integers(0, 0x7FE)
seq_counts = st.integers(0, 0x3FFF)
octet = st.integers(0, 0xFF)
data_fields = st.binary(min_size=244, max_size=244)
words = st.integers(0, 0xFFFF)


@given(st.binary(max_size=2048))
def test_crc(data: bytes) -> None:
    assert crc16(data) == fastcrc.crc16.ibm_3740(data)


@given(st.booleans(), st.booleans(), apids, st.integers(0, 3), seq_counts, words)
def test_space_packet_header(tc: bool, sec: bool, apid: int, flags: int, seq_count: int, data_length: int) -> None:
    theirs = SpHeader(
        packet_type=PacketType(int(tc)),
        apid=apid,
        seq_count=seq_count,
        data_len=data_length,
        sec_header_flag=sec,
        seq_flags=SequenceFlags(flags),
    ).pack()
    ours = SpacePacketHeader.decode(bytes(theirs))
    assert ours.encode() == theirs
    assert (ours.is_telecommand, ours.has_secondary_header, ours.apid) == (tc, sec, apid)
    assert (ours.seq_flags, ours.seq_count, ours.data_length) == (flags, seq_count, data_length)


@pytest.mark.req("PUS-001")
@given(apids, seq_counts, st.integers(0, 15), octet, octet, words, st.binary(max_size=64))
def test_telecommand(apid: int, count: int, ack: int, service: int, subtype: int, source: int, data: bytes) -> None:
    ours = TcPacket(
        apid=apid,
        seq_count=count,
        ack=AckFlags(ack),
        service=service,
        subtype=subtype,
        source_id=source,
        data=data,
    )
    theirs = PusTc(
        service=service,
        message_subtype=subtype,
        apid=apid,
        seq_count=count,
        ack_flags=ack,
        source_id=source,
        app_data=data,
    ).pack()
    assert ours.encode() == theirs
    assert TcPacket.decode(bytes(theirs)) == ours


@pytest.mark.req("PUS-002")
@given(apids, seq_counts, octet, octet, words, words, st.integers(0, 2**32 * 10**6 - 1), st.binary(max_size=64))
def test_telemetry(
    apid: int, count: int, service: int, subtype: int, messages: int, destination: int, time_us: int, data: bytes
) -> None:
    ours = TmPacket(
        apid=apid,
        seq_count=count,
        service=service,
        subtype=subtype,
        message_count=messages,
        destination_id=destination,
        time_us=time_us,
        data=data,
    )
    theirs = PusTm(
        service=service,
        message_subtype=subtype,
        timestamp=encode_cuc(time_us),
        source_data=data,
        apid=apid,
        seq_count=count,
        message_counter=messages,
        destination_id=destination,
    ).pack()
    assert ours.encode() == theirs


@given(
    st.integers(0, 1023), st.integers(0, 7), octet, octet, st.integers(0, 243), st.binary(min_size=244, max_size=244)
)
def test_tm_frame(scid: int, vcid: int, mc_count: int, vc_count: int, pointer: int, data: bytes) -> None:
    ours = TmFrame(
        scid=scid,
        vcid=vcid,
        mc_count=mc_count,
        vc_count=vc_count,
        first_header_pointer=pointer,
        data=data,
        ocf=b"\x01\x02\x03\x04",
    )
    theirs = TmTransferFrame.unpack(ours.encode(), 256, has_error_control_field=True)
    header = theirs.primary_header
    assert (header.master_channel_id.spacecraft_id, header.vc_id, header.ocf_flag) == (scid, vcid, True)
    assert (header.master_ch_frame_count, header.vc_frame_count) == (mc_count, vc_count)
    assert header.frame_datafield_status.first_header_pointer == pointer
    assert (theirs.data_field, theirs.op_ctrl_field) == (data, b"\x01\x02\x03\x04")
    assert theirs.pack() == ours.encode()
