"""How much a line of a given rate carries in a given time."""

NS_PER_S = 1_000_000_000


class Pace:
    """Counts time into units, exactly.

    Args:
        bits_per_s: the line's rate.
        bits_per_unit: 8 for an octet, or 10 on a serial line with start and stop bits, or those of a frame.
    """

    def __init__(self, bits_per_s: int, bits_per_unit: int = 8) -> None:
        self._bits_per_s = bits_per_s
        self._unit = bits_per_unit * NS_PER_S
        self._credit = 0

    def units(self, elapsed_ns: int) -> int:
        """Whole units that `elapsed_ns` more have carried, what was left over of the time before included."""
        self._credit += elapsed_ns * self._bits_per_s
        whole, self._credit = divmod(self._credit, self._unit)
        return whole

    def idle(self) -> None:
        """Nothing waited for the line: the time is lost."""
        self._credit = 0
