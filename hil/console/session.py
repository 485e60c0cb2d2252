"""A console's end of a satellite, and the clock that goes with it."""

import time
from typing import Protocol

import serial

from hil.ground import GroundEvent, GroundStation

POLL_S = 0.02


class SessionError(Exception):
    """The link can't be opened, or is gone; one line says why."""


class Session(Protocol):
    """Whoever lets a ground station's time pass: a lock-step bench, or the wall clock over a port."""

    station: GroundStation

    @property
    def now_us(self) -> int:
        """Ground time."""

    def advance(self, seconds: float) -> None:
        """Let that much time pass. Raises SessionError when the link is gone."""

    def events(self) -> list[GroundEvent]:
        """What the station has told since the last call."""

    def close(self) -> None:
        """Let go of the satellite."""


class PortSession:
    """The ground end of a real link: any URL that pyserial opens, on the wall clock.

    Args:
        station: the ground station.
        url: `/dev/pts/3`, `/dev/ttyUSB0`, `rfc2217://host:port`, …

    Raises SessionError if it can't be opened.
    """

    def __init__(self, station: GroundStation, url: str) -> None:
        self.station = station
        try:
            self._port = serial.serial_for_url(url, baudrate=115_200, timeout=0, exclusive=None)
        except (serial.SerialException, ValueError) as error:
            raise SessionError(f"{url}: {_reason(error)}") from error
        self._url = url
        self._start_us = time.monotonic_ns() // 1000

    @property
    def now_us(self) -> int:
        return time.monotonic_ns() // 1000 - self._start_us

    def advance(self, seconds: float) -> None:
        end_us = self.now_us + round(seconds * 1e6)
        self._turn()
        while self.now_us < end_us:
            time.sleep(min(POLL_S, max(0, end_us - self.now_us) / 1e6))
            self._turn()

    def events(self) -> list[GroundEvent]:
        return self.station.events()

    def close(self) -> None:
        self._port.close()

    def _turn(self) -> None:
        try:
            self.station.tick(self.now_us)
            self.station.receive(self._port.read(65_536))
            if data := self.station.transmit(65_536):
                self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise SessionError(f"{self._url}: {_reason(error)}") from error


class Bench(Protocol):
    """What the console needs of a bench, on either clock."""

    ground: GroundStation
    events: list[GroundEvent]

    @property
    def now_s(self) -> float: ...

    def run_for(self, duration_s: float) -> None: ...

    def close(self) -> None: ...


class BenchSession:
    """A bench that runs in this process."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._told = 0
        self.station = bench.ground

    @property
    def now_us(self) -> int:
        return round(self._bench.now_s * 1e6)

    def advance(self, seconds: float) -> None:
        self._bench.run_for(seconds)

    def events(self) -> list[GroundEvent]:
        events = self._bench.events[self._told :]
        self._told += len(events)
        return events

    def close(self) -> None:
        self._bench.close()


def _reason(error: Exception) -> str:
    """What the operating system says, without pyserial's wrapping."""
    cause = error.__context__ if isinstance(error.__context__, OSError) else error
    return getattr(cause, "strerror", None) or str(error)
