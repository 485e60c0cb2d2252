"""The payload controller: told how many rails to hold, kicked, and watched."""

from dataclasses import dataclass

from firmware_bindings.devicelink import Failure, Result, read, words, write
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from flightsw.devices.device import DeviceDriver, Notice
from flightsw.mission import Device, RailFault
from flightsw.payload import EnergyIntegral, Rails

RAILS = 8
ALL_RAILS = (1 << RAILS) - 1
FAST_POLL_US = 50_000
"""Period of polls while rails are up or moving."""
SLOW_POLL_US = 1_000_000
KICK_US = 1_000_000
"""Pause from one answered kick to the next: inside the watchdog's window of 0.1 to 5 s even if a kick is repeated."""
DARK_MV = 500
"""Below this a rail is off."""

UPTIME_MODULUS_MS = 1 << 32

_NJ_PER_MJ = 1_000_000

# A poll: runs of registers that can be read, in order. Reading the energy's low half latches the high one.
_RUNS = (
    (regs.UPTIME_MS, regs.STATUS, regs.TARGET, regs.FAULT, regs.ENERGY_LO_NJ, regs.ENERGY_HI_NJ),
    (*regs.VOLTAGE_MV, *regs.CURRENT_MA),
)
_POLL_WORDS = sum(len(run) for run in _RUNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerReading:
    """What one poll showed. `rails` and `power_good`: bit r for rail r."""

    uptime_ms: int
    is_steady: bool
    rails: int
    power_good: int
    target: int
    fault: RailFault
    fault_rail: int
    energy_mj: int
    rail_mv: tuple[int, ...]
    rail_ma: tuple[int, ...]

    @property
    def state(self) -> Rails:
        if self.rails == 0 and max(self.rail_mv) < DARK_MV:
            return Rails.DARK
        is_good = self.is_steady and self.rails == self.power_good == ALL_RAILS
        return Rails.GOOD if is_good else Rails.MOVING


@dataclass(frozen=True, slots=True)
class _Poll:
    """Tag of one run of a poll; a poll that began before the last command says nothing about it."""

    number: int
    run: int


class PayloadController(DeviceDriver):
    """Holds the rails where they are commanded, all up or all off, and reports what they do.

    The watchdog is armed before the rails go up and disarmed once they are told to go off. A latched fault stays with
    the controller until `clear_fault`.
    """

    def __init__(self) -> None:
        super().__init__(Device.PAYLOAD_CTRL, regs.DEVICE_ID)
        self.reading: ControllerReading | None = None
        self.energy = EnergyIntegral()
        self.rails = Rails.UNKNOWN
        self._is_commanded_on = False
        self._poll_number = 0
        self._valid_from = 1
        self._words: list[int] = []
        self._kick_us: int | None = None
        self._alarms: list[tuple[RailFault, int]] = []
        self._has_reset = False
        self._cleared: bool | None = None
        self._is_write_lost = False
        self._write_target()

    @property
    def is_fault_latched(self) -> bool:
        return self.reading is not None and self.reading.fault is not RailFault.NONE

    @property
    def is_tripped(self) -> bool:
        """The watchdog has bitten, and no rail will rise before `clear_fault`."""
        return self.reading is not None and self.reading.fault is RailFault.WATCHDOG

    @property
    def next_deadline_us(self) -> int | None:
        """When there is something to poll or to kick."""
        polled_us = super().next_deadline_us
        if self._kick_us is None or not self._master.idle:
            return polled_us
        return self._kick_us if polled_us is None else min(polled_us, self._kick_us)

    def command(self, *, on: bool) -> None:
        """Bring all rails up one after the other, or take them down in reverse."""
        if on is not self._is_commanded_on:
            self._is_commanded_on = on
            self.rails = Rails.MOVING if self.rails is not Rails.UNKNOWN else Rails.UNKNOWN
            self._write_target()
            self._next_poll_us = 0

    def clear_fault(self) -> None:
        """Clear the latched fault and every rail's lock-out; `take_cleared` tells what came of it."""
        self._cleared = None
        lockouts = regs.LOCKOUT_CLEAR.pack(key=regs.LockoutClearKey.CLEAR, rails=ALL_RAILS)
        self._ask(write(regs.LOCKOUT_CLEAR.address, lockouts, tag=regs.LOCKOUT_CLEAR))
        self._ask(write(regs.FAULT_CLEAR.address, regs.FaultClearKey.CLEAR, tag=regs.FAULT_CLEAR))
        self._next_poll_us = 0

    def take_cleared(self) -> bool | None:
        """Whether the controller has cleared its fault; None while it has not answered, and after it was told."""
        cleared, self._cleared = self._cleared, None
        return cleared

    def take_alarms(self) -> tuple[tuple[RailFault, int], ...]:
        """The faults that the controller has noticed since the last call, each with its rail."""
        alarms, self._alarms = tuple(self._alarms), []
        return alarms

    def take_reset(self) -> bool:
        """Whether the controller has begun anew since the last call."""
        has_reset, self._has_reset = self._has_reset, False
        return has_reset

    def tick(self, now_us: int) -> None:
        """Take the replies; poll and kick when it is time."""
        super().tick(now_us)
        if self._kick_us is not None and now_us >= self._kick_us and self._master.idle:
            self._kick_us = None
            self._ask(write(regs.WATCHDOG_KICK.address, regs.WatchdogKickKey.KICK, tag=regs.WATCHDOG_KICK))
            self._master.tick(now_us)

    def _write_target(self) -> None:
        on = self._is_commanded_on
        arm = write(regs.WATCHDOG_CTRL.address, 1, tag=regs.WATCHDOG_CTRL)
        disarm = write(regs.WATCHDOG_DISARM.address, regs.WatchdogDisarmKey.DISARM, tag=regs.WATCHDOG_CTRL)
        target = write(regs.TARGET.address, RAILS if on else 0, tag=regs.TARGET)
        self._ask(*((arm, target) if on else (target, disarm)))
        self._valid_from = self._poll_number + 1

    def _poll(self, now_us: int) -> None:
        self._poll_number += 1
        self._words = []
        self._ask(*(read(run[0].address, len(run), _Poll(self._poll_number, n)) for n, run in enumerate(_RUNS)))
        is_quiet = self.rails is Rails.DARK and not self._is_commanded_on
        self._next_poll_us = now_us + (SLOW_POLL_US if is_quiet else FAST_POLL_US)

    def _take(self, result: Result, now_us: int) -> bool:
        tag = result.request.tag
        return self._take_run(tag, result, now_us) if isinstance(tag, _Poll) else True

    def _hear(self, result: Result, now_us: int) -> None:
        tag = result.request.tag
        if tag is regs.WATCHDOG_CTRL or tag is regs.WATCHDOG_KICK:  # perhaps done, even if no reply came
            self._kick_us = now_us + KICK_US if self._is_commanded_on else None
        elif tag is regs.FAULT_CLEAR:
            self._cleared = result.failure is None
        if result.failure is Failure.SILENT and (tag is regs.WATCHDOG_CTRL or tag is regs.TARGET):
            self._is_write_lost = True
        super()._hear(result, now_us)

    def _take_run(self, poll: _Poll, result: Result, now_us: int) -> bool:
        values = words(result.data)
        if result.failure is not None or len(values) != len(_RUNS[poll.run]):
            return False
        self._words += values
        if len(self._words) < _POLL_WORDS:
            return True
        try:
            reading = _reading(self._words)
        except ValueError:
            return False
        if poll.number >= self._valid_from:
            self._see(reading, now_us)
        return True

    def _on_silent(self, now_us: int) -> None:
        self.rails = Rails.UNKNOWN
        self._cleared = False
        self._is_write_lost = True
        self._next_poll_us = now_us + FAST_POLL_US

    def _see(self, new: ControllerReading, now_us: int) -> None:
        old, self.reading = self.reading, new
        self.rails = new.state
        if old is not None and (new.uptime_ms - old.uptime_ms) % UPTIME_MODULUS_MS >= UPTIME_MODULUS_MS // 2:
            self._has_reset = True
            self._notices.append(Notice(event="controller_boot"))
        self.energy = self.energy.sample(sum(mv * ma for mv, ma in zip(new.rail_mv, new.rail_ma, strict=True)), now_us)
        self._report_rails(0 if old is None else old.rails & old.power_good, new)
        is_new_fault = new.fault is not RailFault.NONE and (old is None or old.fault is RailFault.NONE)
        if is_new_fault:
            self._notices.append(Notice(event="rail_fault", values={"rail": new.fault_rail, "fault": new.fault}))
            self._alarms.append((new.fault, new.fault_rail))
        self._hold_target(new)

    def _hold_target(self, reading: ControllerReading) -> None:
        """Say again what the controller does not know: it may have been reset, or a write been lost."""
        is_ignorant = self._is_write_lost or reading.target != (RAILS if self._is_commanded_on else 0)
        if is_ignorant and not (self._is_commanded_on and self.is_fault_latched):
            self._is_write_lost = False
            self._write_target()

    def _report_rails(self, was_good: int, new: ControllerReading) -> None:
        is_good = new.rails & new.power_good
        for rail in range(RAILS):
            if is_good & ~was_good & 1 << rail:
                self._notices.append(Notice(event="rail_on", values={"rail": rail, "voltage_mv": new.rail_mv[rail]}))
        for rail in reversed(range(RAILS)):
            if was_good & ~is_good & 1 << rail:
                self._notices.append(Notice(event="rail_off", values={"rail": rail}))


def _reading(values: list[int]) -> ControllerReading:
    """The words of a poll → reading. Raises ValueError for a state or a fault that is none."""
    uptime_ms, status_word, target_word, fault_word, energy_lo_nj, energy_hi_nj, *rails = values
    status, fault = regs.STATUS.unpack(status_word), regs.FAULT.unpack(fault_word)
    return ControllerReading(
        uptime_ms=uptime_ms,
        is_steady=status["state"] == regs.State.STEADY,
        rails=status["rails"],
        power_good=status["power_good"],
        target=regs.TARGET.unpack(target_word)["count"],
        fault=RailFault(fault["cause"]),
        fault_rail=fault["rail"],
        energy_mj=(energy_hi_nj << 32 | energy_lo_nj) // _NJ_PER_MJ,
        rail_mv=tuple(word & 0xFFFF for word in rails[:RAILS]),
        rail_ma=tuple(word & 0xFFFF for word in rails[RAILS:]),
    )
