"""What the payload controller does between its link and its rails, in Python: the twin of the RTL behind the link.

Time is counted in ticks of 1 ms; inputs and register accesses act at once, between two ticks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from firmware_bindings.devicelink import Nak, NakReason
from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import BootCause, EventCode, State
from hil.devices.boot_record import BootRecord
from hil.devices.cap_output import PERIOD_MS, CapOutput
from hil.devices.event_fifo import Event, EventFifo
from hil.devices.link_statistics import LinkStatistics
from hil.devices.mailbox import Mailbox
from hil.devices.mailbox_errors import MailboxErrors
from hil.devices.rail_meter import ADC_CHANNELS, RailMeter
from hil.devices.rail_power import RAILS, RailPower
from hil.devices.secded import WORD_BITS
from hil.devices.window_watchdog import WindowWatchdog

__all__ = ["ADC_CHANNELS", "RAILS", "Chip"]

_ALL = (1 << RAILS) - 1
_U16, _U32 = (1 << 16) - 1, (1 << 32) - 1
_BY_ADDRESS = {register.address: register for register in regs.REGISTERS}
_COMPUTED = (regs.TARGET, regs.WATCHDOG_CTRL)  # writable, but not only by the link
_KEYS: Mapping[int, int] = {
    regs.FAULT_CLEAR.address: regs.FaultClearKey.CLEAR,
    regs.WATCHDOG_DISARM.address: regs.WatchdogDisarmKey.DISARM,
    regs.COUNTERS_CLEAR.address: regs.CountersClearKey.CLEAR,
}
_MIN_LIMIT_MV = 5000
_CAPS = 2


def _reset_settings() -> dict[int, int]:
    return {r.address: r.reset for r in regs.REGISTERS if r.access == "rw" and r not in _COMPUTED}


@dataclass
class Chip:
    """The controller's flip-flops, and what they do; `read` and `write` are the register bank of the device link.

    What is declared here begins anew with a reset, but for what is said to survive it.
    """

    settings: dict[int, int] = field(default_factory=_reset_settings)
    uptime_ms: int = 0
    is_limit_written: bool = False
    warned: int = 0

    def __post_init__(self) -> None:
        self.power = RailPower(self.settings)
        self.meter = RailMeter(self.settings)
        self.watchdog = WindowWatchdog()
        self.caps = tuple(CapOutput() for _ in range(_CAPS))
        self.cap_duties = (0,) * _CAPS  # asked of them
        self.link = LinkStatistics()
        # These survive a reset.
        self.boot = BootRecord()
        self.events = EventFifo()
        self.mailbox = Mailbox()
        self.mailbox_errors = MailboxErrors()
        self.tell(EventCode.BOOT, self.boot.cause)

    def reset(self) -> None:
        """Begin anew, the pins as they are: what they do at once comes before the start is told."""
        fresh, power = Chip(), self.power
        fresh.power.power_good, fresh.power.overcurrent, fresh.power.bus_mv = (
            *(power.power_good, power.overcurrent),
            power.bus_mv,
        )
        fresh.meter.inputs = self.meter.inputs
        fresh.boot, fresh.events = self.boot, self.events
        fresh.mailbox, fresh.mailbox_errors = self.mailbox, self.mailbox_errors
        vars(self).update(vars(fresh))
        self.mailbox.scrub_ms = self.settings[regs.MAILBOX_SCRUB_MS.address]
        self.settle()
        self.boot.note(BootCause.EXTERNAL_RESET)
        self.tell(EventCode.BOOT, self.boot.cause)

    def tell(self, code: EventCode, argument: int = 0) -> None:
        """An event, now."""
        self.events.push(Event(code, argument, self.uptime_ms))

    def due_ms(self) -> int | None:
        """Ticks to the next one that may move something outside; None if there is none."""
        due = [self.power.due_ms(), self.meter.due_ms() if self.power.is_slow_trip_possible else None]
        due += [self.watchdog.due_ms(), *map(CapOutput.due_ms, self.caps, self.cap_duties)]
        return min((ms for ms in due if ms is not None), default=None)

    def tick(self, ticks: int) -> None:
        """Let `ticks` ms pass, at most `due_ms`."""
        while ticks:
            if self.meter.take():
                for rail in range(RAILS):
                    self.power.sample(rail, self.meter.current_ma(rail))
                self.settle()
            due = (ticks, self.meter.due_ms(), self.due_ms(), self.mailbox.due_ms())
            now = min(ms for ms in due if ms is not None)
            ticks -= now
            self.uptime_ms = (self.uptime_ms + now) & _U32
            self.meter.tick(now)
            self.power.tick(now)
            self.watchdog.tick(now)
            self.mailbox.tick(now)
            for cap, duty in zip(self.caps, self.cap_duties, strict=True):
                cap.tick(now, duty)
            self.settle()

    def settle(self) -> None:
        """Let everything that holds act."""
        is_bite_new = self.watchdog.is_bitten and not self.power.is_bitten
        self.power.is_bitten = self.watchdog.is_bitten
        self.power.settle()
        if is_bite_new:
            self.boot.note(BootCause.WATCHDOG)
            self.tell(EventCode.WATCHDOG_BITE, self.watchdog.cause)
        for code, argument in self.power.take_told():
            if code is EventCode.UNDER_VOLTAGE:
                self.boot.note(BootCause.UNDER_VOLTAGE)
            self.tell(code, argument)
        for finding in self.mailbox_errors.note(self.mailbox.take_found()):
            code = EventCode.MAILBOX_CORRECTED if finding.is_corrected else EventCode.MAILBOX_UNCORRECTABLE
            self.tell(code, finding.word)
        warned, self.warned = self.warned, self.power.warnings
        if self.warned & ~warned:
            self.tell(EventCode.OVERCURRENT_WARNING, self.warned & ~warned)
        needed = self.settings[regs.CAP_RAILS.address]
        for cap in self.caps:
            cap.power(not needed & ~(self.power.rails & self.power.power_good))

    def request_ended(self, *, is_refused: bool) -> None:
        """A request over the link was answered or refused."""
        if self.link.ended(is_refused=is_refused):
            self.tell(EventCode.LINK_REFUSALS)

    def read(self, address: int) -> int:
        """A register, or a word of the mailbox. Raises Nak."""
        if (word := _mailbox_word(address)) is not None:
            try:
                return self.mailbox.read(word)
            finally:
                self.settle()
        register = _BY_ADDRESS.get(address)
        if register is None or register.access == "wo":
            raise Nak(NakReason.BAD_ADDRESS)
        if address in self.settings:
            return self.settings[address]
        show = _SHOWN.get(address)
        return register.reset if show is None else show(self)

    def write(self, address: int, value: int) -> None:
        """Write a register or a word of the mailbox, and let it act. Raises Nak, having changed nothing else."""
        if (word := _mailbox_word(address)) is not None:
            self.mailbox.write(word, value)
            return
        register = _BY_ADDRESS.get(address)
        if register is None or register.access == "ro":
            raise Nak(NakReason.BAD_ADDRESS)
        if register is regs.WATCHDOG_KICK:
            self._kick(value)
            return
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
                self.watchdog.clear()
                power.is_bitten = self.watchdog.is_bitten
                power.clear_fault()
            case regs.LOCKOUT_CLEAR.address:
                mask = value & _ALL
                _require(value == register.pack(key=regs.LockoutClearKey.CLEAR, rails=mask), NakReason.BAD_VALUE)
                _require(not is_tripping, NakReason.BUSY)
                power.clear_lockout(mask)
            case regs.WATCHDOG_CTRL.address:
                _require(bool(value) or not self.watchdog.is_enabled, NakReason.REFUSED)
                self.watchdog.enable(bool(value))
            case regs.WATCHDOG_DISARM.address:
                self.watchdog.enable(False)
            case regs.WATCHDOG_OPEN_MS.address | regs.WATCHDOG_CLOSE_MS.address:
                _require(not self.watchdog.is_enabled, NakReason.REFUSED)
                self._set(register, value)
            case regs.COUNTERS_CLEAR.address:
                self.events.lost = 0
                self.mailbox_errors.clear()
                self.link.clear()
            case regs.MAILBOX_INJECT.address:
                fields = register.unpack(value)
                _require(max(fields["first"], fields["second"]) < WORD_BITS, NakReason.BAD_VALUE)
                self.mailbox.inject(**fields)
            case _ if register in regs.CAP_DUTY:
                _require(max(register.unpack(value).values()) <= PERIOD_MS, NakReason.BAD_VALUE)
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
        self.watchdog.open_ms = self.settings[regs.WATCHDOG_OPEN_MS.address]
        self.watchdog.close_ms = self.settings[regs.WATCHDOG_CLOSE_MS.address]
        self.mailbox.scrub_ms = self.settings[regs.MAILBOX_SCRUB_MS.address]
        duty = regs.CAP_DUTY[self.settings[regs.CAP_MODE.address]]
        self.cap_duties = tuple(duty.unpack(self.settings[duty.address]).values())

    def _kick(self, key: int) -> None:
        is_key_right = key == regs.WatchdogKickKey.KICK
        self.watchdog.kick(is_key_right=is_key_right)
        self.settle()
        _require(is_key_right, NakReason.BAD_VALUE)

    def status(self) -> int:
        power = self.power
        return regs.STATUS.pack(
            state=power.state,
            busy=power.is_busy,
            fault=power.fault_cause != regs.FaultCause.NONE,
            watchdog_bitten=self.watchdog.is_bitten,
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

    def mailbox_error_at(self) -> int:
        last = self.mailbox_errors.last
        return 0 if last is None else regs.MAILBOX_ERROR_AT.pack(word=last.word, uncorrectable=not last.is_corrected)

    def take_event(self) -> int:
        event = self.events.pop()
        return regs.EVENT.pack(code=event.code, argument=event.argument)


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
    regs.WATCHDOG_AGE_MS.address: lambda chip: chip.watchdog.age_ms,
    regs.WATCHDOG_CTRL.address: lambda chip: int(chip.watchdog.is_enabled),
    regs.WATCHDOG_CAUSE.address: lambda chip: chip.watchdog.cause,
    regs.BOOT.address: lambda chip: regs.BOOT.pack(cause=chip.boot.cause, count=chip.boot.count),
    regs.EVENT.address: Chip.take_event,
    regs.EVENT_TIME_MS.address: lambda chip: chip.events.popped_time_ms,
    regs.EVENT_STATUS.address: lambda chip: regs.EVENT_STATUS.pack(count=len(chip.events), lost=chip.events.lost),
    regs.MAILBOX_ERRORS.address: lambda chip: regs.MAILBOX_ERRORS.pack(
        corrected=chip.mailbox_errors.corrected, uncorrectable=chip.mailbox_errors.damaged
    ),
    regs.MAILBOX_ERROR_AT.address: Chip.mailbox_error_at,
    regs.LINK_FRAMES.address: lambda chip: regs.LINK_FRAMES.pack(frames=chip.link.frames, naks=chip.link.naks),
    regs.LINK_ERRORS.address: lambda chip: regs.LINK_ERRORS.pack(
        crc_errors=chip.link.crc_errors, timeouts=chip.link.timeouts
    ),
    regs.CAP_STATUS.address: lambda chip: regs.CAP_STATUS.pack(output0=chip.caps[0].duty, output1=chip.caps[1].duty),
    **_each(regs.VOLTAGE_MV, lambda chip, rail: chip.meter.voltage_mv(rail)),
    **_each(regs.CURRENT_MA, lambda chip, rail: chip.meter.current_ma(rail)),
    **_each(regs.TEMPERATURE_CENTIDEGC, lambda chip, rail: chip.meter.temperature_centidegc(rail) & _U16),
    **_each(regs.RAIL_STATUS, Chip.rail_status),
    **_each(regs.AVERAGE_MA, lambda chip, rail: chip.power.average_ma(rail)),
    **_each(regs.RAIL_ENERGY_LO_NJ, lambda chip, rail: chip.meter.low(rail)),
    **_each(regs.RAIL_ENERGY_HI_NJ, lambda chip, rail: chip.meter.high(rail)),
}
"""What each register shows, by address, that is neither a setting nor a constant."""


def _mailbox_word(address: int) -> int | None:
    """Which word of the mailbox stands at an address; None if none does."""
    word, octet = divmod(address - regs.MAILBOX.address, 4)
    return word if 0 <= word < regs.MAILBOX.words and not octet else None


def _require(condition: bool, reason: NakReason) -> None:
    if not condition:
        raise Nak(reason)
