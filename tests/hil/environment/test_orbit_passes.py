import pytest

from flightsw.mission import Mission
from flightsw.orbit import Orbit, Station, circular
from hil.environment import OrbitPasses

S_NS = 1_000_000_000
DAY_S = 86_400


@pytest.mark.req("SKY-008")
def test_contacts_are_the_orbits_passes_one_after_the_other(missions: dict[str, Mission]) -> None:
    mission = missions["node"]
    assert mission.orbit is not None
    orbit = Orbit(mission.orbit.elements())
    start = orbit.elements.epoch_tai_s + 1000
    passes = OrbitPasses(orbit, mission.stations, start)
    seen, now_ns = [], 0
    while (edge_ns := passes.next_edge_ns(now_ns)) is not None and edge_ns < 2 * DAY_S * S_NS:
        assert edge_ns > now_ns
        before, now_ns = passes.contact(edge_ns - 1), edge_ns
        contact = passes.contact(now_ns)
        assert (before is None) or (contact is None) or before.station != contact.station
        if contact is not None:
            assert contact.ends_ns == passes.next_edge_ns(now_ns)
            look = orbit.look(mission.stations[contact.station], start + now_ns / S_NS)
            assert (contact.range_km, contact.elevation_deg) == (look.range_km, look.elevation_deg)
            assert contact.elevation_deg >= 4.99
            seen.append(contact.station)
    whole = orbit.passes(mission.stations, start, start + 2 * DAY_S)
    assert sorted(seen) == sorted(one.station for one in whole)
    assert len(seen) > 40


@pytest.mark.req("SKY-008")
def test_a_pass_may_be_under_way_and_there_may_be_none(missions: dict[str, Mission]) -> None:
    orbit = Orbit(missions["node"].orbit.elements())
    one = orbit.passes(missions["node"].stations, orbit.elements.epoch_tai_s, orbit.elements.epoch_tai_s + 20_000)[1]
    middle = OrbitPasses(orbit, missions["node"].stations, (one.rise_tai_s + one.set_tai_s) / 2)
    contact = middle.contact(0)
    assert contact is not None
    assert contact.station == one.station
    for stations in ({}, {"pole": Station(latitude_deg=90, longitude_deg=0, mask_deg=60)}):
        never = OrbitPasses(Orbit(circular(500, 0.0, 2.1e9)), stations, 2.1e9)
        assert never.contact(0) is None
        assert never.next_edge_ns(0) is None
