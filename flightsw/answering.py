"""Answers: the job queue, carried out on the payload computer, measured, and reported.

Output commit: a segment is sent once it is stored, and so is how a job stands. So what ground has heard of an answer is
known after any power cut, and the answer goes on behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware_bindings.devicelink.payload_computer import FinishReason
from flightsw import memory
from flightsw.devices import Answered, Declined, PayloadComputer, Started
from flightsw.devices.payload_computer import Progress
from flightsw.journal import Journal
from flightsw.payload import EndReason, Job, JobEvent, JobQueue, JobState, ModeReason, Segment
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


class Answering:
    """The jobs, and what becomes of the one that runs.

    Args:
        jobs: as they were recalled.
        energy_mj: what the payload has drawn so far.
    """

    def __init__(
        self,
        jobs: JobQueue,
        computer: PayloadComputer,
        journal: Journal,
        telemetry: Telemetry,
        energy_mj: Callable[[], int],
    ) -> None:
        self.jobs = jobs
        self._computer = computer
        self._journal = journal
        self._telemetry = telemetry
        self._energy_mj = energy_mj
        self._run: _Run | None = None
        self._now_us = 0

    def cancelled(self, id: int) -> JobQueue:
        """The queue with that job cancelled. Raises JobRefused."""
        jobs = self.jobs.cancel(id)
        job, running = jobs.find(id), self.jobs.running
        return jobs if job is None or running is None or running.id != id else jobs.put(self._measured(job))

    def set_jobs(self, jobs: JobQueue) -> None:
        """Take a queue in which ground has added a job or cancelled one."""
        if self.jobs.running is not None and jobs.running is None:
            self._computer.cancel(self._now_us)
            self._run = None
        self.jobs = jobs

    def follow(self, now_us: int) -> None:
        """Take what the computer has made of the running job."""
        self._now_us = now_us
        for progress in self._computer.progress():
            job = self.jobs.running
            if job is not None and self._run is not None:
                self._take(job, self._run, progress)

    def bury(self) -> None:
        """The payload is off: a job that ran when the last life ended is interrupted."""
        if self.jobs.running is not None and self._run is None:
            self._interrupt(self.jobs.running, ModeReason.BOOT)

    def begin_next(self) -> None:
        """Begin or resume the job whose turn it is, if the computer is free, or must be made free for it."""
        job, running = next(iter(self.jobs.waiting), None), self.jobs.running
        if job is not None and running is not None and job.urgency > running.urgency:
            self._make_way(running)
        elif job is not None and running is None and self._computer.is_free:
            event = JobEvent.RESUME if job.state is JobState.INTERRUPTED else JobEvent.START
            self._replace(job.after(event), _nothing)
            self._run = _Run(started_us=self._now_us, energy_mj=self._energy_mj())
            self._computer.start(job, self._now_us)

    def interrupt(self, cause: ModeReason, *, or_next: bool) -> None:
        """The payload goes off: interrupt the running job, or else, `or_next`, the one that it was powered for."""
        job = self.jobs.running
        if job is None and or_next:
            job = next(iter(self.jobs.waiting), None)
        if job is not None:
            self._interrupt(job, cause)

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

    def report_job(self, job: Job) -> None:
        """Send where a job stands."""
        values = {
            "job": job.id,
            "state": job.state,
            "cause": job.cause,
            "position": self.jobs.position(job),
            "segments": len(job.segments),
            "generated_tokens": job.generated_tokens,
        }
        self._telemetry.report("job_report", values)

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

    def _take(self, job: Job, run: _Run, progress: Progress) -> None:
        match progress:
            case Started():
                run.started_us = self._now_us
                if job.segments:
                    self._telemetry.event("job_resumed", {"job": job.id, "generated_tokens": job.generated_tokens})
                else:
                    self._telemetry.event("job_started", {"job": job.id})
            case Declined():
                self._end(job, JobEvent.FAIL, EndReason.FAILED)
            case Answered(segment=segment, prompt_tokens=prompt_tokens, finish=finish):
                job = replace(job, prompt_tokens=prompt_tokens)
                if segment is not None:
                    job = self._lengthened(job, segment)
                    if segment.token_ids:
                        self._time_token(job, run)
                if finish is not FinishReason.RUNNING:
                    self._end(job, *_END[finish])

    def _lengthened(self, job: Job, segment: Segment) -> Job:
        """With one segment more."""
        number = len(job.segments)
        longer = replace(job, segments=(*job.segments, segment))
        self._replace(longer, lambda: self.report_segment(longer, number))
        return longer

    def _time_token(self, job: Job, run: _Run) -> None:
        run.last_us = self._now_us
        if run.first_us is None:
            run.first_us = self._now_us
            if len(job.segments) == 1:
                self._telemetry.event("first_token", {"job": job.id, "prompt_tokens": job.prompt_tokens})

    def _make_way(self, running: Job) -> None:
        """For a more urgent job, once what there is of this answer is kept."""
        self._computer.save()
        if self._computer.is_saved:
            self._computer.cancel(self._now_us)
            self._interrupt(running, ModeReason.URGENT_JOB)

    def _end(self, job: Job, event: JobEvent, reason: EndReason) -> None:
        ended = self._measured(job).after(event, end_reason=reason)
        self._run = None
        self._replace(ended, lambda: self.report_ended(ended))

    def _interrupt(self, job: Job, cause: ModeReason) -> None:
        interrupted = self._measured(job).interrupted(cause)
        self._run = None
        if interrupted.is_hopeless:
            self._give_up(interrupted)
            return

        def report() -> None:
            self._telemetry.event("job_interrupted", {"job": job.id, "cause": cause})
            self.report_job(interrupted)

        self._replace(interrupted, report)

    def _give_up(self, job: Job) -> None:
        ended = job.after(JobEvent.FAIL)

        def report() -> None:
            values = {"job": job.id, "attempts": job.attempts, "cause": job.cause}
            self._telemetry.event("job_given_up", values)
            self.report_ended(ended)

        self._replace(ended, report)

    def _measured(self, job: Job) -> Job:
        """With what its run has taken so far."""
        run = self._run
        if run is None:
            return job
        first_us = self._now_us if run.first_us is None else run.first_us
        return replace(
            job,
            energy_mj=job.energy_mj + self._energy_mj() - run.energy_mj,
            prompt_ms=job.prompt_ms + (first_us - run.started_us) // 1000,
            decode_ms=job.decode_ms + (0 if run.last_us is None else (run.last_us - first_us) // 1000),
        )

    def _replace(self, job: Job, then: Callable[[], None]) -> None:
        old, self.jobs = self.jobs, self.jobs.put(job)
        self._journal.fact(memory.job_records(old, self.jobs), then)


def _nothing() -> None:
    """Nothing follows from the record."""
