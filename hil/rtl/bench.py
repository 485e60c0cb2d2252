"""How fast the Verilated controller runs from Python: `python -m hil.rtl.bench`.

Two ways through the same simulated second, in turns and in steps of 1 ms as the bench takes them: every clock, and idle
clocks left out. The best of several rounds counts.
"""

import time
from collections.abc import Callable

from hil.rtl.chip import CLOCKS_PER_MS, Chip

MS = 1000
ROUNDS = 7


def every_clock(chip: Chip) -> None:
    for _ in range(MS):
        chip.run(CLOCKS_PER_MS)


def idle_left_out(chip: Chip) -> None:
    for _ in range(MS):
        chip.tick(1)


def main() -> None:
    ways: dict[str, Callable[[Chip], None]] = {"every clock": every_clock, "idle left out": idle_left_out}
    chips = {name: Chip() for name in ways}
    best_s = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start_s = time.perf_counter()
            way(chips[name])
            best_s[name] = min(best_s[name], time.perf_counter() - start_s)
    for name, seconds in best_s.items():
        print(f"{name:14} {MS * CLOCKS_PER_MS / seconds / 1e6:8.1f} M cycles/s  {MS / 1000 / seconds:8.1f} x real time")


if __name__ == "__main__":
    main()
