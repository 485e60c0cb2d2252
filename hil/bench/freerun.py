"""The bench on the wall clock: devices, channel and ground station here, the flight software a process on ptys."""

import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flightsw.mission import Mission
from hil.bench.bench import Bench
from hil.bench.build import make_world
from hil.bench.config import BenchConfig
from hil.bench.wall import FlightPorts, WallClock, close_boards, make_wall_boards
from hil.bench.world import GROUND
from hil.child import start_child
from hil.ground import GroundStation

STOP_S = 10.0
"""How long a process may take to end when it is told to."""


class FlightSoftwareDiedError(RuntimeError):
    """Its process has ended by itself; the message is what it said."""


class FreeRunBench(Bench):
    """A bench on the wall clock.

    Args:
        mission, config: what flies, and on which bench.
        store: a folder for the flight software's store; None: a temporary one.
        record: a file for the recording of the flight software's run; None: none. A second run goes to FILE.2, ….

    Raises DeviceError, ModelError.
    """

    def __init__(
        self, mission: Mission, config: BenchConfig, *, store: Path | None = None, record: Path | None = None
    ) -> None:
        self._temporary = TemporaryDirectory(prefix="sunlit-")
        folder = Path(self._temporary.name)
        boards = make_wall_boards(config, mission, folder)
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
        self._record = record
        self._runs = 0
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

    @property
    def is_flying(self) -> bool:
        return self._process is not None

    def kill_flight_software(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            for pty in self._ports.ptys.values():
                pty.drop_input()

    def start_flight_software(self) -> None:
        assert self._process is None
        self._runs += 1
        command = list(self._run)
        if self._record is not None:
            command += ["--record", f"{self._record}.{self._runs}" if self._runs > 1 else str(self._record)]
        with self._log.open("a") as log:
            self._process = start_child(command, stdout=log, stderr=log)

    def close(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill_flight_software()
            self._process = None
        close_boards(self._devices)
        self._ports.close()
        self._temporary.cleanup()
