"""Times contenders side by side: one round each in turn, so that a machine that slows down slows them all."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TextIO

ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Timed:
    """Work whose time was taken by whoever did it, for example in a program of its own."""

    units: float
    seconds: float


Contender = Callable[[], float | Timed]


def compare(
    title: str, unit: str, contenders: Mapping[str, Contender], *, rounds: int = ROUNDS, to: TextIO = sys.stdout
) -> dict[str, dict[str, float]]:
    """Print each contender's median rate, and its ratio to the first one's, taken round by round; the same as values.

    Args:
        title: what is compared.
        unit: of what a contender does, for example "frames".
        contenders: each does one round of work and returns how many units that were.
        to: where it is printed.
    """
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(rounds + 1):
        for name, work in contenders.items():
            start_s = time.perf_counter()
            done = work()
            if not isinstance(done, Timed):
                done = Timed(done, time.perf_counter() - start_s)
            if round_:  # the first one warms up
                rates[name].append(done.units / done.seconds)
    first = next(iter(rates.values()))
    print(f"\n{title}, median of {rounds} rounds", file=to)
    results = {}
    for name, seen in rates.items():
        ratio = median(rate / base for rate, base in zip(seen, first, strict=True))
        results[name] = {"rate": median(seen), "ratio": ratio}
        print(f"  {name:34} {median(seen):14,.0f} {unit}/s   {ratio:8.2f} x", file=to)
    return results
