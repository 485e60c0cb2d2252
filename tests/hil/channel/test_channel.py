import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import TmReceiver, TmSender, idle_packet
from hil.channel import BitErrors, Channel, ChannelPlan, Pace
from hil.channel.channel import FRAME_OCTETS, is_only_idle

MS_NS = 1_000_000
OCF = bytes(4)


def nothing(_: int) -> bytes:
    return b""


@pytest.mark.req("GND-101")
@given(st.lists(st.integers(0, 10**9), max_size=50), st.integers(1, 10**7))
def test_a_line_carries_its_rate_however_time_is_cut(pieces_ns: list[int], bits_per_s: int) -> None:
    pace = Pace(bits_per_s, 10)
    assert sum(map(pace.units, pieces_ns)) == sum(pieces_ns) * bits_per_s // (10 * 10**9)


@pytest.mark.req("GND-101")
def test_time_without_anything_to_send_is_lost() -> None:
    channel = Channel(ChannelPlan(), 1)
    channel.advance(10**9, nothing, nothing)
    taken = []

    def ground(room: int) -> bytes:
        taken.append(room)
        return bytes(room)

    channel.advance(10**9 + MS_NS, ground, nothing)
    assert taken == [8]  # 64 bits in a millisecond


@pytest.mark.req("GND-102")
def test_octets_arrive_a_light_time_later() -> None:
    channel = Channel(ChannelPlan(range_km=599.584916), 1)  # 2 ms
    assert channel.advance(MS_NS, lambda room: b"x"[:room], nothing)
    assert channel.next_event_ns() == 3 * MS_NS
    channel.advance(3 * MS_NS - 1, nothing, nothing)
    assert channel.at_satellite() == b""
    channel.advance(3 * MS_NS, nothing, nothing)
    assert (channel.at_satellite(), channel.at_ground()) == (b"x", b"")
    assert channel.next_event_ns() is None


@pytest.mark.req("GND-102")
def test_a_closed_channel_pulls_nothing() -> None:
    channel = Channel(ChannelPlan(), 1)
    channel.is_open = False
    assert not channel.advance(10**9, bytes, bytes)
    assert channel.truth.downlink_octets == 0


@pytest.mark.req("GND-103")
@pytest.mark.parametrize("rate", [1e-5, 1e-3, 0.1])
def test_the_error_rate_is_what_it_was_set_to(rate: float) -> None:
    octets = 500_000
    errors = BitErrors(rate, "a seed", 260)
    flipped = sum(octet.bit_count() for octet in errors.apply(bytes(octets)))
    expected = 8 * octets * rate
    assert flipped == errors.bits_flipped
    assert abs(flipped - expected) < 5 * expected**0.5


@pytest.mark.req("GND-103")
@given(st.lists(st.integers(0, 700), max_size=20))
def test_errors_fall_in_the_same_places_however_the_stream_is_cut(pieces: list[int]) -> None:
    whole = BitErrors(0.003, "a seed", 260)
    expected = whole.apply(bytes(sum(pieces)))
    cut = BitErrors(0.003, "a seed", 260, 4)
    assert b"".join(cut.apply(bytes(piece)) for piece in pieces) == expected
    hit = sum(any(expected[at + 4 : at + 260]) for at in range(0, len(expected), 260))
    assert (cut.units_hit, cut.bits_flipped) == (hit, whole.bits_flipped)
    markers = b"".join(expected[at : at + 4] for at in range(0, len(expected), 260))
    assert cut.marker_bits_flipped == sum(octet.bit_count() for octet in markers)


@pytest.mark.req("GND-103")
def test_what_the_ground_loses_is_what_the_channel_hit() -> None:
    sender, receiver = TmSender(1, 0), TmReceiver(1, 0)
    channel = Channel(ChannelPlan(downlink_bit_error_rate=1e-4), 1)
    for ms in range(1, 2001):
        channel.advance(
            ms * MS_NS,
            nothing,
            lambda room: b"".join(sender.next_frame(lambda: None, OCF) for _ in range(room // FRAME_OCTETS)),
        )
        receiver.receive(channel.at_ground())
    channel.advance(2010 * MS_NS, nothing, nothing)
    receiver.receive(channel.at_ground())
    truth, seen = channel.truth, receiver.counters
    assert truth.downlink_frames_hit > 100
    good = truth.downlink_frames - truth.downlink_frames_hit
    assert good - truth.downlink_marker_bits_flipped <= seen.frames <= good
    lost = truth.downlink_frames - seen.frames
    assert lost - 5 <= seen.frames_lost <= lost  # those after the last good one show no gap


@pytest.mark.req("GND-104")
def test_only_idle_frames_are_no_event() -> None:
    sender = TmSender(1, 0)
    idle = b"".join(sender.next_frame(lambda: None, OCF) for _ in range(3))
    packets = iter([idle_packet(40)])
    busy = sender.next_frame(lambda: next(packets, None), OCF)
    assert is_only_idle(idle)
    assert not is_only_idle(idle + busy)
    channel = Channel(ChannelPlan(), 1)
    assert channel.advance(MS_NS, nothing, nothing)  # no frame's time has passed: who knows
    assert not channel.advance(3 * MS_NS, nothing, lambda room: idle[:room])
    assert not channel.advance(3 * MS_NS, nothing, nothing)
    channel.wake()
    assert channel.advance(3 * MS_NS, nothing, nothing)
    assert channel.next_event_ns() is None
    assert channel.advance(6 * MS_NS, nothing, lambda room: busy[:room])
    assert channel.next_event_ns() is not None


@pytest.mark.parametrize(
    "wrong", [{"uplink_bits_per_s": 0}, {"downlink_bit_error_rate": 0.6}, {"range_km": -1.0}], ids=str
)
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ChannelPlan(**wrong)
