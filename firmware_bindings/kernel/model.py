"""A GGUF file, mapped and checked."""

import hashlib
import mmap
import os
import stat
from pathlib import Path
from typing import Any

from firmware_bindings.kernel._kernel import ffi, lib
from firmware_bindings.kernel.arena import arena
from firmware_bindings.kernel.chat import ChatTemplate
from firmware_bindings.kernel.errors import ModelFileError, check
from firmware_bindings.kernel.session import Session
from firmware_bindings.kernel.tokenizer import Tokenizer

MAX_THREADS = 64
"""Of a session, as kernel.h says."""


class Model:
    """What the file says: weights where they lie, tokenizer, chat template. Read-only; sessions share it.

    Args:
        path: a GGUF file of a kind that the README names. Mapped read-only; do not
            shorten it while it is in use.
        threads: of each session; 0 means as many as there are processors to run on.
        context_tokens: most tokens of a session; less if the model was trained with less.

    Raises:
        ModelFileError: the file is missing, malformed or of a kind that the kernel does not run.
    """

    def __init__(self, path: str | os.PathLike[str], *, threads: int = 0, context_tokens: int = 2048) -> None:
        self.path = Path(path)
        self._file = _map(self.path)
        self._data = ffi.from_buffer("uint8_t[]", self._file)
        error, size, model = ffi.new("kernel_error *"), ffi.new("size_t *"), ffi.new("kernel_model **")
        prefix = f"{self.path}: "
        check(lib.kernel_model_size(self._data, len(self._data), size, error), error, prefix)
        self._arena = arena(size[0])
        status = lib.kernel_model_init(self._data, len(self._data), self._arena, size[0], model, error)
        check(status, error, prefix)
        self._model = model[0]
        shape = ffi.new("kernel_shape *")
        lib.kernel_model_shape(self._model, shape)
        self.vocab_size: int = shape.vocab_size
        self.context_tokens: int = min(context_tokens, shape.context_tokens)
        self.threads = threads or min(len(os.sched_getaffinity(0)), MAX_THREADS)
        self.name = self.text("general.name") or self.path.stem
        self.tokenizer = Tokenizer(self)
        self._chat: ChatTemplate | None = None
        self._sha256: str | None = None

    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the whole file; reads all of it the first time."""
        if self._sha256 is None:
            self._sha256 = hashlib.sha256(self._file).hexdigest()
        return self._sha256

    def session(
        self, *, batch_tokens: int = 128, isa: str = "best", context_tokens: int | None = None, kv: str = "f32"
    ) -> Session:
        """Start a text; isa: "best", "portable", "avx2", "avx512" or "neon", which give the same bits.

        Its context is the model's, or as much less as `context_tokens` says. kv: how keys and values are stored, "f32"
        or, in half the memory and not quite as exactly, "f16".
        """
        most = self.context_tokens if context_tokens is None else min(context_tokens, self.context_tokens)
        return Session(self, threads=self.threads, batch_tokens=batch_tokens, isa=isa, context_tokens=most, kv=kv)

    def chat_prompt(self, question: str) -> str:
        """One user turn in the file's own chat template, ready for the answer. Do not encode it: use chat_ids."""
        return self._template().render(question)

    def chat_ids(self, question: str) -> list[int]:
        """The tokens of chat_prompt(question), in which the question is text and can not forge a turn."""
        template = self._template()
        prompt = template.render(question)
        begin, end = template.find(question, prompt)
        return self.tokenizer.encode_with_literal(prompt, begin, end)

    def text(self, key: str) -> str:
        """A string of the file's metadata; "" if there is none of that name."""
        length = ffi.new("size_t *")
        data = lib.kernel_model_text(self._model, key.encode(), length)
        return "" if data == ffi.NULL else bytes(ffi.buffer(data, length[0])).decode(errors="replace")

    def number(self, key: str, missing: int = -1) -> int:
        """An unsigned integer of the file's metadata, or `missing`."""
        value = int(lib.kernel_model_number(self._model, key.encode(), 2**64 - 1))
        return missing if value == 2**64 - 1 else value

    @property
    def handle(self) -> Any:
        """The C object, for this package's own use; it lives as long as the model."""
        return self._model

    def _template(self) -> ChatTemplate:
        if self._chat is None:
            source = self.text("tokenizer.chat_template")
            if not source:
                raise ModelFileError(f"{self.path}: has no chat template")
            ids = {name: self.number(f"tokenizer.ggml.{name}_token_id") for name in ("bos", "eos")}
            tokens = {
                f"{name}_token": self.tokenizer.token_bytes(i).decode(errors="replace") if i >= 0 else ""
                for name, i in ids.items()
            }
            self._chat = ChatTemplate(source, tokens)
        return self._chat


def _map(path: Path) -> mmap.mmap:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait
            raise ModelFileError(f"{path}: not a file")
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise ModelFileError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ModelFileError(f"{path}: the file is empty") from error
