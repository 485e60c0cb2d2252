"""`hil fly`: a scenario from its first hour to its last."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from flightsw.mission import Mission, load_mission
from hil.bench import BenchConfig, LockstepBench, load_bench
from hil.commands.errors import FailedError, UsageError
from hil.reference import REFERENCES, load_reference
from hil.scenario import KINDS, Flown, Scenario, draw, fly, load_scenario, summary

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO.toml", help="What happens when.")]
BenchFile = Annotated[Path | None, typer.Option("--bench", metavar="FILE.toml", help="The bench.")]
MissionFile = Annotated[Path | None, typer.Option("--mission", metavar="FILE.toml", help="The satellite.")]
Reference = Annotated[
    str | None,
    typer.Option(metavar="NAME", help=f"A reference mission on its bench instead of files: {', '.join(REFERENCES)}."),
]
Seed = Annotated[int | None, typer.Option(min=0, help="Of everything left to chance; default: the bench file's.")]
Picture = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the time line there: .svg, .png or .pdf.")]
Record = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Record the flight software's run, for `hil replay`.")
]


def fly_scenario(
    scenario: ScenarioFile,
    bench: BenchFile = None,
    mission: MissionFile = None,
    reference: Reference = None,
    seed: Seed = None,
    picture: Picture = None,
    record: Record = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Fly a scenario: questions, passes, faults. Exit code 1 if a limit is passed or a question left open."""
    if picture is not None and picture.suffix not in KINDS:
        raise UsageError(f"{picture}: a picture is one of {', '.join(KINDS)}")
    plan = load_scenario(scenario)
    satellite, config = _load(reference, mission, bench)
    config = config if seed is None else replace(config, seed=seed)
    with LockstepBench(satellite, config, record=record, is_recorded=record is not None) as running:
        flown = _with_progress(running, plan)
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        draw(flown, picture)
    if as_json:
        print(json.dumps(flown.to_json(), ensure_ascii=False))
    else:
        Console().print(summary(flown))
    if flown.breaches:
        raise FailedError("; ".join(flown.breaches))


def _load(reference: str | None, mission: Path | None, bench: Path | None) -> tuple[Mission, BenchConfig]:
    if reference is None:
        return load_mission(mission), load_bench(bench)
    if mission is not None or bench is not None:
        raise UsageError("--reference brings its own mission and bench; leave out --mission and --bench")
    if reference not in REFERENCES:
        raise UsageError(f"no reference mission {reference!r}; there are {', '.join(REFERENCES)}")
    return load_reference(reference)


def _with_progress(bench: LockstepBench, scenario: Scenario) -> Flown:
    """Simulated hours on standard error, where that is a terminal."""
    bar = Progress(
        TextColumn(scenario.name),
        BarColumn(),
        TextColumn("{task.completed:.1f} of {task.total:.0f} h"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("", total=scenario.duration_h)
        return fly(bench, scenario, lambda now_s: bar.update(task, completed=min(now_s / 3600, scenario.duration_h)))
