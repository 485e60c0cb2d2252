"""The battery: cells in series and parallel, and a gauge that counts their charge."""

import math

from flightsw.mission import BatteryDesign
from hil.environment.cell import charge_at, resistance_factor, rest_voltage_v, stored_v

_C_PER_MAH = 3.6
_FULL_CURRENT = 0.05
"""Charging at full voltage with less than this part of the capacity in an hour, the gauge says full."""


class Battery:
    """What the battery holds. Volts and amperes at its terminals; current is positive while it is charged.

    Args:
        design: the battery as it was built.
        fade_permille: of its capacity that it has lost; its resistance has risen by as much.
        charge_permille: at the beginning, of what it can be charged to.
        gauge_gain_permille: how much too much of a current the gauge counts.
    """

    def __init__(
        self, design: BatteryDesign, *, fade_permille: int, charge_permille: int, gauge_gain_permille: int
    ) -> None:
        self._design = design
        nominal_c = design.cells_in_parallel * design.cell_capacity_mah * _C_PER_MAH
        self.capacity_c = nominal_c * (1 - fade_permille / 1000)
        cell_ohm = design.cell_resistance_mohm / 1000 * (1 + fade_permille / 1000)
        self._pack_ohm = cell_ohm * design.cells_in_series / design.cells_in_parallel
        self._empty, self._full = charge_at(design.cell_empty_mv / 1000), charge_at(design.cell_full_mv / 1000)
        self._gauge_gain = 1 + gauge_gain_permille / 1000
        self.full_v = design.cells_in_series * design.cell_full_mv / 1000
        self.empty_v = design.cells_in_series * design.cell_empty_mv / 1000
        self.charge_c = 0.0
        self._gauge_c = 0.0
        self.set_charge(charge_permille)

    @property
    def stored_j(self) -> float:
        """What it gave without its resistance, were it emptied to 2.5 V a cell."""
        return self._design.cells_in_series * self.capacity_c * stored_v(self.charge_c / self.capacity_c)

    @property
    def charge_permille(self) -> float:
        """What it truly holds, of what lies between the designed voltages at rest."""
        return 1000 * (self.charge_c / self.capacity_c - self._empty) / (self._full - self._empty)

    @property
    def gauge_permille(self) -> int:
        """What the gauge says."""
        part = (self._gauge_c / self.capacity_c - self._empty) / (self._full - self._empty)
        return min(1000, max(0, round(1000 * part)))

    def set_charge(self, permille: float) -> None:
        """Let it hold this much, and the gauge know."""
        part = self._empty + (self._full - self._empty) * permille / 1000
        self.charge_c = self._gauge_c = part * self.capacity_c

    def rest_v(self, more_c: float = 0.0) -> float:
        """Its voltage without current, with so many coulombs more."""
        return self._design.cells_in_series * rest_voltage_v((self.charge_c + more_c) / self.capacity_c)

    def resistance_ohm(self, celsius: float) -> float:
        """Of the whole battery at a temperature."""
        return self._pack_ohm * resistance_factor(self.charge_c / self.capacity_c, celsius)

    def charge_limit_a(self, rest_v: float, ohm: float, celsius: float) -> float:
        """The greatest current that the charger gives: constant, then at constant voltage; none while it is cold."""
        if celsius * 100 < self._design.charge_from_centidegc:
            return 0.0
        return min(self._design.charge_limit_ma / 1000, max(0.0, (self.full_v - rest_v) / ohm))

    def take(self, current_a: float, seconds: float, terminal_v: float) -> None:
        """Let a current flow, and the gauge count it; full is where charging at full voltage has become slow."""
        self.charge_c += current_a * seconds
        self._gauge_c += current_a * seconds * self._gauge_gain
        full_c = self._full * self.capacity_c
        is_full = 0 < current_a < _FULL_CURRENT * self.capacity_c / 3600 and terminal_v >= self.full_v - 1e-3
        self._gauge_c = full_c if is_full else min(full_c, max(self._empty * self.capacity_c, self._gauge_c))


def charging_a(power_w: float, rest_v: float, ohm: float) -> float:
    """The current at which the battery takes a power at its terminals."""
    return (math.sqrt(rest_v * rest_v + 4 * ohm * power_w) - rest_v) / (2 * ohm)


def discharging_a(power_w: float, rest_v: float, ohm: float) -> float | None:
    """The current at which it gives a power at its terminals; None if it can't give that much."""
    root = rest_v * rest_v - 4 * ohm * power_w
    return None if root < 0 else (rest_v - math.sqrt(root)) / (2 * ohm)
