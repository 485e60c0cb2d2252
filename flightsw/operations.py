"""Payload operations: the mode machine and the job queue, carried out on the boards.

A fault costs one job, the running one or else the one that the payload was powered for; the next question starts from
a power cycle. A rail fault that the controller has latched keeps the payload off until ground clears it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware_bindings.devicelink.payload_computer import FinishReason
from flightsw import memory
from flightsw.devices import Answered, Declined, DeviceDriver, PayloadComputer, PayloadController, PowerBoard, Started
from flightsw.devices.payload_computer import Progress
from flightsw.journal import Journal
from flightsw.memory import Memory
from flightsw.mission import Mission
from flightsw.payload import (
    COMPUTING_MODES,
    FAULTS,
    POWERED_MODES,
    Command,
    Demand,
    EndReason,
    Inputs,
    Job,
    JobEvent,
    JobQueue,
    ModeReason,
    ModeState,
    PowerMode,
    Rails,
    Reached,
    boot,
    deadline_us,
    leave_safe,
    step,
)
from flightsw.telemetry import Telemetry

_END = {
    FinishReason.STOP: (JobEvent.FINISH, EndReason.STOP),
    FinishReason.LENGTH: (JobEvent.FINISH, EndReason.LENGTH),
    FinishReason.CONTEXT_FULL: (JobEvent.FINISH, EndReason.CONTEXT_FULL),
    FinishReason.CANCELLED: (JobEvent.CANCEL, EndReason.CANCELLED),
    FinishReason.FAILED: (JobEvent.FAIL, EndReason.FAILED),
}


@dataclass(slots=True, kw_only=True)
class _Run:
    """Of the running job: when it started and when its first and last token came, and the energy count then."""

    started_us: int
    energy_mj: int
    first_us: int | None = None
    last_us: int | None = None


class Operations:
    """What the payload does, and why. `start` once, then `tick`."""

    def __init__(self, mission: Mission, recalled: Memory, journal: Journal, telemetry: Telemetry) -> None:
        self._journal = journal
        self._telemetry = telemetry
        self.policy = recalled.policy
        self.jobs: JobQueue = recalled.jobs
        self.controller = PayloadController()
        self.board = PowerBoard()
        self.computer = PayloadComputer(mission.compute, mission.jobs.poll_ms * 1000)
        self.modes: ModeState = boot(recalled.ceiling, 0, *(recalled.safe or ()))
        self._kept_safe = recalled.kept_safe
        self._safe_due: ModeReason | None = None
        self._run: _Run | None = None
        self._on_cleared: Callable[[bool], None] | None = None
        self._now_us = 0

    @property
    def drivers(self) -> tuple[DeviceDriver, ...]:
        return self.controller, self.board, self.computer

    @property
    def inputs(self) -> Inputs:
        """What the boards and the queue show now."""
        running = self.jobs.running is not None
        return Inputs(
            now_us=self._now_us,
            power=self.board.power,
            rails=self.controller.rails,
            cap=self.computer.cap,
            demand=Demand.RUNNING if running else Demand.QUEUED if self.jobs.waiting else Demand.NONE,
            is_fault_latched=self.controller.is_fault_latched,
        )

    def start(self, now_us: int) -> None:
        """Begin at this time."""
        self._now_us = now_us
        commanded = self.modes.commanded
        self.modes = boot(self.modes.ceiling, now_us, commanded.mode, commanded.reason)

    def next_deadline_us(self) -> int | None:
        """When there is something to do though nothing arrives."""
        due = [driver.next_deadline_us for driver in self.drivers]
        due.append(deadline_us(self.policy, self.modes, self._now_us))
        return min((at for at in due if at is not None), default=None)

    def tick(self, now_us: int) -> None:
        """Listen to the boards, decide, and command them."""
        self._now_us = now_us
        for driver in self.drivers:
            driver.tick(now_us)
            for notice in driver.notices():
                self._telemetry.event(notice.event, notice.values)
        self._follow_answer()
        self._bury()
        self._decide()
        if self._on_cleared is not None and (cleared := self.controller.take_cleared()) is not None:
            resolve, self._on_cleared = self._on_cleared, None
            resolve(cleared)

    def enter_safe(self) -> None:
        """SAFE is due at the next tick, on ground's command; its record is kept already."""
        self._safe_due = ModeReason.GROUND
        self._kept_safe = PowerMode.SAFE, ModeReason.GROUND

    def leave_safe(self) -> None:
        """Go to STANDBY; SAFE's record is forgotten already. Raises IllegalTransition outside SAFE."""
        self.modes, _ = leave_safe(self.modes, self._now_us)
        self._kept_safe = None

    def set_ceiling(self, ceiling: PowerMode) -> None:
        self.modes = replace(self.modes, ceiling=ceiling)

    def cancelled(self, id: int) -> JobQueue:
        """The queue with that job cancelled. Raises JobRefused."""
        jobs = self.jobs.cancel(id)
        job, running = jobs.find(id), self.jobs.running
        return jobs if job is None or running is None or running.id != id else jobs.put(self._measured(job))

    def set_jobs(self, jobs: JobQueue) -> None:
        """Take a queue in which ground has added a job or cancelled one."""
        if self.jobs.running is not None and jobs.running is None:
            self.computer.cancel(self._now_us)
            self._run = None
        self.jobs = jobs

    def clear_fault(self, then: Callable[[bool], None]) -> None:
        """Clear the controller's latched fault; `then` is told whether it did."""
        self._on_cleared = then
        self.controller.clear_fault()

    def report_ended(self, job: Job) -> None:
        """A job has just ended."""
        values = {"job": job.id, "end_reason": job.end_reason, "generated_tokens": job.generated_tokens}
        self._telemetry.event("job_ended", values)
        self.report_end(job)

    def report_end(self, job: Job) -> None:
        """Send how an answer ended."""
        values = {
            "job": job.id,
            "end_reason": job.end_reason,
            "cause": job.cause,
            "segments": len(job.segments),
            "prompt_tokens": job.prompt_tokens,
            "generated_tokens": job.generated_tokens,
            "energy_mj": min(job.energy_mj, 0xFFFF_FFFF),
            "prompt_ms": min(job.prompt_ms, 0xFFFF_FFFF),
            "decode_ms": min(job.decode_ms, 0xFFFF_FFFF),
        }
        self._telemetry.report("answer_end", values)

    def report_segment(self, job: Job, number: int) -> None:
        """Send one piece of an answer."""
        segment = job.segments[number]
        values = {
            "job": job.id,
            "segment": number,
            "first_token": segment.first_token,
            "token_ids": segment.token_ids,
            "text": segment.text,
        }
        self._telemetry.report("answer_segment", values)

    def _decide(self) -> None:
        """Step the mode machine until it is content, doing what it says."""
        fault = self.controller.take_fault() or self.computer.take_fault()
        safe = self._safe_due
        self._safe_due = None
        is_settled = False
        while not is_settled:
            if self.controller.is_silent:
                safe = safe or ModeReason.CONTROLLER_SILENT
            self.modes, effects = step(self.policy, self.modes, replace(self.inputs, fault=fault, safe=safe))
            fault = safe = None
            for effect in effects:
                if isinstance(effect, Command):
                    self._obey(effect)
                else:
                    self._announce(effect)
            self._apply()
            is_settled = not effects

    def _obey(self, command: Command) -> None:
        if command.mode not in POWERED_MODES:
            lost = self.jobs.running
            if lost is None and command.reason in FAULTS:
                lost = next(iter(self.jobs.waiting), None)
            if lost is not None and (lost is self.jobs.running or command.mode is PowerMode.STANDBY):
                self._interrupt(lost, command.reason)

    def _announce(self, reached: Reached) -> None:
        values = {"old": reached.old, "new": reached.new, "reason": reached.reason}
        self._telemetry.event("mode_changed", values)

    def _apply(self) -> None:
        """Bring the boards to the commanded mode, and the next question to the computer."""
        mode = self.modes.commanded.mode
        self._keep_safe(mode)
        self.controller.command(on=mode in POWERED_MODES)
        self.computer.power(on=mode in POWERED_MODES and self.controller.rails is Rails.GOOD, now_us=self._now_us)
        self.computer.set_cap(mode)
        waiting = self.jobs.waiting
        if waiting and self.computer.is_free and self.jobs.running is None:
            is_computing = self.modes.observed.mode in COMPUTING_MODES and mode in COMPUTING_MODES
            if is_computing and self.computer.cap is mode:
                self._begin(waiting[0])

    def _keep_safe(self, mode: PowerMode) -> None:
        """SAFE and SURVIVAL survive a restart, but for the SAFE that every boot begins with."""
        cause = self.modes.safe_cause
        kept = None if cause is None or cause is ModeReason.BOOT else (mode, cause)
        if kept != self._kept_safe:
            self._kept_safe = kept
            self._journal.fact(memory.safe_record(kept), _nothing)

    def _begin(self, job: Job) -> None:
        self._replace(job.after(JobEvent.START), _nothing)
        self._run = _Run(started_us=self._now_us, energy_mj=self.controller.energy.energy_mj)
        self.computer.start(job, self._now_us)

    def _bury(self) -> None:
        """The job that ran when the last life ended is interrupted, once its rails are off."""
        job = self.jobs.running
        if job is not None and self._run is None and (self.controller.rails is Rails.DARK or self.controller.is_silent):
            self._interrupt(job, ModeReason.BOOT)

    def _follow_answer(self) -> None:
        for progress in self.computer.progress():
            job = self.jobs.running
            if job is not None and self._run is not None:
                self._take(job, self._run, progress)

    def _take(self, job: Job, run: _Run, progress: Progress) -> None:
        match progress:
            case Started():
                run.started_us = self._now_us
                self._telemetry.event("job_started", {"job": job.id})
            case Declined():
                self._end(job, JobEvent.FAIL, EndReason.FAILED)
            case Answered(segment=segment, prompt_tokens=prompt_tokens, finish=finish):
                job = replace(job, prompt_tokens=prompt_tokens)
                if segment is not None:
                    job = replace(job, segments=(*job.segments, segment))
                    if segment.token_ids:
                        self._time_token(job, run)
                self.jobs = self.jobs.put(job)
                if segment is not None:
                    self.report_segment(job, len(job.segments) - 1)
                if finish is not FinishReason.RUNNING:
                    self._end(job, *_END[finish])

    def _time_token(self, job: Job, run: _Run) -> None:
        run.last_us = self._now_us
        if run.first_us is None:
            run.first_us = self._now_us
            self._telemetry.event("first_token", {"job": job.id, "prompt_tokens": job.prompt_tokens})

    def _end(self, job: Job, event: JobEvent, reason: EndReason) -> None:
        ended = self._measured(job).after(event, end_reason=reason)
        self._run = None
        self._replace(ended, lambda: self.report_ended(ended))

    def _interrupt(self, job: Job, cause: ModeReason) -> None:
        interrupted = self._measured(job).after(JobEvent.INTERRUPT, cause=cause)

        def report() -> None:
            self._telemetry.event("job_interrupted", {"job": job.id, "cause": cause})
            self.report_end(interrupted)

        self._run = None
        self._replace(interrupted, report)

    def _measured(self, job: Job) -> Job:
        """With what its run has taken so far."""
        run = self._run
        if run is None:
            return job
        first_us = self._now_us if run.first_us is None else run.first_us
        return replace(
            job,
            energy_mj=self.controller.energy.energy_mj - run.energy_mj,
            prompt_ms=(first_us - run.started_us) // 1000,
            decode_ms=0 if run.last_us is None else (run.last_us - first_us) // 1000,
        )

    def _replace(self, job: Job, then: Callable[[], None]) -> None:
        old, self.jobs = self.jobs, self.jobs.put(job)
        self._journal.fact(memory.job_records(old, self.jobs), then)


def _nothing() -> None:
    """Nothing follows from the record."""
