"""Communications link transmission units: one TC frame in BCH codeblocks between a start and a tail sequence.

Ref: CCSDS 231.0-B-4.
"""

import re
from dataclasses import dataclass, replace

from firmware_bindings.codec import BCH_CODEBLOCK_OCTETS, BCH_DATA_OCTETS, bch_decode, bch_encode, tc_randomise
from flightsw.ccsds.tc_frame import MAX_FRAME_OCTETS

START_SEQUENCE = bytes.fromhex("eb90")
TAIL_SEQUENCE = bytes.fromhex("c5c5c5c5c5c5c579")
FILL_OCTET = 0x55
IDLE_SEQUENCE = bytes([FILL_OCTET]) * BCH_CODEBLOCK_OCTETS

_MAX_FRAME_CODEBLOCKS = -(-MAX_FRAME_OCTETS // BCH_DATA_OCTETS)


def encode_cltu(frame: bytes, *, randomise: bool = False) -> bytes:
    """A frame of any length → its CLTU. The fill of the last codeblock is not randomised."""
    body = tc_randomise(frame) if randomise else frame
    fill = bytes([FILL_OCTET]) * (-len(body) % BCH_DATA_OCTETS)
    return START_SEQUENCE + bch_encode(body + fill) + TAIL_SEQUENCE


@dataclass(slots=True, kw_only=True)
class CltuCounters:
    """What a receiver has seen since it was made."""

    cltus: int = 0
    corrected_codeblocks: int = 0
    rejected_codeblocks: int = 0
    """Codeblocks, other than a whole tail sequence, at which a CLTU ended."""
    skipped_octets: int = 0
    """Octets outside every CLTU, those of an idle sequence (0x55) not counted."""


class CltuReceiver:
    """Octets → frame candidates, whatever noise is among the octets.

    Searches for a start sequence at octet boundaries (bits are the demodulator's business), decodes codeblocks until
    one can't be, which is the tail, and searches on from that one, so a lost tail costs no more than its own CLTU.
    Holds at most one CLTU. A candidate still carries its fill; only its own length and FECF say whether it is a frame.

    Args:
        correct: take a start sequence with one wrong bit, and repair one wrong bit in a codeblock. A tail with one
            wrong bit then passes for a codeblock, and the CLTU ends at the idle sequence that TcSender sends after it.
    """

    def __init__(self, *, correct: bool = True) -> None:
        self._correct = correct
        self._start = _start_pattern(wrong_bits=1 if correct else 0)
        self._buffer = bytearray()
        self._data = bytearray()
        self._in_cltu = False
        self._counters = CltuCounters()

    @property
    def counters(self) -> CltuCounters:
        return replace(self._counters)

    def receive(self, chunk: bytes) -> list[bytes]:
        """The candidates that `chunk` completes."""
        self._buffer += chunk
        candidates: list[bytes] = []
        while self._decode(candidates) if self._in_cltu else self._search():
            pass
        return candidates

    def _search(self) -> bool:
        """Skip to the octet after the next start sequence. False: needs more octets."""
        found = self._start.search(self._buffer)
        # Without one, the last octet may still be the first half of one.
        skipped = found.start() if found else max(0, len(self._buffer) - 1)
        self._counters.skipped_octets += skipped - self._buffer.count(FILL_OCTET, 0, skipped)
        del self._buffer[: found.end() if found else skipped]
        self._in_cltu = found is not None
        return self._in_cltu

    def _decode(self, candidates: list[bytes]) -> bool:
        """Decode the codeblocks there are. False: needs more octets."""
        # One codeblock more than the longest frame has, for a tail that passed for one.
        room = _MAX_FRAME_CODEBLOCKS + 1 - len(self._data) // BCH_DATA_OCTETS
        blocks = min(len(self._buffer) // BCH_CODEBLOCK_OCTETS, room)
        data, corrected = bch_decode(self._buffer[: blocks * BCH_CODEBLOCK_OCTETS], correct=self._correct)
        decoded = len(data) // BCH_DATA_OCTETS
        self._counters.corrected_codeblocks += corrected
        self._data += data
        del self._buffer[: decoded * BCH_CODEBLOCK_OCTETS]
        if decoded == blocks < room:
            return False

        if self._buffer.startswith(TAIL_SEQUENCE):
            del self._buffer[: len(TAIL_SEQUENCE)]
        elif decoded < blocks:
            self._counters.rejected_codeblocks += 1
        if self._data:
            self._counters.cltus += 1
            candidates.append(bytes(self._data))
            self._data.clear()
        self._in_cltu = False
        return True


def _start_pattern(*, wrong_bits: int) -> re.Pattern[bytes]:
    """The start sequence as received, with at most one wrong bit."""
    sent = int.from_bytes(START_SEQUENCE, "big")
    received = [sent] + [sent ^ 1 << bit for bit in range(16) if wrong_bits]
    return re.compile(b"|".join(re.escape(value.to_bytes(2, "big")) for value in received), re.DOTALL)
