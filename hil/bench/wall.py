"""What a bench on the wall clock is made of: its clock, its devices, and ptys for other processes."""

import time
from collections.abc import Mapping
from pathlib import Path

from flightsw.mission import Mission
from hil.bench.build import Boards, make_boards
from hil.bench.config import BenchConfig
from hil.bench.pty_port import PtyPort
from hil.devices import Device
from hil.devices.payload_computer import checked_engine
from hil.devices.port_device import PortDevice
from hil.devices.served_computer import ServedPayloadComputer
from hil.models import default_model_path

STEP_S = 0.001
_S_NS = 1_000_000_000


class WallClock:
    """Nanoseconds since it was made, in steps of about a millisecond."""

    def __init__(self) -> None:
        self._start_ns = time.monotonic_ns()

    def next_ns(self) -> int:
        """Wait for the next step; the time then."""
        time.sleep(STEP_S)
        return time.monotonic_ns() - self._start_ns


class FlightPorts:
    """The flight software's ports, as ptys that any process may open.

    Args:
        names: of the ports.
        links: a folder for the links to them.
    """

    def __init__(self, names: list[str], links: Path) -> None:
        self.ptys = {name: PtyPort(links / name) for name in names}

    def pull(self, port: str, max_bytes: int) -> bytes:
        """At most so many octets that the other process has sent."""
        return self.ptys[port].read(max_bytes)

    def turn(self, now_ns: int, received: Mapping[str, bytes]) -> None:  # noqa: ARG002 - it has a clock of its own
        """Hand over what has arrived; acting is the other process's own business."""
        for name, data in received.items():
            self.ptys[name].write(data)

    def next_event_ns(self) -> int | None:
        """Nobody knows."""
        return None

    def close(self) -> None:
        """Take the ports away."""
        for pty in self.ptys.values():
            pty.close()


class PtyStation:
    """The ground station's end of the channel, as a pty for another process."""

    def __init__(self, pty: PtyPort) -> None:
        self._pty = pty

    def transmit(self, max_bytes: int) -> bytes:
        return self._pty.read(max_bytes)

    def receive(self, data: bytes) -> None:
        self._pty.write(data)

    def tick(self, now_us: int) -> None:
        """The other process has a clock of its own."""

    def next_deadline_us(self) -> int | None:
        return None


def make_wall_boards(config: BenchConfig, mission: Mission, folder: Path) -> Boards:
    """The devices of a bench on the wall clock; the payload computer's program is killed with its power."""

    def make_computer(model: str) -> Device:
        checked_engine(model, mission.compute.context_tokens)
        return ServedPayloadComputer(
            PtyPort(folder / "serve"),
            Path(model) if model else default_model_path(),
            boot_ns=round(mission.compute.boot_s * _S_NS),
            load_ms=round(mission.compute.load_s * 1000),
            store=folder / "checkpoints",
        )

    return make_boards(config, make_computer, PortDevice)


def close_boards(devices: Mapping[str, Device]) -> None:
    """End the processes behind devices, and let go of ports."""
    for device in devices.values():
        if isinstance(device, ServedPayloadComputer | PortDevice):
            device.close()
