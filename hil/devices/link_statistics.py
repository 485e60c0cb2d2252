"""What the payload controller's device link has seen, counted, and a word when it refused many requests in a row."""

from firmware_bindings.devicelink import DeframerCounters

__all__ = ["ROW", "LinkStatistics"]

ROW = 8
_MOST = 0xFFFF


class LinkStatistics:
    """The twin of `link_statistics.sv`, told what a deframer has counted and how each request ended."""

    def __init__(self) -> None:
        self.frames = self.naks = self.crc_errors = self.timeouts = 0
        self._seen = DeframerCounters()
        self._row = 0

    def follow(self, counters: DeframerCounters) -> None:
        """Add what a deframer has counted since the last call."""
        self.frames = min(_MOST, self.frames + counters.frames - self._seen.frames)
        self.crc_errors = min(_MOST, self.crc_errors + counters.crc_errors - self._seen.crc_errors)
        self.timeouts = min(_MOST, self.timeouts + counters.timeouts - self._seen.timeouts)
        self._seen = counters

    def ended(self, *, is_refused: bool) -> bool:
        """A request was answered or refused; whether that makes `ROW` refusals in a row."""
        self.naks = min(_MOST, self.naks + is_refused)
        self._row = (self._row + 1) % ROW if is_refused else 0
        return is_refused and self._row == 0

    def clear(self) -> None:
        """Set the counts to 0."""
        self.frames = self.naks = self.crc_errors = self.timeouts = 0
