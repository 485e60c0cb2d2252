"""Times contenders side by side: one round each in turn, so that a machine that slows down slows them all."""

import time
from collections.abc import Callable, Mapping
from statistics import median

ROUNDS = 9


def compare(title: str, unit: str, contenders: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> None:
    """Print each contender's median rate, and its ratio to the first one's, taken round by round.

    Args:
        title: what is compared.
        unit: of what a contender does, for example "frames".
        contenders: each does one round of work and returns how many units that were.
    """
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(rounds + 1):
        for name, work in contenders.items():
            start_s = time.perf_counter()
            done = work()
            if round_:  # the first one warms up
                rates[name].append(done / (time.perf_counter() - start_s))
    first = next(iter(rates.values()))
    print(f"\n{title}, median of {rounds} rounds")
    for name, seen in rates.items():
        ratio = median(rate / base for rate, base in zip(seen, first, strict=True))
        print(f"  {name:34} {median(seen):14,.0f} {unit}/s   {ratio:8.2f} x")
