"""The payload's power: rails that follow the controller's load switches, and what the computer on them draws.

Everything is constant between two looks, so the integral is exact: µW (mV times mA) times ns is fJ.
"""

from bisect import bisect_right

from firmware_bindings.devicelink.payload_computer import Cap, ComputerState
from flightsw.payload import ComputeProfile
from hil.devices.device import CAP_FULL_DUTY, PayloadController, PoweredComputer
from hil.environment.rails import RAILS, rail_currents_ma

LATCH_UP_TIMES = 5
"""By how much a parasitic thyristor raises a rail's current: enough for any limiter, and our own figure."""
_MW_UW = 1000


class PayloadSupply:
    """The rails between a bus, a controller and a computer.

    Args:
        profile: what the payload computer draws.
        controller: the payload controller whose load switches are looked at; None if it is a real board.
        computer: what the rails power; None if it is a real one.
    """

    def __init__(
        self, profile: ComputeProfile, controller: PayloadController | None, computer: PoweredComputer | None
    ) -> None:
        self._profile = profile
        modes = profile.modes.values()
        self._fastest = (max(m.prompt_tokens_per_s for m in modes), max(m.decode_tokens_per_s for m in modes))
        self._caps: tuple[int, ...] | None = None
        self._controller = controller
        self._computer = computer
        self._good_at_ns: list[int | None] = [None] * len(RAILS)
        self._is_cut = [False] * len(RAILS)
        self._is_latched_up = [False] * len(RAILS)
        self._currents_ma: tuple[int, ...] = (0,) * len(RAILS)
        self._surroundings = (0, 0)
        self._now_ns = 0
        self.is_supplied = True
        """Whether there is a bus in front of the load switches; they follow it at the next `advance`."""
        self.power_good = 0
        """Rails that are good, bit r for rail r."""
        self.power_uw = 0
        """What flows through the rails now."""
        self.energy_fj = 0
        """What has flowed so far."""

    def cut_rail(self, rail: int) -> None:
        """Break a rail: it loses power-good now, and its switch does nothing until `mend_rail`."""
        self._is_cut[rail] = True
        self._follow_switches()

    def mend_rail(self, rail: int) -> None:
        """Let a rail's switch work again."""
        self._is_cut[rail] = False

    def latch_up(self, rail: int) -> None:
        """Let a rail that is on draw LATCH_UP_TIMES its current, until its switch opens."""
        self._is_latched_up[rail] = bool(self.power_good >> rail & 1)
        self._follow_switches()

    def surround(self, bus_mv: int, centidegc: int) -> None:
        """Let the controller's other inputs show the bus, and how warm the payload with its rails is."""
        if self._controller is not None and (bus_mv, centidegc) != self._surroundings:
            self._surroundings = bus_mv, centidegc
            self._controller.set_bus_mv(bus_mv)
            for rail in range(len(RAILS)):
                self._controller.set_adc(3 * rail + 2, centidegc)

    def advance(self, now_ns: int) -> None:
        """Let time pass as things were, then follow the load switches and the payload computer."""
        elapsed_ns, self._now_ns = now_ns - self._now_ns, now_ns
        self.energy_fj += self.power_uw * elapsed_ns
        self._follow_switches()

    def next_event_ns(self) -> int | None:
        """When the next rail is good; None while none is rising."""
        rising = (at for at in self._good_at_ns if at is not None and at > self._now_ns)
        return min(rising, default=None)

    def _follow_switches(self) -> None:
        if self._controller is None:
            return
        switches = self._controller.rails if self.is_supplied else 0
        power_good = 0
        for index, rail in enumerate(RAILS):
            if self._is_cut[index] or not switches >> index & 1:
                self._good_at_ns[index] = None
                self._is_latched_up[index] = False
                continue
            good_at_ns = self._good_at_ns[index]
            if good_at_ns is None:
                good_at_ns = self._good_at_ns[index] = self._now_ns + rail.rise_ns
            power_good |= (good_at_ns <= self._now_ns) << index
        if self._computer is not None:
            self._computer.set_power(power_good == (1 << len(RAILS)) - 1)
            self._follow_caps(self._controller, self._computer)
        currents_ma = tuple(
            ma * LATCH_UP_TIMES if is_latched_up else ma
            for ma, is_latched_up in zip(
                rail_currents_ma(self._computer_mw(), power_good), self._is_latched_up, strict=True
            )
        )
        if (power_good, currents_ma) != (self.power_good, self._currents_ma):
            self.power_good, self._currents_ma = power_good, currents_ma
            self.power_uw = sum(rail.voltage_mv * ma for rail, ma in zip(RAILS, currents_ma, strict=True))
            self._drive(self._controller)

    def _follow_caps(self, controller: PayloadController, computer: PoweredComputer) -> None:
        """The cap outputs stop the payload's clock; its highest rates are those of a clock that never stands still."""
        if controller.caps != self._caps:
            self._caps = controller.caps
            prompt, decode = (round(1000 * rate * min(self._caps) / CAP_FULL_DUTY) for rate in self._fastest)
            computer.set_clock(Cap(prompt_mtokens_per_s=prompt, decode_mtokens_per_s=decode))

    def _drive(self, controller: PayloadController) -> None:
        for index, (rail, current_ma) in enumerate(zip(RAILS, self._currents_ma, strict=True)):
            controller.set_adc(3 * index, rail.voltage_mv if self.power_good >> index & 1 else 0)
            controller.set_adc(3 * index + 1, current_ma)
        controller.set_overcurrent(sum(is_latched_up << rail for rail, is_latched_up in enumerate(self._is_latched_up)))
        controller.set_power_good(self.power_good)

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
