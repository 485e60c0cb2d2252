"""What the payload controller does between its link and its rails, in Python: the twin of the RTL behind the link.

Time is counted in ticks of 1 ms; inputs and register accesses act at once, between two ticks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from firmware_bindings.devicelink import Nak, NakReason
from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import State
from hil.devices.rail_meter import ADC_CHANNELS, RailMeter
from hil.devices.rail_power import RAILS, RailPower

__all__ = ["ADC_CHANNELS", "RAILS", "Chip"]

_ALL = (1 << RAILS) - 1
_U16, _U32 = (1 << 16) - 1, (1 << 32) - 1
_BY_ADDRESS = {register.address: register for register in regs.REGISTERS}
_COMPUTED = (regs.TARGET, regs.WATCHDOG_CTRL)  # writable, but not only by the link
_KEYS: Mapping[int, int] = {
    regs.FAULT_CLEAR.address: regs.FaultClearKey.CLEAR,
    regs.WATCHDOG_KICK.address: regs.WatchdogKickKey.KICK,
    regs.WATCHDOG_DISARM.address: regs.WatchdogDisarmKey.DISARM,
    regs.COUNTERS_CLEAR.address: regs.CountersClearKey.CLEAR,
}
_MIN_LIMIT_MV = 5000


def _reset_settings() -> dict[int, int]:
    return {r.address: r.reset for r in regs.REGISTERS if r.access == "rw" and r not in _COMPUTED}


@dataclass
class Chip:
    """The controller's flip-flops, and what they do; `read` and `write` are the register bank of the device link."""

    settings: dict[int, int] = field(default_factory=_reset_settings)
    uptime_ms: int = 0
    is_limit_written: bool = False
    watchdog_enabled: bool = False
    watchdog_age_ms: int = 0
    watchdog_bitten: bool = False

    def __post_init__(self) -> None:
        self.power = RailPower(self.settings)
        self.meter = RailMeter(self.settings)

    def due_ms(self) -> int | None:
        """Ticks to the next one that may move something outside; None if there is none."""
        due = [self.power.due_ms(), self.meter.due_ms() if self.power.is_slow_trip_possible else None]
        if self.watchdog_enabled and not self.watchdog_bitten:
            due.append(max(1, self.settings[regs.WATCHDOG_CLOSE_MS.address] - self.watchdog_age_ms))
        return min((ms for ms in due if ms is not None), default=None)

    def tick(self, ticks: int) -> None:
        """Let `ticks` ms pass, at most `due_ms`."""
        while ticks:
            if self.meter.take():
                for rail in range(RAILS):
                    self.power.sample(rail, self.meter.current_ma(rail))
                self.settle()
            due_ms = self.due_ms()
            now = min(ticks, self.meter.due_ms(), ticks if due_ms is None else due_ms)
            ticks -= now
            self.uptime_ms = (self.uptime_ms + now) & _U32
            self.meter.tick(now)
            self.power.tick(now)
            if self.watchdog_enabled and not self.watchdog_bitten:
                self.watchdog_age_ms += now
                self.watchdog_bitten = self.watchdog_age_ms >= self.settings[regs.WATCHDOG_CLOSE_MS.address]
            self.settle()

    def settle(self) -> None:
        """Let everything that holds act."""
        self.power.is_bitten = self.watchdog_bitten
        self.power.settle()

    def read(self, address: int) -> int:
        """A register. Raises Nak."""
        register = _BY_ADDRESS.get(address)
        if register is None or register.access == "wo":
            raise Nak(NakReason.BAD_ADDRESS)
        if address in self.settings:
            return self.settings[address]
        show = _SHOWN.get(address)
        return register.reset if show is None else show(self)

    def write(self, address: int, value: int) -> None:
        """Write a register and let it act. Raises Nak, having changed nothing."""
        register = _BY_ADDRESS.get(address)
        if register is None or register.access == "ro":
            raise Nak(NakReason.BAD_ADDRESS)
        _require(not value & ~sum(field.mask << field.lsb for field in register.fields), NakReason.BAD_VALUE)
        _require(value == _KEYS.get(address, value), NakReason.BAD_VALUE)
        self._write(register, value)
        self.settle()

    def _write(self, register: Register, value: int) -> None:
        power, is_tripping = self.power, self.power.state is State.TRIPPING
        match register.address:
            case regs.TARGET.address:
                _require(value <= RAILS, NakReason.BAD_VALUE)
                _require(value <= power.highest_target, NakReason.REFUSED)
                power.target = value
            case regs.FAULT_CLEAR.address:
                _require(not is_tripping, NakReason.BUSY)
                _require(not power.is_under_voltage, NakReason.REFUSED)
                self.clear_bite()
                power.clear_fault()
            case regs.LOCKOUT_CLEAR.address:
                mask = value & _ALL
                _require(value == register.pack(key=regs.LockoutClearKey.CLEAR, rails=mask), NakReason.BAD_VALUE)
                _require(not is_tripping, NakReason.BUSY)
                power.clear_lockout(mask)
            case regs.WATCHDOG_CTRL.address:
                self.watchdog_enabled = bool(value)
                self.watchdog_age_ms *= value
            case regs.WATCHDOG_KICK.address:
                self._kick()
            case regs.WATCHDOG_OPEN_MS.address | regs.WATCHDOG_CLOSE_MS.address:
                _require(not self.watchdog_enabled, NakReason.REFUSED)
                self._set(register, value)
            case regs.SAMPLE_PERIOD_MS.address:
                _require(value > 0, NakReason.BAD_VALUE)
                self._set(register, value)
            case regs.UNDER_VOLTAGE_LIMIT.address:
                fields = register.unpack(value)
                _require(fields["limit_mv"] >= _MIN_LIMIT_MV, NakReason.BAD_VALUE)
                _require(fields["limit_mv"] + fields["hysteresis_mv"] <= 0xFFFF, NakReason.BAD_VALUE)
                _require(not self.is_limit_written, NakReason.REFUSED)
                self.is_limit_written = True
                self._set(register, value)
            case _ if register.access == "rw":
                self._set(register, value)

    def _set(self, register: Register, value: int) -> None:
        self.settings[register.address] = value
        self.power.apply_settings()

    def clear_bite(self) -> None:
        if self.watchdog_bitten:
            self.watchdog_bitten = self.power.is_bitten = False
            self.watchdog_age_ms = 0

    def _kick(self) -> None:
        if self.watchdog_enabled and not self.watchdog_bitten:
            if self.watchdog_age_ms < self.settings[regs.WATCHDOG_OPEN_MS.address]:
                self.watchdog_bitten = True
            else:
                self.watchdog_age_ms = 0

    def status(self) -> int:
        power = self.power
        return regs.STATUS.pack(
            state=power.state,
            busy=power.is_busy,
            fault=power.fault_cause != regs.FaultCause.NONE,
            watchdog_bitten=self.watchdog_bitten,
            under_voltage=power.is_under_voltage,
            locked_out=power.locked_out != 0,
            rails=power.rails,
            power_good=power.power_good,
            warnings=power.warnings,
        )

    def under_voltage_status(self) -> int:
        return regs.UNDER_VOLTAGE_STATUS.pack(
            is_below=self.power.is_bus_below,
            locked_out=self.power.is_under_voltage,
            is_limit_written=self.is_limit_written,
            count=self.power.lockouts,
        )

    def rail_status(self, rail: int) -> int:
        power = self.power
        return regs.RAIL_STATUS[rail].pack(
            state=power.rail_state(rail),
            cause=power.causes[rail],
            warning=power.warnings >> rail & 1,
            overcurrent=power.overcurrent >> rail & 1,
            attempts=power.attempts[rail],
            trips=power.trips[rail],
        )


Show = Callable[[Chip], int]


def _each(registers: Sequence[Register], show: Callable[[Chip, int], int]) -> dict[int, Show]:
    def of(rail: int) -> Show:
        return lambda chip: show(chip, rail)

    return {register.address: of(rail) for rail, register in enumerate(registers)}


_SHOWN: Mapping[int, Show] = {
    regs.UPTIME_MS.address: lambda chip: chip.uptime_ms,
    regs.STATUS.address: Chip.status,
    regs.TARGET.address: lambda chip: chip.power.target,
    regs.FAULT.address: lambda chip: regs.FAULT.pack(cause=chip.power.fault_cause, rail=chip.power.fault_rail),
    regs.ENERGY_LO_NJ.address: lambda chip: chip.meter.low(None),
    regs.ENERGY_HI_NJ.address: lambda chip: chip.meter.high(None),
    regs.SAMPLES.address: lambda chip: chip.meter.samples,
    regs.UNDER_VOLTAGE_STATUS.address: Chip.under_voltage_status,
    regs.WATCHDOG_AGE_MS.address: lambda chip: chip.watchdog_age_ms,
    regs.WATCHDOG_CTRL.address: lambda chip: int(chip.watchdog_enabled),
    **_each(regs.VOLTAGE_MV, lambda chip, rail: chip.meter.voltage_mv(rail)),
    **_each(regs.CURRENT_MA, lambda chip, rail: chip.meter.current_ma(rail)),
    **_each(regs.TEMPERATURE_CENTIDEGC, lambda chip, rail: chip.meter.temperature_centidegc(rail) & _U16),
    **_each(regs.RAIL_STATUS, Chip.rail_status),
    **_each(regs.AVERAGE_MA, lambda chip, rail: chip.power.average_ma(rail)),
    **_each(regs.RAIL_ENERGY_LO_NJ, lambda chip, rail: chip.meter.low(rail)),
    **_each(regs.RAIL_ENERGY_HI_NJ, lambda chip, rail: chip.meter.high(rail)),
}
"""What each register shows, by address, that is neither a setting nor a constant."""


def _require(condition: bool, reason: NakReason) -> None:
    if not condition:
        raise Nak(reason)
