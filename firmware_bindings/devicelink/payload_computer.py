"""What the payload computer can be asked over the device link: load a model, answer, hand over tokens.

All it knows is lost with its power. Text is UTF-8 and never ends in half a character.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import GreedyBytes, Int8ub, Int16ub, Int32ub, PrefixedArray, Struct

from firmware_bindings.codec.layout import Codec

DEVICE_ID = 0x504D
MAX_TOKENS_PER_REPLY = 32


class ComputerOperation(IntEnum):
    """Operations of the payload computer, besides SYNC."""

    STATUS = 0x10
    LOAD = 0x11
    START = 0x12
    TOKENS = 0x13
    CANCEL = 0x14
    CAP = 0x15


class ComputerState(IntEnum):
    """What the payload computer is doing."""

    EMPTY = 0
    LOADING = 1
    READY = 2
    PROMPT = 3
    DECODE = 4
    FAILED = 5


class FinishReason(IntEnum):
    """Why an answer ended; RUNNING while it has not."""

    RUNNING = 0
    STOP = 1
    LENGTH = 2
    CONTEXT_FULL = 3
    CANCELLED = 4
    FAILED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Reply to STATUS. `job` is 0 before the first; token counts are of the present or last job."""

    state: int
    job: int
    prompt_tokens: int
    generated_tokens: int
    uptime_ms: int
    message: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Ask for a model by its file's name, UTF-8; empty means the computer's default."""

    context_tokens: int
    name: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Ask a question (UTF-8), greedily, for at most `max_tokens` tokens. NAK: NOT_READY, BUSY, BAD_VALUE."""

    job: int
    max_tokens: int
    question: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRequest:
    """Ask for a job's tokens from index `first` on. NAK: BAD_VALUE if the computer does not know the job."""

    job: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Reply to TOKENS: tokens first … first+len(token_ids)-1 and the text that they complete.

    `finish` is other than RUNNING only in a reply that reaches the job's last token.
    """

    job: int
    finish: int
    first: int
    token_ids: tuple[int, ...]
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Stop a job within one token."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The power cap as rates, in thousandths of a token per second; 0 pauses."""

    prompt_mtokens_per_s: int
    decode_mtokens_per_s: int


status = Codec(
    Status,
    Struct(
        "state" / Int8ub,
        "job" / Int32ub,
        "prompt_tokens" / Int16ub,
        "generated_tokens" / Int16ub,
        "uptime_ms" / Int32ub,
        "message" / GreedyBytes,
    ),
)
load = Codec(Load, Struct("context_tokens" / Int16ub, "name" / GreedyBytes))
start = Codec(Start, Struct("job" / Int32ub, "max_tokens" / Int16ub, "question" / GreedyBytes))
tokens_request = Codec(TokensRequest, Struct("job" / Int32ub, "first" / Int16ub))
tokens = Codec(
    Tokens,
    Struct(
        "job" / Int32ub,
        "finish" / Int8ub,
        "first" / Int16ub,
        "token_ids" / PrefixedArray(Int8ub, Int32ub),
        "text" / GreedyBytes,
    ),
)
cancel = Codec(Cancel, Struct("job" / Int32ub))
cap = Codec(Cap, Struct("prompt_mtokens_per_s" / Int32ub, "decode_mtokens_per_s" / Int32ub))
