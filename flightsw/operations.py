"""Payload operations: the mode machine, carried out on the boards.

A fault interrupts one job, the running one or else the one that the payload was powered for; whatever runs next starts
from a power cycle. What a fault means is the fault watch's.
"""

from collections.abc import Callable
from dataclasses import replace

from flightsw import memory
from flightsw.answering import Answering
from flightsw.devices import DeviceDriver, PayloadComputer, PayloadController, PowerBoard
from flightsw.fault_watch import FaultWatch
from flightsw.journal import Journal
from flightsw.memory import Memory
from flightsw.mission import MAX_AGE_DAYS, Mission
from flightsw.payload import (
    COMPUTING_MODES,
    FAULTS,
    POWERED_MODES,
    Command,
    ComputeMeter,
    Demand,
    Effect,
    Inputs,
    ModeReason,
    ModeState,
    Overdue,
    PowerMode,
    Rails,
    Reached,
    Sample,
    Sky,
    boot,
    deadline_us,
    enter_safe,
    kept_safe,
    leave_safe,
    step,
)
from flightsw.payload.saving import must_save
from flightsw.prediction import Prediction
from flightsw.telemetry import Telemetry


class Operations:
    """What the payload does, and why. `start` once, then `tick`."""

    def __init__(self, mission: Mission, recalled: Memory, journal: Journal, telemetry: Telemetry) -> None:
        self._journal = journal
        self._telemetry = telemetry
        self.policy = recalled.policy
        self.controller = PayloadController(mission.controller, tuple(mission.rails.values()), mission.compute)
        self.board = PowerBoard(mission.power_board, recalled.loads_on)
        self.computer = PayloadComputer(mission.compute, mission.jobs.poll_ms * 1000)
        self.answers = Answering(
            recalled.jobs, self.computer, journal, telemetry, lambda: self.controller.energy.energy_mj
        )
        boards = self.controller, self.board, self.computer
        self.faults = FaultWatch(mission, recalled, boards, journal, telemetry)
        plan = mission.orbit
        planned = None if plan is None else plan.elements()
        max_age_days = MAX_AGE_DAYS if plan is None else plan.max_age_days
        self.prediction = Prediction(recalled.elements or planned, max_age_days)
        self.meter = ComputeMeter()
        self.modes: ModeState = boot(recalled.ceiling, 0, *(recalled.safe or ()))
        self._kept_safe = recalled.kept_safe
        self._is_safe_due = False
        self._on_cleared: Callable[[bool], None] | None = None
        self._now_us = 0

    @property
    def drivers(self) -> tuple[DeviceDriver, ...]:
        return self.controller, self.board, self.computer

    @property
    def inputs(self) -> Inputs:
        """What the boards and the queue show now."""
        jobs = self.answers.jobs
        return Inputs(
            now_us=self._now_us,
            power=self.faults.power,
            sky=self.sky,
            rails=self.controller.rails,
            cap=self.computer.cap,
            demand=Demand.RUNNING if jobs.running else Demand.QUEUED if jobs.waiting else Demand.NONE,
            is_saved=self.computer.is_saved,
            fault=self.faults.fault,
            safe=self.faults.safe,
        )

    @property
    def sky(self) -> Sky | None:
        """The Earth's shadow as predicted; None: nothing is known of the orbit, or of the time."""
        return self.prediction.sky(self._now_us, self._telemetry.clock_offset_us)

    def start(self, now_us: int) -> None:
        """Begin at this time."""
        self._now_us = now_us
        if self.prediction.elements is not None and self._telemetry.clock_offset_us is None:
            self._telemetry.event("clock_unset")
        self.faults.start(now_us)
        commanded = self.modes.commanded
        self.modes = boot(self.modes.ceiling, now_us, commanded.mode, commanded.reason)

    def next_deadline_us(self) -> int | None:
        """When there is something to do though nothing arrives."""
        due = [driver.next_deadline_us for driver in self.drivers]
        due += [
            self.prediction.next_deadline_us,
            self.faults.next_deadline_us(),
            deadline_us(self.policy, self.modes, self.inputs),
        ]
        return min((at for at in due if at is not None), default=None)

    def tick(self, now_us: int) -> None:
        """Listen to the boards, decide, and command them."""
        self._now_us = now_us
        for driver in self.drivers:
            driver.tick(now_us)
            for notice in driver.notices():
                self._telemetry.event(notice.event, notice.values)
        self.faults.tick(now_us)
        self.answers.follow(now_us)
        if self.controller.rails is Rails.DARK or self.controller.is_silent:
            self.answers.bury()
        self._decide()
        self._measure()
        self._watch_elements()
        if self._on_cleared is not None and (cleared := self.controller.take_cleared()) is not None:
            resolve, self._on_cleared = self._on_cleared, None
            resolve(cleared)

    def enter_safe(self) -> None:
        """SAFE is due at the next tick, on ground's command."""
        self._is_safe_due = True

    def leave_safe(self) -> None:
        """Go to STANDBY; SAFE's record is forgotten already. Raises IllegalTransition outside SAFE."""
        self.modes, _ = leave_safe(self.modes, self._now_us)
        self._kept_safe = None

    def set_ceiling(self, ceiling: PowerMode) -> None:
        self.modes = replace(self.modes, ceiling=ceiling)

    def clear_fault(self, then: Callable[[bool], None]) -> None:
        """Clear the faults, and what the controller has latched; `then` is told whether it did."""
        self.faults.clear()
        self._on_cleared = then
        self.controller.clear_fault()

    def clear_lockout(self, rails: int, then: Callable[[bool], None]) -> None:
        """Clear some rails, bit r for rail r; `then` is told whether the controller did."""

        def finish(is_done: bool) -> None:
            if is_done:
                self.faults.clear_rails(rails)
            then(is_done)

        self.controller.clear_lockout(rails, finish)

    def _measure(self) -> None:
        """What the present mode makes of the running answer."""
        running, mode = self.answers.jobs.running, self.modes.commanded.mode
        is_steady = mode in COMPUTING_MODES and self.modes.observed.mode is mode
        sample = None
        if running is not None and is_steady:
            energy_mj, tokens = self.controller.energy.energy_mj, running.generated_tokens
            sample = Sample(job=running.id, mode=mode, tokens=tokens, energy_mj=energy_mj, now_us=self._now_us)
        self.meter = self.meter.sample(sample)

    def _watch_elements(self) -> None:
        if self.prediction.take_stale():
            self._telemetry.event("elements_stale", {"age_days": self.prediction.age_days(self._now_us)})

    def _decide(self) -> None:
        """Step the mode machine until it is content, doing what it says."""
        if self._is_safe_due:
            self._is_safe_due = False
            self.modes, effects = enter_safe(self.modes, self._now_us)
            self._carry_out(effects)
        is_settled = False
        while not is_settled:
            self.modes, effects = step(self.policy, self.modes, self.inputs)
            self._carry_out(effects)
            is_settled = not effects
        self._save_power()

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Command():
                    self._obey(effect)
                case Reached():
                    self._announce(effect)
                case Overdue(mode=mode):
                    self._telemetry.event("mode_overdue", {"mode": mode})
        self._apply()

    def _obey(self, command: Command) -> None:
        if command.mode not in POWERED_MODES:
            is_fault = command.reason in FAULTS and command.mode is PowerMode.STANDBY
            self.answers.interrupt(command.reason, or_next=is_fault)

    def _announce(self, reached: Reached) -> None:
        values = {"old": reached.old, "new": reached.new, "reason": reached.reason}
        self._telemetry.event("mode_changed", values)

    def _apply(self) -> None:
        """Bring the boards to the commanded mode, and the next question to the computer."""
        mode = self.modes.commanded.mode
        self._keep_safe()
        self.controller.command(on=mode in POWERED_MODES)
        is_on, is_good = mode in POWERED_MODES, self.controller.rails is Rails.GOOD
        self.computer.power(on=is_on and is_good, now_us=self._now_us)
        if is_on and not is_good:  # the controller may bring them up again, but what ran has lost its power
            self.answers.interrupt(ModeReason.RAIL_FAULT, or_next=False)
        self.computer.set_cap(mode)
        self.controller.set_cap(mode)
        is_computing = self.modes.observed.mode in COMPUTING_MODES and mode in COMPUTING_MODES
        if is_computing and self.computer.cap is mode:
            self.answers.begin_next()

    def _save_power(self) -> None:
        board, power = self.board, self.faults.power
        charge = None if power is None else power.charge_permille
        is_saving = must_save(self.policy, self.modes, charge, was_saving=board.is_saving)
        if is_saving is not board.is_saving:
            board.is_saving = is_saving
            self._telemetry.event("loads_held" if is_saving else "loads_released")

    def _keep_safe(self) -> None:
        """SAFE and SURVIVAL survive a restart, but for the SAFE that every boot begins with."""
        kept = kept_safe(self.modes)
        if kept != self._kept_safe:
            self._kept_safe = kept
            self._journal.fact(memory.safe_record(kept), _nothing)


def _nothing() -> None:
    """Nothing follows from the record."""
