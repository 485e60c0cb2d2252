import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import ASM, with_crc
from flightsw.ccsds.frame_synchroniser import FLYWHEEL_FRAMES, FrameSynchroniser

LENGTH = 32
UNIT = len(ASM) + LENGTH

frames = st.binary(min_size=LENGTH - 2, max_size=LENGTH - 2).map(with_crc)
FRAMES = [with_crc(bytes([number]) * (LENGTH - 2)) for number in range(20)]


def stream(sent: list[bytes]) -> bytearray:
    return bytearray(b"".join(ASM + frame for frame in sent))


@pytest.mark.req("PKT-011")
@given(st.lists(frames, max_size=5), st.binary(max_size=40), st.integers(1, 70))
def test_read_whole_bytewise_and_with_more_trailing(sent: list[bytes], trailing: bytes, piece: int) -> None:
    data = bytes(stream(sent)) + trailing
    for size in (max(1, len(data)), 1, piece):
        synchroniser = FrameSynchroniser(LENGTH)
        got = [f for at in range(0, len(data), size) for f in synchroniser.receive(data[at : at + size])]
        assert got[: len(sent)] == sent
        assert synchroniser.accepted_frames == len(got)
        held = len(data) - UNIT * len(got) - synchroniser.skipped_octets
        assert 0 <= held < UNIT


@pytest.mark.req("PKT-011")
@given(st.lists(st.binary(max_size=500), max_size=5))
def test_noise_raises_nothing_and_is_accounted_for(chunks: list[bytes]) -> None:
    synchroniser = FrameSynchroniser(LENGTH)
    for chunk in chunks:
        synchroniser.receive(chunk)
    held = sum(map(len, chunks)) - synchroniser.skipped_octets - UNIT * synchroniser.accepted_frames
    assert 0 <= held < UNIT
    assert synchroniser.receive(bytes(stream(FRAMES)))[-len(FRAMES) + 2 :] == FRAMES[2:]


@pytest.mark.req("PKT-011")
@given(st.integers(0, 3 * UNIT), st.integers(1, 2 * UNIT))
def test_octets_lost_cost_only_the_frames_they_were_in(at: int, count: int) -> None:
    data = stream(FRAMES[:10])
    whole = [n for n in range(10) if (n + 1) * UNIT <= at or n * UNIT >= at + count]
    del data[at : at + count]
    assert FrameSynchroniser(LENGTH).receive(bytes(data)) == [FRAMES[n] for n in whole]


@pytest.mark.req("PKT-011")
@given(st.integers(0, 3 * UNIT), st.binary(min_size=1, max_size=2 * UNIT))
def test_octets_put_in_cost_at_most_the_frame_they_are_in(at: int, extra: bytes) -> None:
    data = stream(FRAMES[:10])
    data[at:at] = extra
    hit = at // UNIT if at % UNIT else None
    got = FrameSynchroniser(LENGTH).receive(bytes(data))
    assert [frame for frame in FRAMES[:10] if frame in got] == [f for n, f in enumerate(FRAMES[:10]) if n != hit]


@pytest.mark.req("PKT-011")
def test_a_damaged_marker_costs_nothing_in_a_stream() -> None:
    data = stream(FRAMES)
    for number in range(1, len(FRAMES)):
        data[number * UNIT + number % 4] ^= 0x40
    synchroniser = FrameSynchroniser(LENGTH)
    assert synchroniser.receive(bytes(data)) == FRAMES
    assert (synchroniser.skipped_octets, synchroniser.fecf_errors) == (0, 0)


@pytest.mark.req("PKT-011")
def test_the_flywheel_stops() -> None:
    gone = FLYWHEEL_FRAMES + 1
    data = stream(FRAMES)
    for number in range(1, gone):
        data[number * UNIT + 10] ^= 1  # the frame
    data[gone * UNIT] ^= 1  # the marker of a good one: the last place expected was before it
    synchroniser = FrameSynchroniser(LENGTH)
    assert synchroniser.receive(bytes(data)) == FRAMES[:1] + FRAMES[gone + 1 :]
    assert synchroniser.fecf_errors == FLYWHEEL_FRAMES
