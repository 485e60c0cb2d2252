"""The bench on the wall clock: devices, channel and ground station here, the flight software a process on ptys."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from flightsw.mission import Mission
from hil.bench.bench import Bench
from hil.bench.build import Boards, make_boards, make_world
from hil.bench.config import BenchConfig
from hil.bench.pty_port import PtyPort
from hil.bench.world import GROUND
from hil.devices import Device
from hil.devices.payload_computer import checked_engine
from hil.devices.port_device import PortDevice
from hil.devices.served_computer import ServedPayloadComputer
from hil.ground import GroundStation
from hil.models import default_model_path

STEP_S = 0.001
STATION = "station"
"""The port of a ground station in another process."""
STOP_S = 10.0
"""How long a process may take to end when it is told to."""
_S_NS = 1_000_000_000
_READ_BYTES = 1 << 16


class FlightSoftwareDiedError(RuntimeError):
    """Its process has ended by itself; the message is what it said."""


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


def make_freerun_boards(config: BenchConfig, mission: Mission, folder: Path) -> Boards:
    """The devices of a bench on the wall clock; the payload computer's program is killed with its power."""

    def make_computer(model: str) -> Device:
        checked_engine(model, mission.compute.context_tokens)
        return ServedPayloadComputer(
            PtyPort(folder / "serve"),
            Path(model) if model else default_model_path(),
            boot_ns=round(mission.compute.boot_s * _S_NS),
            load_ms=round(mission.compute.load_s * 1000),
        )

    return make_boards(config, make_computer, PortDevice)


class WallClock:
    """Nanoseconds since it was made, in steps of about a millisecond."""

    def __init__(self) -> None:
        self._start_ns = time.monotonic_ns()

    def next_ns(self) -> int:
        """Wait for the next step; the time then."""
        time.sleep(STEP_S)
        return time.monotonic_ns() - self._start_ns


class FreeRunBench(Bench):
    """A bench on the wall clock.

    Args:
        mission, config: what flies, and on which bench.
        store: a folder for the flight software's store; None: a temporary one.
        record: a file for the recording of the flight software's runs; None: none.

    Raises DeviceError, ModelError.
    """

    def __init__(
        self, mission: Mission, config: BenchConfig, *, store: Path | None = None, record: Path | None = None
    ) -> None:
        self._temporary = TemporaryDirectory(prefix="sunlit-")
        folder = Path(self._temporary.name)
        boards = make_freerun_boards(config, mission, folder)
        ground = GroundStation(mission)
        super().__init__(make_world(boards, config, mission, ground), ground, mission, config)
        self.urls = boards.urls
        self._devices = boards.devices
        self._ports = FlightPorts([GROUND, *boards.devices], folder / "ports")
        mission_file = folder / "mission.toml"
        mission_file.write_text(mission.text, encoding="utf-8")
        self.store = store or folder / "store"
        self._flightsw = [sys.executable, "-m", "flightsw"]
        self._run = [*self._flightsw, "run", "--mission", str(mission_file), "--store", str(self.store)]
        self._run += [f"--port={name}={pty.link}" for name, pty in self._ports.ptys.items()]
        self._run += [] if record is None else ["--record", str(record)]
        self._process: subprocess.Popen[bytes] | None = None
        if store is None:
            subprocess.run([*self._flightsw, "init", "--store", str(self.store)], check=True, capture_output=True)
        self._log = folder / "flightsw.log"
        self._clock = WallClock()
        self.start_flight_software()

    def step(self, until_ns: int | None = None) -> None:  # noqa: ARG002 - there are no jumps
        if self._process is not None and self._process.poll() is not None:
            raise FlightSoftwareDiedError(f"the flight software has ended: {self._log.read_text().strip()}")
        self.world.step(self._clock.next_ns(), self._ports)
        self._settle()

    def kill_flight_software(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            for pty in self._ports.ptys.values():
                pty.drop_input()

    def start_flight_software(self) -> None:
        assert self._process is None
        with self._log.open("a") as log:
            self._process = subprocess.Popen(self._run, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def close(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill_flight_software()
            self._process = None
        _close(self._devices)
        self._ports.close()
        self._temporary.cleanup()


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


class DevicesUp:
    """The devices, the channel and the environment alone, with a pty for everything that attaches to them.

    Args:
        mission, config: as for a bench.
        links: a folder for stable links to the ptys.
    """

    def __init__(self, mission: Mission, config: BenchConfig, links: Path) -> None:
        self._temporary = TemporaryDirectory(prefix="sunlit-")
        boards = make_freerun_boards(config, mission, Path(self._temporary.name))
        self._devices = boards.devices
        self._ports = FlightPorts([*boards.devices, GROUND], links)
        self._station = PtyPort(links / STATION)
        self._world = make_world(boards, config, mission, PtyStation(self._station))
        self._clock = WallClock()
        self.urls = boards.urls
        self.ptys = {**self._ports.ptys, STATION: self._station}

    def step(self) -> None:
        """Let a millisecond pass."""
        self._world.step(self._clock.next_ns(), self._ports)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _close(self._devices)
        self._ports.close()
        self._station.close()
        self._temporary.cleanup()


def _close(devices: Mapping[str, Device]) -> None:
    for device in devices.values():
        if isinstance(device, ServedPayloadComputer | PortDevice):
            device.close()
