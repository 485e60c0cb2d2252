"""The battery's charge told three ways: which of them is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.payload import BatteryModel, BatteryReading, Charge, PolicyError, Sensor, vote, weigh

MODEL = BatteryModel(open_circuit_mv={"0": 6400, "1000": 8400}, capacity_mwh=40_000)
HOUR_S = 3600


class Flight:
    """A battery that loses 10 W, and a board that tells of it as it is told to."""

    def __init__(self, permille: int = 900, load_mw: int = 10_000) -> None:
        self.permille = float(permille)
        self.load_mw = load_mw
        self.count = None
        self.now_s = 0
        self.charge = Charge(permille=None)

    def fly(self, seconds: int, **shown: int) -> Charge:
        for _ in range(0, seconds, 10):
            self.now_s += 10
            self.permille -= self.load_mw * 10 / HOUR_S / MODEL.capacity_mwh * 1000
            mv = 6400 + round(2 * self.permille)
            true = {"charge_permille": round(self.permille), "battery_mv": mv, "battery_ma": -self.load_mw * 1000 // mv}
            reading = BatteryReading(**{**true, **shown})
            self.count, self.charge = weigh(MODEL, self.count, reading, self.now_s * 1_000_000)
        return self.charge


@pytest.mark.req("PWR-036")
def test_sensors_that_agree_are_all_believed() -> None:
    flight = Flight()
    assert flight.fly(2 * HOUR_S) == Charge(permille=round(flight.permille))


@pytest.mark.req("PWR-037")
def test_a_stuck_charge_is_noticed_and_the_count_takes_its_place() -> None:
    flight = Flight()
    flight.fly(600)
    charge = flight.fly(HOUR_S, charge_permille=860)
    assert charge.stuck == {Sensor.CHARGE}
    assert charge.permille == pytest.approx(flight.permille, abs=5)
    assert flight.fly(60).stuck == frozenset()


@pytest.mark.req("PWR-037")
def test_a_stuck_voltage_is_noticed() -> None:
    flight = Flight()
    assert flight.fly(HOUR_S, battery_mv=8000).stuck == {Sensor.BATTERY_VOLTAGE}
    assert flight.charge.permille == round(flight.permille)


@pytest.mark.req("PWR-036")
def test_a_charge_that_jumps_is_outvoted() -> None:
    flight = Flight()
    flight.fly(60)
    charge = flight.fly(10, charge_permille=300)
    assert charge.outvoted == {Sensor.CHARGE}
    assert charge.permille == pytest.approx(flight.permille, abs=2)


@pytest.mark.req("PWR-036")
def test_a_current_that_lies_is_outvoted() -> None:
    flight = Flight()
    charge = flight.fly(2 * HOUR_S, battery_ma=3000)
    assert charge.outvoted == {Sensor.BATTERY_CURRENT}
    assert charge.permille == round(flight.permille)


@pytest.mark.req("PWR-036")
@pytest.mark.parametrize(
    ("shown", "beyond"),
    [
        ({"charge_permille": 1001}, {Sensor.CHARGE}),
        ({"battery_mv": 0xFFFF}, {Sensor.BATTERY_VOLTAGE}),
        ({"charge_permille": 0xFFFF, "battery_mv": 0}, {Sensor.CHARGE, Sensor.BATTERY_VOLTAGE}),
    ],
)
def test_what_cannot_be_is_not_believed(shown: dict[str, int], beyond: set[Sensor]) -> None:
    flight = Flight()
    flight.fly(60)
    charge = flight.fly(600, **shown)
    assert charge.beyond == beyond
    assert charge.permille == pytest.approx(flight.permille, abs=30)
    assert Flight().fly(10, **shown).permille is None or len(beyond) == 1


@pytest.mark.req("PWR-036")
def test_after_a_gap_counting_begins_anew() -> None:
    flight = Flight()
    flight.fly(60)
    flight.now_s += HOUR_S
    flight.permille = 300
    assert flight.fly(10) == Charge(permille=round(flight.permille))


@pytest.mark.req("PWR-036")
def test_of_values_that_all_disagree_the_lowest_counts() -> None:
    assert vote({Sensor.CHARGE: 900, Sensor.BATTERY_VOLTAGE: 500, Sensor.BATTERY_CURRENT: 100}, 150)[0] == 100
    assert vote({Sensor.CHARGE: 900, Sensor.BATTERY_VOLTAGE: 500}, 150)[0] == 500


@pytest.mark.req("PWR-036")
@given(st.integers(0, 1000), st.integers(-75, 75), st.integers(0, 1000), st.permutations(list(Sensor)[:3]))
def test_one_liar_never_wins(true: int, error: int, lie: int, order: list[Sensor]) -> None:
    told = dict(zip(order, (true, true + error, lie), strict=True))
    believed, _ = vote({sensor: told[sensor] for sensor in list(Sensor)[:3]}, 150)
    assert abs(believed - true) <= 75 + 150 or believed <= true


@pytest.mark.req("PWR-036")
@pytest.mark.parametrize(
    "wrong",
    [
        {"open_circuit_mv": {}},
        {"open_circuit_mv": {"0": 6400}},
        {"open_circuit_mv": {"0": 6400, "1000": 6400}},
        {"open_circuit_mv": {"0": 6400, "x": 7000, "1000": 8400}},
        {"capacity_mwh": 0},
    ],
)
def test_a_battery_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(PolicyError):
        BatteryModel(**{"open_circuit_mv": {"0": 6400, "1000": 8400}, "capacity_mwh": 1000, **wrong})
