"""Seeded bit errors, drawn as gaps between wrong bits, so that a good line costs nothing."""

import math
import random


class BitErrors:
    """Flips each bit with probability `rate`, independently; the same seed flips the same bits.

    Args:
        rate: from 0 to 1.
        seed: of this direction of the link.
        unit_octets: octets are counted off in units of this length, to tell how many were hit.
        marker_octets: of which so many at the front are a marker, whose wrong bits count for themselves.
    """

    def __init__(self, rate: float, seed: str, unit_octets: int, marker_octets: int = 0) -> None:
        self._rate = rate
        self._random = random.Random(seed)
        self._unit_bits = 8 * unit_octets
        self._marker_bits = 8 * marker_octets
        self._position = 0
        self._next = 0 if rate else math.inf
        self._last_unit_hit = -1
        self.bits_flipped = 0
        self.marker_bits_flipped = 0
        self.units_hit = 0
        if rate:
            self._draw()

    def apply(self, data: bytes) -> bytes:
        """The octets as they arrive."""
        end = self._position + 8 * len(data)
        if self._next >= end:
            self._position = end
            return data
        damaged = bytearray(data)
        while self._next < end:
            octet, bit = divmod(int(self._next) - self._position, 8)
            damaged[octet] ^= 0x80 >> bit
            self._count(*divmod(int(self._next), self._unit_bits))
            self._next += 1
            self._draw()
        self._position = end
        return bytes(damaged)

    def _count(self, unit: int, bit: int) -> None:
        self.bits_flipped += 1
        if bit < self._marker_bits:
            self.marker_bits_flipped += 1
            return
        self.units_hit += unit != self._last_unit_hit
        self._last_unit_hit = unit

    def _draw(self) -> None:
        """Skip the right bits before the next wrong one: their number is geometric."""
        if self._rate < 1:
            self._next += int(math.log(1 - self._random.random()) / math.log1p(-self._rate))
