import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import DecodeError, EncodeError, SequenceFlags, SpacePacket, with_crc
from flightsw.pus import MAX_TC_DATA_OCTETS, AckFlags, RequestId, Service, TcPacket, TmPacket

apids = st.integers(0, 0x7FE)
seq_counts = st.integers(0, 0x3FFF)
octet = st.integers(0, 0xFF)
words = st.integers(0, 0xFFFF)

telecommands = st.builds(
    TcPacket,
    apid=apids,
    seq_count=seq_counts,
    ack=st.integers(0, 15).map(AckFlags),
    service=octet,
    subtype=octet,
    source_id=words,
    data=st.binary(max_size=100),
)
reports = st.builds(
    TmPacket,
    apid=apids,
    seq_count=seq_counts,
    time_status=st.integers(0, 15),
    service=octet,
    subtype=octet,
    message_count=words,
    destination_id=words,
    time_us=st.integers(0, 2**32 * 10**6 - 1),
    data=st.binary(max_size=100),
)

TC = TcPacket(apid=2, seq_count=52, service=Service.TEST, subtype=1)
TM = TmPacket(apid=2, seq_count=1, service=17, subtype=2, message_count=3, time_us=1_500_000)


def rebuilt(packet: bytes, **changes: object) -> bytes:
    """The packet with other fields around the same data, and its CRC put right."""
    outer = SpacePacket.decode(packet)
    fields = {name: getattr(outer, name) for name in outer.__slots__}
    return with_crc(SpacePacket(**{**fields, **changes}).encode()[:-2])  # type: ignore[arg-type]


@pytest.mark.req("PUS-001")
@given(telecommands)
def test_telecommand_round_trip(packet: TcPacket) -> None:
    assert TcPacket.decode(packet.encode()) == packet


@pytest.mark.req("PUS-001")
@pytest.mark.parametrize(
    ("flag", "octet"),
    [
        (AckFlags.NONE, 0x20),
        (AckFlags.ACCEPTANCE, 0x21),
        (AckFlags.START, 0x22),
        (AckFlags.PROGRESS, 0x24),
        (AckFlags.COMPLETION, 0x28),
    ],
)
def test_each_acknowledgement_flag_alone(flag: AckFlags, octet: int) -> None:
    packet = TcPacket(apid=2, seq_count=0, ack=flag, service=17, subtype=1)
    assert packet.encode()[6] == octet
    assert TcPacket.decode(packet.encode()).ack is flag


@pytest.mark.req("PUS-001")
def test_the_longest_telecommand_fills_a_frame() -> None:
    assert len(TcPacket(apid=2, seq_count=0, service=8, subtype=1, data=bytes(MAX_TC_DATA_OCTETS)).encode()) == 1017


@pytest.mark.req("PUS-002")
@given(reports)
def test_report_round_trip(packet: TmPacket) -> None:
    """But for the time, which is cut to units of its fraction."""
    decoded = TmPacket.decode(packet.encode())
    assert 0 <= packet.time_us - decoded.time_us < 16
    assert decoded.encode() == packet.encode()
    assert (decoded.data, decoded.message_count, decoded.destination_id) == (
        packet.data,
        packet.message_count,
        packet.destination_id,
    )


@pytest.mark.req("PUS-002")
def test_golden_report() -> None:
    assert TM.encode()[:-2].hex() == "0802c001000e" + "20" + "1102" + "0003" + "0000" + "000000018000"


@pytest.mark.req("PUS-003")
@pytest.mark.parametrize(
    "packet",
    [
        b"",
        TC.encode()[:-1],
        TC.encode() + b"\0",
        TC.encode()[:-1] + b"\0",
        TM.encode(),
        rebuilt(TC.encode(), has_secondary_header=False),
        rebuilt(TC.encode(), seq_flags=SequenceFlags.FIRST),
        rebuilt(TC.encode(), data=b"\x1f" + bytes(6)),
        rebuilt(TC.encode(), data=b"\x2f" + bytes(5)),
    ],
    ids=[
        "empty",
        "cut",
        "trailing",
        "CRC",
        "telemetry",
        "no secondary header",
        "segment",
        "PUS version 1",
        "secondary header cut",
    ],
)
def test_anything_else_is_no_telecommand(packet: bytes) -> None:
    with pytest.raises(DecodeError):
        TcPacket.decode(packet)


@pytest.mark.req("PUS-003")
@pytest.mark.parametrize(
    "packet",
    [
        TC.encode(),
        TM.encode()[:-1],
        rebuilt(TM.encode(), data=b"\x10" + bytes(14)),
        rebuilt(TM.encode(), data=b"\x20" + bytes(13)),
    ],
    ids=["telecommand", "cut", "PUS version 1", "secondary header cut"],
)
def test_anything_else_is_no_report(packet: bytes) -> None:
    with pytest.raises(DecodeError):
        TmPacket.decode(packet)


@pytest.mark.req("PUS-003")
@given(telecommands, st.integers(0, 1_000_000))
def test_a_wrong_bit_is_never_a_telecommand(packet: TcPacket, bit: int) -> None:
    octets = bytearray(packet.encode())
    octets[bit // 8 % len(octets)] ^= 0x80 >> bit % 8
    with pytest.raises(DecodeError):
        TcPacket.decode(bytes(octets))


@pytest.mark.parametrize(
    "field",
    [{"apid": 0x800}, {"apid": 0x7FF}, {"seq_count": -1}, {"service": 256}, {"subtype": 256}, {"ack": 1}],
    ids=str,
)
def test_fields_out_of_range_are_the_callers_fault(field: dict[str, int]) -> None:
    with pytest.raises(EncodeError):
        TcPacket(**{"apid": 1, "seq_count": 0, "service": 1, "subtype": 1, **field})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "field", [{"message_count": 65536}, {"destination_id": -1}, {"time_us": -1}, {"time_status": 16}], ids=str
)
def test_fields_of_a_report_too(field: dict[str, int]) -> None:
    values = {"apid": 1, "seq_count": 0, "service": 1, "subtype": 1, "message_count": 0, "time_us": 0}
    with pytest.raises(EncodeError):
        TmPacket(**{**values, **field})


@pytest.mark.req("PUS-004")
@given(telecommands)
def test_request_id_is_how_the_packet_starts(packet: TcPacket) -> None:
    request_id = packet.request_id
    assert request_id.encode() == packet.encode()[:4]
    assert RequestId.decode(packet.encode()[:4]) == request_id
    assert (request_id.apid, request_id.seq_count) == (packet.apid, packet.seq_count)
