"""Text ↔ tokens, with the vocabulary of a model file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from firmware_bindings.kernel._kernel import ffi, lib
from firmware_bindings.kernel.errors import UsageError, check

if TYPE_CHECKING:
    from firmware_bindings.kernel.model import Model

# Control tokens with which models end a turn or a text, besides the two ids that the metadata gives.
END_NAMES = ("<|endoftext|>", "<|im_end|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>")


class Tokenizer:
    """Byte-level or SentencePiece BPE, as the file says.

    Every token is some octets of text; control tokens mark structure and have a text too. What `encode` makes of a text
    decodes to the same text, but for three things that the families' own tokenizers do too: Qwen's brings it to
    Unicode's form NFC, SentencePiece reads U+2581 as a space, and octets that a vocabulary lacks are dropped.
    """

    def __init__(self, model: Model) -> None:
        self._owner = model  # its memory holds the tables
        self._model = model.handle
        self._is_composed = model.text("tokenizer.ggml.pre") == "qwen2"  # NFC is the same in every version of Unicode
        self._space_first = bool(lib.kernel_space_first(self._model))
        self._begin_id = model.number("tokenizer.ggml.bos_token_id") if self._wants_begin(model) else None
        named = (model.number(f"tokenizer.ggml.{name}_token_id") for name in ("eos", "eot"))
        marks = (ids[0] for ids in map(self.encode, END_NAMES) if len(ids) == 1 and self.is_control(ids[0]))
        self._end_ids = frozenset([*named, *marks]) - {-1}

    def encode(self, text: str, special: bool = True) -> list[int]:
        """The text's tokens. With `special`, control tokens written in it are recognised: only for trusted text.

        Raises:
            UsageError: the text has lone surrogates.
        """
        return self.encode_with_literal(text, 0, 0 if special else len(text))

    def encode_with_literal(self, text: str, begin: int, end: int) -> list[int]:
        """As encode, but text[begin:end] stays text: no control token is recognised that touches it.

        Raises:
            UsageError: the text has lone surrogates.
        """
        parts = [text[:begin], text[begin:end], text[end:]]
        if self._is_composed:
            parts = [unicodedata.normalize("NFC", part) for part in parts]
        try:
            before, literal, after = (part.encode() for part in parts)
        except UnicodeEncodeError as lone:
            raise UsageError("the text has a lone surrogate, which is no character") from lone
        data = before + literal + after
        error, count = ffi.new("kernel_error *"), ffi.new("size_t *")
        size = lib.kernel_encode_size(len(data))
        if size > 1 << 40:
            raise UsageError(f"the text is too long: {len(data)} octets")
        scratch, ids = ffi.new("uint64_t[]", (size + 7) // 8), ffi.new("uint32_t[]", 2 * len(data) + 1)
        literal_begin, literal_end = len(before), len(before) + len(literal)
        status = lib.kernel_encode(
            self._model, data, len(data), literal_begin, literal_end, scratch, size, ids, count, error
        )
        check(status, error)
        return list(ffi.unpack(ids, count[0])) if count[0] else []

    def begin_ids(self) -> list[int]:
        """What the file wants before the first token of a text: perhaps the token that begins one."""
        return [self._begin_id] if self._begin_id is not None else []

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The octets of these tokens, end to end, control tokens included. Raises UsageError for an unknown id.

        Where the tokenizer puts a space before a text and after special tokens, that space is left out.
        """
        octets, follows_special = b"", True
        for token_id in ids:
            text, follows_special = self.text_of(token_id, follows_special)
            octets += text
        return octets

    def text_of(self, token_id: int, follows_special: bool) -> tuple[bytes, bool]:
        """What one token adds to a text that began just before it or whose last token was special; and is it special?

        Raises UsageError for an unknown id.
        """
        octets, kind = self._token(token_id)
        is_special = kind in (lib.KERNEL_TOKEN_CONTROL, lib.KERNEL_TOKEN_USER)
        is_extra = self._space_first and follows_special and not is_special and octets[:1] == b" "
        return octets[is_extra:], is_special

    def token_bytes(self, token_id: int) -> bytes:
        """The octets of one token; perhaps half a character. Raises UsageError for an unknown id."""
        return self._token(token_id)[0]

    def is_control(self, token_id: int) -> bool:
        """True for tokens that mark structure and are not part of an answer's text."""
        return bool(self._token(token_id)[1] == lib.KERNEL_TOKEN_CONTROL)

    def is_end(self, token_id: int) -> bool:
        """True for the tokens with which a model ends its turn or its text."""
        return token_id in self._end_ids

    @staticmethod
    def _wants_begin(model: Model) -> bool:
        families = {"llama", "llama-bpe", "llama3", "llama-v3"}  # those that do unless the file denies it
        usual = bool(families & {model.text("tokenizer.ggml.model"), model.text("tokenizer.ggml.pre")})
        has_token = 0 <= model.number("tokenizer.ggml.bos_token_id") < model.vocab_size
        return has_token and bool(model.number("tokenizer.ggml.add_bos_token", int(usual)))

    def _token(self, token_id: int) -> tuple[bytes, int]:
        length, kind = ffi.new("size_t *"), ffi.new("kernel_token_kind *")
        data: Any = ffi.NULL
        if 0 <= token_id < 2**32:
            data = lib.kernel_token(self._model, token_id, length, kind)
        if data == ffi.NULL:
            raise UsageError(f"no such token: {token_id}")
        return bytes(ffi.buffer(data, length[0])), kind[0]
