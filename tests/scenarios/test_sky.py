"""A reference mission on its bench: the flight software sees only what the boards report."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from flightsw.mission import TomlError, load_mission
from flightsw.orbit import Orbit, utc
from flightsw.payload import PowerMode
from hil.bench import Bench, LockstepBench
from hil.bench.config import Devices
from hil.ground import ReportReceived
from hil.reference import load_reference


@pytest.fixture
def fly() -> Iterator[Callable[..., Bench]]:
    benches = []

    def make(name: str, **sky: Any) -> Bench:
        mission, config = load_reference(name)
        assert config.sky is not None
        devices = Devices(payload_ctrl="model://payload_ctrl")
        config = replace(config, devices=devices, sky=replace(config.sky, **sky))
        benches.append(LockstepBench(mission, config))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


def _power(bench: Bench) -> dict[str, Any]:
    reports = [one for one in bench.events if isinstance(one, ReportReceived) and one.report.name == "power"]
    return dict(reports[-1].parameters)


def _begin_of_a_sunlit_pass(name: str) -> datetime:
    mission, _ = load_reference(name)
    assert mission.orbit is not None
    orbit = Orbit(mission.orbit.elements())
    begin = orbit.elements.epoch_tai_s
    passes = orbit.passes(mission.stations, begin, begin + 86_400)
    sunlit = (one for one in passes if orbit.is_sunlit(one.rise_tai_s) and orbit.is_sunlit(one.set_tai_s))
    return utc(next(sunlit).rise_tai_s + 60)


@pytest.mark.req("SKY-009")
def test_housekeeping_follows_the_sky(fly: Callable[..., Bench]) -> None:
    bench = fly("cubesat", start_utc=_begin_of_a_sunlit_pass("cubesat"))
    bench.run_for(15)
    power, truth = _power(bench), bench.world.environment.readings()
    assert power["sunlight"] is True
    for name, true in (
        ("battery_mv", truth.battery_mv),
        ("array_mw", truth.array_mw),
        ("panel_centidegc", truth.panel_temperature_centidegc),
        ("battery_centidegc", truth.battery_temperature_centidegc),
    ):
        assert power[name] == pytest.approx(true, rel=0.02, abs=20), name
    assert power["array_mw"] > 8000
    assert power["payload_switch"]


@pytest.mark.req("SKY-010")
def test_an_empty_battery_ends_the_flight_software_and_the_sun_boots_it(fly: Callable[..., Bench]) -> None:
    bench = fly("cubesat", battery_charge_permille=0, start_utc=_begin_of_a_sunlit_pass("cubesat"))
    bench.run_for(5)
    bench.set_sunlight(False)
    power = bench.world.environment.power
    bench.run_until(lambda: not power.is_bus_up, timeout_s=600)
    assert not bench.is_flying
    assert bench.world.environment.readings().load_mw == 0
    bench.set_sunlight(True)
    bench.set_charge(45)
    bench.run_until(lambda: power.is_bus_up, timeout_s=1200)
    assert bench.is_flying
    bench.run_for(15)
    assert bench.flight.mode.commanded.mode is PowerMode.SURVIVAL


@pytest.mark.req("BEN-044")
def test_a_sky_needs_an_orbit_and_a_satellite() -> None:
    _, config = load_reference("cubesat")
    with pytest.raises(TomlError, match=r"the mission needs an \[orbit\] and a \[satellite\]"):
        LockstepBench(load_mission(None), config)
