"""`hil console`: the line console, on a bench that it starts or on any port."""

import sys
from typing import Annotated

import typer

from flightsw.mission import load_mission
from hil.bench import FreeRunBench, LockstepBench, load_bench
from hil.commands.ask import BenchFile, MissionFile, Store
from hil.commands.errors import UsageError
from hil.console import BenchSession, PortSession, Session, SessionError, run
from hil.ground import GroundStation


def console(
    port: Annotated[str | None, typer.Option(metavar="PORT", help="A satellite's link, instead of a bench.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="On the wall clock; at a terminal it always is.")
    ] = False,
    bench: BenchFile = None,
    mission: MissionFile = None,
    store: Store = None,
) -> None:
    """Command the satellite by hand, or from a script on standard input."""
    flown = load_mission(mission)
    session: Session
    if port is not None:
        try:
            session = PortSession(GroundStation(flown), port)
        except SessionError as error:
            raise UsageError(str(error)) from error
    else:
        kind = FreeRunBench if realtime or sys.stdin.isatty() else LockstepBench
        session = BenchSession(kind(flown, load_bench(bench), store=store))
    raise typer.Exit(run(session, is_json=as_json))
