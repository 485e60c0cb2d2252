"""The command line: `hil ask`, `hil up`, and the rest."""

import signal
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, NoReturn

import typer

from hil.commands import models, reg
from hil.commands.ask import ask
from hil.commands.console import console
from hil.commands.errors import FAILED, FAILURES, WRONG, WRONG_USAGE
from hil.commands.fly import fly_scenario
from hil.commands.init import init
from hil.commands.replay import replay_file
from hil.commands.sky import sky
from hil.commands.up import up

TERMINATED = 128 + signal.SIGTERM

app = typer.Typer(
    help="The bench that satellites which compute fly on before they fly.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.command()(ask)
app.command()(init)
app.command()(up)
app.command()(console)
app.command("fly")(fly_scenario)
app.command("replay")(replay_file)
app.command()(sky)
app.add_typer(models.app, name="models")
app.add_typer(reg.app, name="reg")


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"hil {_version()}")
        raise typer.Exit


def _version() -> str:
    try:
        return version("sunlit")
    except PackageNotFoundError:
        return "from a source tree"


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the subcommand."""


def main() -> None:
    """Exit code: 0 done, 1 the satellite refused or failed, 2 wrong usage; an error is one line on standard error."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that a bench ends its processes
    try:
        app()
    except WRONG as error:
        _fail(error, WRONG_USAGE)
    except FAILURES as error:
        _fail(error, FAILED)


def _fail(error: Exception, code: int) -> NoReturn:
    print(f"hil: {' '.join(str(error).split())}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
