"""The payload computer's engine: language models from a folder, run by the kernel."""

from collections.abc import Callable, Iterator
from pathlib import Path

from firmware_bindings.computer import EngineError, Finish, Prompt, Step, Token
from firmware_bindings.devicelink.payload_computer import FinishReason
from firmware_bindings.kernel import Cancelled, KernelError, Model, TextStream


class KernelEngine:
    """Answers greedily, with the chat template of the model's file.

    Args:
        model: the default model's file. Others are found beside it by their names.
        threads: of the kernel; 0 means as many as there are processors.
    """

    def __init__(self, model: Path, *, threads: int = 0) -> None:
        self._default = model
        self._threads = threads
        self._model: Model | None = None
        self._held: tuple[Path, int] | None = None

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

    def answer(self, question: str, max_tokens: int, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        """Raises EngineError."""
        if self._model is None:
            raise EngineError("no model is loaded")
        try:
            yield from _answer(self._model, question, max_tokens, is_cancelled)
        except Cancelled:
            return
        except KernelError as error:
            raise EngineError(str(error)) from error


def _answer(model: Model, question: str, max_tokens: int, is_cancelled: Callable[[], bool]) -> Iterator[Step]:
    ids = model.chat_ids(question)
    yield Prompt(tokens=len(ids))
    text = TextStream(model.tokenizer)
    reason = FinishReason.LENGTH
    with model.session() as session:
        fresh = ids
        for _ in range(max_tokens):
            if session.position + len(fresh) > model.context_tokens:
                reason = FinishReason.CONTEXT_FULL
                break
            session.prefill(fresh, cancelled=is_cancelled)
            fresh = [session.greedy()]
            if model.tokenizer.is_end(fresh[0]):
                reason = FinishReason.STOP
                break
            yield Token(id=fresh[0], text=text.push(fresh[0]).encode())
    yield Finish(reason=reason, text=text.flush().encode())
