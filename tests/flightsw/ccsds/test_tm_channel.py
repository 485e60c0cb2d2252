from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import ASM, Clcw, EncodeError, SpacePacket, TmFrame, TmFrameHeader, TmReceiver, TmSender, with_crc
from flightsw.ccsds.tm_frame import NO_PACKET_STARTS, ONLY_IDLE

SCID, VCID = 0x1A5, 2
ROOM = 244
OCF = Clcw(vcid=3, farm_b_count=2).encode()


def packet(length: int, number: int = 0) -> bytes:
    return SpacePacket(
        is_telecommand=False,
        has_secondary_header=False,
        apid=1 + number % 7,
        seq_count=number,
        data=bytes([number % 256]) * (length - 6),
    ).encode()


lengths = st.one_of(st.integers(7, 60), st.integers(230, 260), st.integers(7, 1500))
queues = st.lists(lengths, max_size=12).map(lambda sizes: [packet(size, n) for n, size in enumerate(sizes)])


def transmit(sender: TmSender, packets: Iterable[bytes]) -> list[bytes]:
    """Frames until all is sent, and an idle one."""
    queue = iter(packets)
    frames = []
    while True:
        frames.append(sender.next_frame(lambda: next(queue, None), OCF))
        if decoded(frames[-1]).first_header_pointer == ONLY_IDLE:
            return frames


def decoded(unit: bytes) -> TmFrame:
    assert unit.startswith(ASM)
    return TmFrame.decode(unit.removeprefix(ASM))


@pytest.mark.req("PKT-012")
@given(queues)
def test_frames_are_those_of_the_layout(packets: list[bytes]) -> None:
    """Pointer and data of every frame, worked out from the packets' lengths alone."""
    frames = [decoded(unit) for unit in transmit(TmSender(SCID, VCID), packets)]
    for count, frame in enumerate(frames):
        assert (frame.scid, frame.vcid, frame.ocf) == (SCID, VCID, OCF)
        assert frame.mc_count == frame.vc_count == count % 256
    data = b"".join(frame.data for frame in frames[:-1])
    starts = set()
    at = 0
    while at < len(data):
        starts.add(at)
        at += SpacePacket.decode(data[at : at + 7 + int.from_bytes(data[at + 4 : at + 6], "big")]).header.packet_length
    for number, frame in enumerate(frames[:-1]):
        here = [start - number * ROOM for start in sorted(starts) if 0 <= start - number * ROOM < ROOM]
        assert frame.first_header_pointer == (here[0] if here else NO_PACKET_STARTS)
    assert data.startswith(b"".join(packets))
    assert len(data) - sum(map(len, packets)) < ROOM + 7


@pytest.mark.req("PKT-012")
@pytest.mark.parametrize("left", range(9))
def test_an_idle_packet_fills_the_frame_and_may_spill(left: int) -> None:
    sender = TmSender(SCID, VCID)
    sent = packet(ROOM - left)
    first = decoded(sender.next_frame(iter([sent, None]).__next__, OCF))
    second = decoded(sender.next_frame(lambda: None, OCF))
    assert (first.first_header_pointer, first.data[: len(sent)]) == (0, sent)
    spilt = 7 - left if 0 < left < 7 else 0
    assert second.first_header_pointer == (spilt or ONLY_IDLE)
    assert sender.pending == 0


@pytest.mark.req("PKT-012")
def test_packets_are_pulled_only_as_they_are_needed() -> None:
    pulled = 0

    def source() -> bytes:
        nonlocal pulled
        pulled += 1
        return packet(100, pulled)

    sender = TmSender(SCID, VCID)
    sender.next_frame(source, OCF)
    assert (pulled, sender.pending) == (3, 56)
    sender.next_frame(source, OCF)
    assert (pulled, sender.pending) == (5, 12)


@pytest.mark.req("PKT-012")
def test_no_two_idle_frames_are_alike() -> None:
    sender = TmSender(SCID, VCID)
    frames = [decoded(sender.next_frame(lambda: None, OCF)) for _ in range(300)]
    assert all(frame.first_header_pointer == ONLY_IDLE for frame in frames)
    assert len({frame.data for frame in frames}) == 300
    assert frames[0].data.startswith(bytes.fromhex("ffffffff6db6d861451f"))
    assert [frame.mc_count for frame in frames] == [n % 256 for n in range(300)]


@pytest.mark.req("PKT-012")
def test_a_wrong_packet_is_the_callers_fault_and_costs_nothing() -> None:
    sender, receiver = TmSender(SCID, VCID), TmReceiver(SCID, VCID)
    good = [packet(300, 1), packet(20, 2)]
    assert receiver.receive(sender.next_frame(iter([good[0], None]).__next__, OCF)) == []
    with pytest.raises(EncodeError):
        sender.next_frame(iter([good[1], b"none"]).__next__, OCF)
    with pytest.raises(EncodeError):
        sender.next_frame(lambda: None, b"")
    assert receiver.receive(sender.next_frame(lambda: None, OCF)) == good
    assert receiver.counters.gaps == 0


@pytest.mark.parametrize("arguments", [(1024, 0, 256), (0, 8, 256), (0, 0, 18), (0, 0, 2049)])
def test_a_channel_that_cannot_be(arguments: tuple[int, int, int]) -> None:
    for end in (TmSender, TmReceiver):
        with pytest.raises(EncodeError):
            end(*arguments)


@pytest.mark.req("PKT-014")
@given(queues, st.integers(1, 700), st.binary(max_size=300))
def test_read_whole_bytewise_and_with_more_trailing(packets: list[bytes], piece: int, trailing: bytes) -> None:
    frames = transmit(TmSender(SCID, VCID), packets)
    data = b"".join(frames) + trailing
    for size in (len(data), 1, piece):
        receiver = TmReceiver(SCID, VCID)
        got = [p for at in range(0, len(data), size) for p in receiver.receive(data[at : at + size])]
        assert got == packets
        counters = receiver.counters
        assert (counters.frames, counters.idle_frames) == (len(frames), 1)
        assert (counters.gaps, counters.frames_lost, counters.dropped_packets) == (0, 0, 0)
        assert receiver.last_clcw == Clcw(vcid=3, farm_b_count=2)


@pytest.mark.req("PKT-014")
@given(queues, st.integers(19, 600))
def test_any_frame_length(packets: list[bytes], frame_length: int) -> None:
    sender, receiver = TmSender(SCID, VCID, frame_length), TmReceiver(SCID, VCID, frame_length)
    queue = iter(packets)
    got = []
    while len(got) < len(packets):
        got += receiver.receive(sender.next_frame(lambda: next(queue, None), OCF))
    assert got == packets


@pytest.mark.req("PKT-015")
@given(queues.filter(lambda packets: len(packets) > 2), st.sets(st.integers(0, 60), max_size=6))
def test_lost_frames_cost_their_packets_and_are_counted(packets: list[bytes], lost: set[int]) -> None:
    frames = transmit(TmSender(SCID, VCID), packets)
    lost = {number for number in lost if 0 < number < len(frames) - 1}
    receiver = TmReceiver(SCID, VCID)
    got = receiver.receive(b"".join(frame for number, frame in enumerate(frames) if number not in lost))
    at, whole = 0, []
    for sent in packets:
        touched = range(at // ROOM, (at + len(sent) - 1) // ROOM + 1)
        if not lost.intersection(touched):
            whole.append(sent)
        at += len(sent)
    assert got == whole
    counters = receiver.counters
    assert counters.frames_lost == len(lost)
    assert counters.gaps == len({number for number in lost if number - 1 not in lost})


@pytest.mark.req("PKT-015")
@pytest.mark.parametrize("lost", [1, 200, 255, 256, 257])
def test_losses_are_counted_modulo_256(lost: int) -> None:
    sender, receiver = TmSender(SCID, VCID), TmReceiver(SCID, VCID)
    frames = [sender.next_frame(lambda: None, OCF) for _ in range(lost + 2)]
    receiver.receive(frames[0] + frames[-1])
    assert receiver.counters.frames_lost == lost % 256


@pytest.mark.req("PKT-015")
@given(queues.filter(bool), st.lists(st.integers(0, 40_000), max_size=80))
def test_under_bit_errors_only_what_was_sent_comes_out(packets: list[bytes], bits: list[int]) -> None:
    frames = transmit(TmSender(SCID, VCID), packets)
    data = bytearray(b"".join(frames))
    for bit in bits:
        data[bit // 8 % len(data)] ^= 0x80 >> bit % 8
    receiver = TmReceiver(SCID, VCID)
    left = iter(packets)
    assert all(got in left for got in receiver.receive(bytes(data)))
    assert receiver.counters.frames + receiver.counters.frames_lost <= len(frames)


@pytest.mark.req("PKT-015")
@given(st.lists(st.binary(max_size=800), max_size=4))
def test_noise_raises_nothing(chunks: list[bytes]) -> None:
    receiver = TmReceiver(SCID, VCID)
    for chunk in chunks:
        assert receiver.receive(chunk) == []
    assert receiver.last_clcw is None
    sent = [packet(100, n) for n in range(9)]
    assert receiver.receive(b"".join(transmit(TmSender(SCID, VCID), sent)))[-4:] == sent[-4:]


def frame(**changes: object) -> bytes:
    values = {"scid": SCID, "vcid": VCID, "mc_count": 0, "vc_count": 0, "first_header_pointer": 0, "ocf": OCF}
    return ASM + TmFrame(**{**values, "data": packet(ROOM), **changes}).encode()  # type: ignore[arg-type]


@pytest.mark.req("PKT-014")
def test_other_virtual_channels_count_in_the_master_channel() -> None:
    receiver = TmReceiver(SCID, VCID)
    units = [
        frame(first_header_pointer=0, data=packet(300)[:ROOM]),
        frame(vcid=7, mc_count=1, vc_count=9, first_header_pointer=ONLY_IDLE, ocf=Clcw(vcid=5).encode()),
        frame(mc_count=2, vc_count=1, first_header_pointer=56, data=packet(300)[ROOM:] + packet(188)),
    ]
    assert receiver.receive(units[0] + units[1]) == []
    assert receiver.last_clcw == Clcw(vcid=5)
    assert receiver.receive(units[2]) == [packet(300), packet(188)]
    counters = receiver.counters
    assert (counters.frames, counters.other_vc_frames, counters.frames_lost, counters.idle_frames) == (3, 1, 0, 0)


@pytest.mark.req("PKT-014")
def test_an_only_idle_frame_does_not_end_a_packet() -> None:
    receiver = TmReceiver(SCID, VCID)
    receiver.receive(frame(data=packet(300)[:ROOM]))
    receiver.receive(frame(mc_count=1, vc_count=1, first_header_pointer=ONLY_IDLE))
    unit = frame(mc_count=2, vc_count=2, first_header_pointer=56, data=packet(300)[ROOM:] + packet(188))
    assert receiver.receive(unit) == [packet(300), packet(188)]


@pytest.mark.req("PKT-014")
@pytest.mark.parametrize(
    "octets", ["5a", "1b", "1a54", "1a5400009800", "1a5400005800", "1a5400001000", "1a5500001900"], ids=str
)
def test_frames_that_are_not_ours_are_counted(octets: str) -> None:
    """Version, spacecraft, no OCF, secondary header, not packets, segment length id, pointer beyond the data."""
    ours = frame().removeprefix(ASM)[:-2]
    start = bytes.fromhex(octets)
    body = start + ours[len(start) :]
    receiver = TmReceiver(SCID, VCID)
    assert receiver.receive(ASM + with_crc(body)) == []
    assert (receiver.counters.foreign_frames, receiver.counters.frames) == (1, 0)


@pytest.mark.req("PKT-014")
@given(
    st.builds(
        TmFrameHeader,
        scid=st.sampled_from([SCID, SCID ^ 1]),
        vcid=st.integers(0, 7),
        has_ocf=st.sampled_from([True, True, False]),
        mc_count=st.integers(0, 255),
        vc_count=st.integers(0, 255),
        has_secondary_header=st.sampled_from([False, False, True]),
        is_synchronous_data=st.sampled_from([False, False, True]),
        packet_order=st.sampled_from([False, False, True]),
        segment_length_id=st.sampled_from([3, 3, 0, 1, 2]),
        first_header_pointer=st.sampled_from([0, ROOM - 1, ROOM, ONLY_IDLE, NO_PACKET_STARTS]),
    )
)
def test_the_receiver_reads_headers_as_the_layout_does(header: TmFrameHeader) -> None:
    receiver = TmReceiver(SCID, VCID)
    receiver.receive(ASM + with_crc(header.encode() + packet(ROOM) + OCF))
    plain = TmFrameHeader(
        scid=SCID,
        vcid=header.vcid,
        mc_count=header.mc_count,
        vc_count=header.vc_count,
        first_header_pointer=header.first_header_pointer,
    )
    ours = header == plain and header.first_header_pointer != ROOM
    counters = receiver.counters
    assert (counters.frames, counters.foreign_frames) == (int(ours), int(not ours))
    assert counters.other_vc_frames == int(ours and header.vcid != VCID)
    assert counters.idle_frames == int(ours and header.vcid == VCID and header.first_header_pointer == ONLY_IDLE)


@pytest.mark.parametrize("ocf", ["81000000", "01020000"], ids=["another control word", "noise"])
def test_what_is_no_clcw_leaves_the_last_one(ocf: str) -> None:
    receiver = TmReceiver(SCID, VCID)
    receiver.receive(frame())
    receiver.receive(frame(mc_count=1, vc_count=1, ocf=bytes.fromhex(ocf)))
    assert receiver.last_clcw == Clcw.decode(OCF)
