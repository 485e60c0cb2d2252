"""How fast the Verilated controller runs from Python in the bench's steps of 1 ms; 1.152 M cycles/s are real time."""

from contenders import compare

from hil.rtl.chip import CLOCKS_PER_MS, Chip

STEPS = 500


def main() -> None:
    every, idle = Chip(), Chip()

    def every_clock() -> float:
        for _ in range(STEPS):
            every.run(CLOCKS_PER_MS)
        return STEPS * CLOCKS_PER_MS

    def idle_left_out() -> float:
        for _ in range(STEPS):
            idle.tick(1)
        return STEPS * CLOCKS_PER_MS

    compare("payload controller", "cycles", {"every clock": every_clock, "idle clocks left out": idle_left_out})


if __name__ == "__main__":
    main()
