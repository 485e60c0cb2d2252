"""The payload controller's window watchdog: bites unless it is kicked, with the right key, inside its window."""

from firmware_bindings.devicelink.registers.payload_ctrl import WatchdogCause

__all__ = ["WindowWatchdog"]


class WindowWatchdog:
    """The twin of `window_watchdog.sv`."""

    def __init__(self, open_ms: int = 100, close_ms: int = 5000) -> None:
        self.open_ms = open_ms
        self.close_ms = close_ms
        self.is_enabled = False
        self.is_bitten = False
        self.age_ms = 0
        self.cause = WatchdogCause.NONE
        """Of the last bite."""

    def enable(self, is_enabled: bool) -> None:
        self.is_enabled = is_enabled
        if not is_enabled:
            self.age_ms = 0

    def kick(self, *, is_key_right: bool = True) -> None:
        if not self.is_enabled or self.is_bitten:
            return
        if not is_key_right:
            self._bite(WatchdogCause.WRONG_KEY)
        elif self.age_ms < self.open_ms:
            self._bite(WatchdogCause.TOO_EARLY)
        else:
            self.age_ms = 0

    def clear(self) -> None:
        """After a bite, begin a new window."""
        if self.is_bitten:
            self.is_bitten, self.age_ms = False, 0

    def due_ms(self) -> int | None:
        """Ticks to the bite; None if there is none to come."""
        return max(1, self.close_ms - self.age_ms) if self.is_enabled and not self.is_bitten else None

    def tick(self, ms: int) -> None:
        """Let `ms` pass, at most `due_ms`."""
        if self.is_enabled and not self.is_bitten:
            self.age_ms += ms
            if self.age_ms >= self.close_ms:
                self._bite(WatchdogCause.TOO_LATE)

    def _bite(self, cause: WatchdogCause) -> None:
        self.is_bitten, self.cause = True, cause
