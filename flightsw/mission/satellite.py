"""What the satellite is built of, as far as power and heat go: what a bench simulates, in `mission.toml`.

The flight software itself takes nothing from here: it believes what the boards report.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ATTITUDES = ("sun_pointing", "zenith_pointing", "tumbling")
NODES = ("payload", "battery", "radiator", "panel", "structure")


def _positive(table: object, *names: str) -> None:
    for name in names:
        if not 0 < getattr(table, name) < 1e9:
            raise ValueError(f"{name} = {getattr(table, name)} is not above 0")


def _fraction(table: object, *names: str) -> None:
    for name in names:
        if not 0 <= getattr(table, name) <= 1:
            raise ValueError(f"{name} = {getattr(table, name)} is not from 0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayDesign:
    """The solar array. `efficiency` is of the cells at 28 °C in the light of AM0, and changes with temperature."""

    area_m2: float
    voltage_mv: int
    efficiency: float = 0.30
    temperature_coefficient_per_k: float = -0.0025
    attitude: str = "sun_pointing"

    def __post_init__(self) -> None:
        _positive(self, "area_m2", "voltage_mv", "efficiency")
        _fraction(self, "efficiency")
        if not -0.02 <= self.temperature_coefficient_per_k <= 0:
            raise ValueError("temperature_coefficient_per_k is not from -0.02 to 0")
        if self.attitude not in ATTITUDES:
            raise ValueError(f"attitude = {self.attitude!r} is none of {', '.join(ATTITUDES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryDesign:
    """The battery: cells in series and in parallel, charged with constant current and then constant voltage.

    `cell_resistance_mohm` is at 25 °C and half full. Below `cell_empty_mv` the cells' protection opens; below
    `charge_from_centidegc` the cells are not charged.
    """

    cells_in_series: int
    cells_in_parallel: int
    cell_capacity_mah: int
    cell_resistance_mohm: float
    charge_limit_ma: int
    cell_full_mv: int = 4100
    cell_empty_mv: int = 2800
    charge_from_centidegc: int = 0

    def __post_init__(self) -> None:
        _positive(self, "cells_in_series", "cells_in_parallel", "cell_capacity_mah", "cell_resistance_mohm")
        _positive(self, "charge_limit_ma")
        if not 2500 <= self.cell_empty_mv < self.cell_full_mv <= 4200:
            raise ValueError("cell_empty_mv and cell_full_mv are from 2500 to 4200, the first below the second")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadDesign:
    """What draws power besides the payload, and what the two regulators, of the array and of the loads, leave of it."""

    platform_mw: int
    heater_mw: int = 0
    auxiliary_mw: int = 0
    array_regulator_efficiency: float = 0.95
    load_regulator_efficiency: float = 0.92

    def __post_init__(self) -> None:
        _positive(self, "platform_mw", "array_regulator_efficiency", "load_regulator_efficiency")
        _fraction(self, "array_regulator_efficiency", "load_regulator_efficiency")
        if self.heater_mw < 0 or self.auxiliary_mw < 0:
            raise ValueError("heater_mw and auxiliary_mw are 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalNode:
    """A lump of one temperature.

    `radiating_m2` radiates with `emissivity`, part of it, `earth_m2`, towards the Earth; `sun_m2` is lit by the Sun (on
    the panel: times the array's incidence) and absorbs `absorptivity` of it. Conduction is to other nodes, by name.
    """

    heat_capacity_j_per_k: float
    emissivity: float = 0.8
    absorptivity: float = 0.3
    radiating_m2: float = 0.0
    earth_m2: float = 0.0
    sun_m2: float = 0.0
    conduction_w_per_k: Mapping[str, float]

    def __post_init__(self) -> None:
        _positive(self, "heat_capacity_j_per_k")
        _fraction(self, "emissivity", "absorptivity")
        if not 0 <= self.earth_m2 <= self.radiating_m2 or self.sun_m2 < 0:
            raise ValueError("earth_m2 is from 0 to radiating_m2, and sun_m2 0 or more")
        for name, value in self.conduction_w_per_k.items():
            if name not in NODES or value <= 0:
                raise ValueError(f"conduction_w_per_k: {name} = {value} is not above 0 to one of {', '.join(NODES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SatelliteDesign:
    """The whole of it. Conduction between two nodes stands in one of them."""

    array: ArrayDesign
    battery: BatteryDesign
    loads: LoadDesign
    nodes: Mapping[str, ThermalNode]

    def __post_init__(self) -> None:
        if set(self.nodes) != set(NODES):
            raise ValueError(f"nodes are exactly {', '.join(NODES)}")
        links = [frozenset((name, other)) for name, node in self.nodes.items() for other in node.conduction_w_per_k]
        if any(len(link) == 1 for link in links) or len(set(links)) != len(links):
            raise ValueError("conduction is between two nodes, and stands in one of them")
