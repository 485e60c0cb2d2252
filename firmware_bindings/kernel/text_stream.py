"""Tokens → text as it grows."""

import codecs

from firmware_bindings.kernel.tokenizer import Tokenizer


class TextStream:
    """Decodes an answer token by token and never emits half a character.

    What is pushed comes out once, in order; octets that can not become a character come out as U+FFFD, exactly as if
    the whole had been decoded at once. Control tokens are structure and give no text.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._follows_special = True
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token_id: int) -> str:
        """The text that this token completes, perhaps "". Raises UsageError for an unknown id."""
        text, self._follows_special = self._tokenizer.text_of(token_id, self._follows_special)
        return "" if self._tokenizer.is_control(token_id) else self._decoder.decode(text)

    def flush(self) -> str:
        """What was held back: U+FFFD if the answer ended inside a character, else ""."""
        return self._decoder.decode(b"", final=True)
