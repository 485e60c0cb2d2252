"""What the payload controller does between its link and its rails, in Python: the twin of the RTL behind the link.

Time is counted in ticks of 1 ms; inputs and register accesses act at once, between two ticks.
"""

from dataclasses import dataclass, field

from firmware_bindings.devicelink import Nak, NakReason
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.rail_sequencer import TRANSITIONS, Effect, Event, State, step

__all__ = ["ADC_CHANNELS", "RAILS", "Chip"]

RAILS = 4
ADC_CHANNELS = 2 * RAILS

_U16, _U32, _U64 = (1 << 16) - 1, (1 << 32) - 1, (1 << 64) - 1
_SETTINGS = (regs.WATCHDOG_OPEN_MS, regs.WATCHDOG_CLOSE_MS, regs.STAGGER_MS, regs.POWER_GOOD_TIMEOUT_MS)
_WINDOW = (regs.WATCHDOG_OPEN_MS.address, regs.WATCHDOG_CLOSE_MS.address)
_MEASUREMENTS = [register for register in regs.REGISTERS if register.name.startswith("RAIL")]
_CHANNELS = {register.address: channel for channel, register in enumerate(_MEASUREMENTS)}


@dataclass
class Chip:
    """The controller's flip-flops, and what they do; `read` and `write` are the register bank of the device link."""

    uptime_ms: int = 0
    state: State = State.STEADY
    rails: int = 0
    good: int = 0
    power_good: int = 0
    target: int = 0
    timer_ms: int = 0
    fault_cause: regs.FaultCause = regs.FaultCause.NONE
    fault_rail: int = 0
    watchdog_enabled: bool = False
    watchdog_age_ms: int = 0
    watchdog_bitten: bool = False
    adc: list[int] = field(default_factory=lambda: [0] * ADC_CHANNELS)
    sampled: list[int] = field(default_factory=lambda: [0] * ADC_CHANNELS)
    energy_nj: int = 0
    energy_hi_nj: int = 0
    settings: dict[int, int] = field(default_factory=lambda: {r.address: r.reset for r in _SETTINGS})

    def due_ms(self) -> int | None:
        """Ticks to the next one that does more than count; None if there is none."""
        due = []
        if self.timer_ms:
            due.append(self.timer_ms)
        if self.watchdog_enabled and not self.watchdog_bitten:
            due.append(max(1, self.settings[regs.WATCHDOG_CLOSE_MS.address] - self.watchdog_age_ms))
        return min(due, default=None)

    def tick(self, ticks: int) -> None:
        """Let `ticks` ms pass, at most `due_ms`."""
        self.uptime_ms = (self.uptime_ms + ticks) & _U32
        self.sampled = list(self.adc)
        power_uw = sum(mv * ma for mv, ma in zip(self.adc[0::2], self.adc[1::2], strict=True))
        self.energy_nj = (self.energy_nj + ticks * power_uw) & _U64
        self.timer_ms = max(0, self.timer_ms - ticks)
        if self.watchdog_enabled and not self.watchdog_bitten:
            self.watchdog_age_ms += ticks
            self.watchdog_bitten = self.watchdog_age_ms >= self.settings[regs.WATCHDOG_CLOSE_MS.address]
        self.settle()

    def settle(self) -> None:
        """Take every event that holds, in the order of `Event`, until none is left."""
        while (event := self._event()) is not None:
            self._take(event)

    def read(self, address: int) -> int:
        """A register. Raises Nak."""
        match address:
            case regs.ID.address:
                return regs.ID.reset
            case regs.VERSION.address:
                return regs.VERSION.reset
            case regs.UPTIME_MS.address:
                return self.uptime_ms
            case regs.STATUS.address:
                return regs.STATUS.pack(
                    state=self.state,
                    busy=self.state not in (State.STEADY, State.TRIPPED),
                    fault=self.fault_cause != regs.FaultCause.NONE,
                    watchdog_bitten=self.watchdog_bitten,
                    rails=self.rails,
                    power_good=self.power_good,
                )
            case regs.TARGET.address:
                return regs.TARGET.pack(count=self.target)
            case regs.FAULT.address:
                return regs.FAULT.pack(cause=self.fault_cause, rail=self.fault_rail)
            case regs.WATCHDOG_CTRL.address:
                return regs.WATCHDOG_CTRL.pack(enable=self.watchdog_enabled)
            case regs.WATCHDOG_AGE_MS.address:
                return self.watchdog_age_ms
            case regs.ENERGY_LO_NJ.address:
                self.energy_hi_nj = self.energy_nj >> 32
                return self.energy_nj & _U32
            case regs.ENERGY_HI_NJ.address:
                return self.energy_hi_nj
            case _ if address in self.settings:
                return self.settings[address]
            case _ if address in _CHANNELS:
                return self.sampled[_CHANNELS[address]]
        raise Nak(NakReason.BAD_ADDRESS)

    def write(self, address: int, value: int) -> None:
        """Write a register and let it act. Raises Nak, having changed nothing."""
        match address:
            case regs.TARGET.address:
                _require(value <= RAILS, NakReason.BAD_VALUE)
                _require(value == 0 or self.fault_cause == regs.FaultCause.NONE, NakReason.REFUSED)
                self.target = value
            case regs.FAULT_CLEAR.address:
                _require(value == regs.FaultClearKey.CLEAR, NakReason.BAD_VALUE)
                _require(self.state != State.TRIPPING, NakReason.BUSY)
                self._clear()
            case regs.WATCHDOG_CTRL.address:
                _require(value <= 1, NakReason.BAD_VALUE)
                self.watchdog_enabled = bool(value)
                self.watchdog_age_ms *= value
            case regs.WATCHDOG_KICK.address:
                _require(value == regs.WatchdogKickKey.KICK, NakReason.BAD_VALUE)
                self._kick()
            case _ if address in self.settings:
                _require(value <= _U16, NakReason.BAD_VALUE)
                _require(address not in _WINDOW or not self.watchdog_enabled, NakReason.REFUSED)
                self.settings[address] = value
            case _:
                raise Nak(NakReason.BAD_ADDRESS)
        self.settle()

    def _kick(self) -> None:
        if self.watchdog_enabled and not self.watchdog_bitten:
            if self.watchdog_age_ms < self.settings[regs.WATCHDOG_OPEN_MS.address]:
                self.watchdog_bitten = True
            else:
                self.watchdog_age_ms = 0

    def _clear(self) -> None:
        if self.watchdog_bitten:
            self.watchdog_bitten = False
            self.watchdog_age_ms = 0
        if self.state is State.TRIPPED:
            self._take(Event.CLEAR)

    def _event(self) -> Event | None:
        on = self.rails.bit_count()
        holds = {
            Event.BITE: self.watchdog_bitten,
            Event.LOST: self._lost != 0,
            Event.GOOD: self.rails & ~self.good & self.power_good != 0,
            Event.LESS: self.target < on,
            Event.MORE: self.target > on,
            Event.DARK: on == 0,
            Event.EXPIRED: self.timer_ms == 0,
        }
        return next((event for event, it in holds.items() if it and (self.state, event) in TRANSITIONS), None)

    @property
    def _lost(self) -> int:
        return self.good & ~self.power_good

    def _take(self, event: Event) -> None:
        self.state, effects = step(self.state, event)
        for effect in effects:
            self._do(effect)
        self.good &= self.rails

    def _do(self, effect: Effect) -> None:
        match effect:
            case Effect.CLOSE_NEXT:
                self.rails = self.rails << 1 | 1
            case Effect.MARK_GOOD:
                self.good = self.rails
            case Effect.OPEN_HIGHEST:
                self.rails &= ~(1 << self.rails.bit_length() >> 1)
            case Effect.OPEN_LOST:
                self.rails &= ~self._lost
            case Effect.OPEN_ALL:
                self.rails = 0
            case Effect.START_TIMEOUT:
                self.timer_ms = self.settings[regs.POWER_GOOD_TIMEOUT_MS.address]
            case Effect.START_STAGGER:
                self.timer_ms = self.settings[regs.STAGGER_MS.address]
            case Effect.LATCH_TIMEOUT:
                self._latch(regs.FaultCause.POWER_GOOD_TIMEOUT, self.rails.bit_length() - 1)
            case Effect.LATCH_LOST:
                self._latch(regs.FaultCause.POWER_GOOD_LOST, (self._lost & -self._lost).bit_length() - 1)
            case Effect.LATCH_WATCHDOG:
                self._latch(regs.FaultCause.WATCHDOG, 0)
            case Effect.CLEAR_FAULT:
                self.fault_cause, self.fault_rail = regs.FaultCause.NONE, 0

    def _latch(self, cause: regs.FaultCause, rail: int) -> None:
        self.fault_cause, self.fault_rail, self.target = cause, rail, 0


def _require(condition: bool, reason: NakReason) -> None:
    if not condition:
        raise Nak(reason)
