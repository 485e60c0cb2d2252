import pytest

from hil.devices.power_board import Readings
from hil.environment import Sensors

S_NS = 1_000_000_000
TRUTH = Readings(battery_mv=7400, battery_charge_permille=500, is_sunlit=True)


@pytest.mark.req("BEN-014")
def test_sensors_show_the_truth_until_they_break() -> None:
    sensors = Sensors(seed=1)
    assert sensors.show(TRUTH, 0) == TRUTH
    sensors.stick("battery_charge_permille", 900)
    sensors.offset("battery_mv", -150)
    shown = sensors.show(TRUTH, 0)
    assert (shown.battery_charge_permille, shown.battery_mv, shown.is_sunlit) == (900, 7250, True)
    sensors.stick("battery_charge_permille", None)
    sensors.offset("battery_mv", 0)
    assert sensors.show(TRUTH, 0) == TRUTH


@pytest.mark.req("BEN-014")
def test_noise_is_bounded_seeded_and_changes_each_second() -> None:
    def samples(seed: int) -> list[int]:
        sensors = Sensors(seed)
        sensors.add_noise("battery_mv", 20)
        return [sensors.show(TRUTH, second * S_NS).battery_mv for second in range(200)]

    assert samples(1) == samples(1) != samples(2)
    assert min(samples(1)) >= 7380
    assert max(samples(1)) <= 7420
    assert len(set(samples(1))) > 30
    sensors = Sensors(1)
    sensors.add_noise("battery_mv", 20)
    assert sensors.show(TRUTH, 5 * S_NS) == sensors.show(TRUTH, 6 * S_NS - 1)


@pytest.mark.req("BEN-014")
def test_there_is_no_other_sensor() -> None:
    with pytest.raises(ValueError, match="no sensor 'aura'; there are battery_mv"):
        Sensors(1).stick("aura", 1)
