"""`flightsw`: the flight software alone, on real ports."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from flightsw.core import PORTS, FlightSoftware
from flightsw.effects import Stored
from flightsw.mission import Mission, TomlError, load_mission
from flightsw.shell import (
    EffectRunner,
    Flying,
    Port,
    PortError,
    PortOption,
    Recorder,
    RecordStore,
    StoreError,
    free_run,
)

app = typer.Typer(
    name="flightsw",
    help="Flight software for satellites that compute: a serial line to the ground, one to each board.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_console = Console(stderr=True, highlight=False, soft_wrap=True)

Folder = Annotated[Path, typer.Option("--store", metavar="DIR", help="Folder of the store: what survives a restart.")]
MissionFile = Annotated[
    Path | None, typer.Option("--mission", metavar="FILE", help="mission.toml; without it the default satellite.")
]


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"sunlit {version('sunlit')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def init(store: Folder, mission: MissionFile = None) -> None:
    """Make an empty store, for a satellite's first start."""
    _mission(mission)
    try:
        RecordStore.init(store)
    except StoreError as error:
        _fail(str(error), 2)
    typer.echo(f"{store}: an empty store")


@app.command()
def run(
    store: Folder,
    port: Annotated[
        list[str],
        typer.Option(
            "--port",
            metavar="NAME=PORT[,BAUD]",
            help=f"A serial port by path or URL, once for each of {', '.join(sorted(PORTS))}.",
        ),
    ],
    mission: MissionFile = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Write every call down, for `hil replay`.")
    ] = None,
) -> None:
    """Fly: until Ctrl-C, which is a clean stop."""
    flown = _mission(mission)
    try:
        options = [PortOption.parse(text, PORTS) for text in port]
    except ValueError as error:
        _fail(str(error), 2)
    if len({option.name for option in options}) < len(options):
        _fail("each port is named once", 2)
    with ExitStack() as stack:
        ports = [Port(option, _tell) for option in options]
        try:
            for opened in ports:
                opened.open()
                stack.callback(opened.close)
            start: Callable[[Stored], Flying] = partial(FlightSoftware, flown)
            if record is not None:
                start = Recorder(stack.enter_context(record.open("w", encoding="utf-8")), flown, is_live=True).start
            runner = EffectRunner(start, RecordStore(store))
        except (PortError, StoreError, OSError) as error:
            _fail(str(error), 2)
        is_stopped = _stop_signal()
        _tell(f"{flown.spacecraft.name} is flying on {', '.join(option.name for option in options)}; Ctrl-C stops it")
        free_run(runner, ports, lambda: time.monotonic_ns() // 1000, is_stopped)


def main() -> None:
    """Entry point of the command."""
    app()


def _stop_signal() -> Callable[[], bool]:
    """Whether SIGINT or SIGTERM has arrived."""
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return lambda: stopped


def _mission(path: Path | None) -> Mission:
    try:
        return load_mission(path)
    except TomlError as error:
        _fail(str(error), 2)


def _tell(line: str) -> None:
    _console.print(line, markup=False)


def _fail(line: str, code: int) -> NoReturn:
    _console.print(f"flightsw: {line}", markup=False)
    sys.exit(code)


if __name__ == "__main__":
    main()
