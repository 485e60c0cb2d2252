"""How many octets a line of a given rate carries in a given time."""

NS_PER_S = 1_000_000_000


class Pace:
    """Counts time into octets, exactly.

    Args:
        bits_per_s: the line's rate.
        bits_per_octet: 8, or 10 on a serial line with start and stop bits.
    """

    def __init__(self, bits_per_s: int, bits_per_octet: int = 8) -> None:
        self._bits_per_s = bits_per_s
        self._octet = bits_per_octet * NS_PER_S
        self._credit = 0

    def octets(self, elapsed_ns: int) -> int:
        """Whole octets that `elapsed_ns` more have carried, what was left over of the time before included."""
        self._credit += elapsed_ns * self._bits_per_s
        whole, self._credit = divmod(self._credit, self._octet)
        return whole

    def idle(self) -> None:
        """Nothing waited for the line: the time is lost."""
        self._credit = 0
