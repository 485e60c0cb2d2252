"""What switches the rails, limits them and takes them all away when the bus is too low: the twin of the RTL's.

Inputs act at once, and so do settings, when `settle` is called; time is counted in ticks of 1 ms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import EventCode, FaultCause, RailState, State
from hil.devices.rail_sequencer import TRANSITIONS, Effect, Event, step

__all__ = ["BUS_MV", "RAILS", "RailPower"]

RAILS = 8
BUS_MV = 8000
"""The bus when nobody says what it is."""

_ALL = (1 << RAILS) - 1
_MAX_TRIPS = _MAX_LOCKOUTS = 255
_AVERAGE_FRACTION_BITS = 7
_TOLD_AS = {
    FaultCause.OVERCURRENT: EventCode.RAIL_TRIPPED,
    FaultCause.SLOW_OVERCURRENT: EventCode.RAIL_TRIPPED,
    FaultCause.POWER_GOOD_LOST: EventCode.POWER_GOOD_LOST,
    FaultCause.POWER_GOOD_TIMEOUT: EventCode.POWER_GOOD_TIMEOUT,
}


@dataclass
class RailPower:
    """`settings`: values of the writable registers by address. Masks: bit r for rail r.

    `moved_rail` is the one that an effect has just moved, whose stagger or time-out is started.
    """

    settings: dict[int, int]
    power_good: int = 0
    overcurrent: int = 0
    bus_mv: int = BUS_MV
    is_bitten: bool = False
    target: int = 0
    state: State = State.STEADY
    switches: int = 0
    good: int = 0
    timer_ms: int = 0
    fault_cause: FaultCause = FaultCause.NONE
    fault_rail: int = 0
    tripped_rail: int = 0
    locked_out: int = 0
    attempts: list[int] = field(default_factory=lambda: [0] * RAILS)
    causes: list[FaultCause] = field(default_factory=lambda: [FaultCause.NONE] * RAILS)
    trips: list[int] = field(default_factory=lambda: [0] * RAILS)
    blanking_ms: list[int] = field(default_factory=lambda: [0] * RAILS)
    averages: list[int] = field(default_factory=lambda: [0] * RAILS)
    is_under_voltage: bool = False
    lockouts: int = 0
    moved_rail: int = 0
    fast_trip: int = 0
    slow_trip: int = 0
    retries: list[int] = field(default_factory=list)
    limit_mv: int = 0
    hysteresis_mv: int = 0
    told: list[tuple[EventCode, int]] = field(default_factory=list)
    """Events with their arguments, until `take_told`."""

    def __post_init__(self) -> None:
        self.apply_settings()

    def apply_settings(self) -> None:
        """Take over what is decoded from `settings` once for each change of them. To be settled."""
        ctrl = [register.unpack(self.settings[register.address]) for register in regs.RAIL_CTRL]
        self.fast_trip = sum(fields["fast_trip"] << rail for rail, fields in enumerate(ctrl))
        self.slow_trip = sum(fields["slow_trip"] << rail for rail, fields in enumerate(ctrl))
        self.retries = [fields["retries"] for fields in ctrl]
        limit = regs.UNDER_VOLTAGE_LIMIT.unpack(self.settings[regs.UNDER_VOLTAGE_LIMIT.address])
        self.limit_mv, self.hysteresis_mv = limit["limit_mv"], limit["hysteresis_mv"]

    # Time and inputs

    def due_ms(self) -> int | None:
        """Ticks to the next one that may move something; None if there is none."""
        timers = [self.timer_ms]
        timers += [self.blanking_ms[r] for r in _rails(self.switches & self.overcurrent & self.fast_trip)]
        return min((ms for ms in timers if ms), default=None)

    def tick(self, ticks: int) -> None:
        """Let `ticks` ms pass, at most `due_ms`. To be settled."""
        self.timer_ms = max(0, self.timer_ms - ticks)
        for rail in _rails(self.switches):
            self.blanking_ms[rail] = max(0, self.blanking_ms[rail] - ticks)

    def sample(self, rail: int, current_ma: int) -> None:
        """A new measurement of a rail's current. To be settled."""
        if self.switches >> rail & 1:
            distance = (current_ma << _AVERAGE_FRACTION_BITS) - self.averages[rail]
            self.averages[rail] += distance >> self.settings[regs.AVERAGE_SHIFT.address]

    def settle(self) -> None:
        """Take every event that holds, in the order of `Event`, until none is left."""
        self._watch_bus()
        while (event := self._event()) is not None:
            self._take(event)

    def take_told(self) -> list[tuple[EventCode, int]]:
        """The events since the last call."""
        told, self.told = self.told, []
        return told

    # What is seen

    @property
    def rails(self) -> int:
        """Load switches driven on."""
        return self.switches

    @property
    def highest_target(self) -> int:
        """The highest TARGET that may hold now."""
        if self.state is State.TRIPPED:
            return 0
        return (self.locked_out & -self.locked_out).bit_length() - 1 if self.locked_out else RAILS

    @property
    def is_busy(self) -> bool:
        return self.state not in (State.STEADY, State.TRIPPED)

    @property
    def is_slow_trip_possible(self) -> bool:
        """Whether the next sample may open a rail."""
        return bool(self.switches & self.slow_trip)

    @property
    def is_bus_below(self) -> bool:
        """What the comparator of the bus says: while locked out its reference stands a hysteresis higher."""
        return self.bus_mv < self.limit_mv + self.is_under_voltage * self.hysteresis_mv

    @property
    def warnings(self) -> int:
        """Closed rails whose averaged current is at or above their limit."""
        at_limit = (r for r in _rails(self.switches) if self.average_ma(r) >= self._setting(regs.RAIL_LIMIT_MA, r))
        return sum(1 << rail for rail in at_limit)

    def average_ma(self, rail: int) -> int:
        return self.averages[rail] >> _AVERAGE_FRACTION_BITS

    def rail_state(self, rail: int) -> RailState:
        if self.locked_out >> rail & 1:
            return RailState.LOCKED_OUT
        if self.switches >> rail & 1:
            return RailState.ON if self.good >> rail & 1 else RailState.RISING
        is_tripped = rail == self.tripped_rail and self.state in (State.TRIPPING, State.BACKOFF)
        return RailState.TRIPPED if is_tripped else RailState.OFF

    # Commands. To be settled.

    def clear_fault(self) -> None:
        if self.state is State.TRIPPED:
            self._take(Event.CLEAR)
        else:
            self._do(Effect.CLEAR_FAULT)

    def clear_lockout(self, mask: int) -> None:
        self.locked_out &= ~mask
        for rail in _rails(mask):
            self.attempts[rail], self.causes[rail] = 0, FaultCause.NONE

    # The sequencer

    def _event(self) -> Event | None:
        on = self.switches.bit_count()
        faults = self._faults()
        above = _ALL & ~((2 << self.tripped_rail) - 1)
        is_alone = not self.switches & above
        is_spent = bool(self.locked_out >> self.tripped_rail & 1)
        holds = {
            Event.BITE: self.is_bitten,
            Event.BROWNOUT: self.is_under_voltage,
            Event.FAULT: faults & (~above if self.state is State.TRIPPING else _ALL) != 0,
            Event.DRAGGED: faults != 0,
            Event.GOOD: self.switches & ~self.good & self.power_good != 0,
            Event.LESS: self.target < on,
            Event.MORE: self.target > on,
            Event.RETRY: is_alone and not is_spent,
            Event.SPENT: is_alone and is_spent,
            Event.EXPIRED: self.timer_ms == 0,
        }
        return next((event for event, it in holds.items() if it and (self.state, event) in TRANSITIONS), None)

    def _faults(self) -> int:
        return self._lost | self._overcurrent | self._slow_overcurrent

    @property
    def _lost(self) -> int:
        return self.good & ~self.power_good

    @property
    def _overcurrent(self) -> int:
        looked_at = self.switches & self.overcurrent & self.fast_trip
        return sum(1 << rail for rail in _rails(looked_at) if not self.blanking_ms[rail])

    @property
    def _slow_overcurrent(self) -> int:
        slow = self.switches & self.slow_trip
        return slow and slow & self.warnings

    def _take(self, event: Event) -> None:
        if self.state is State.BACKOFF and event is Event.EXPIRED and self.target > self.switches.bit_count():
            self.told.append((EventCode.RAIL_RETRIED, 1 << self.tripped_rail))
        self.state, effects = step(self.state, event)
        for effect in effects:
            self._do(effect)
        self.good &= self.switches
        for rail in _rails(_ALL & ~self.switches):
            self.averages[rail] = 0
        self.target = min(self.target, self.highest_target)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Effect.CLOSE_NEXT:
                rail = self.moved_rail = self.switches.bit_length()
                self.switches |= 1 << rail
                self.blanking_ms[rail] = self._setting(regs.RAIL_BLANKING_MS, rail)
            case Effect.MARK_GOOD:
                self.good = self.switches
                self.moved_rail = self._highest
            case Effect.OPEN_HIGHEST:
                self.moved_rail = self._highest
                self.switches &= ~(1 << self._highest)
            case Effect.OPEN_FAULTED:
                self.switches &= ~self._faults()
            case Effect.OPEN_ALL:
                self.switches = 0
            case Effect.START_TIMEOUT:
                self.timer_ms = self._setting(regs.RAIL_POWER_GOOD_TIMEOUT_MS, self.moved_rail)
            case Effect.START_STAGGER:
                self.timer_ms = self._setting(regs.RAIL_STAGGER_MS, self.moved_rail)
            case Effect.START_BACKOFF:
                rail = self.tripped_rail
                self.timer_ms = self._setting(regs.RAIL_RETRY_MS, rail) << self.attempts[rail] - 1
            case Effect.TRIP_FAULTED:
                faults = self._faults()
                rail = self.moved_rail = (faults & -faults).bit_length() - 1
                self._trip(rail, self._cause(rail))
            case Effect.TRIP_RISING:
                self._trip(self._highest, FaultCause.POWER_GOOD_TIMEOUT)
            case Effect.LATCH_WATCHDOG:
                self._latch(FaultCause.WATCHDOG, 0)
            case Effect.LATCH_UNDER_VOLTAGE:
                self._latch(FaultCause.UNDER_VOLTAGE, 0)
            case Effect.CLEAR_FAULT:
                self.fault_cause, self.fault_rail = FaultCause.NONE, 0

    @property
    def _highest(self) -> int:
        return self.switches.bit_length() - 1

    def _cause(self, rail: int) -> FaultCause:
        if self._overcurrent >> rail & 1:
            return FaultCause.OVERCURRENT
        return FaultCause.SLOW_OVERCURRENT if self._slow_overcurrent >> rail & 1 else FaultCause.POWER_GOOD_LOST

    def _trip(self, rail: int, cause: FaultCause) -> None:
        self.tripped_rail, self.causes[rail] = rail, cause
        self.trips[rail] = min(_MAX_TRIPS, self.trips[rail] + 1)
        self.told.append((_TOLD_AS[cause], 1 << rail))
        if self.attempts[rail] < self.retries[rail]:
            self.attempts[rail] += 1
        else:
            self.locked_out |= 1 << rail
            self.told.append((EventCode.RAIL_LOCKED_OUT, 1 << rail))
        self._latch(cause, rail)

    def _latch(self, cause: FaultCause, rail: int) -> None:
        if self.fault_cause is FaultCause.NONE:
            self.fault_cause, self.fault_rail = cause, rail

    def _watch_bus(self) -> None:
        was_under, self.is_under_voltage = self.is_under_voltage, self.is_bus_below
        if self.is_under_voltage and not was_under:
            self.lockouts = min(_MAX_LOCKOUTS, self.lockouts + 1)
            self.told.append((EventCode.UNDER_VOLTAGE, 0))

    def _setting(self, registers: Sequence[Register], rail: int) -> int:
        return self.settings[registers[rail].address]


def _rails(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
