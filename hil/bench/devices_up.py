"""The devices, the channel and the environment alone, on the wall clock, for whatever attaches to them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from flightsw.mission import Mission
from hil.bench.build import make_world
from hil.bench.config import BenchConfig
from hil.bench.pty_port import PtyPort
from hil.bench.wall import FlightPorts, PtyStation, WallClock, close_boards, make_wall_boards
from hil.bench.world import GROUND

STATION = "station"
"""The port of a ground station in another process."""


class DevicesUp:
    """The devices, the channel and the environment alone, with a pty for everything that attaches to them.

    Args:
        mission, config: as for a bench.
        links: a folder for stable links to the ptys.
    """

    def __init__(self, mission: Mission, config: BenchConfig, links: Path) -> None:
        self._temporary = TemporaryDirectory(prefix="sunlit-")
        boards = make_wall_boards(config, mission, Path(self._temporary.name))
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
        close_boards(self._devices)
        self._ports.close()
        self._station.close()
        self._temporary.cleanup()
