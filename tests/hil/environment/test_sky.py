"""A satellite's power and heat under its orbit's light."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from flightsw.mission import Mission
from hil.devices.power_board import ModelPowerBoard
from hil.devices.power_board_control import Loads
from hil.environment import Environment, Sky
from hil.environment.sunlight import Sunlight

MS_NS = 1_000_000
S_NS = 1_000_000_000
DAY_S = 86_400
MakeSky = Callable[..., Sky]


def _run(sky: Sky, seconds: int) -> None:
    start = sky._now_ns // S_NS
    for second in range(start + 1, start + seconds + 1):
        sky.advance(second * S_NS)


@pytest.mark.req("SKY-004")
@pytest.mark.parametrize("name", ["cubesat", "node"])
def test_energy_and_heat_balance_over_a_day(make_sky: MakeSky, name: str) -> None:
    """Whatever loads are switched, to 1e-6 of what came in; stored energy is worked out from the charge alone."""
    sky, chance = make_sky(name), random.Random(name)
    most_uw = 20e6 if name == "cubesat" else 838e6
    before_j, before_heat_j = sky.battery.stored_j, sky.heat.stored_j
    for second in range(DAY_S):
        if second % 97 == 0:
            sky.switch(Loads(heater=chance.random() < 0.3, auxiliary=chance.random() < 0.7))
            sky.draw(round(chance.random() * most_uw * sky.is_sunlit))
        sky.advance((second + 1) * S_NS)
    totals, heat = sky.totals, sky.heat
    kept_j = sky.battery.stored_j - before_j
    assert totals.load_j > 0.5 * totals.array_j
    lost_j = totals.load_j + totals.regulators_j + totals.battery_heat_j
    assert totals.array_j == pytest.approx(lost_j + kept_j, rel=1e-6)
    assert heat.absorbed_j + heat.dissipated_j == pytest.approx(
        heat.radiated_j + heat.stored_j - before_heat_j, rel=1e-6
    )
    # What the array takes out of the panel comes back as heat, but for what the battery keeps.
    assert heat.dissipated_j == pytest.approx(lost_j - totals.array_j, rel=1e-9, abs=1e-6 * totals.array_j)


@pytest.mark.req("SKY-005")
def test_cutting_time_differently_gives_the_same_numbers(make_sky: MakeSky) -> None:
    changes = [(round(at * 7.3) * 137 * MS_NS, 1_000_000 * (at % 17)) for at in range(400)]
    cuts = np.random.default_rng(1).integers(0, changes[-1][0], 2000).tolist()

    def fly(times: list[int]) -> tuple[object, ...]:
        sky = make_sky()
        drawn = dict(changes)
        for now_ns in sorted({*times, *drawn}):
            sky.advance(now_ns)
            if now_ns in drawn:
                sky.draw(drawn[now_ns])
        return sky.battery.charge_c, sky.totals, sky.temperatures_centidegc, sky.readings()

    assert fly([]) == fly(cuts)


@pytest.mark.req("SKY-006")
def test_the_sun_rises_and_sets_where_the_orbit_says(make_sky: MakeSky) -> None:
    sky = make_sky()
    edges = sky.orbit.shadow_edges(sky.start_tai_s, sky.start_tai_s + 20_000)
    seen = []
    was_lit = sky.is_sunlit
    while sky._now_ns < 20_000 * S_NS:
        sky.advance(sky.next_event_ns())
        if sky.is_sunlit != was_lit:
            was_lit = sky.is_sunlit
            seen.append((sky.start_tai_s + sky._now_ns / S_NS, not was_lit))
    assert [is_entry for _, is_entry in seen] == [edge.is_entry for edge in edges]
    assert [at for at, _ in seen] == pytest.approx([edge.tai_s for edge in edges], abs=1e-3)


@pytest.mark.req("SKY-006")
def test_light_is_the_suns_and_the_earths(make_sky: MakeSky) -> None:
    sky = make_sky()
    lit = [Sunlight(sky.orbit, "zenith_pointing", sky.start_tai_s).during(second) for second in range(0, 900, 10)]
    lights = []
    for attitude in ("sun_pointing", "tumbling", "zenith_pointing"):
        sunlight = Sunlight(sky.orbit, attitude, sky.start_tai_s)
        lights.append([sunlight.during(second) for second in range(0, 6000, 30)])
    pointed, tumbled, zenith = lights
    assert {one.incidence for one in pointed} == {1.0}
    assert {one.incidence for one in tumbled} == {0.25}
    assert 0.0 == min(one.incidence for one in zenith) < max(one.incidence for one in zenith) <= 1.0
    assert {one.sun_w_per_m2 for one in pointed} == {one.sun_w_per_m2 for one in zenith}
    assert 1361 * 0.96 < max(one.sun_w_per_m2 for one in lit) < 1361 * 1.04
    assert min(one.sun_w_per_m2 for one in pointed) == 0
    assert max(one.albedo_w_per_m2 for one in pointed) < 0.3 * 1361
    assert all(one.albedo_w_per_m2 == 0 for one in pointed if one.sun_w_per_m2 == 0)
    assert {round(one.earth_w_per_m2, -1) for one in pointed} == {200.0}


@pytest.mark.req("SKY-007")
def test_faults_show(make_sky: MakeSky) -> None:
    sky = make_sky(temperature_centidegc=2800, array_loss_permille=0)
    while not sky.is_sunlit:
        sky.advance(sky.next_event_ns())
    _run(sky, 60)
    sky.draw(20_000_000)
    sky.set_charge(500)
    whole_mw = sky.readings().array_mw
    sky.lose_array(500)
    assert sky.readings().array_mw == pytest.approx(whole_mw / 2, rel=0.1)
    sky.set_sunlight(False)
    assert (sky.readings().array_mw, sky.readings().is_sunlit) == (0, False)
    _run(sky, 60)
    assert sky.readings().battery_ma < 0
    sky.set_sunlight(True)
    assert sky.is_sunlit
    sky.set_temperature(-1000, "battery")
    assert sky.readings().battery_temperature_centidegc == -1000
    assert sky.temperatures_centidegc["payload"] > 0
    before = sky.temperatures_centidegc["payload"]
    sky.heat_node("payload", 100_000)
    _run(sky, 60)
    assert sky.temperatures_centidegc["payload"] > before + 300
    sky.set_charge(100)
    assert sky.charge_permille == sky.readings().battery_charge_permille == 100


@pytest.mark.req("SKY-007")
def test_an_empty_battery_is_a_dead_bus_until_the_sun_has_charged_it(make_sky: MakeSky) -> None:
    sky = make_sky(battery_charge_permille=10)
    sky.set_sunlight(False)
    _run(sky, 1800)
    assert not sky.is_bus_up
    assert not sky.is_payload_supplied
    assert (sky.readings().bus_mv, sky.readings().load_mw) == (0, 0)
    sky.set_sunlight(True)
    for _ in range(2 * 5760):
        _run(sky, 1)
        if sky.is_bus_up:
            break
    assert sky.charge_permille == pytest.approx(50, abs=1)
    assert sky.readings().bus_mv > 0


@pytest.mark.req("SKY-007")
def test_a_cold_and_weak_battery_survives_its_heater(make_sky: MakeSky, missions: dict[str, Mission]) -> None:
    """Compass-1 on the model board: cold, low, in the dark; the heater must not make the bus come and go."""
    sky, board = make_sky(battery_charge_permille=260, temperature_centidegc=-1000), ModelPowerBoard()
    environment = Environment(sky, missions["cubesat"].compute, None, None, board)
    sky.set_sunlight(False)
    closings, was_on = 0, False
    for second in range(1, 3600):
        environment.advance(second * S_NS)
        closings += board.loads.heater and not was_on
        was_on = board.loads.heater
        assert sky.is_bus_up
    assert closings == 1
    assert not was_on
