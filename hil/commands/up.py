"""`hil up`: the bench on the wall clock, one pty per device, for any serial tool and any flight software."""

import json
import os
import signal
import tempfile
import threading
from pathlib import Path
from typing import Annotated

import typer

from flightsw.mission import load_mission
from hil.bench import DevicesUp, load_bench
from hil.commands.ask import BenchFile, MissionFile

Links = Annotated[
    Path | None,
    typer.Option("--links", metavar="DIR", help="Where the stable links go; default: the user's runtime folder."),
]


def up(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    bench: BenchFile = None,
    mission: MissionFile = None,
    links: Links = None,
) -> None:
    """Bring the bench up and print a pty for each device, until interrupted.

    `ground` is the flight software's end of the channel, `station` the ground station's.
    """
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    folder = links or _runtime_folder() / "sunlit"
    with DevicesUp(load_mission(mission), load_bench(bench), folder) as devices:
        ports = {
            name: {"pty": pty.name, "link": str(pty.link), "url": devices.urls.get(name, "")}
            for name, pty in devices.ptys.items()
        }
        if as_json:
            print(json.dumps(ports), flush=True)
        else:
            for name, port in ports.items():
                print(f"{name:17}{port['link']} → {port['pty']}  {port['url']}".rstrip(), flush=True)
        while not stopped.is_set():
            devices.step()


def _runtime_folder() -> Path:
    """The user's, as the desktop sets it, or one of their own among the temporary files."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    return Path(named) if named else Path(tempfile.gettempdir()) / f"runtime-{os.getuid()}"
