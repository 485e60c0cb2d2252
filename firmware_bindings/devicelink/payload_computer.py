"""What the payload computer can be asked over the device link: load a model, answer, hand over tokens, keep an answer.

All it knows is lost with its power, but for what SNAPSHOT has kept. Text is UTF-8 and never ends in half a character.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import Bytes, GreedyBytes, Int8ub, Int16ub, Int32ub, Int64ub, PrefixedArray, Struct

from firmware_bindings.codec.layout import Codec

DEVICE_ID = 0x504D
MAX_TOKENS_PER_REPLY = 32
MAX_IDS_PER_REQUEST = 250
DIGEST_BYTES = 8


class ComputerOperation(IntEnum):
    """Operations of the payload computer, besides SYNC."""

    STATUS = 0x10
    LOAD = 0x11
    START = 0x12
    TOKENS = 0x13
    CANCEL = 0x14
    CAP = 0x15
    SNAPSHOT = 0x16
    RECEIVED = 0x17


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
    """Ask a question (UTF-8), for at most `max_tokens` tokens. NAK: NOT_READY, BUSY, BAD_VALUE.

    The answer goes on behind its first `received` tokens, which RECEIVED has told. What is in thousandths is 1000 for
    one; a temperature of 0 takes the likeliest token, a top_k of 0 keeps all of them.
    """

    job: int
    max_tokens: int
    received: int = 0
    temperature_permille: int = 0
    top_k: int = 0
    top_p_permille: int = 1000
    min_p_permille: int = 0
    repeat_penalty_permille: int = 1000
    seed: int = 0
    question: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Tell what an earlier run of a job has answered, from index `first` on. NAK: BAD_VALUE if ids before are missing.

    The computer knows this of one job at a time.
    """

    job: int
    first: int
    token_ids: tuple[int, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRequest:
    """Have the running answer kept, where it survives a loss of power, with at least `tokens` tokens.

    To be asked again until the reply tells so many. NAK: NOT_READY before the first token and after the last, BAD_VALUE
    for another job or more tokens than there are, REFUSED when it can't be kept (STATUS says why).
    """

    job: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Reply to SNAPSHOT: what is kept of the running answer. `digest` is the beginning of the SHA-256 of the octets.

    Another computer with the same model that has read the same tokens keeps the same octets.
    """

    job: int
    tokens: int
    octets: int
    digest: bytes


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
start = Codec(
    Start,
    Struct(
        "job" / Int32ub,
        "max_tokens" / Int16ub,
        "received" / Int16ub,
        "temperature_permille" / Int32ub,
        "top_k" / Int32ub,
        "top_p_permille" / Int16ub,
        "min_p_permille" / Int16ub,
        "repeat_penalty_permille" / Int16ub,
        "seed" / Int64ub,
        "question" / GreedyBytes,
    ),
)
received = Codec(Received, Struct("job" / Int32ub, "first" / Int16ub, "token_ids" / PrefixedArray(Int8ub, Int32ub)))
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
snapshot_request = Codec(SnapshotRequest, Struct("job" / Int32ub, "tokens" / Int16ub))
snapshot = Codec(
    Snapshot, Struct("job" / Int32ub, "tokens" / Int16ub, "octets" / Int32ub, "digest" / Bytes(DIGEST_BYTES))
)
