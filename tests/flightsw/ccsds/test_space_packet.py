import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import DecodeError, EncodeError, SequenceFlags, SpacePacket, SpacePacketHeader, idle_packet

packets = st.builds(
    SpacePacket,
    is_telecommand=st.booleans(),
    has_secondary_header=st.booleans(),
    apid=st.integers(0, 0x7FE),
    seq_flags=st.sampled_from(SequenceFlags),
    seq_count=st.integers(0, 0x3FFF),
    data=st.binary(min_size=1, max_size=300),
)

HEADER = {"is_telecommand": True, "has_secondary_header": True, "apid": 0x42, "seq_count": 5}


def test_golden_octets() -> None:
    assert SpacePacket(**HEADER, data=bytes(9)).encode().hex() == "1842c0050008" + "00" * 9


@pytest.mark.req("PKT-002")
@given(packets)
def test_round_trip(packet: SpacePacket) -> None:
    assert SpacePacket.decode(packet.encode()) == packet


@pytest.mark.req("PKT-002")
@pytest.mark.parametrize("length", [1, 65536])
def test_shortest_and_longest(length: int) -> None:
    packet = SpacePacket(**HEADER, data=bytes(length))
    assert SpacePacket.decode(packet.encode()) == packet


@pytest.mark.req("PKT-002")
@pytest.mark.parametrize(
    "octets",
    [b"", bytes(5), bytes(6), bytes(8), b"\xff" * 6, bytes.fromhex("0fffc000000000"), bytes.fromhex("2042c000000000")],
    ids=["empty", "short", "no data", "trailing", "version 7", "idle with secondary header", "version 1"],
)
def test_anything_else_is_a_decode_error(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        SpacePacket.decode(octets)


@pytest.mark.req("PKT-002")
@pytest.mark.parametrize(
    "field",
    [{"apid": 0x800}, {"apid": -1}, {"apid": 0x7FF}, {"seq_count": 0x4000}, {"is_telecommand": 1}, {"seq_flags": 3}],
    ids=str,
)
def test_fields_out_of_range_are_the_callers_fault(field: dict[str, int]) -> None:
    with pytest.raises(EncodeError):
        SpacePacket(**{**HEADER, "data": b"\0", **field})
    with pytest.raises(EncodeError):
        SpacePacketHeader(**{**HEADER, "data_length": 0, **field})


@pytest.mark.parametrize("length", [0, 65537])
def test_data_that_no_packet_holds(length: int) -> None:
    with pytest.raises(EncodeError, match=f"{length} octets"):
        SpacePacket(**HEADER, data=bytes(length))


@pytest.mark.req("PKT-002")
@pytest.mark.parametrize("length", [7, 8, 244, 65542])
def test_idle_packet(length: int) -> None:
    packet = SpacePacket.decode(idle_packet(length))
    assert len(packet.encode()) == length
    assert (packet.apid, packet.is_telecommand, packet.has_secondary_header) == (0x7FF, False, False)


def test_no_idle_packet_is_shorter_than_seven_octets() -> None:
    with pytest.raises(EncodeError):
        idle_packet(6)
