"""What the power board's sensors make of the truth: right, stuck, off by something, or noisy."""

from dataclasses import fields, replace
from hashlib import blake2b
from typing import Any

from hil.devices.power_board import Readings

SAMPLE_NS = 1_000_000_000
"""How long a noisy sensor shows one value, so that noise does not depend on how often it is read."""
NAMES = tuple(field.name for field in fields(Readings))


class Sensors:
    """Faults of sensors, each by the name of its reading. Methods raise ValueError for a name that there is not.

    Args:
        seed: of the noise.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._stuck: dict[str, int] = {}
        self._offset: dict[str, int] = {}
        self._noise: dict[str, int] = {}

    def stick(self, name: str, value: int | None) -> None:
        """Show this from now on; None: show the truth again."""
        _set(self._stuck, name, value)

    def offset(self, name: str, delta: int) -> None:
        """Show so much too much from now on."""
        _set(self._offset, name, delta)

    def add_noise(self, name: str, amplitude: int) -> None:
        """Show up to so much too much or too little, evenly spread, anew each second."""
        _set(self._noise, name, amplitude)

    def show(self, truth: Readings, now_ns: int) -> Readings:
        """What the sensors show of the truth."""
        if not (self._stuck or self._offset or self._noise):
            return truth
        shown: dict[str, Any] = {}
        for name in {*self._stuck, *self._offset, *self._noise}:
            amplitude = self._noise.get(name, 0)
            noise = self._draw(name, now_ns // SAMPLE_NS) % (2 * amplitude + 1) - amplitude
            shown[name] = self._stuck.get(name, getattr(truth, name) + self._offset.get(name, 0) + noise)
        return replace(truth, **shown)

    def _draw(self, name: str, sample: int) -> int:
        digest = blake2b(f"{self._seed} {name} {sample}".encode(), digest_size=8)
        return int.from_bytes(digest.digest(), "big")


def _set(faults: dict[str, int], name: str, value: int | None) -> None:
    if name not in NAMES:
        raise ValueError(f"no sensor {name!r}; there are {', '.join(NAMES)}")
    if value is None:
        faults.pop(name, None)
    else:
        faults[name] = int(value)
