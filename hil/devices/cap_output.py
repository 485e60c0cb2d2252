"""One power-cap output of the payload controller: on in so many of every 256 ms, spread evenly over them."""

__all__ = ["PERIOD_MS", "CapOutput"]

PERIOD_MS = 256


class CapOutput:
    """The twin of `cap_output.sv`. A new duty holds from the next period on; without power it is off at once."""

    def __init__(self) -> None:
        self.duty = 0
        """Ms of each period in which it is on; 0 without power."""
        self.is_on = False
        self._phase_ms = 0
        self._is_powered = False

    def power(self, is_powered: bool) -> None:
        """Whether the rails that it caps are good."""
        self._is_powered = is_powered
        if not is_powered:
            self.duty, self.is_on, self._phase_ms = 0, False, 0

    def due_ms(self, duty: int) -> int | None:
        """Ticks to the one with which this duty takes effect; None if it has, or won't."""
        if not self._is_powered or duty == self.duty:
            return None
        return -self._phase_ms % PERIOD_MS + 1

    def tick(self, ms: int, duty: int) -> None:
        """Let `ms`, at least 1, pass while this duty is asked for."""
        if not self._is_powered:
            return
        if ms > -self._phase_ms % PERIOD_MS:  # a period begins
            self.duty = duty
        last = (self._phase_ms + ms - 1) % PERIOD_MS
        self.is_on = (last + 1) * self.duty // PERIOD_MS > last * self.duty // PERIOD_MS
        self._phase_ms = (last + 1) % PERIOD_MS
