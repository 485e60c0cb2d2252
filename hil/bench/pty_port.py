"""A pty with a stable link to it: the bench's end, which never blocks."""

import os
import pty
import tty
from contextlib import suppress
from pathlib import Path

MAX_WAITING_BYTES = 1 << 16
"""Octets kept for a reader that does not read; what is older is lost, as on a serial line."""


class PtyPort:
    """A serial port for another process.

    Args:
        link: a path that leads to it, whatever number the system gives it; replaced if it is there.
    """

    def __init__(self, link: Path) -> None:
        self._ours, self._theirs = pty.openpty()  # theirs stays open, so that readers may come and go
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self._waiting = bytearray()
        self.name = os.ttyname(self._theirs)
        self.link = link
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(self.name)

    def read(self, max_bytes: int) -> bytes:
        """At most so many octets that the other process has sent."""
        try:
            return os.read(self._ours, max_bytes)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Send octets, now or when there is room."""
        self._waiting += data
        del self._waiting[:-MAX_WAITING_BYTES]
        with suppress(BlockingIOError):
            while self._waiting:
                del self._waiting[: os.write(self._ours, self._waiting)]

    def drop_input(self) -> None:
        """Forget what the other process has sent so far: it is gone."""
        while self.read(1 << 16):
            pass

    def close(self) -> None:
        """Nobody can use it any more."""
        self.link.unlink(missing_ok=True)
        os.close(self._ours)
        os.close(self._theirs)
