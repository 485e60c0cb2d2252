"""The payload controller: told how many rails to hold and how to guard them, kicked, and watched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_bindings.devicelink import Failure, Result, read, words, write
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from flightsw.devices.controller_reading import (
    ALL_RAILS,
    MEASUREMENT_RUNS,
    RAILS,
    STATUS_RUN,
    UNMEASURED,
    ControllerReading,
    read_rails,
    read_status,
)
from flightsw.devices.controller_settings import CAP_ROWS, Block, HeldSettings, settings
from flightsw.devices.device import DeviceDriver, Notice
from flightsw.mission import BootCause, ControllerEvent, Device, RailFault
from flightsw.payload import ComputeProfile, ControllerPlan, EnergyIntegral, PowerMode, RailPlan, Rails

FAST_POLL_US = 50_000
"""Period of polls while rails are up or moving, or settings are not confirmed."""
SLOW_POLL_US = 1_000_000
MEASURED_EVERY = 10
"""Of the slow polls, those that ask for the rails' measurements too."""
KICK_US = 1_000_000
"""Pause from one answered kick to the next: inside the watchdog's window of 0.1 to 5 s even if a kick is repeated."""
MAX_EVENTS = 4
"""Events that are taken out of the controller's queue with one poll."""
UPTIME_MODULUS_MS = 1 << 32

_EVENT_RUN = (regs.EVENT, regs.EVENT_TIME_MS)


@dataclass(frozen=True, slots=True)
class _Poll:
    """Tag of one run of a poll; a poll that began before the last command says nothing about it."""

    number: int
    size: int
    is_last: bool
    is_full: bool


class PayloadController(DeviceDriver):
    """Holds the rails where they are commanded, all up or all off, and reports what they do.

    Rails go up only when the controller is seen to hold the settings; one block of them is read with each poll, so that
    a controller that has begun anew, or a bit that has flipped, is told again. The watchdog is armed before the rails
    go up and disarmed once they are told to go off. A mailbox word beyond correction is written anew, as zero: the
    scrubber would find it in every sweep.

    Args:
        plan, rails, profile: what it shall hold.
    """

    def __init__(self, plan: ControllerPlan, rails: Sequence[RailPlan], profile: ComputeProfile) -> None:
        super().__init__(Device.PAYLOAD_CTRL, regs.DEVICE_ID)
        self._settings = HeldSettings(settings(plan, rails, profile))
        self._cap_row: int | None = None
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
        self._is_damaged = False
        self._told_good = 0
        self._cleared: bool | None = None
        self._is_write_lost = False
        self._write_target()

    @property
    def is_tripped(self) -> bool:
        """Nothing is below its limit any more, but no rail will rise before `clear_fault`."""
        status = self.reading.status if self.reading else None
        return status is not None and status.state is regs.State.TRIPPED and not status.is_under_voltage

    @property
    def locked_out(self) -> int:
        """Rails that the controller has locked out, bit r for rail r."""
        rails = enumerate(self.reading.rail) if self.reading else ()
        return sum(1 << number for number, rail in rails if rail.state is regs.RailState.LOCKED_OUT)

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
            if not self._settings.are_confirmed:
                self._is_write_lost = True
            if not on or self._settings.are_confirmed:
                self._write_target()
            self._next_poll_us = 0

    def set_cap(self, mode: PowerMode) -> None:
        """Let the cap outputs have this mode's duty; off in a mode that computes nothing."""
        row = CAP_ROWS.index(mode) if mode in CAP_ROWS else 0
        if row != self._cap_row:
            self._cap_row = row
            self._ask(write(regs.CAP_MODE.address, row, tag=regs.CAP_MODE))

    def clear_fault(self) -> None:
        """Clear the latched fault and every rail's lock-out; `take_cleared` tells what came of it."""
        self._cleared = None
        lockouts = regs.LOCKOUT_CLEAR.pack(key=regs.LockoutClearKey.CLEAR, rails=ALL_RAILS)
        self._ask(write(regs.LOCKOUT_CLEAR.address, lockouts, tag=regs.LOCKOUT_CLEAR))
        self._ask(write(regs.FAULT_CLEAR.address, regs.FaultClearKey.CLEAR, tag=regs.FAULT_CLEAR))
        self._next_poll_us = 0

    def clear_lockout(self, rails: int, tell: Callable[[bool], None]) -> None:
        """End the lock-out of some rails, bit r for rail r; `tell` hears whether the controller has."""
        word = regs.LOCKOUT_CLEAR.pack(key=regs.LockoutClearKey.CLEAR, rails=rails)
        request = write(regs.LOCKOUT_CLEAR.address, word)
        self._run_errand(request, lambda result: tell(result is not None and result.failure is None))
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

    def take_damage(self) -> bool:
        """Whether mailbox words were found beyond correction since the last call."""
        is_damaged, self._is_damaged = self._is_damaged, False
        return is_damaged

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
        is_dark = self.rails is Rails.DARK and not self._is_commanded_on
        has_locked_out = self.reading is not None and self.reading.status.has_locked_out
        is_full = not is_dark or has_locked_out or self._poll_number % MEASURED_EVERY == 0
        runs = (STATUS_RUN, *MEASUREMENT_RUNS) if is_full else (STATUS_RUN,)
        for run in runs:
            self._ask(read(run[0].address, len(run), _Poll(self._poll_number, len(run), run is runs[-1], is_full)))
        block = self._settings.next()
        self._ask(read(block.first.address, len(block.words), block))
        is_quiet = is_dark and self._settings.are_confirmed
        self._next_poll_us = now_us + (SLOW_POLL_US if is_quiet else FAST_POLL_US)

    def _take(self, result: Result, now_us: int) -> bool:
        tag = result.request.tag
        if isinstance(tag, _Poll):
            return self._take_run(tag, result, now_us)
        if isinstance(tag, Block):
            return self._take_settings(tag, result)
        if tag is regs.MAILBOX_ERROR_AT:
            return self._take_error(result)
        return self._take_event(result) if tag is _EVENT_RUN else True

    def _hear(self, result: Result, now_us: int) -> None:
        tag = result.request.tag
        if tag is regs.WATCHDOG_CTRL or tag is regs.WATCHDOG_KICK:  # perhaps done, even if no reply came
            self._kick_us = now_us + KICK_US if self._is_commanded_on else None
        elif tag is regs.FAULT_CLEAR:
            self._cleared = result.failure is None
        elif tag is regs.CAP_MODE and result.failure is not None:
            self._cap_row = None
        if result.failure is Failure.SILENT and (tag is regs.WATCHDOG_CTRL or tag is regs.TARGET):
            self._is_write_lost = True
        super()._hear(result, now_us)

    def _take_run(self, poll: _Poll, result: Result, now_us: int) -> bool:
        values = words(result.data)
        if result.failure is not None or len(values) != poll.size:
            return False
        self._words += values
        if not poll.is_last:
            return True
        try:
            status = read_status(self._words[: len(STATUS_RUN)])
            known = self.reading.rail if self.reading else UNMEASURED
            rail = read_rails(self._words[len(STATUS_RUN) :]) if poll.is_full else known
        except ValueError:
            return False
        if poll.number >= self._valid_from:
            self._see(ControllerReading(status=status, rail=rail), now_us)
        return True

    def _take_settings(self, block: Block, result: Result) -> bool:
        """Compare what it holds; tell it again if need be."""
        held = words(result.data)
        if len(held) != len(block.words):
            return False
        if self._settings.see(block, held):
            self._ask(write(block.first.address, *block.words, tag=regs.RAIL_CTRL))
        return True

    def _take_event(self, result: Result) -> bool:
        if len(words(result.data)) != len(_EVENT_RUN):
            return False
        word, time_ms = words(result.data)
        try:
            event = regs.EVENT.unpack(word)
        except ValueError:
            return False
        if event["code"]:
            values = {"event": ControllerEvent(event["code"]), "argument": event["argument"], "time_ms": time_ms}
            self._notices.append(Notice(event="controller_event", values=values))
        return True

    def _take_error(self, result: Result) -> bool:
        if len(words(result.data)) != 1:
            return False
        error = regs.MAILBOX_ERROR_AT.unpack(words(result.data)[0])
        if error["uncorrectable"]:
            self._ask(write(regs.MAILBOX.address + 4 * error["word"], 0, tag=regs.MAILBOX))
        return True

    def _on_silent(self, now_us: int) -> None:
        self.rails = Rails.UNKNOWN
        self._cleared = False
        self._is_write_lost = True
        self._next_poll_us = now_us + FAST_POLL_US

    def _see(self, new: ControllerReading, now_us: int) -> None:
        old, self.reading = self.reading, new
        self.rails = new.state
        elapsed_ms = (new.status.uptime_ms - old.status.uptime_ms) % UPTIME_MODULUS_MS if old else 0
        if elapsed_ms >= UPTIME_MODULUS_MS // 2:
            self._has_reset, old = True, None
            self._cap_row = None
            self._told_good = 0
            self._settings.forget()
        if old is None:
            self._notices.append(Notice(event="controller_boot", values={"cause": BootCause(new.status.boot_cause)}))
        self.energy = self.energy.sample(sum(rail.mv * rail.ma for rail in new.rail), now_us)
        self._report_rails(old.status.rails & old.status.power_good if old else 0, new)
        for cause, rail in new.alarms(old):
            self._notices.append(Notice(event="rail_fault", values={"rail": rail, "fault": cause}))
            self._alarms.append((cause, rail))
        if old is not None and new.status.mailbox_damaged > old.status.mailbox_damaged:
            self._is_damaged = True
            self._ask(read(regs.MAILBOX_ERROR_AT.address, tag=regs.MAILBOX_ERROR_AT))
        for _ in range(min(MAX_EVENTS, new.status.events_waiting)):
            self._ask(read(_EVENT_RUN[0].address, len(_EVENT_RUN), _EVENT_RUN))
        self._hold_target(new)

    def _hold_target(self, reading: ControllerReading) -> None:
        """Say again what the controller does not know: it may have been reset, or a write been lost."""
        status, on = reading.status, self._is_commanded_on
        is_ignorant = self._is_write_lost or status.target != (RAILS if on else 0)
        is_barred = not self._settings.are_confirmed or status.has_locked_out or status.state is regs.State.TRIPPED
        if is_ignorant and not (on and is_barred):
            self._is_write_lost = False
            self._write_target()

    def _report_rails(self, was_good: int, new: ControllerReading) -> None:
        """A rail is told as good once its voltage has been measured too, or at the second look."""
        is_good = new.status.rails & new.status.power_good
        for rail in range(RAILS):
            bit, mv = 1 << rail, new.rail[rail].mv
            if is_good & ~self._told_good & bit and (mv or was_good & bit):
                self._told_good |= bit
                self._notices.append(Notice(event="rail_on", values={"rail": rail, "voltage_mv": mv}))
        for rail in reversed(range(RAILS)):
            if self._told_good & ~is_good & 1 << rail:
                self._notices.append(Notice(event="rail_off", values={"rail": rail}))
        self._told_good &= is_good
