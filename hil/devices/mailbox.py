"""The payload controller's mailbox memory: words with error correction, and a scrubber that walks them."""

from dataclasses import dataclass

from firmware_bindings.devicelink import Nak, NakReason
from hil.devices.secded import Verdict, decode, encode

__all__ = ["Finding", "Mailbox"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A word with an error has been read, by bus or scrubber."""

    word: int
    is_corrected: bool


class Mailbox:
    """The twin of `mailbox_ram.sv`; its scrubber reads one word every `scrub_ms` (0: never)."""

    def __init__(self, words: int = 1024) -> None:
        self.scrub_ms = 10
        self._words = [encode(0)] * words
        self._wrong: set[int] = set()  # words that may have an error
        self._pointer = 0
        self._elapsed_ms = 0
        self._found: list[Finding] = []

    def read(self, word: int) -> int:
        """A word's data, written back corrected if need be. Raises Nak(CORRUPT) beyond correction."""
        if self._check(word) is Verdict.DAMAGED:
            raise Nak(NakReason.CORRUPT)
        return self._words[word] & 0xFFFF_FFFF

    def write(self, word: int, data: int) -> None:
        self._words[word] = encode(data)
        self._wrong.discard(word)

    def inject(self, word: int, first: int, second: int) -> None:
        """Flip two bits of a stored word, or one if both are the same."""
        self._words[word] ^= 1 << first | 1 << second
        self._wrong.add(word)

    @property
    def next_read_ms(self) -> int:
        """Ticks to the scrubber's next read, while it is on."""
        return max(1, self.scrub_ms - self._elapsed_ms)

    def due_ms(self) -> int | None:
        """Ticks to the one at which the scrubber reads a word with an error; None if it doesn't."""
        if not self.scrub_ms or not self._wrong:
            return None
        return self.next_read_ms + self.scrub_ms * min(map(self._distance, self._wrong))

    def tick(self, ms: int) -> None:
        """Let `ms` pass, at most `due_ms`."""
        if not self.scrub_ms:
            self._elapsed_ms = 0
        elif ms < self.next_read_ms:
            self._elapsed_ms += ms
        else:
            further, self._elapsed_ms = divmod(ms - self.next_read_ms, self.scrub_ms)
            last = (self._pointer + further) % len(self._words)
            self._check(last)
            self._pointer = (last + 1) % len(self._words)

    def take_found(self) -> list[Finding]:
        """What has been found since the last call."""
        found, self._found = self._found, []
        return found

    def _distance(self, word: int) -> int:
        return (word - self._pointer) % len(self._words)

    def _check(self, word: int) -> Verdict:
        self._words[word], verdict = decode(self._words[word])
        if verdict is Verdict.DAMAGED:
            self._found.append(Finding(word, is_corrected=False))
        else:
            self._wrong.discard(word)
            if verdict is Verdict.CORRECTED:
                self._found.append(Finding(word, is_corrected=True))
        return verdict
