"""The simplest world: constant sunlight, a battery whose voltage is a straight line over its charge, no losses.

What flows is constant between two looks, so the integral is exact: µW times ns is fJ.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hil.devices.power_board import Readings
from hil.devices.power_board_control import Loads

BATTERY_EMPTY_MV, BATTERY_FULL_MV = 6400, 8400
_ARRAY_MV = 18_000
_WH_FJ = 3600 * 10**15
_MW_UW = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryAndSun:
    """The environment at the beginning of a run, as `bench.toml` has it."""

    is_sunlit: bool = True
    battery_capacity_wh: float = 40.0
    battery_charge_permille: int = 900
    temperature_centidegc: int = 2000
    array_mw: int = 30_000
    platform_mw: int = 5_000

    def __post_init__(self) -> None:
        if not 0 < self.battery_capacity_wh <= 10_000:
            raise ValueError(f"battery_capacity_wh = {self.battery_capacity_wh} is not above 0 and at most 10000")
        if not 0 <= self.battery_charge_permille <= 1000:
            raise ValueError(f"battery_charge_permille = {self.battery_charge_permille} is not from 0 to 1000")
        if not -10_000 <= self.temperature_centidegc <= 15_000:
            raise ValueError(f"temperature_centidegc = {self.temperature_centidegc} is not from -10000 to 15000")
        if not (0 <= self.array_mw <= 1_000_000 and 0 <= self.platform_mw <= 1_000_000):
            raise ValueError("array_mw and platform_mw are from 0 to 1000000")


class ConstantWorld:
    """Sun and temperature as they are set, and a battery that takes the difference of what comes and what goes."""

    def __init__(self, start: BatteryAndSun) -> None:
        self._start = start
        self._capacity_fj = round(start.battery_capacity_wh * _WH_FJ)
        self._charge_fj = self._capacity_fj * start.battery_charge_permille // 1000
        self._centidegc = dict.fromkeys(("structure", "battery", "panel"), start.temperature_centidegc)
        self._array_part_permille = 1000
        self._payload_uw = 0
        self._now_ns = 0
        self.is_sunlit = start.is_sunlit
        self.is_payload_supplied = True
        self.is_bus_up = True

    @property
    def charge_permille(self) -> int:
        return self._charge_fj * 1000 // self._capacity_fj

    @property
    def temperatures_centidegc(self) -> Mapping[str, int]:
        return dict(self._centidegc)

    def advance(self, now_ns: int) -> None:
        """Let time pass as things were."""
        elapsed_ns, self._now_ns = now_ns - self._now_ns, now_ns
        surplus_uw = _MW_UW * (self._array_mw - self._start.platform_mw) - self._payload_uw
        self._charge_fj = min(self._capacity_fj, max(0, self._charge_fj + surplus_uw * elapsed_ns))

    def draw(self, payload_uw: int) -> None:
        """The payload takes this much from now on."""
        self._payload_uw = payload_uw

    def switch(self, loads: Loads) -> None:
        """The power board has its load switches like this from now on; here only the payload's matters."""
        self.is_payload_supplied = loads.payload

    def next_event_ns(self) -> None:
        """Nothing happens by itself."""

    def readings(self) -> Readings:
        """What true sensors show now."""
        battery_mv = BATTERY_EMPTY_MV + (BATTERY_FULL_MV - BATTERY_EMPTY_MV) * self.charge_permille // 1000
        load_mw = self._start.platform_mw + round(self._payload_uw / _MW_UW)
        return Readings(
            battery_mv=battery_mv,
            battery_ma=round(1000 * (self._array_mw - load_mw) / battery_mv),
            battery_charge_permille=self.charge_permille,
            is_sunlit=self.is_sunlit,
            temperature_centidegc=self._centidegc["structure"],
            array_mw=self._array_mw,
            load_mw=load_mw,
            array_mv=_ARRAY_MV if self._array_mw else 0,
            array_ma=round(1000 * self._array_mw / _ARRAY_MV),
            battery_temperature_centidegc=self._centidegc["battery"],
            panel_temperature_centidegc=self._centidegc["panel"],
            bus_mv=battery_mv,
        )

    def set_sunlight(self, is_sunlit: bool) -> None:
        """Let the Sun shine, or not."""
        self.is_sunlit = is_sunlit

    def set_charge(self, permille: int) -> None:
        """Let the battery hold this much from now on."""
        self._charge_fj = self._capacity_fj * permille // 1000

    def set_temperature(self, centidegc: int, node: str | None = None) -> None:
        """Let one of structure, battery and panel, or each, be this warm. Raises ValueError for any other."""
        if node is not None and node not in self._centidegc:
            raise ValueError(f"no node {node!r}; there are {', '.join(self._centidegc)}")
        self._centidegc |= dict.fromkeys(self._centidegc if node is None else [node], centidegc)

    def lose_array(self, permille: int) -> None:
        """Let so much of the array give nothing."""
        self._array_part_permille = 1000 - permille

    @property
    def _array_mw(self) -> int:
        return self._start.array_mw * self._array_part_permille // 1000 if self.is_sunlit else 0
