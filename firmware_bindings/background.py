"""An engine that works in a thread of its own, so that the device link is answered meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from firmware_bindings.engine import Checkpoint, Engine, Question, Step

T = TypeVar("T")


class _Ahead(Generic[T]):
    """An iterator that a worker walks, one item ahead of what was asked for; None means not yet."""

    def __init__(self, items: Iterator[T], worker: Executor) -> None:
        self._items, self._worker = items, worker
        self._next = worker.submit(next, items)

    def __iter__(self) -> Iterator[T | None]:
        return self

    def __next__(self) -> T | None:
        if not self._next.done():
            return None
        item = self._next.result()
        self._next = self._worker.submit(next, self._items)
        return item


class Background:
    """An engine as its callers know it, that keeps none of them waiting; it does one thing at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._saving: Future[Checkpoint | None] | None = None

    def load(self, name: str, context_tokens: int) -> Iterator[None]:
        return _Ahead(self._engine.load(name, context_tokens), self._worker)

    def answer(self, question: Question, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        self._saving = None
        return _Ahead(self._engine.answer(question, is_cancelled), self._worker)

    def save(self) -> Checkpoint | None:
        if self._saving is None:
            self._saving = self._worker.submit(self._engine.save)
        if not self._saving.done():
            return None
        saving, self._saving = self._saving, None
        return saving.result()

    def close(self) -> None:
        """Let go of the thread, once it has ended what it is at."""
        self._worker.shutdown()
