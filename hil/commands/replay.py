"""`hil replay`: drive the flight software with a recording."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from flightsw.shell import RecordingError, replay
from hil.commands.errors import FailedError, UsageError


def replay_file(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Say whether the flight software does what it did when it was recorded, byte for byte."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Replaying", total=None)
        try:
            report = replay(file, lambda done, total: progress.update(task, completed=done, total=total))
        except RecordingError as error:
            raise UsageError(str(error)) from error
    cut = "; the last line was cut short and left out" if report.is_cut else ""
    if (found := report.divergence) is not None:
        raise FailedError(
            f"{file}:{found.line}: at {found.time_us / 1e6:.6f} s {found.call} gave {found.replayed}, "
            f"recorded was {found.recorded}"
        )
    print(f"identical: {report.calls:,} calls, {report.time_us / 1e6:.3f} s{cut}")
