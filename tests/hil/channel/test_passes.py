"""The link follows the passes: rate, light time and contact."""

from bisect import bisect_right
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.channel import Channel, ChannelPlan, Contact

MS_NS = 1_000_000
S_NS = 1_000_000_000


@dataclass(frozen=True)
class Timetable:
    """Contact between each even edge and the odd one after it; 7 km/s away from the station."""

    edges_ns: tuple[int, ...]

    def contact(self, now_ns: int) -> Contact | None:
        passed = bisect_right(self.edges_ns, now_ns)
        if passed % 2 == 0:
            return None
        return Contact(station="Inuvik", range_km=500 + 7 * (now_ns - self.edges_ns[passed - 1]) / S_NS)

    def next_edge_ns(self, now_ns: int) -> int | None:
        passed = bisect_right(self.edges_ns, now_ns)
        return self.edges_ns[passed] if passed < len(self.edges_ns) else None


def flood(room: int) -> bytes:
    return bytes(room)


def nothing(_: int) -> bytes:
    return b""


@pytest.mark.req("GND-102")
def test_nothing_is_pulled_outside_a_pass() -> None:
    channel = Channel(ChannelPlan(), 1, Timetable((10 * S_NS, 20 * S_NS)))
    sent = []
    for s in range(1, 31):
        before = channel.truth.uplink_octets
        channel.advance(s * S_NS, flood, nothing)
        sent.append(channel.truth.uplink_octets - before)
    assert sent == [0] * 9 + [8000] * 10 + [0] * 11


@pytest.mark.req("GND-102")
def test_the_contact_is_an_event_of_the_bench() -> None:
    channel = Channel(ChannelPlan(), 1, Timetable((10 * S_NS, 20 * S_NS)))
    assert channel.next_event_ns() == 10 * S_NS
    channel.advance(10 * S_NS, nothing, nothing)
    assert channel.contact == Contact(station="Inuvik", range_km=500)
    assert channel.next_event_ns() == 20 * S_NS
    channel.advance(20 * S_NS, nothing, nothing)
    assert (channel.contact, channel.next_event_ns()) == (None, None)


@pytest.mark.req("GND-102")
@given(st.lists(st.integers(10, 3_000).map(lambda ms: ms * MS_NS), min_size=1, max_size=30))
def test_light_time_grows_with_the_range_however_time_is_cut(steps_ns: list[int]) -> None:
    channel = Channel(ChannelPlan(), 1, Timetable((0,)))
    now_ns = 0
    for step_ns in steps_ns:
        now_ns += step_ns
        channel.advance(now_ns, flood, nothing)
        channel.at_satellite()
        looked_s = (now_ns - now_ns % 100_000_000) / S_NS
        light_ns = round((500 + 7 * looked_s) / 299_792.458 * S_NS)
        assert channel.next_event_ns() == now_ns + light_ns


@pytest.mark.req("GND-102")
def test_without_people_there_is_no_contact() -> None:
    channel = Channel(ChannelPlan(), 1)
    channel.is_manned = False
    assert not channel.advance(S_NS, flood, flood)
    assert channel.contact is None
    channel.is_manned = True
    assert channel.contact == Contact(station="ground", range_km=550.0)
