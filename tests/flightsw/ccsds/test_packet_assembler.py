import pytest

from flightsw.ccsds import SpacePacket, idle_packet
from flightsw.ccsds.packet_assembler import PacketAssembler
from flightsw.ccsds.tm_frame import NO_PACKET_STARTS

pytestmark = pytest.mark.req("PKT-013")


def packet(length: int, number: int = 0) -> bytes:
    return SpacePacket(
        is_telecommand=False,
        has_secondary_header=False,
        apid=1,
        seq_count=number,
        data=bytes([number]) * (length - 6),
    ).encode()


A, B, C = packet(20, 1), packet(30, 2), packet(9, 3)


def test_a_header_may_straddle_two_fields() -> None:
    for cut in range(1, 20):
        assembler = PacketAssembler()
        assert assembler.receive(C + A[:cut], 0) == [C]
        assert assembler.receive(A[cut:] + B, 20 - cut) == [A, B]


def test_a_packet_may_span_many_fields() -> None:
    assembler = PacketAssembler()
    pieces = [B[at : at + 3] for at in range(0, 30, 3)]
    assert assembler.receive(pieces[0], 0) == []
    for piece in pieces[1:-1]:
        assert assembler.receive(piece, NO_PACKET_STARTS) == []
    assert assembler.receive(pieces[-1], NO_PACKET_STARTS) == [B]
    assert assembler.receive(C, 0) == [C]
    assert assembler.dropped_packets == 0


def test_before_the_first_pointer_nothing_is_a_packet() -> None:
    assembler = PacketAssembler()
    assert assembler.receive(A, NO_PACKET_STARTS) == []
    assert assembler.receive(B[10:] + C, 20) == [C]
    assert assembler.dropped_packets == 0


def test_a_gap_drops_the_packet_in_the_making_and_goes_on_at_the_pointer() -> None:
    assembler = PacketAssembler()
    assert assembler.receive(A + B[:10], 0) == [A]
    assembler.gap()
    assert assembler.receive(B[20:] + C, 10) == [C]
    assert assembler.dropped_packets == 1


@pytest.mark.parametrize("pointer", [0, 4, 6], ids=["at once", "too early", "too late"])
def test_a_pointer_that_contradicts_the_length_drops_the_packet(pointer: int) -> None:
    assembler = PacketAssembler()
    assembler.receive(A[:15], 0)
    assert assembler.receive((A[15:] + b"\0")[:pointer] + C, pointer) == [C]
    assert assembler.dropped_packets == 1


def test_a_packet_that_outlasts_its_length_is_dropped() -> None:
    assembler = PacketAssembler()
    assembler.receive(A[:15], 0)
    assert assembler.receive(B, NO_PACKET_STARTS) == []
    assert assembler.receive(C, 0) == [C]
    assert assembler.dropped_packets == 1


@pytest.mark.parametrize("other", [b"\xe0", b"\xe0\x01\x02\x03\x04\x05\x06\x07"], ids=["one octet", "more"])
def test_what_is_no_space_packet_costs_the_rest_of_its_field(other: bytes) -> None:
    assembler = PacketAssembler()
    assert assembler.receive(A + other, 0) == [A]
    assert assembler.receive(C, 0) == [C]
    assert assembler.dropped_packets == 1


def test_idle_packets_are_counted_and_not_delivered() -> None:
    assembler = PacketAssembler()
    assert assembler.receive(A + idle_packet(7) + B + idle_packet(40)[:30], 0) == [A, B]
    assert assembler.receive(idle_packet(40)[30:] + C, 10) == [C]
    assert (assembler.idle_packets, assembler.dropped_packets) == (2, 0)
