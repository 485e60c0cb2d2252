"""Text ↔ tokens, with the vocabulary of a model file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from firmware_bindings.kernel._kernel import ffi, lib
from firmware_bindings.kernel.errors import UsageError, check

if TYPE_CHECKING:
    from firmware_bindings.kernel.model import Model

# Control tokens with which models end a turn or a text, besides the two ids that the metadata gives.
END_NAMES = ("<|endoftext|>", "<|im_end|>", "<|end_of_text|>", "<|eot_id|>")


class Tokenizer:
    """Byte-level BPE. Every token is some octets of text; control tokens mark structure and have a text too."""

    def __init__(self, model: Model) -> None:
        self._owner = model  # its memory holds the tables
        self._model = model.handle
        named = (model.number(f"tokenizer.ggml.{name}_token_id") for name in ("eos", "eot"))
        marks = (ids[0] for ids in map(self.encode, END_NAMES) if len(ids) == 1 and self.is_control(ids[0]))
        self._end_ids = frozenset([*named, *marks]) - {-1}

    def encode(self, text: str, special: bool = True) -> list[int]:
        """The text's tokens. With `special`, control tokens written in it are recognised: only for trusted text.

        Octets for which the vocabulary has no token (rare control characters, in some models) are dropped.

        Raises:
            UsageError: the text has lone surrogates.
        """
        return self.encode_with_literal(text, 0, 0 if special else len(text))

    def encode_with_literal(self, text: str, begin: int, end: int) -> list[int]:
        """As encode, but text[begin:end] stays text: no control token is recognised that touches it.

        Raises:
            UsageError: the text has lone surrogates.
        """
        try:
            before, literal, after = text[:begin].encode(), text[begin:end].encode(), text[end:].encode()
        except UnicodeEncodeError as lone:
            raise UsageError("the text has a lone surrogate, which is no character") from lone
        data = before + literal + after
        error, count = ffi.new("kernel_error *"), ffi.new("size_t *")
        size = lib.kernel_encode_size(len(data))
        if size > 1 << 40:
            raise UsageError(f"the text is too long: {len(data)} octets")
        scratch, ids = ffi.new("uint64_t[]", (size + 7) // 8), ffi.new("uint32_t[]", len(data) + 1)
        literal_begin, literal_end = len(before), len(before) + len(literal)
        status = lib.kernel_encode(
            self._model, data, len(data), literal_begin, literal_end, scratch, size, ids, count, error
        )
        check(status, error)
        return list(ffi.unpack(ids, count[0])) if count[0] else []

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The octets of these tokens, end to end, control tokens included. Raises UsageError for an unknown id."""
        return b"".join(self.token_bytes(i) for i in ids)

    def token_bytes(self, token_id: int) -> bytes:
        """The octets of one token; perhaps half a character. Raises UsageError for an unknown id."""
        return self._token(token_id)[0]

    def is_control(self, token_id: int) -> bool:
        """True for tokens that mark structure and are not part of an answer's text."""
        return bool(self._token(token_id)[1] == lib.KERNEL_TOKEN_CONTROL)

    def is_end(self, token_id: int) -> bool:
        """True for the tokens with which a model ends its turn or its text."""
        return token_id in self._end_ids

    def _token(self, token_id: int) -> tuple[bytes, int]:
        length, kind = ffi.new("size_t *"), ffi.new("kernel_token_kind *")
        data: Any = ffi.NULL
        if 0 <= token_id < 2**32:
            data = lib.kernel_token(self._model, token_id, length, kind)
        if data == ffi.NULL:
            raise UsageError(f"no such token: {token_id}")
        return bytes(ffi.buffer(data, length[0])), kind[0]
