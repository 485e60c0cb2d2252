"""`hil ask`: one question through the whole chain."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flightsw.mission import load_mission
from hil.ask import View, run_ask, summary
from hil.bench import Bench, BenchConfig, FreeRunBench, LockstepBench, load_bench
from hil.commands.errors import FailedError

Seed = Annotated[int | None, typer.Option(min=0, help="Of everything left to chance; default: the bench file's.")]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="Where the answer is cut off.")]
Ceiling = Annotated[str | None, typer.Option(metavar="MODE", help="The highest power mode allowed: ECO, NOMINAL, …")]
Model = Annotated[Path | None, typer.Option(metavar="FILE.gguf", help="The language model.")]
BenchFile = Annotated[Path | None, typer.Option("--bench", metavar="FILE.toml", help="The bench.")]
MissionFile = Annotated[Path | None, typer.Option("--mission", metavar="FILE.toml", help="The satellite.")]
Record = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Record the flight software's run, for `hil replay`.")
]
Store = Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the flight software's store there.")]


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    seed: Seed = None,
    max_tokens: MaxTokens = None,
    ceiling: Ceiling = None,
    model: Model = None,
    bench: BenchFile = None,
    mission: MissionFile = None,
    record: Record = None,
    store: Store = None,
    realtime: Annotated[bool, typer.Option("--realtime", help="On the wall clock, over ptys.")] = False,
) -> None:
    """Ask the satellite a question: it goes up, an answer comes down."""
    config = _changed(load_bench(bench), seed, model)
    kind = FreeRunBench if realtime else LockstepBench
    started_s = time.monotonic()
    with kind(load_mission(mission), config, store=store, record=record) as running:
        if as_json:
            result = run_ask(running, question, max_tokens=max_tokens, ceiling=ceiling)
            print(json.dumps(result.to_json(), ensure_ascii=False))
        else:
            console = Console()
            with View(console, running) as view:
                result = run_ask(running, question, max_tokens=max_tokens, ceiling=ceiling, watch=view)
            console.print(summary(result, running.urls))
        _tell_speed(running, time.monotonic() - started_s)
    if not result.is_done:
        raise FailedError(f"no whole answer: {result.outcome}")


def _changed(config: BenchConfig, seed: int | None, model: Path | None) -> BenchConfig:
    config = config if seed is None else replace(config, seed=seed)
    return config if model is None else replace(config, model=str(model))


def _tell_speed(bench: Bench, wall_s: float) -> None:
    """Wall time goes to standard error alone."""
    controller = bench.urls["payload_ctrl"]
    print(f"{controller}: {bench.now_s:.1f} s of flight in {wall_s:.1f} s", file=sys.stderr)
