"""`hil up`, with flight software and a ground station in processes of their own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from serial import Serial

from flightsw.mission import load_mission
from hil.ground import GroundStation

DEADLINE_S = 60


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process, killed in the end if it still runs."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.freerun
@pytest.mark.req("BEN-024")
def test_flight_software_and_ground_meet_on_the_ptys(tmp_path: Path) -> None:
    python = [sys.executable, "-m"]
    subprocess.run([*python, "flightsw", "init", "--store", str(tmp_path / "store")], check=True)
    up = [*python, "hil", "up", "--json", "--links", str(tmp_path / "links")]
    with started(up) as bench:
        assert bench.stdout is not None
        ports = json.loads(bench.stdout.readline())
        assert set(ports) == {"payload_ctrl", "power_board", "payload_computer", "ground", "station"}
        assert all(Path(port["link"]).resolve() == Path(port["pty"]) for port in ports.values())
        fly = [*python, "flightsw", "run", "--store", str(tmp_path / "store")]
        fly += [f"--port={name}={ports[name]['link']}" for name in ports if name != "station"]
        with started(fly) as flight:
            assert pong(ports["station"]["link"])
            flight.send_signal(signal.SIGTERM)
            assert flight.wait(DEADLINE_S) == 0
        bench.send_signal(signal.SIGTERM)
        assert bench.wait(DEADLINE_S) == 0
    assert not Path(ports["station"]["link"]).is_symlink()


def pong(port: str) -> bool:
    """Whether a ping is answered, once the satellite has been heard."""
    station = GroundStation(load_mission(None))
    start_s = time.monotonic()
    request = None
    with Serial(port, timeout=0.01) as link:
        while request is None or request.is_waiting:
            assert time.monotonic() - start_s < DEADLINE_S
            if request is None and station.counters.tm.frames:
                request = station.send("ping")
            station.tick(round(1e6 * (time.monotonic() - start_s)))
            link.write(station.transmit(256))
            station.receive(link.read(4096))
    return request.outcome == "completed"
