"""Everything around the flight software, on either clock: devices, serial lines, environment, channel, ground."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hil.bench.serial_line import SerialLine
from hil.channel import Channel
from hil.environment import Environment

US_NS = 1000
GROUND = "ground"
"""The flight software's port to the radio; its others are named after the devices."""


class FlightEnd(Protocol):
    """The flight software, as the world sees it: ports, and time."""

    def pull(self, port: str, max_bytes: int) -> bytes:
        """At most so many octets that it sends on a port now."""

    def turn(self, now_ns: int, received: Mapping[str, bytes]) -> None:
        """Let it have what has arrived by now, and act."""

    def next_event_ns(self) -> int | None:
        """When it will act by itself; None if never."""


class GroundEnd(Protocol):
    """A ground station, or a port to one."""

    def transmit(self, max_bytes: int) -> bytes: ...

    def receive(self, data: bytes) -> None: ...

    def tick(self, now_us: int) -> None: ...

    def next_deadline_us(self) -> int | None: ...


@dataclass(slots=True, kw_only=True)
class World:
    """What the flight software flies in. `step` moves it all to one time."""

    lines: Mapping[str, SerialLine]
    environment: Environment
    channel: Channel
    ground: GroundEnd
    now_ns: int = 0

    def step(self, now_ns: int, flight: FlightEnd) -> bool:
        """Let time pass to `now_ns`; whether anything but time has passed."""
        elapsed_ns, self.now_ns = now_ns - self.now_ns, now_ns
        received: dict[str, bytes] = {}
        is_busy = False
        for name, line in self.lines.items():
            line.device.advance(now_ns)
            if data := line.up(elapsed_ns):
                received[name] = data
            is_busy |= line.down(elapsed_ns, _port(flight, name)) != b"" or line.is_busy
        self.environment.advance(now_ns)
        is_busy |= self.channel.advance(now_ns, self.ground.transmit, _port(flight, GROUND))
        if data := self.channel.at_satellite():
            received[GROUND] = data
        if received or _is_due(flight.next_event_ns(), now_ns):
            is_busy = True
            self.channel.wake()
        flight.turn(now_ns, received)
        is_busy |= _is_due(self.ground.next_deadline_us(), now_ns // US_NS)
        self.ground.tick(now_ns // US_NS)
        if data := self.channel.at_ground():
            self.ground.receive(data)
        return is_busy

    def next_event_ns(self) -> int | None:
        """When the first of all of these has something to do without being asked."""
        deadline_us = self.ground.next_deadline_us()
        times = [
            *(line.device.next_event_ns() for line in self.lines.values()),
            self.environment.next_event_ns(),
            self.channel.next_event_ns(),
            None if deadline_us is None else deadline_us * US_NS,
        ]
        return min((at for at in times if at is not None), default=None)


def _port(flight: FlightEnd, name: str) -> Callable[[int], bytes]:
    return lambda max_bytes: flight.pull(name, max_bytes)


def _is_due(at: int | None, now: int) -> bool:
    return at is not None and at <= now
