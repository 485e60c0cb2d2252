"""Sunlight, battery, temperature and loads: drives the analogue inputs of both boards, and counts the energy.

Everything is constant between two looks, so the integrals are exact: µW (mV times mA) times ns is fJ.
The battery's voltage is a straight line over its charge, and it loses nothing; temperature is what it is set to.
"""

from bisect import bisect_right
from dataclasses import dataclass

from firmware_bindings.devicelink.payload_computer import ComputerState
from flightsw.payload import ComputeProfile
from hil.devices.device import PayloadController, PoweredComputer
from hil.devices.power_board import Readings
from hil.environment.rails import RAILS, rail_currents_ma

MJ_FJ = 10**12
_WH_FJ = 3600 * 10**15
_MW_UW = 1000
BATTERY_EMPTY_MV, BATTERY_FULL_MV = 6400, 8400


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


class Environment:
    """The world around two boards and a computer.

    Args:
        start: what it is like at time 0.
        profile: what the payload computer draws.
        controller: the payload controller whose load switches are looked at; None if it is a real board.
        computer: what the rails power; None if it is a real one.
    """

    def __init__(
        self,
        start: BatteryAndSun,
        profile: ComputeProfile,
        controller: PayloadController | None,
        computer: PoweredComputer | None,
    ) -> None:
        self.is_sunlit = start.is_sunlit
        self.temperature_centidegc = start.temperature_centidegc
        self._start = start
        self._profile = profile
        self._controller = controller
        self._computer = computer
        self._capacity_fj = round(start.battery_capacity_wh * _WH_FJ)
        self._charge_fj = self._capacity_fj * start.battery_charge_permille // 1000
        self._payload_fj = 0
        self._good_at_ns: list[int | None] = [None] * len(RAILS)
        self._is_cut = [False] * len(RAILS)
        self._power_good = 0
        self._currents_ma: tuple[int, ...] = (0,) * len(RAILS)
        self._now_ns = 0

    @property
    def payload_energy_mj(self) -> float:
        """Energy that has flowed through the payload's rails."""
        return self._payload_fj / MJ_FJ

    @property
    def payload_mw(self) -> int:
        """Power that flows through the payload's rails now, rounded."""
        return round(self._payload_uw / _MW_UW)

    @property
    def power_good(self) -> int:
        """Rails that are good, bit r for rail r."""
        return self._power_good

    @property
    def charge_permille(self) -> int:
        """Charge of the battery."""
        return self._charge_fj * 1000 // self._capacity_fj

    def readings(self) -> Readings:
        """What the power board's sensors show now."""
        battery_mv = BATTERY_EMPTY_MV + (BATTERY_FULL_MV - BATTERY_EMPTY_MV) * self.charge_permille // 1000
        load_mw = self._start.platform_mw + self.payload_mw
        return Readings(
            battery_mv=battery_mv,
            battery_ma=round(1000 * (self._array_mw - load_mw) / battery_mv),
            battery_charge_permille=self.charge_permille,
            is_sunlit=self.is_sunlit,
            temperature_centidegc=self.temperature_centidegc,
            array_mw=self._array_mw,
            load_mw=load_mw,
        )

    def set_charge(self, permille: int) -> None:
        """Let the battery hold this much from now on."""
        self._charge_fj = self._capacity_fj * permille // 1000

    def cut_rail(self, rail: int) -> None:
        """Break a rail: it loses power-good now, and its switch does nothing until `mend_rail`."""
        self._is_cut[rail] = True
        self._follow_switches()

    def mend_rail(self, rail: int) -> None:
        """Let a rail's switch work again."""
        self._is_cut[rail] = False

    def advance(self, now_ns: int) -> None:
        """Let time pass as things were, then follow the load switches and the payload computer."""
        elapsed_ns, self._now_ns = now_ns - self._now_ns, now_ns
        self._payload_fj += self._payload_uw * elapsed_ns
        surplus_uw = _MW_UW * (self._array_mw - self._start.platform_mw) - self._payload_uw
        self._charge_fj = min(self._capacity_fj, max(0, self._charge_fj + surplus_uw * elapsed_ns))
        self._follow_switches()

    def next_event_ns(self) -> int | None:
        """When the next rail is good; None while none is rising."""
        rising = (at for at in self._good_at_ns if at is not None and at > self._now_ns)
        return min(rising, default=None)

    @property
    def _array_mw(self) -> int:
        return self._start.array_mw if self.is_sunlit else 0

    @property
    def _payload_uw(self) -> int:
        return sum(rail.voltage_mv * ma for rail, ma in zip(RAILS, self._currents_ma, strict=True))

    def _follow_switches(self) -> None:
        if self._controller is None:
            return
        switches = self._controller.rails
        power_good = 0
        for index, rail in enumerate(RAILS):
            if self._is_cut[index] or not switches >> index & 1:
                self._good_at_ns[index] = None
                continue
            good_at_ns = self._good_at_ns[index]
            if good_at_ns is None:
                good_at_ns = self._good_at_ns[index] = self._now_ns + rail.rise_ns
            power_good |= (good_at_ns <= self._now_ns) << index
        if self._computer is not None:
            self._computer.set_power(power_good == (1 << len(RAILS)) - 1)
        currents_ma = rail_currents_ma(self._computer_mw(), power_good)
        if (power_good, currents_ma) != (self._power_good, self._currents_ma):
            self._power_good, self._currents_ma = power_good, currents_ma
            self._drive(self._controller)

    def _drive(self, controller: PayloadController) -> None:
        for index, (rail, current_ma) in enumerate(zip(RAILS, self._currents_ma, strict=True)):
            controller.set_adc(2 * index, rail.voltage_mv if self._power_good >> index & 1 else 0)
            controller.set_adc(2 * index + 1, current_ma)
        controller.set_power_good(self._power_good)

    def _computer_mw(self) -> int:
        """What the payload takes with all its rails: a straight line between the rates that the profile names."""
        idle_mw = self._profile.idle_power_mw
        if self._computer is None or not self._computer.rate_mtokens_per_s:
            return idle_mw
        is_prompt = self._computer.state is ComputerState.PROMPT
        known = sorted(
            (1000 * (mode.prompt_tokens_per_s if is_prompt else mode.decode_tokens_per_s), mode.power_mw)
            for mode in self._profile.modes.values()
        )
        points = [(0.0, idle_mw), *known]
        rate = self._computer.rate_mtokens_per_s
        above = bisect_right(points, (float(rate), -1))
        if above == len(points):
            return points[-1][1]
        (low, low_mw), (high, high_mw) = points[above - 1], points[above]
        return round(low_mw + (high_mw - low_mw) * (rate - low) / (high - low))
