"""A reference mission on its bench: the flight software sees only what the boards report."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from flightsw.mission import TomlError, load_mission
from flightsw.orbit import Orbit, utc
from flightsw.payload import PowerMode
from hil.ask import run_ask
from hil.bench import Bench, LockstepBench
from hil.bench.config import Devices
from hil.ground import ReportReceived
from hil.reference import load_reference
from hil.scenario import Scenario
from hil.scenario import fly as fly_scenario


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


def _last(bench: Bench, name: str) -> ReportReceived:
    return [one for one in bench.events if isinstance(one, ReportReceived) and one.report.name == name][-1]


def _begin_of_a_sunlit_pass(name: str) -> datetime:
    mission, _ = load_reference(name)
    assert mission.orbit is not None
    orbit = Orbit(mission.orbit.elements())
    begin = orbit.elements.epoch_tai_s
    passes = orbit.passes(mission.stations, begin, begin + 86_400)
    sunlit = (one for one in passes if orbit.is_sunlit(one.rise_tai_s) and orbit.is_sunlit(one.set_tai_s))
    return utc(next(sunlit).rise_tai_s + 60)


def _orbit(bench: Bench) -> ReportReceived:
    """What the satellite foresees, asked for now."""
    bench.ground.send("report_housekeeping", structure="ORBIT")
    bench.run_for(1)
    return _last(bench, "orbit")


@pytest.mark.req("SKY-009")
def test_housekeeping_follows_the_sky(fly: Callable[..., Bench]) -> None:
    bench = fly("cubesat", start_utc=_begin_of_a_sunlit_pass("cubesat"))
    bench.run_for(15)
    power, truth = _last(bench, "power").parameters, bench.world.environment.readings()
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


@pytest.mark.req("BEN-067")
@pytest.mark.parametrize("trouble", ["none", "it waits for the link", "nobody hears it"])
def test_the_time_is_told_until_the_satellite_has_it_and_then_it_foresees_eclipses(
    fly: Callable[..., Bench], trouble: str
) -> None:
    bench = fly("cubesat", start_utc=_begin_of_a_sunlit_pass("cubesat"))
    first = ()
    if trouble == "it waits for the link":
        bench.open_channel(False)
        bench.at(3, lambda: bench.open_channel(True))
        first = ("set_time completed",)
    elif trouble == "nobody hears it":
        bench.kill_flight_software()
        bench.at(3, bench.start_flight_software)
        first = ("set_time unacknowledged",)
    flown = fly_scenario(bench, Scenario(name="Half a minute", duration_h=0.01))
    assert flown.commands == (*first, "set_time completed")
    orbit = _orbit(bench)
    assert orbit.parameters["is_predicted"]
    assert orbit.parameters["is_sunlit"]
    assert orbit.onboard_us is not None
    assert bench.tai_us is not None
    assert bench.tai_us - orbit.onboard_us == pytest.approx(1e6 * bench.now_s - orbit.ground_us, abs=50_000)


@pytest.mark.req("BEN-067")
def test_who_asks_under_a_sky_tells_the_time_first(fly: Callable[..., Bench]) -> None:
    bench = fly("cubesat", start_utc=_begin_of_a_sunlit_pass("cubesat"))
    assert run_ask(bench, "What is the capital of France?", max_tokens=2).is_done
    assert _orbit(bench).parameters["is_predicted"]


@pytest.mark.req("BEN-044")
def test_a_sky_needs_an_orbit_and_a_satellite() -> None:
    _, config = load_reference("cubesat")
    with pytest.raises(TomlError, match=r"the mission needs an \[orbit\] and a \[satellite\]"):
        LockstepBench(load_mission(None), config)
