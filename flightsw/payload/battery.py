"""How much the battery holds, told three ways, so that no single sensor need be believed.

The board reports a charge; the voltage implies one; and one is counted by integrating what flows. Two that agree
outvote the third.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

from flightsw.payload.policy import PolicyError

MAX_GAP_US = 60_000_000
"""Between two readings that are further apart nothing is known: counting begins anew."""
SETTLE_US = 6 * 3600 * 1_000_000
"""In this time the count is drawn to what is believed, so that its own errors do not add up."""

_PJ_PER_MWH = 3_600_000_000_000
_PERMILLE = 1000


class Sensor(IntEnum):
    """What tells of the satellite's state. The numbers are on the wire."""

    CHARGE = 0
    BATTERY_VOLTAGE = 1
    BATTERY_CURRENT = 2
    BATTERY_TEMPERATURE = 3
    PAYLOAD_TEMPERATURE = 4
    RAIL_TEMPERATURE = 5
    """Of rail 0; those of the other rails follow."""


@dataclass(frozen=True, kw_only=True)
class BatteryModel:
    """The battery as it was measured on the ground, and how far its sensors may disagree.

    `open_circuit_mv`: its voltage at rest by its charge in ‰, both rising, straight lines between. A sensor that shows
    the same while the count has moved by `stuck_permille` is stuck. Raises PolicyError.
    """

    open_circuit_mv: Mapping[str, int]
    capacity_mwh: int
    resistance_mohm: int = 0
    tolerance_permille: int = 150
    stuck_permille: int = 40

    def __post_init__(self) -> None:
        if not all(charge.isdigit() for charge in self.open_circuit_mv):
            raise PolicyError("open_circuit_mv: the charges are whole numbers of ‰")
        charges, voltages = zip(*self._points, strict=True) if self._points else ((), ())
        if charges[:1] + charges[-1:] != (0, _PERMILLE) or sorted(set(voltages)) != list(voltages):
            raise PolicyError("open_circuit_mv: must rise from charge 0 to 1000 ‰")
        for name, low, high in (
            ("capacity_mwh", 1, 10_000_000),
            ("resistance_mohm", 0, 10_000),
            ("tolerance_permille", 10, 500),
            ("stuck_permille", 10, 500),
        ):
            if not low <= getattr(self, name) <= high:
                raise PolicyError(f"{name} = {getattr(self, name)} is not from {low} to {high}")

    @cached_property
    def _points(self) -> list[tuple[int, int]]:
        return sorted((int(charge), mv) for charge, mv in self.open_circuit_mv.items())

    @property
    def full_mv(self) -> int:
        return self._points[-1][1]

    def charge_permille(self, terminal_mv: int, charging_ma: int) -> int:
        """The charge that a voltage implies while this current flows into the battery."""
        mv = terminal_mv - charging_ma * self.resistance_mohm // 1000
        above = min(max(1, bisect_right(self._points, mv, key=lambda point: point[1])), len(self._points) - 1)
        (low, low_mv), (high, high_mv) = self._points[above - 1], self._points[above]
        return max(0, min(_PERMILLE, low + (high - low) * (mv - low_mv) // (high_mv - low_mv)))

    def energy_pj(self, permille: int) -> int:
        """What the battery holds at this charge."""
        return permille * self.capacity_mwh * _PJ_PER_MWH // _PERMILLE

    def is_plausible(self, mv: int) -> bool:
        """A battery can have this voltage, loaded or broken."""
        return 0 < mv < 2 * self.full_mv


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryReading:
    """What the board shows; the current is positive while the battery is charged."""

    charge_permille: int
    battery_mv: int
    battery_ma: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The charge as it was counted up to `at_us`, what was shown then, and what was counted since that was new."""

    energy_pj: int
    at_us: int
    shown: BatteryReading
    since_charge_pj: int = 0
    since_voltage_pj: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is believed, None if nothing is, and which sensors are not: beyond their range, stuck, or outvoted."""

    permille: int | None
    beyond: frozenset[Sensor] = frozenset()
    stuck: frozenset[Sensor] = frozenset()
    outvoted: frozenset[Sensor] = frozenset()


def weigh(
    model: BatteryModel, count: Count | None, reading: BatteryReading, now_us: int
) -> tuple[Count | None, Charge]:
    """Count on with one more reading, and say what to believe."""
    told: dict[Sensor, int] = {}
    if 0 <= reading.charge_permille <= _PERMILLE:
        told[Sensor.CHARGE] = reading.charge_permille
    if model.is_plausible(reading.battery_mv):
        told[Sensor.BATTERY_VOLTAGE] = model.charge_permille(reading.battery_mv, reading.battery_ma)
    beyond = frozenset({Sensor.CHARGE, Sensor.BATTERY_VOLTAGE} - told.keys())
    elapsed_us = 0 if count is None else now_us - count.at_us
    if count is None or not 0 <= elapsed_us <= MAX_GAP_US:
        if not told:
            return None, Charge(permille=None, beyond=beyond)
        count = Count(energy_pj=model.energy_pj(next(iter(told.values()))), at_us=now_us, shown=reading)
    else:
        count = _counted(model, count, reading, now_us)
    stuck = _stuck(model, count) & told.keys()
    told = {sensor: value for sensor, value in told.items() if sensor not in stuck}
    told[Sensor.BATTERY_CURRENT] = count.energy_pj * _PERMILLE // model.energy_pj(_PERMILLE)
    permille, outvoted = vote(told, model.tolerance_permille)
    drawn_pj = (model.energy_pj(permille) - count.energy_pj) * elapsed_us // SETTLE_US
    count = replace(count, energy_pj=count.energy_pj + drawn_pj)
    return count, Charge(permille=permille, beyond=beyond, stuck=stuck, outvoted=outvoted)


def vote(told: Mapping[Sensor, int], tolerance: int) -> tuple[int, frozenset[Sensor]]:
    """What to believe of one to three values, told in order of preference, and who is outvoted.

    The first that is within `tolerance` of the middle one; where no two agree, the lowest.
    """
    values = sorted(told.values())
    middle = values[len(values) // 2]
    outvoted = frozenset(sensor for sensor, value in told.items() if abs(value - middle) > tolerance)
    if len(told) > 1 and len(outvoted) == len(told) - 1:
        return values[0], frozenset(told)
    return next(value for sensor, value in told.items() if sensor not in outvoted), outvoted


def _counted(model: BatteryModel, count: Count, reading: BatteryReading, now_us: int) -> Count:
    shown = count.shown
    mv = shown.battery_mv if model.is_plausible(shown.battery_mv) else model.full_mv
    flown_pj = mv * shown.battery_ma * (now_us - count.at_us)
    energy_pj = max(0, min(model.energy_pj(_PERMILLE), count.energy_pj + flown_pj))
    added_pj = energy_pj - count.energy_pj
    return Count(
        energy_pj=energy_pj,
        at_us=now_us,
        shown=reading,
        since_charge_pj=(reading.charge_permille == shown.charge_permille) * (count.since_charge_pj + added_pj),
        since_voltage_pj=(reading.battery_mv == shown.battery_mv) * (count.since_voltage_pj + added_pj),
    )


def _stuck(model: BatteryModel, count: Count) -> frozenset[Sensor]:
    """Sensors that show the same though the charge has moved."""
    since = {Sensor.CHARGE: count.since_charge_pj, Sensor.BATTERY_VOLTAGE: count.since_voltage_pj}
    return frozenset(sensor for sensor, pj in since.items() if abs(pj) >= model.energy_pj(model.stuck_permille))
