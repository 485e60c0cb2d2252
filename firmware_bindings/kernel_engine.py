"""The payload computer's engine: language models from a folder, run by the kernel."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from firmware_bindings.checkpoints import CheckpointError, Checkpoints, MemoryCheckpoints
from firmware_bindings.devicelink.payload_computer import DIGEST_BYTES, FinishReason, Start
from firmware_bindings.engine import Checkpoint, EngineError, Finish, Prompt, Question, Step, Token
from firmware_bindings.kernel import (
    Cancelled,
    ContextFull,
    KernelError,
    Model,
    Sampling,
    Session,
    SnapshotError,
    TextStream,
)


@dataclass(slots=True)
class _Run:
    """The answer that is being made, and how many tokens of it there are."""

    job: int
    session: Session
    tokens: int


class KernelEngine:
    """Answers with the chat template of the model's file, each token chosen as the question says.

    An answer that was interrupted goes on where it was, from its snapshot as far as that agrees with what was received;
    what is missing is read again. Either way the bits are those of an answer that nothing interrupted.

    Args:
        model: the default model's file. Others are found beside it by their names.
        threads: of the kernel; 0 means as many as there are processors.
        checkpoints: where snapshots survive; by default in memory.
        kv: how keys and values are stored, "f32" or "f16".
    """

    def __init__(
        self, model: Path, *, threads: int = 0, checkpoints: Checkpoints | None = None, kv: str = "f32"
    ) -> None:
        self._default = model
        self._threads, self._kv = threads, kv
        self._checkpoints = MemoryCheckpoints() if checkpoints is None else checkpoints
        self._model: Model | None = None
        self._held: tuple[Path, int] | None = None
        self._run: _Run | None = None

    def load(self, name: str, context_tokens: int) -> Iterator[None]:
        """Map and check a model, unless it is the one at hand. Raises EngineError."""
        if name != Path(name).name:
            raise EngineError(f"{name!r} is no file name")
        path = self._default.parent / name if name else self._default
        if self._held != (path, context_tokens):
            self._model, self._held = None, None
            try:
                self._model = Model(path, threads=self._threads, context_tokens=context_tokens)
            except KernelError as error:
                raise EngineError(str(error)) from error
            self._held = path, context_tokens
        yield from ()

    def answer(self, question: Question, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        """Raises EngineError."""
        if self._model is None:
            raise EngineError("no model is loaded")
        try:
            with self._model.session(kv=self._kv) as session:
                yield from self._answer(self._model, session, question, is_cancelled)
        except Cancelled:
            return
        except (KernelError, CheckpointError) as error:
            raise EngineError(str(error)) from error
        finally:
            self._run = None

    def save(self) -> Checkpoint:
        """Raises EngineError, also when nothing is being answered."""
        run = self._run
        if run is None:
            raise EngineError("there is no answer to keep")
        try:
            snapshot = run.session.snapshot()
            self._checkpoints.put(run.job, snapshot)
        except (KernelError, CheckpointError) as error:
            raise EngineError(str(error)) from error
        digest = hashlib.sha256(snapshot).digest()[:DIGEST_BYTES]
        return Checkpoint(tokens=run.tokens, octets=len(snapshot), digest=digest)

    def _answer(
        self, model: Model, session: Session, question: Question, is_cancelled: Callable[[], bool]
    ) -> Iterator[Step]:
        start, received = question.start, question.received
        sampling = sampling_of(start)
        text = TextStream(model.tokenizer)
        for token_id in received:
            text.push(token_id)
        prompt = model.chat_ids(question.text)
        unread = self._recall(session, start.job, [*prompt, *received])
        yield Prompt(tokens=len(prompt), unread=len(unread))
        run = self._run = _Run(start.job, session, len(received))
        reason = FinishReason.LENGTH
        while run.tokens < start.max_tokens:
            if session.position + len(unread) > model.context_tokens:
                reason = FinishReason.CONTEXT_FULL
                break
            session.prefill(unread, cancelled=is_cancelled)
            unread = [session.sample(sampling)]
            if model.tokenizer.is_end(unread[0]):
                reason = FinishReason.STOP
                break
            run.tokens += 1
            yield Token(id=unread[0], text=text.push(unread[0]).encode())
        self._checkpoints.drop(start.job)
        yield Finish(reason=reason, text=text.flush().encode())

    def _recall(self, session: Session, job: int, ids: list[int]) -> list[int]:
        """Restore what the job's snapshot has in common with these tokens; those that are left to read."""
        snapshot = self._checkpoints.get(job)
        if snapshot is not None:
            try:
                session.restore(snapshot)
            except (SnapshotError, ContextFull):
                self._checkpoints.drop(job)
        return session.reuse(ids)


def sampling_of(start: Start) -> Sampling:
    """How the job's tokens are chosen."""
    return Sampling(
        temperature=start.temperature_permille / 1000,
        top_k=start.top_k,
        top_p=start.top_p_permille / 1000,
        min_p=start.min_p_permille / 1000,
        repeat_penalty=start.repeat_penalty_permille / 1000,
        seed=start.seed,
    )
