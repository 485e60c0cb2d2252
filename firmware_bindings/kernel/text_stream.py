"""Tokens → text as it grows."""

import codecs
from collections.abc import Iterable
from functools import partial

from firmware_bindings.kernel.errors import UsageError
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


class StopStream:
    """A TextStream that ends before the first of some texts, and holds back what may become one.

    Raises:
        UsageError: a stop text is empty.
    """

    def __init__(self, tokenizer: Tokenizer, stops: Iterable[str]) -> None:
        self._stream = TextStream(tokenizer)
        self._stops = tuple(stops)
        if "" in self._stops:
            raise UsageError("a stop text is empty")
        self._held = ""
        self.has_stopped = False

    def push(self, token_id: int) -> str:
        """The text that now certainly comes before any stop; "" once stopped. Raises UsageError for an unknown id."""
        return self._take(self._stream.push(token_id))

    def flush(self) -> str:
        """What was held back, at the answer's end."""
        text = self._take(self._stream.flush()) + self._held
        self._held = ""
        return text

    def _take(self, text: str) -> str:
        if self.has_stopped:
            return ""
        whole = self._held + text
        found = [at for stop in self._stops if (at := whole.find(stop)) >= 0]
        self.has_stopped = bool(found)
        safe = min(found) if found else len(whole) - max(map(partial(_begun, whole), self._stops), default=0)
        self._held = "" if found else whole[safe:]
        return whole[:safe]


def _begun(text: str, stop: str) -> int:
    """How many characters at the text's end may be the beginning of the stop."""
    return next((n for n in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:n])), 0)
