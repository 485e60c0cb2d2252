"""The inference kernel: a GGUF file in, tokens out; C11 in memory that it is given.

model = Model("model.gguf")
text = TextStream(model.tokenizer)
with model.session() as session:
    for token_id in session.generate(model.chat_ids("What is the capital of France?"), max_tokens=64):
        print(text.push(token_id), end="", flush=True)
"""

from firmware_bindings.kernel.errors import (
    Cancelled,
    ContextFull,
    KernelError,
    ModelFileError,
    NumericError,
    SnapshotError,
    UsageError,
)
from firmware_bindings.kernel.model import MAX_THREADS, Model
from firmware_bindings.kernel.pace import Pace
from firmware_bindings.kernel.sampling import Sampling
from firmware_bindings.kernel.session import KV_TYPES, Session, instruction_sets
from firmware_bindings.kernel.text_stream import StopStream, TextStream
from firmware_bindings.kernel.tokenizer import Tokenizer

__all__ = [
    "KV_TYPES",
    "MAX_THREADS",
    "Cancelled",
    "ContextFull",
    "KernelError",
    "Model",
    "ModelFileError",
    "NumericError",
    "Pace",
    "Sampling",
    "Session",
    "SnapshotError",
    "StopStream",
    "TextStream",
    "Tokenizer",
    "UsageError",
    "instruction_sets",
]
