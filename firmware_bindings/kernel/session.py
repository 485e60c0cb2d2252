"""One text being read and written by a model."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from firmware_bindings.kernel._kernel import ffi, lib
from firmware_bindings.kernel.arena import arena
from firmware_bindings.kernel.errors import Cancelled, ContextFull, KernelError, SnapshotError, UsageError, check
from firmware_bindings.kernel.sampling import Sampling
from firmware_bindings.kernel.snapshot import State, seal, unseal

if TYPE_CHECKING:
    from firmware_bindings.kernel.model import Model

ISAS = {
    "best": lib.KERNEL_ISA_BEST,
    "portable": lib.KERNEL_ISA_PORTABLE,
    "avx2": lib.KERNEL_ISA_AVX2,
    "avx512": lib.KERNEL_ISA_AVX512,
    "neon": lib.KERNEL_ISA_NEON,
}

KV_TYPES = {"f32": lib.KERNEL_KV_F32, "f16": lib.KERNEL_KV_F16}
"""How keys and values may be stored."""


def instruction_sets() -> dict[str, bool]:
    """Every instruction set that the kernel is written for, and whether this processor has it."""
    return {name: bool(lib.kernel_has_isa(number)) for name, number in ISAS.items() if name != "best"}


class Session:
    """A KV cache and a crew of threads. Not for two Python threads at once. Make one with Model.session().

    The GIL is released while C works. The threads end with `close`, a `with` block, or the last reference.

    Raises:
        UsageError: options out of range.
        KernelError: this processor lacks the instruction set asked for; the operating system gives no more threads.
    """

    def __init__(
        self, model: Model, *, threads: int, batch_tokens: int, isa: str, context_tokens: int, kv: str = "f32"
    ) -> None:
        if isa not in ISAS:
            raise UsageError(f"no such instruction set: {isa}; known: {', '.join(ISAS)}")
        if not lib.kernel_has_isa(ISAS[isa]):
            here = ", ".join(name for name, is_here in instruction_sets().items() if is_here)
            raise KernelError(f"this processor lacks instruction set {isa}; it has {here}")
        if kv not in KV_TYPES:
            raise UsageError(f"keys and values can't be stored as {kv}; known: {', '.join(KV_TYPES)}")
        fields = {
            "context_tokens": context_tokens,
            "batch_tokens": min(batch_tokens, context_tokens),
            "threads": threads,
        }
        if any(not 0 <= value < 2**32 for value in fields.values()):
            raise UsageError(f"options out of range: {fields}")
        options = ffi.new("kernel_options *", fields | {"isa": ISAS[isa], "kv": KV_TYPES[kv]})
        error, size, session = ffi.new("kernel_error *"), ffi.new("size_t *"), ffi.new("kernel_session **")
        check(lib.kernel_session_size(model.handle, options, size, error), error)
        self._memory = arena(size[0])
        status = lib.kernel_session_init(model.handle, options, self._memory, size[0], session, error)
        check(status, error)
        self.model = model
        self.batch_tokens: int = options.batch_tokens
        self.context_tokens: int = context_tokens
        self.kv = kv
        self._threads, self._isa = threads, isa
        self._session = session[0]
        self._close = weakref.finalize(self, _close, self._session, self._memory, model)

    @property
    def position(self) -> int:
        """Tokens appended so far."""
        return int(lib.kernel_position(self._open()))

    @property
    def ids(self) -> list[int]:
        """The tokens appended so far."""
        return list(ffi.unpack(lib.kernel_history(self._open()), count)) if (count := self.position) else []

    @property
    def isa(self) -> str:
        """The instruction set in use: "portable", "avx2", "avx512" or "neon"."""
        return str(ffi.string(lib.kernel_isa_name(self._open())).decode())

    def prefill(self, ids: Sequence[int], *, cancelled: Callable[[], bool] | None = None) -> None:
        """Append a prompt, in batches; `cancelled` is asked before each, and twice a layer in it.

        Raises:
            UsageError: no tokens, or an unknown one. ContextFull: too many. In both cases nothing was appended.
            Cancelled: some batches may have been appended.
            NumericError: the model's weights make no sense.
        """
        if not ids:
            raise UsageError("a prompt needs at least one token")
        if unknown := [i for i in ids if not 0 <= i < self.model.vocab_size]:
            raise UsageError(f"no such token: {unknown[0]}")
        if len(ids) > (room := self.context_tokens - self.position):
            raise ContextFull(f"{len(ids)} tokens do not fit: the context has room for {room}")
        for start in range(0, len(ids), self.batch_tokens):
            if cancelled is not None and cancelled():
                raise Cancelled(f"cancelled after {start} of {len(ids)} prompt tokens")
            batch = ids[start : start + self.batch_tokens]
            self._forward(batch, start + len(batch) == len(ids), cancelled)

    def step(self, token_id: int) -> None:
        """Append one token. Raises as prefill."""
        self.prefill([token_id])

    def logits(self) -> memoryview[float]:
        """F32 logits of the token that follows, a copy. Raises UsageError before anything was appended."""
        data = ffi.buffer(lib.kernel_logits(self._ready()), 4 * self.model.vocab_size)
        return memoryview(bytes(data)).cast("f")

    def greedy(self) -> int:
        """The likeliest next token; of equals, the lowest id. Raises UsageError before anything was appended."""
        return int(lib.kernel_greedy(self._ready()))

    def sample(self, sampling: Sampling) -> int:
        """The next token, so chosen. Raises UsageError: no logits yet, or a sampling out of range."""
        error, token_id = ffi.new("kernel_error *"), ffi.new("uint32_t *")
        settings, _kept = sampling.encode()
        check(lib.kernel_sample(self._open(), settings, token_id, error), error)
        return int(token_id[0])

    def generate(self, ids: Sequence[int], max_tokens: int, sampling: Sampling | None = None) -> Iterator[int]:
        """Append the prompt and yield the continuation, greedy or so sampled: until the model ends it (the end token is
        not yielded), `max_tokens`, or the context is full.

        Without `ids` it goes on from where the session is. A token is appended only when the one after it is asked for.
        """
        if ids:
            self.prefill(ids)
        for made in range(max_tokens):
            token_id = self.sample(sampling) if sampling else self.greedy()
            if self.model.tokenizer.is_end(token_id):
                return
            yield token_id
            if self.position == self.context_tokens:
                return
            if made + 1 < max_tokens:
                self.step(token_id)

    def truncate(self, position: int) -> None:
        """Forget the tokens from `position` on, and the logits. Raises UsageError if it has not come so far."""
        error = ffi.new("kernel_error *")
        if not 0 <= position <= self.position:
            raise UsageError(f"no such position: {position}; the session is at {self.position}")
        check(lib.kernel_truncate(self._open(), position, error), error)

    def reuse(self, ids: Sequence[int]) -> list[int]:
        """Keep what this session has in common with a prompt; return what is left of it to prefill, at least a token.

        Raises UsageError for an empty prompt.
        """
        if not ids:
            raise UsageError("a prompt needs at least one token")
        pairs = enumerate(zip(self.ids, ids[:-1], strict=False))
        same = next((i for i, (ours, theirs) in pairs if ours != theirs), min(self.position, len(ids) - 1))
        self.truncate(same)
        return list(ids[same:])

    def fork(self) -> Session:
        """Another session that goes on from here, with the same bits."""
        options: dict[str, Any] = {"threads": self._threads, "batch_tokens": self.batch_tokens, "isa": self._isa}
        other = Session(self.model, **options, context_tokens=self.context_tokens, kv=self.kv)
        error = ffi.new("kernel_error *")
        check(lib.kernel_copy(other._open(), self._open(), error), error)
        return other

    def snapshot(self) -> bytes:
        """All that another process needs to go on from here with the same bits: see snapshot.py."""
        body = bytearray(lib.kernel_state_size(self._open()))
        lib.kernel_state_save(self._session, ffi.from_buffer("uint8_t[]", body))
        state = State(self.position, bool(lib.kernel_has_logits(self._session)), self.kv, memoryview(body))
        return seal(self.model.sha256(), state)

    def restore(self, snapshot: bytes) -> None:
        """Go on from where the snapshot was taken. If it raises, the session is as it was.

        Raises:
            SnapshotError: damaged, of another version, of another model, or with keys and values stored otherwise.
            ContextFull: it does not fit this session's context.
        """
        session, error = self._open(), ffi.new("kernel_error *")
        state = unseal(self.model.sha256(), self.kv, snapshot)
        body = ffi.from_buffer("uint8_t[]", state.body)
        try:
            check(lib.kernel_state_load(session, body, len(body), state.position, state.has_logits, error), error)
        except UsageError as wrong:
            raise SnapshotError(f"the snapshot contradicts itself: {wrong}") from wrong

    def close(self) -> None:
        """End the threads and release the memory. Nothing works after it; twice is harmless."""
        self._close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forward(self, ids: Sequence[int], want_logits: bool, cancelled: Callable[[], bool] | None) -> None:
        error, question = ffi.new("kernel_error *"), _Question(cancelled) if cancelled else None
        handle = ffi.new_handle(question)
        lib.kernel_on_cancel(self._open(), lib.kernel_python_cancelled if question else ffi.NULL, handle)
        status = lib.kernel_forward(self._session, ffi.new("uint32_t[]", list(ids)), len(ids), want_logits, error)
        if question and question.failure:
            raise question.failure
        check(status, error)

    def _open(self) -> Any:
        if not self._close.alive:
            raise UsageError("the session is closed")
        return self._session

    def _ready(self) -> Any:
        session = self._open()
        if not lib.kernel_has_logits(session):
            raise UsageError("no logits yet: append a token first")
        return session


def _close(session: Any, _memory: Any, _model: Model) -> None:
    lib.kernel_session_close(session)


class _Question:
    """What C asks between layers. If it fails, the answer is yes, and the failure comes out of prefill."""

    def __init__(self, is_cancelled: Callable[[], bool]) -> None:
        self._is_cancelled = is_cancelled
        self.failure: BaseException | None = None

    def ask(self) -> bool:
        try:
            return self._is_cancelled()
        except BaseException as failure:
            self.failure = failure
            return True


@ffi.def_extern(name="kernel_python_cancelled")  # type: ignore[untyped-decorator]
def _is_cancelled(context: Any) -> bool:
    return cast(_Question, ffi.from_handle(context)).ask()
