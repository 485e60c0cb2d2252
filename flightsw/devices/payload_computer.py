"""The payload computer: watched while it boots and loads, capped, asked, and polled for the tokens of one job.

An answer is kept in the computer's own store when that is asked for, and whenever a pause begins: then a loss of power
costs little. What was received behind the last snapshot is read again, which costs no more than RECOMPUTED_TOKENS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from firmware_bindings.devicelink import Failure, NakReason, Request, Result
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.payload_computer import ComputerOperation, ComputerState, FinishReason
from flightsw.ccsds import DecodeError
from flightsw.devices.device import DeviceDriver, Notice
from flightsw.mission import Device
from flightsw.payload import ComputeProfile, Job, ModeReason, PowerMode, Segment

US_PER_S = 1_000_000
BOOT_GRACE_S = 10.0
"""How much longer than its profile says the computer may take to answer."""
PROGRESS_TIMEOUT_S = 30.0
"""How long a running job may show no progress, besides what its prompt may take."""
IDLE_POLL_US = 500_000
SAVE_TIMEOUT_US = 10_000_000
"""How long keeping an answer may take; then it goes on without."""
RECOMPUTED_TOKENS = 32
"""An answer counts as kept when it has grown by no more than this since."""

_START_TAG = "start"


class Stage(Enum):
    """How far the computer is."""

    OFF = auto()
    BOOTING = auto()
    LOADING = auto()
    READY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The computer has taken the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """More of the answer; `finish` is RUNNING until its last piece."""

    segment: Segment | None
    prompt_tokens: int
    finish: FinishReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The computer will not take the job."""


Progress = Started | Answered | Declined


class PayloadComputer(DeviceDriver):
    """Knows one job at a time. `fault` is why it can't be used, until `take_fault`.

    Args:
        profile: how long it may take to start, and its rates by mode.
        poll_us: how often it is asked for tokens.
    """

    def __init__(self, profile: ComputeProfile, poll_us: int) -> None:
        super().__init__(Device.PAYLOAD_COMPUTER, link.DEVICE_ID)
        self.profile = profile
        self._poll_us = poll_us
        self._next_poll_us = None
        self.stage = Stage.OFF
        self.state = ComputerState.EMPTY
        """As the computer last reported it."""
        self.cap: PowerMode | None = None
        """The mode whose cap it has acknowledged."""
        self._asked_cap: PowerMode | None = None
        self._job: Job | None = None
        self._is_started = False
        self._prompt_tokens = 0
        self._tokens = 0
        self._kept_tokens: int | None = None
        """How many are kept, or could not be; None before either."""
        self._saving: int | None = None
        """How many are to be kept."""
        self._save_polls = 0
        self._deadline_us = 0
        self._progress: list[Progress] = []
        self._fault: ModeReason | None = None

    @property
    def is_free(self) -> bool:
        """It would take a job."""
        return self.stage is Stage.READY and self._job is None

    @property
    def is_saved(self) -> bool:
        """All but the last of what was received of the answer is kept, or can't be."""
        if self._job is None or self._tokens == self._job.generated_tokens:
            return True
        return self._kept_tokens is not None and self._tokens - self._kept_tokens <= RECOMPUTED_TOKENS

    @property
    def next_deadline_us(self) -> int | None:
        """When it is to be polled, or has taken too long."""
        asked_us = super().next_deadline_us
        if not self._is_timed:
            return asked_us
        return self._deadline_us if asked_us is None else min(asked_us, self._deadline_us)

    def take_fault(self) -> ModeReason | None:
        """Why it can't be used; told once."""
        fault, self._fault = self._fault, None
        return fault

    def progress(self) -> tuple[Progress, ...]:
        """What became of the job since the last call."""
        out, self._progress = tuple(self._progress), []
        return out

    def power(self, *, on: bool, now_us: int) -> None:
        """Its rails are good now, or are not any more."""
        if on is (self.stage is not Stage.OFF):
            return
        self._abandon()
        self.is_silent = False
        self.stage = Stage.BOOTING if on else Stage.OFF
        self.state = ComputerState.EMPTY
        self.cap = self._asked_cap = self._job = self._fault = None
        self._progress = []
        self._next_poll_us = now_us + round(self.profile.boot_s * US_PER_S) if on else None
        self._deadline_us = now_us + round((self.profile.boot_s + BOOT_GRACE_S) * US_PER_S)

    def set_cap(self, mode: PowerMode) -> None:
        """Give it the rates of a mode; a mode that does not compute pauses it."""
        if self.stage is not Stage.READY or mode is self._asked_cap:
            return
        rates = self.profile.modes.get(mode)
        cap = link.Cap(
            prompt_mtokens_per_s=round(rates.prompt_tokens_per_s * 1000) if rates else 0,
            decode_mtokens_per_s=round(rates.decode_tokens_per_s * 1000) if rates else 0,
        )
        self._asked_cap, self.cap = mode, None
        self._ask(Request(op=ComputerOperation.CAP, data=link.cap.encode(cap), tag=mode))
        if rates is None:
            self.save()

    def save(self) -> None:
        """Have the running answer kept where it survives a loss of power, unless it is; `is_saved` tells when."""
        if self._saving is None and not self.is_saved:
            self._saving, self._save_polls = self._tokens, SAVE_TIMEOUT_US // self._poll_us
            self._ask_to_save()

    def start(self, job: Job, now_us: int) -> None:
        """Answer this job's question, behind what was received of it; what becomes of it comes as `progress`."""
        self._job, self._is_started, self._prompt_tokens, self._tokens = job, False, 0, job.generated_tokens
        self._kept_tokens = self._saving = None
        self._ask_to_start()
        self._expect_progress(now_us)

    def cancel(self, now_us: int) -> None:
        """Stop the job and forget it."""
        if self._job is not None:
            request = link.cancel.encode(link.Cancel(job=self._job.id))
            self._job = None
            self._ask(Request(op=ComputerOperation.CANCEL, data=request))
            self._next_poll_us = now_us

    def tick(self, now_us: int) -> None:
        """Take the replies, poll, and notice that it takes too long."""
        super().tick(now_us)
        if self._is_timed and now_us >= self._deadline_us:
            self._fail(ModeReason.COMPUTER_SILENT)

    @property
    def _is_timed(self) -> bool:
        is_paused = self._asked_cap not in self.profile.modes
        return self._fault is None and (
            self.stage is Stage.BOOTING or (self._job is not None and not is_paused and self.stage is Stage.READY)
        )

    def _expect_progress(self, now_us: int) -> None:
        """Wait for the next token, or for the prompt, as long as the slowest mode may take, and more."""
        slowest = min(self.profile.modes.values(), key=lambda rates: rates.prompt_tokens_per_s)
        is_read = self._job is not None and self._tokens > self._job.generated_tokens
        prompt_s = 0 if is_read else self.profile.context_tokens / slowest.prompt_tokens_per_s
        wait_s = PROGRESS_TIMEOUT_S + prompt_s + 2 / slowest.decode_tokens_per_s
        self._deadline_us = now_us + round(wait_s * US_PER_S)

    def _ask_to_start(self) -> None:
        assert self._job is not None
        job, ids = self._job, self._job.token_ids
        for first in range(0, len(ids), link.MAX_IDS_PER_REQUEST):
            told = link.Received(job=job.id, first=first, token_ids=ids[first : first + link.MAX_IDS_PER_REQUEST])
            self._ask(Request(op=ComputerOperation.RECEIVED, data=link.received.encode(told)))
        request = link.Start(
            job=job.id,
            max_tokens=job.max_tokens,
            received=len(ids),
            temperature_permille=job.temperature_permille,
            seed=job.seed,
            question=job.question.encode(),
        )
        self._ask(Request(op=ComputerOperation.START, data=link.start.encode(request), tag=_START_TAG))

    def _ask_to_save(self) -> None:
        if self._job is not None and self._saving is not None:
            request = link.snapshot_request.encode(link.SnapshotRequest(job=self._job.id, tokens=self._saving))
            self._ask(Request(op=ComputerOperation.SNAPSHOT, data=request, tag=self._job.id))

    def _poll(self, now_us: int) -> None:
        is_working = self._job is not None and self._is_started
        if not is_working or not self._prompt_tokens:
            self._ask(Request(op=ComputerOperation.STATUS))
        if is_working and self._job is not None:
            request = link.tokens_request.encode(link.TokensRequest(job=self._job.id, first=self._tokens))
            self._ask(Request(op=ComputerOperation.TOKENS, data=request, tag=self._job.id))
        self._follow_saving()
        is_idle = self.stage is Stage.READY and self._job is None
        self._next_poll_us = now_us + (IDLE_POLL_US if is_idle else self._poll_us)

    def _follow_saving(self) -> None:
        if self._saving is not None:
            self._save_polls -= 1
            if self._save_polls > 0:
                self._ask_to_save()
            else:
                self._kept_tokens, self._saving = self._saving, None

    def _hear(self, result: Result, now_us: int) -> None:
        if self.stage is Stage.BOOTING and result.failure is Failure.SILENT:
            return  # it is still booting; `_deadline_us` says for how long
        super()._hear(result, now_us)

    def _on_silent(self, _now_us: int) -> None:
        self._fail(ModeReason.COMPUTER_SILENT)

    def _fail(self, reason: ModeReason, message: str = "") -> None:
        if self._fault is None and self.stage is not Stage.OFF:
            self._fault = reason
            self._job = None
            self._next_poll_us = None
            if message:
                self._notices.append(Notice(event="computer_failed", values={"message": message}))

    def _take(self, result: Result, now_us: int) -> bool:
        take = _TAKERS.get(result.request.op)
        try:
            return take is None or take(self, result, now_us)
        except DecodeError:
            return False

    def _take_status(self, result: Result, now_us: int) -> bool:
        if result.failure is not None:
            return False
        status = link.status.decode(result.data)
        if status.state not in set(ComputerState):
            return False
        self.state = ComputerState(status.state)
        message = status.message.decode(errors="replace")
        if self.state is ComputerState.FAILED:
            self._fail(ModeReason.COMPUTER_FAILED, message or "no reason given")
        elif self.stage in (Stage.BOOTING, Stage.LOADING):
            self._prepare()
        elif self.state is ComputerState.EMPTY:
            self._fail(ModeReason.COMPUTER_FAILED, "it has begun anew")
        elif self._job is not None and status.job == self._job.id and status.prompt_tokens:
            if not self._prompt_tokens:
                self._expect_progress(now_us)
            self._prompt_tokens = status.prompt_tokens
        return True

    def _prepare(self) -> None:
        if self.stage is Stage.BOOTING and self.state is ComputerState.EMPTY:
            load = link.Load(context_tokens=self.profile.context_tokens, name=self.profile.model.encode())
            self._ask(Request(op=ComputerOperation.LOAD, data=link.load.encode(load)))
        if self.state is ComputerState.READY:
            self.stage = Stage.READY
            self._notices.append(Notice(event="computer_ready"))

    def _take_load(self, result: Result, _now_us: int) -> bool:
        if result.failure is None:
            self.stage = Stage.LOADING
        return True

    def _take_cap(self, result: Result, now_us: int) -> bool:
        if result.failure is not None:
            self._asked_cap = None
        elif result.request.tag is self._asked_cap:
            self.cap = self._asked_cap
            self._expect_progress(now_us)
        return True

    def _take_start(self, result: Result, now_us: int) -> bool:
        if self._job is None:
            return True
        if result.failure is None:
            self._is_started = True
            self._progress.append(Started())
            self._next_poll_us = now_us + self._poll_us
        elif result.reason in (NakReason.BUSY, NakReason.NOT_READY):
            self._ask_to_start()
        else:
            self._job = None
            self._progress.append(Declined())
        return True

    def _take_tokens(self, result: Result, now_us: int) -> bool:
        job = self._job
        if job is None or result.request.tag != job.id:
            return True
        if result.failure is not None:
            self._fail(ModeReason.COMPUTER_FAILED, f"it does not know job {job.id}")
            return True
        tokens = link.tokens.decode(result.data)
        count = tokens.first + len(tokens.token_ids)
        is_sane = tokens.job == job.id and tokens.first == self._tokens and count <= job.max_tokens
        if not is_sane or tokens.finish not in set(FinishReason):
            return False
        finish, text = FinishReason(tokens.finish), tokens.text.decode(errors="replace")
        if text and not tokens.token_ids and finish is FinishReason.RUNNING:
            return False  # text without tokens only ends an answer, or it might have no end
        segment = None
        if tokens.token_ids or text:
            segment = Segment(first_token=tokens.first, token_ids=tokens.token_ids, text=text)
        if segment is not None or finish is not FinishReason.RUNNING:
            self._progress.append(Answered(segment=segment, prompt_tokens=self._prompt_tokens, finish=finish))
        if tokens.token_ids:
            self._tokens = count
            self._expect_progress(now_us)
        if finish is not FinishReason.RUNNING:
            self._job = None
        elif len(tokens.token_ids) == link.MAX_TOKENS_PER_REPLY:
            self._next_poll_us = now_us
        return True

    def _take_snapshot(self, result: Result, _now_us: int) -> bool:
        job, saving = self._job, self._saving
        if job is None or saving is None or result.request.tag != job.id:
            return True
        if result.failure is not None:
            self._kept_tokens, self._saving = saving, None
            return True
        kept = link.snapshot.decode(result.data)
        if kept.job != job.id:
            return False
        if kept.tokens >= saving:
            self._kept_tokens, self._saving = kept.tokens, None
            digest = int.from_bytes(kept.digest, "big")
            values = {"job": job.id, "tokens": kept.tokens, "octets": kept.octets, "digest": digest}
            self._notices.append(Notice(event="job_saved", values=values))
        return True


_TAKERS: dict[int, Callable[[PayloadComputer, Result, int], bool]] = {
    ComputerOperation.STATUS: PayloadComputer._take_status,
    ComputerOperation.LOAD: PayloadComputer._take_load,
    ComputerOperation.CAP: PayloadComputer._take_cap,
    ComputerOperation.START: PayloadComputer._take_start,
    ComputerOperation.TOKENS: PayloadComputer._take_tokens,
    ComputerOperation.SNAPSHOT: PayloadComputer._take_snapshot,
}
