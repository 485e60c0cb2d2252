"""Serial ports of the free-running flight software: opened by URL, read without waiting, written at their rate."""

import select
from collections.abc import Callable, Collection
from dataclasses import dataclass

import serial

BITS_PER_OCTET = 10
"""Start bit, eight data bits, stop bit."""
DEVICE_BAUD = 115_200
GROUND_BAUD = 1_000_000
REOPEN_US = 1_000_000
READ_BYTES = 65_536
_BURST_US = 50_000


class PortError(RuntimeError):
    """A port that can't be opened: which, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOption:
    """One `NAME=PORT[,BAUD]`. PORT is a path or a URL that pyserial opens."""

    name: str
    url: str
    baud: int

    @classmethod
    def parse(cls, text: str, names: Collection[str]) -> "PortOption":
        """Raises ValueError with what would be right."""
        name, equals, rest = text.partition("=")
        url, _, baud = rest.partition(",")
        if not equals or not url or name not in names:
            raise ValueError(f"{text!r}: NAME=PORT[,BAUD] is meant, with NAME one of {', '.join(sorted(names))}")
        if baud and (not baud.isdigit() or not 1 <= int(baud) <= 100_000_000):
            raise ValueError(f"{text!r}: {baud!r} is no baud rate")
        return cls(name=name, url=url, baud=int(baud) if baud else GROUND_BAUD if name == "ground" else DEVICE_BAUD)


class Port:
    """A port that may vanish: it is opened again every second, and what happens is told once.

    Never blocks. Octets are pulled at the baud rate, so that nothing queues below the flight software.

    Args:
        option: what to open.
        tell: takes one line for people.
    """

    def __init__(self, option: PortOption, tell: Callable[[str], None]) -> None:
        self.name = option.name
        self._option, self._tell = option, tell
        self._serial: serial.Serial | None = None
        self._unsent = b""
        self._last_us = 0
        self._credit = 0.0
        self._reopen_us = 0

    def open(self) -> None:
        """Raises PortError."""
        try:
            self._serial = serial.serial_for_url(
                self._option.url, baudrate=self._option.baud, timeout=0, write_timeout=0
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(f"{self.name}: {self._option.url}: {error}") from error

    def close(self) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    def fileno(self) -> int | None:
        """To wait on; None where the port has none."""
        try:
            return None if self._serial is None else int(self._serial.fileno())
        except (AttributeError, OSError, ValueError):
            return None

    def read(self, now_us: int) -> bytes:
        """What has arrived."""
        if self._serial is None:
            self._reopen(now_us)
            return b""
        try:
            return bytes(self._serial.read(READ_BYTES))
        except (serial.SerialException, OSError) as error:
            self._lose(error, now_us)
            return b""

    def write(self, now_us: int, pull: Callable[[str, int], bytes]) -> None:
        """Send what the line can carry since the last call."""
        elapsed_us = min(now_us - self._last_us, _BURST_US)
        self._last_us = now_us
        self._credit = min(
            self._credit + elapsed_us * self._option.baud / BITS_PER_OCTET / 1e6,
            _BURST_US * self._option.baud / BITS_PER_OCTET / 1e6,
        )
        if not self._unsent and self._credit >= 1:
            self._unsent = pull(self.name, int(self._credit))
            self._credit -= len(self._unsent)
        if self._serial is None:
            self._unsent = b""  # lost on the way, so that the flight software finds the other end silent
        elif self._unsent and self._has_room():
            try:
                sent = self._serial.write(self._unsent)
            except serial.SerialTimeoutException:
                sent = 0
            except (serial.SerialException, OSError) as error:
                self._lose(error, now_us)
                return
            self._unsent = self._unsent[sent or 0 :]

    def _has_room(self) -> bool:
        """It would take an octet: pyserial spins on a full buffer instead of returning."""
        number = self.fileno()
        return number is None or bool(select.select([], [number], [], 0)[1])

    def _lose(self, error: Exception, now_us: int) -> None:
        self._tell(f"{self.name}: {self._option.url} is lost ({error}); trying again every second")
        self.close()
        self._unsent = b""
        self._reopen_us = now_us + REOPEN_US

    def _reopen(self, now_us: int) -> None:
        if now_us < self._reopen_us:
            return
        self._reopen_us = now_us + REOPEN_US
        try:
            self.open()
        except PortError:
            return
        self._tell(f"{self.name}: {self._option.url} is back")
