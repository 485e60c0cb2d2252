import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import (
    MAX_TC_PACKET_OCTETS,
    EncodeError,
    SpacePacket,
    TcFrame,
    TcReceiver,
    TcSender,
    encode_cltu,
)

SCID, VCID = 0x1A5, 3

packets = st.builds(
    SpacePacket,
    is_telecommand=st.just(True),
    has_secondary_header=st.booleans(),
    apid=st.integers(0, 0x7FE),
    seq_count=st.integers(0, 0x3FFF),
    data=st.binary(min_size=1, max_size=MAX_TC_PACKET_OCTETS - 6),
).map(SpacePacket.encode)

PACKET = SpacePacket(is_telecommand=True, has_secondary_header=False, apid=1, seq_count=0, data=b"hello").encode()


def cltu(**changes: object) -> bytes:
    values = {"is_bypass": True, "scid": SCID, "vcid": VCID, "data": PACKET, **changes}
    return encode_cltu(TcFrame(**values).encode())  # type: ignore[arg-type]


@pytest.mark.req("PKT-009")
@pytest.mark.parametrize("randomise", [False, True], ids=["plain", "randomised"])
@given(st.lists(packets, max_size=3), st.integers(1, 50))
def test_read_whole_bytewise_and_with_more_trailing(randomise: bool, sent: list[bytes], piece: int) -> None:
    sender = TcSender(SCID, VCID, randomise=randomise)
    data = b"".join(map(sender.cltu, sent)) + b"\x00\xeb\x90trailing"
    for size in (len(data), 1, piece):
        receiver = TcReceiver(SCID, VCID, randomised=randomise)
        got = [packet for at in range(0, len(data), size) for packet in receiver.receive(data[at : at + size])]
        assert got == sent
        assert receiver.counters.bd_frames == len(sent)


@pytest.mark.req("PKT-009")
def test_one_wrong_bit_costs_nothing() -> None:
    sent = bytearray(TcSender(SCID, VCID).cltu(PACKET))
    for bit in range(8 * len(sent)):
        sent[bit // 8] ^= 0x80 >> bit % 8
        assert TcReceiver(SCID, VCID).receive(bytes(sent)) == [PACKET]
        sent[bit // 8] ^= 0x80 >> bit % 8


@pytest.mark.req("PKT-009")
@given(st.lists(packets, min_size=1, max_size=3), st.lists(st.integers(0, 30_000), max_size=60), st.booleans())
def test_only_what_was_sent_comes_out(sent: list[bytes], bits: list[int], correct: bool) -> None:
    data = bytearray(b"".join(map(TcSender(SCID, VCID).cltu, sent)))
    for bit in bits:
        data[bit // 8 % len(data)] ^= 0x80 >> bit % 8
    receiver = TcReceiver(SCID, VCID, correct=correct)
    got = receiver.receive(bytes(data))
    left = iter(sent)
    assert all(packet in left for packet in got)


@pytest.mark.req("PKT-009")
@given(st.lists(st.binary(max_size=2000), max_size=4), st.booleans())
def test_noise_raises_nothing(chunks: list[bytes], correct: bool) -> None:
    receiver = TcReceiver(SCID, VCID, correct=correct)
    for chunk in chunks:
        receiver.receive(chunk)
    receiver.receive(b"\x55" * 2000)
    assert receiver.receive(TcSender(SCID, VCID).cltu(PACKET)) == [PACKET]


@pytest.mark.req("PKT-009")
@pytest.mark.parametrize(
    ("data", "counter"),
    [
        (cltu(), "bd_frames"),
        (cltu(scid=SCID ^ 1), "foreign_frames"),
        (cltu(vcid=VCID ^ 1), "foreign_frames"),
        (cltu(is_bypass=False), "unsupported_frames"),
        (cltu(is_control=True), "unsupported_frames"),
        (encode_cltu(b"\x21\xa5\x0c\x09\x00" + bytes(5)), "invalid_frames"),
        (encode_cltu(b"\x21\xa5\x0f\xff\x00" + bytes(5)), "invalid_frames"),
        (encode_cltu(b"\x21"), "invalid_frames"),
    ],
    ids=["BD", "spacecraft", "virtual channel", "AD", "BC", "FECF", "too long", "too short"],
)
def test_every_cltu_is_counted_once_by_what_became_of_it(data: bytes, counter: str) -> None:
    receiver = TcReceiver(SCID, VCID)
    assert receiver.receive(data) == ([PACKET] if counter == "bd_frames" else [])
    counters = receiver.counters
    assert {name for name in counters.__slots__ if getattr(counters, name)} == {counter}
    assert getattr(counters, counter) == receiver.cltu_counters.cltus == 1


@pytest.mark.req("PKT-009")
@pytest.mark.parametrize("data", [PACKET[:-1], PACKET + b"\x00", PACKET * 2, b"\xff" * 9])
def test_a_frame_of_something_else_is_accepted_and_its_packet_is_not(data: bytes) -> None:
    receiver = TcReceiver(SCID, VCID)
    assert receiver.receive(cltu(data=data)) == []
    assert (receiver.counters.bd_frames, receiver.malformed_packets) == (1, 1)


@pytest.mark.req("PKT-010")
def test_clcw_counts_bd_frames_modulo_four() -> None:
    receiver, sender = TcReceiver(SCID, VCID), TcSender(SCID, VCID)
    counts = []
    for _ in range(9):
        counts.append(receiver.clcw().farm_b_count)
        receiver.receive(sender.cltu(PACKET) + cltu(is_bypass=False) + cltu(vcid=0))
    assert counts == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    assert receiver.clcw().encode().hex() == "010c0200"


@pytest.mark.req("PKT-009")
def test_a_packet_longer_than_a_frame_is_refused_before_it_is_sent() -> None:
    def packet(length: int) -> bytes:
        return SpacePacket(
            is_telecommand=True, has_secondary_header=False, apid=1, seq_count=0, data=bytes(length - 6)
        ).encode()

    longest = packet(MAX_TC_PACKET_OCTETS)
    assert TcReceiver(SCID, VCID).receive(TcSender(SCID, VCID).cltu(longest)) == [longest]
    with pytest.raises(EncodeError, match="1018 octets"):
        TcSender(SCID, VCID).cltu(packet(MAX_TC_PACKET_OCTETS + 1))


@pytest.mark.parametrize("octets", [b"", PACKET[:-1], PACKET + b"\x00"])
def test_octets_that_are_no_packet_are_the_callers_fault(octets: bytes) -> None:
    with pytest.raises(EncodeError):
        TcSender(SCID, VCID).cltu(octets)
