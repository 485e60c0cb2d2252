"""[orbit], [stations] and [satellite] of a mission file."""

from datetime import UTC, datetime

import pytest

from flightsw.mission import DEFAULT_MISSION_TOML, Mission, TomlError, read_mission
from flightsw.orbit import Elements, tai_s

TLE = """
1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537
"""
MEAN = """
[orbit.mean]
epoch_utc = 2026-06-21T00:00:00Z
mean_motion_rev_per_day = 15.05
inclination_deg = 97.6
raan_deg = 180.0
"""
STATION = """
[stations.polar]
latitude_deg = 78.2
longitude_deg = 15.4
altitude_m = 450
mask_deg = 5
"""
SATELLITE = """
[satellite.array]
area_m2 = 0.2
voltage_mv = 18_000
[satellite.battery]
cells_in_series = 2
cells_in_parallel = 2
cell_capacity_mah = 5000
cell_resistance_mohm = 30
charge_limit_ma = 5000
[satellite.loads]
platform_mw = 5000
""" + "".join(
    f"""
[satellite.nodes.{name}]
heat_capacity_j_per_k = 500
conduction_w_per_k = {{ {to} }}"""
    for name, to in {
        "payload": "structure = 1.0",
        "battery": "structure = 0.5",
        "radiator": "payload = 4.0",
        "panel": "structure = 0.2",
        "structure": "",
    }.items()
)


def _read(*tables: str) -> Mission:
    return read_mission("".join((DEFAULT_MISSION_TOML, *tables)), "mine.toml")


@pytest.mark.req("MIS-006")
def test_a_mission_may_have_no_orbit() -> None:
    mission = _read()
    assert (mission.orbit, mission.stations, mission.satellite) == (None, {}, None)


@pytest.mark.req("MIS-006")
def test_an_orbit_is_a_tle_or_mean_elements() -> None:
    mission = _read(f'\n[orbit]\ntle = """{TLE}"""\n', STATION)
    assert mission.orbit is not None
    assert mission.orbit.elements() == Elements.from_tle(TLE)
    assert mission.stations["polar"].altitude_m == 450
    mean = _read(MEAN).orbit
    assert mean is not None
    assert mean.elements().epoch_tai_s == tai_s(datetime(2026, 6, 21, tzinfo=UTC))


@pytest.mark.req("MIS-006")
def test_a_satellite_is_array_battery_loads_and_nodes() -> None:
    satellite = _read(SATELLITE).satellite
    assert satellite is not None
    assert satellite.array.efficiency == 0.3
    assert satellite.nodes["radiator"].conduction_w_per_k == {"payload": 4.0}


@pytest.mark.req("MIS-006")
@pytest.mark.parametrize(
    ("text", "old", "new", "why"),
    [
        ("\n[orbit]\n", "", "", r"\[orbit\]: needs either tle or a table mean"),
        (f'\n[orbit]\ntle = """{TLE}"""\n{MEAN}', "", "", "needs either tle or a table mean"),
        (f'\n[orbit]\ntle = """{TLE}"""\n', "2927", "2928", "its checksum is 7"),
        (MEAN, "00:00:00Z", "00:00:00", "has no time zone"),
        (MEAN, "2026-06-21T00:00:00Z", '"June"', "it takes a date and time"),
        (MEAN, "97.6", "197.6", r"\[orbit.mean\]: inclination_deg = 197.6 is not from 0.0 to 180.0"),
        (STATION, "78.2", "98.2", r"\[stations.polar\]: latitude_deg = 98.2 is not from -90 to 90"),
        (SATELLITE, "area_m2 = 0.2", "area_m2 = 0.0", r"\[satellite.array\]: area_m2 = 0.0 is not above 0"),
        (SATELLITE, "voltage_mv = 18_000", 'voltage_mv = 18_000\nattitude = "odd"', "none of sun_pointing"),
        (SATELLITE, "cells_in_series = 2", "cells_in_series = 0", "cells_in_series = 0 is not above 0"),
        (SATELLITE, "charge_limit_ma = 5000", "charge_limit_ma = 5000\ncell_full_mv = 4300", "from 2500 to 4200"),
        (SATELLITE, "platform_mw = 5000", "platform_mw = 5000\nload_regulator_efficiency = 1.2", "from 0 to 1"),
        (SATELLITE, "[satellite.nodes.panel]", "[satellite.nodes.wing]", "nodes are exactly payload, battery"),
        (SATELLITE, "payload = 4.0", "engine = 4.0", "engine = 4.0 is not above 0 to one of payload"),
        (SATELLITE, "payload = 4.0", "payload = 4.0, radiator = 1.0", "between two nodes, and stands in one"),
        (SATELLITE, "{ structure = 1.0 }", "{ radiator = 1.0 }", "between two nodes, and stands in one"),
        (SATELLITE, "capacity_j_per_k = 500", "capacity_j_per_k = 500\nradiating_m2 = 1\nearth_m2 = 2", "earth_m2 is"),
    ],
)
def test_a_wrong_table_is_one_clear_line(text: str, old: str, new: str, why: str) -> None:
    assert old in text
    with pytest.raises(TomlError, match=why) as error:
        _read(text.replace(old, new))
    assert str(error.value).startswith("mine.toml")
