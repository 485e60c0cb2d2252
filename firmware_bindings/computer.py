"""The payload computer's logic: what it answers on the device link, and when its tokens appear. Sans-I/O.

    EMPTY ──LOAD──▶ LOADING ──▶ READY ──START──▶ PROMPT ──first token──▶ DECODE ──last token──▶ READY

A power cap is a rate: token k of a run, from 0, appears at start + unread/prompt_rate + k/decode_rate, or when the
engine has it, if that is later. Unread is the prompt; of a resumed job, what its snapshot lacks of the prompt and the
tokens received. A changed cap holds from that instant on; a rate of 0 pauses, and is what it starts with.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from firmware_bindings.codec.layout import Codec, DecodeError
from firmware_bindings.devicelink import FRAME_TIMEOUT_US, MAX_DATA_BYTES, Nak, NakReason, Slave
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.payload_computer import ComputerOperation, ComputerState, FinishReason
from firmware_bindings.engine import Checkpoint, Engine, EngineError, Finish, Prompt, Question, Step, Token

T = TypeVar("T")

MAX_MESSAGE_BYTES = 200
MAX_TEXT_BYTES = MAX_DATA_BYTES - 8 - 4 * link.MAX_TOKENS_PER_REPLY
"""Text that one TOKENS reply may carry."""
TOKEN = 10**9
"""Progress is counted in billionths of a token: thousandths of a token per second times microseconds."""

_NOTHING = Checkpoint(tokens=0, octets=0, digest=bytes(link.DIGEST_BYTES))


@dataclass(slots=True, kw_only=True)
class _Received:
    """What an earlier run of a job has answered."""

    job: int = 0
    token_ids: tuple[int, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Job:
    """The present or last question. `progress` is of what is unread, then of this run's tokens.

    `tokens` are this run's; `received` counts those before them.
    """

    id: int = 0
    max_tokens: int = 0
    received: int = 0
    prompt_tokens: int = 0
    unread: int = 0
    tokens: list[Token] = field(default_factory=list)
    finish: Finish | None = None
    progress: int = 0
    kept: Checkpoint = _NOTHING

    @property
    def generated_tokens(self) -> int:
        return self.received + len(self.tokens)


class PayloadComputer:
    """Octets in, octets out; times are in µs since it was switched on.

    Args:
        engine: does the inference.
        load_us: how long loading takes at least.
    """

    def __init__(self, engine: Engine, *, load_us: int = 0) -> None:
        self._engine = engine
        self._load_us = load_us
        self._slave = Slave(link.DEVICE_ID, self._execute)
        self._state = ComputerState.EMPTY
        self._message = ""
        self._loading: Iterator[None] | None = None
        self._loaded_at_us = 0
        self._answering: Iterator[Step | None] = iter(())
        self._job = _Job()
        self._received = _Received()
        self._cap = link.Cap(prompt_mtokens_per_s=0, decode_mtokens_per_s=0)
        self._now_us = 0
        self._silent_at_us: int | None = None
        self.clock: link.Cap | None = None
        """What its clock lets it compute at most, whatever it was told; a new one holds from the last `advance` on."""

    @property
    def state(self) -> ComputerState:
        """What it is doing."""
        return self._state

    @property
    def rate_mtokens_per_s(self) -> int:
        """The cap on what it is doing now; 0 while it computes nothing, or is paused."""
        caps = (self._cap,) if self.clock is None else (self._cap, self.clock)
        if self._state is ComputerState.PROMPT:
            return min(cap.prompt_mtokens_per_s for cap in caps)
        return min(cap.decode_mtokens_per_s for cap in caps) if self._state is ComputerState.DECODE else 0

    def receive(self, data: bytes, now_us: int) -> bytes:
        """The replies to what `data`, arriving at `now_us`, completes. Never raises."""
        self.advance(now_us)
        return self._listen(data)

    def advance(self, now_us: int) -> bytes:
        """Let time pass; the replies to what a silence on the line has completed."""
        self._load(now_us)
        while (due_us := self._due_us()) is not None and due_us <= now_us and (step := self._next_step()) is not None:
            is_late = due_us <= self._now_us
            self._run_to(now_us if is_late else due_us)
            self._take(step)
        self._run_to(now_us)
        self._job.progress = min(self._job.progress, max(self._target, 0)) if self._is_busy else 0
        return self._listen(b"") if self._silent_at_us is not None and self._silent_at_us <= now_us else b""

    def next_deadline_us(self) -> int | None:
        """When something happens by itself; None if nothing will."""
        loaded_us = max(self._loaded_at_us, self._now_us) if self._state is ComputerState.LOADING else None
        return min((at for at in (self._silent_at_us, loaded_us, self._due_us()) if at is not None), default=None)

    def power_off(self) -> None:
        """Whatever the engine is at stops."""
        self._finish(Finish(reason=FinishReason.CANCELLED))
        self._state = ComputerState.EMPTY

    @property
    def _is_busy(self) -> bool:
        return self._state in (ComputerState.PROMPT, ComputerState.DECODE)

    @property
    def _target(self) -> int:
        """The progress at which the next step is due. What follows the last token allowed costs nothing."""
        job = self._job
        if self._state is ComputerState.PROMPT:
            return TOKEN * job.unread
        return TOKEN * min(len(job.tokens), job.max_tokens - job.received - 1)

    def _due_us(self) -> int | None:
        missing, rate = self._target - self._job.progress, self.rate_mtokens_per_s
        if not self._is_busy or (missing > 0 and not rate):
            return None
        return self._now_us - (-missing // rate if missing > 0 else 0)

    def _run_to(self, now_us: int) -> None:
        self._job.progress += self.rate_mtokens_per_s * (now_us - self._now_us)
        self._now_us = now_us

    def _load(self, now_us: int) -> None:
        if self._state is not ComputerState.LOADING:
            return
        try:
            if self._loading is not None:
                next(self._loading)
        except StopIteration:
            self._loading = None
        except EngineError as error:
            self._state, self._message = ComputerState.FAILED, str(error)
            return
        if self._loading is None and now_us >= self._loaded_at_us:
            self._state = ComputerState.READY

    def _next_step(self) -> Step | None:
        try:
            return next(self._answering)
        except StopIteration:
            self._message = "the engine ended without a reason"
        except EngineError as error:
            self._message = str(error)
        return Finish(reason=FinishReason.FAILED)

    def _take(self, step: Step) -> None:
        job = self._job
        match step:
            case Prompt():
                job.prompt_tokens, job.unread = step.tokens, step.unread
            case Token() if len(step.text) <= MAX_TEXT_BYTES:
                job.tokens.append(step)
                if self._state is ComputerState.PROMPT:
                    self._state, job.progress = ComputerState.DECODE, 0
            case Token():
                self._message = f"token {step.id} has a text of {len(step.text)} octets"
                self._finish(Finish(reason=FinishReason.FAILED))
            case Finish():
                self._finish(step)

    def _finish(self, finish: Finish) -> None:
        self._job.finish, self._state = finish, ComputerState.READY
        self._answering = iter(())  # lets go of what the engine holds for it

    def _listen(self, data: bytes) -> bytes:
        out = self._slave.receive(data, self._now_us)
        self._silent_at_us = self._now_us + FRAME_TIMEOUT_US + 1 if self._slave.deframer.is_waiting else None
        self.advance(self._now_us)
        return out

    def _execute(self, op: int, _address: int, data: bytes) -> bytes:
        match op:
            case ComputerOperation.STATUS:
                return self._status(data)
            case ComputerOperation.LOAD:
                return self._on_load(_decoded(link.load, data))
            case ComputerOperation.START:
                return self._on_start(_decoded(link.start, data))
            case ComputerOperation.TOKENS:
                return self._on_tokens(_decoded(link.tokens_request, data))
            case ComputerOperation.CANCEL:
                return self._on_cancel(_decoded(link.cancel, data))
            case ComputerOperation.CAP:
                self._cap = _decoded(link.cap, data)
                return b""
            case ComputerOperation.SNAPSHOT:
                return self._on_snapshot(_decoded(link.snapshot_request, data))
            case ComputerOperation.RECEIVED:
                return self._on_received(_decoded(link.received, data))
        raise Nak(NakReason.BAD_OPERATION)

    def _status(self, data: bytes) -> bytes:
        _require(not data, NakReason.BAD_LENGTH)
        status = link.Status(
            state=self._state,
            job=self._job.id,
            prompt_tokens=min(self._job.prompt_tokens, 0xFFFF),
            generated_tokens=self._job.generated_tokens,
            uptime_ms=self._now_us // 1000 % 2**32,
            message=self._message.encode()[:MAX_MESSAGE_BYTES].decode(errors="ignore").encode(),
        )
        return link.status.encode(status)

    def _on_load(self, load: link.Load) -> bytes:
        _require(not self._is_busy, NakReason.BUSY)
        _require(load.context_tokens > 0, NakReason.BAD_VALUE)
        self._loading = self._engine.load(_text(load.name), load.context_tokens)
        self._state, self._message = ComputerState.LOADING, ""
        self._loaded_at_us = self._now_us + self._load_us
        return b""

    def _on_start(self, start: link.Start) -> bytes:
        _require(not self._is_busy, NakReason.BUSY)
        _require(self._state is ComputerState.READY, NakReason.NOT_READY)
        _require(start.job > 0 and start.max_tokens > 0 and start.question != b"", NakReason.BAD_VALUE)
        told = self._received.token_ids if self._received.job == start.job else ()
        _require(start.received <= min(len(told), start.max_tokens), NakReason.BAD_VALUE)
        question = Question(text=_text(start.question), start=start, received=told[: start.received])
        job = self._job = _Job(id=start.job, max_tokens=start.max_tokens, received=start.received)
        self._answering = self._engine.answer(question, lambda: job.finish is not None)
        self._state, self._message = ComputerState.PROMPT, ""
        return b""

    def _on_tokens(self, asked: link.TokensRequest) -> bytes:
        job = self._job
        is_known = job.received <= asked.first <= job.generated_tokens
        _require(asked.job == job.id != 0 and is_known, NakReason.BAD_VALUE)
        sent: list[Token] = []
        for token in job.tokens[asked.first - job.received :][: link.MAX_TOKENS_PER_REPLY]:
            if sum(len(t.text) for t in [*sent, token]) > MAX_TEXT_BYTES:
                break
            sent.append(token)
        text = b"".join(token.text for token in sent)
        finish = FinishReason.RUNNING
        is_last = asked.first + len(sent) == job.generated_tokens
        if is_last and job.finish is not None and len(text + job.finish.text) <= MAX_TEXT_BYTES:
            finish, text = job.finish.reason, text + job.finish.text
        ids = tuple(token.id for token in sent)
        return link.tokens.encode(link.Tokens(job=job.id, finish=finish, first=asked.first, token_ids=ids, text=text))

    def _on_cancel(self, cancel: link.Cancel) -> bytes:
        _require(cancel.job == self._job.id != 0, NakReason.BAD_VALUE)
        if self._is_busy:
            self._finish(Finish(reason=FinishReason.CANCELLED))
        return b""

    def _on_snapshot(self, asked: link.SnapshotRequest) -> bytes:
        job = self._job
        _require(asked.job == job.id != 0 and asked.tokens <= job.generated_tokens, NakReason.BAD_VALUE)
        _require(self._state is ComputerState.DECODE, NakReason.NOT_READY)
        if job.kept.tokens < asked.tokens:
            try:
                job.kept = self._engine.save() or job.kept
            except EngineError as error:
                self._message = str(error)
                raise Nak(NakReason.REFUSED) from error
        kept = job.kept
        return link.snapshot.encode(
            link.Snapshot(job=job.id, tokens=kept.tokens, octets=min(kept.octets, 0xFFFF_FFFF), digest=kept.digest)
        )

    def _on_received(self, told: link.Received) -> bytes:
        known = self._received.token_ids if self._received.job == told.job else ()
        _require(told.job > 0 and told.first <= len(known), NakReason.BAD_VALUE)
        self._received = _Received(job=told.job, token_ids=known[: told.first] + told.token_ids)
        return b""


def _require(condition: bool, reason: NakReason) -> None:
    if not condition:
        raise Nak(reason)


def _decoded(codec: Codec[T], data: bytes) -> T:
    try:
        return codec.decode(data)
    except DecodeError as error:
        raise Nak(NakReason.BAD_LENGTH) from error


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise Nak(NakReason.BAD_VALUE) from error
