from datetime import UTC, datetime
from pathlib import Path

import pytest

from flightsw.mission import DEFAULT_MISSION_TOML, load_mission, read_mission
from flightsw.orbit import sun_synchronous, tai_s
from hil.bench import load_bench
from hil.commands.errors import UsageError
from hil.commands.init import init
from hil.environment.battery import Battery
from hil.reference import REFERENCES

LTAN_H = {"cubesat": (10.5, datetime(2026, 3, 20, tzinfo=UTC)), "node": (18.0, datetime(2026, 6, 21, tzinfo=UTC))}
SUN_W_PER_M2 = 1361


@pytest.mark.req("SKY-009")
@pytest.mark.parametrize("name", REFERENCES)
def test_init_writes_a_reference_mission_that_is_valid(name: str, tmp_path: Path) -> None:
    init(tmp_path, mission=name)
    mission, bench = load_mission(tmp_path / "mission.toml"), load_bench(tmp_path / "bench.toml")
    assert mission.satellite is not None
    assert bench.sky is not None
    assert "svalbard" in mission.stations
    assert mission.spacecraft == read_mission(DEFAULT_MISSION_TOML).spacecraft


@pytest.mark.req("SKY-009")
@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_orbit_has_its_local_time(name: str) -> None:
    ltan_h, epoch = LTAN_H[name]
    expected = sun_synchronous(550, ltan_h, tai_s(epoch))
    orbit = read_mission(REFERENCES[name].mission).orbit
    assert orbit is not None
    elements = orbit.elements()
    for field, tolerance in (("mean_motion_rev_per_day", 1e-4), ("inclination_deg", 1e-3), ("raan_deg", 0.01)):
        assert getattr(elements, field) == pytest.approx(getattr(expected, field), abs=tolerance)


@pytest.mark.req("SKY-009")
def test_the_figures_are_those_of_their_names() -> None:
    cubesat, node = (read_mission(REFERENCES[name].mission) for name in ("cubesat", "node"))
    assert cubesat.satellite is not None
    array = cubesat.satellite.array
    assert array.area_m2 * array.efficiency * SUN_W_PER_M2 == pytest.approx(50, rel=0.01)
    assert max(mode.power_mw for mode in node.compute.modes.values()) == 838_000


@pytest.mark.req("SKY-009")
@pytest.mark.parametrize("name", REFERENCES)
def test_the_payload_is_ready_before_its_transition_times_out(name: str) -> None:
    mission = read_mission(REFERENCES[name].mission)
    assert mission.compute.boot_s + mission.compute.load_s < 0.8 * mission.power.transition_timeout_s


@pytest.mark.req("SKY-009")
@pytest.mark.parametrize("name", REFERENCES)
def test_flight_software_knows_the_battery_that_the_bench_simulates(name: str) -> None:
    mission = read_mission(REFERENCES[name].mission)
    assert mission.satellite is not None
    battery = Battery(mission.satellite.battery, fade_permille=0, charge_permille=0, gauge_gain_permille=0)
    empty_j = battery.stored_j
    for permille in (0, 20, 100, 450, 750, 1000):
        battery.set_charge(permille)
        implied = mission.battery.charge_permille(round(1000 * battery.rest_v()), 0)
        assert implied == pytest.approx(permille, abs=20)
    assert mission.battery.capacity_mwh == pytest.approx((battery.stored_j - empty_j) / 3.6, rel=0.01)
    assert mission.battery.resistance_mohm == pytest.approx(1000 * battery.resistance_ohm(25.0), abs=1)


@pytest.mark.req("SKY-009")
def test_there_is_no_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no reference mission 'moon'; there are cubesat, node"):
        init(tmp_path, mission="moon")
