"""The payload computer as a process of its own: `python -m firmware_bindings serve` on a pty, killed with its power."""

import subprocess
import sys
from pathlib import Path
from typing import Protocol

from firmware_bindings.devicelink.payload_computer import Cap, ComputerState
from hil.child import start_child
from hil.devices.computer_tap import ComputerTap


class Pty(Protocol):
    """The bench's end of a pty."""

    name: str

    def read(self, max_bytes: int) -> bytes: ...

    def write(self, data: bytes) -> None: ...

    def drop_input(self) -> None: ...

    def close(self) -> None: ...


class ServedPayloadComputer:
    """A payload computer that is alive only while it has power.

    Args:
        pty: its serial port.
        model: the default model's file.
        boot_ns: from power to the start of its program.
        load_ms: how long loading a model takes at least.
        store: its non-volatile store, a folder.
    """

    def __init__(self, pty: Pty, model: Path, *, boot_ns: int, load_ms: int, store: Path) -> None:
        self._pty = pty
        self._command = [sys.executable, "-m", "firmware_bindings", "serve", pty.name, "--model", str(model)]
        self._command += ["--load-ms", str(load_ms), "--store", str(store)]
        self._boot_ns = boot_ns
        self._boots_at_ns: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._tap = ComputerTap()
        self._now_ns = 0

    @property
    def state(self) -> ComputerState | None:
        """What it does, as far as its serial line tells; None while it is off or boots."""
        return self._tap.state if self._process else None

    @property
    def rate_mtokens_per_s(self) -> int:
        """The cap on what it computes now; 0 while it computes nothing."""
        return self._tap.rate_mtokens_per_s if self._process else 0

    def set_power(self, is_on: bool) -> None:
        """Switch it on, or kill it."""
        if is_on and self._boots_at_ns is None:
            self._boots_at_ns = self._now_ns + self._boot_ns
        elif not is_on and self._boots_at_ns is not None:
            self._boots_at_ns = None
            self._kill()

    def set_clock(self, clock: Cap) -> None:
        """A process has no clock that could be stopped: it keeps the pace that it was told."""

    def write(self, data: bytes) -> None:
        """Octets arriving at its serial port now; nobody hears them without power."""
        if self._process:
            self._tap.asked(data, self._now_ns // 1000)
            self._pty.write(data)

    def read(self) -> bytes:
        """The octets it has sent since the last read."""
        if not self._process:
            return b""
        data = self._pty.read(4096)
        self._tap.answered(data, self._now_ns // 1000)
        return data

    def advance(self, until_ns: int) -> None:
        """Its time passes by itself; start it when it has booted."""
        self._now_ns = until_ns
        if self._process is None and self._boots_at_ns is not None and self._boots_at_ns <= until_ns:
            self._pty.drop_input()
            self._tap = ComputerTap()
            self._process = start_child(self._command, stdout=subprocess.DEVNULL)

    def next_event_ns(self) -> int | None:
        """The end of booting."""
        return self._boots_at_ns if self._process is None else None

    def close(self) -> None:
        """End it for good."""
        self._kill()
        self._pty.close()

    def _kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._pty.drop_input()
