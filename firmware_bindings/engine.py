"""What the payload computer asks of an engine, and what it gets; kernel_engine.py is the engine with the kernel."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from firmware_bindings.devicelink.payload_computer import FinishReason, Start


class EngineError(Exception):
    """The engine can't do it; the message is one line for the ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A job to be answered.

    Args:
        start: the job's number, the limit of its answer, and how its tokens are chosen.
        received: what an earlier run of the job has answered; the answer goes on behind it.
    """

    text: str
    start: Start
    received: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The question has become this many tokens; `unread` are to be read, with those received, before the next comes."""

    tokens: int
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of the answer, and the text that it completes, in UTF-8."""

    id: int
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The answer is over; `text` is what was left of it."""

    reason: FinishReason
    text: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What is kept of an answer: with how many tokens, in how many octets, and the first 8 octets of their SHA-256."""

    tokens: int
    octets: int
    digest: bytes


Step = Prompt | Token | Finish


class Engine(Protocol):
    """Does the inference. Both iterators may yield None: not yet."""

    def load(self, name: str, context_tokens: int) -> Iterator[None]:
        """Have a model ready at the end. `name` is its file's, empty for the default. Raises EngineError."""

    def answer(self, question: Question, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        """A Prompt, the Tokens behind those received, a Finish; ends early once `is_cancelled`. Raises EngineError."""

    def save(self) -> Checkpoint | None:
        """Keep the present answer where it survives a loss of power; None: not yet, ask again. Raises EngineError."""
