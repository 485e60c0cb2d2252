"""Cell, battery and bus."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.mission import BatteryDesign, LoadDesign
from hil.environment.battery import Battery, charging_a, discharging_a
from hil.environment.bus import flows
from hil.environment.cell import charge_at, resistance_factor, rest_voltage_v, stored_v

DESIGN = BatteryDesign(
    cells_in_series=2, cells_in_parallel=2, cell_capacity_mah=5000, cell_resistance_mohm=30, charge_limit_ma=5000
)
LOADS = LoadDesign(platform_mw=5000)
ROOM = 25.0


def _battery(**changes: int) -> Battery:
    start = {"fade_permille": 0, "charge_permille": 500, "gauge_gain_permille": 0}
    return Battery(DESIGN, **{**start, **changes})


@pytest.mark.req("SKY-001")
def test_a_cell_rests_between_2_5_and_4_2_v_and_ever_higher() -> None:
    voltages = [rest_voltage_v(charge / 1000) for charge in range(1001)]
    assert voltages == sorted(voltages)
    assert voltages[0] == pytest.approx(2.5, abs=0.01)
    assert voltages[500] == pytest.approx(3.71, abs=0.01)
    assert voltages[-1] == pytest.approx(4.2, abs=0.01)
    assert (rest_voltage_v(-1), rest_voltage_v(2)) == (voltages[0], voltages[-1])


@pytest.mark.req("SKY-001")
@pytest.mark.parametrize("charge", [0.0, 0.013, 0.2, 0.5, 0.777, 1.0])
def test_charge_voltage_and_energy_agree(charge: float) -> None:
    assert charge_at(rest_voltage_v(charge)) == pytest.approx(charge, abs=1e-9)
    grid = np.linspace(0, charge, 20_001)
    assert stored_v(charge) == pytest.approx(np.trapezoid([rest_voltage_v(c) for c in grid], grid), abs=1e-6)


@pytest.mark.req("SKY-001")
def test_resistance_rises_in_the_cold_and_towards_empty() -> None:
    assert resistance_factor(0.5, ROOM) == pytest.approx(1.0)
    assert 1.8 < resistance_factor(0.5, 2.0) < 2.2
    assert resistance_factor(0.05, ROOM) > 1.5
    assert resistance_factor(0.5, 45.0) < 0.7


@pytest.mark.req("SKY-001")
@given(st.floats(0.1, 100), st.floats(5, 30), st.floats(0.001, 0.2))
def test_currents_give_their_power(power_w: float, rest_v: float, ohm: float) -> None:
    charging = charging_a(power_w, rest_v, ohm)
    assert charging * (rest_v + charging * ohm) == pytest.approx(power_w)
    discharging = discharging_a(power_w, rest_v, ohm)
    if discharging is None:
        assert power_w > rest_v**2 / (4 * ohm)
    else:
        assert discharging * (rest_v - discharging * ohm) == pytest.approx(power_w)


@pytest.mark.req("SKY-001")
def test_charging_is_constant_current_and_then_constant_voltage() -> None:
    battery = _battery(charge_permille=500)
    currents, voltages = [], []
    for _ in range(3 * 3600):
        flow = flows(200.0, 5.0, battery, ROOM, LOADS, seconds=1.0)
        battery.take(flow.battery_a, 1.0, flow.battery_v)
        currents.append(flow.battery_a)
        voltages.append(flow.battery_v)
    assert currents[0] == pytest.approx(5.0)
    assert max(currents) <= 5.0 + 1e-9
    assert max(voltages) <= 8.2 + 1e-9
    assert voltages[-1] == pytest.approx(8.2)
    assert currents[-1] < 0.1
    assert battery.charge_permille == pytest.approx(1000, abs=10)


@pytest.mark.req("SKY-001")
def test_a_cold_battery_is_not_charged_but_discharges() -> None:
    battery = _battery()
    assert flows(200.0, 5.0, battery, -1.0, LOADS).battery_a == 0
    assert flows(0.0, 5.0, battery, -1.0, LOADS).battery_a < 0


@pytest.mark.req("SKY-001")
@given(st.floats(0, 200), st.floats(0, 100), st.integers(20, 990), st.floats(-20, 50))
def test_what_comes_goes_somewhere(available_w: float, load_w: float, permille: int, celsius: float) -> None:
    battery = _battery(charge_permille=permille)
    flow = flows(available_w, load_w, battery, celsius, LOADS, seconds=1.0)
    assert flow.array_w + flow.surplus_w == pytest.approx(available_w, abs=1e-9)
    into_battery_w = flow.battery_a * flow.battery_v
    assert flow.array_w == pytest.approx(flow.load_w + flow.regulators_w + into_battery_w, abs=1e-9)
    before_j = battery.stored_j
    battery.take(flow.battery_a, 1.0, flow.battery_v)
    assert battery.stored_j - before_j == pytest.approx(into_battery_w - flow.battery_heat_w, abs=1e-4)
    assert (flow.load_w == load_w) is flow.is_up or load_w == 0


@pytest.mark.req("SKY-001")
def test_an_empty_battery_takes_the_bus_down() -> None:
    battery = _battery(charge_permille=1)
    flow = flows(0.0, 40.0, battery, ROOM, LOADS)
    assert (flow.is_up, flow.load_w, flow.battery_a) == (False, 0.0, 0.0)
    assert not flows(0.0, 5000.0, _battery(), ROOM, LOADS).is_up


@pytest.mark.req("SKY-001")
def test_a_faded_battery_holds_less_and_resists_more() -> None:
    new, old = _battery(), _battery(fade_permille=200)
    assert old.capacity_c == pytest.approx(0.8 * new.capacity_c)
    assert old.resistance_ohm(ROOM) == pytest.approx(1.2 * new.resistance_ohm(ROOM))
    assert old.charge_permille == pytest.approx(new.charge_permille)


@pytest.mark.req("SKY-002")
def test_the_gauge_drifts_and_finds_full_again() -> None:
    battery = _battery(gauge_gain_permille=20)
    for _ in range(3600):
        battery.take(-3.0, 1.0, 7.2)
    assert battery.gauge_permille < battery.charge_permille - 4
    for _ in range(4 * 3600):
        flow = flows(60.0, 0.0, battery, ROOM, LOADS, seconds=1.0)
        battery.take(flow.battery_a, 1.0, flow.battery_v)
    assert battery.gauge_permille == 1000
