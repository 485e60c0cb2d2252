"""make acceptance: a question asked at any moment of a pass is answered in the same pass, or refused at once.

Each start is a bench of its own: a mission, a pass, a moment in it and a battery drawn from the start's number alone,
and the payload in STANDBY. The question carries the pass's end as its deadline, or the budget's if that is sooner.

The payload controller is the model unless --controller names another: with rtl://payload_ctrl a start ends within some
milliseconds of that, and takes twice the time. The sample that `make test` flies has the RTL where that is installed.
"""

import argparse
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from random import Random
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from flightsw.mission import Mission
from flightsw.orbit import Orbit, Pass, utc
from hil.ask.result import BUDGET_S
from hil.bench import BenchConfig, BenchTimeoutError, LockstepBench
from hil.bench.config import AUTO
from hil.ground import PassTooShort
from hil.reference import REFERENCES, load_reference

WARM_UP_S = 20.0
"""From boot to the question: the satellite has come to STANDBY."""
REFUSAL_S = 10.0
MAX_TOKENS = 64
SPAN_S = 4 * 86_400.0
"""Passes are drawn from so many days."""
QUESTION = "Tell me a long story about a satellite."
CONTROLLER = "model://payload_ctrl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one start."""

    start: int
    mission: str
    is_sunlit: bool
    charge_permille: int
    pass_left_s: float
    outcome: str
    tokens: int
    took_s: float

    @property
    def is_kept(self) -> bool:
        """The promise: an answer within the budget and the pass, or a refusal before ten seconds."""
        if self.tokens:
            return self.took_s <= min(BUDGET_S, self.pass_left_s)
        return "reject" in self.outcome and self.took_s < REFUSAL_S


@cache
def passes(name: str) -> tuple[Mission, BenchConfig, tuple[Pass, ...]]:
    """A reference mission, its bench, and its passes."""
    mission, config = load_reference(name)
    assert config.sky is not None
    plan = config.sky.orbit or mission.orbit
    assert plan is not None
    begin_s = config.sky.start_tai_s
    found = Orbit(plan.elements()).passes(mission.stations, begin_s, begin_s + SPAN_S)
    return mission, config, found


def run(start: int, only: str | None = None, controller: str = AUTO) -> Outcome:
    """One start, of that mission if one is named, with the payload controller of this URL."""
    chance = Random(start)
    name = only or chance.choice(sorted(REFERENCES))
    mission, config, found = passes(name)
    drawn = chance.choice(found)
    asked_tai_s = chance.uniform(drawn.rise_tai_s, drawn.set_tai_s)
    sky = replace(config.sky, start_utc=utc(asked_tai_s - WARM_UP_S), battery_charge_permille=chance.randint(300, 1000))
    devices = replace(config.devices, payload_ctrl=controller)
    flown = replace(config, sky=sky, seed=start, devices=devices)
    with LockstepBench(mission, flown, is_recorded=False) as bench:
        bench.run_for(WARM_UP_S)
        bench.set_time()
        left_s = bench.ground.contact_left_s
        is_sunlit = bench.world.environment.power.is_sunlit
        outcome, tokens = _ask(bench)
        return Outcome(
            start=start,
            mission=name,
            is_sunlit=is_sunlit,
            charge_permille=sky.battery_charge_permille,
            pass_left_s=round(left_s, 3),
            outcome=outcome,
            tokens=tokens,
            took_s=round(bench.now_s - WARM_UP_S, 3),
        )


def _ask(bench: LockstepBench) -> tuple[str, int]:
    """What became of the question, and how many tokens its answer has."""
    try:
        ask = bench.ground.ask_in_pass(QUESTION, MAX_TOKENS, BUDGET_S)
    except PassTooShort as error:
        return f"rejected: {error}", 0
    with suppress(BenchTimeoutError):
        bench.run_until(lambda: ask.ended, BUDGET_S)
    return ask.outcome, len(ask.token_ids or ())


def report(outcomes: list[Outcome]) -> Table:
    """Counts and times, by mission and light."""
    table = Table("mission", "light", "starts", "answered", "refused", "broken", "median s", "slowest s", box=None)
    for key in sorted({(each.mission, each.is_sunlit) for each in outcomes}):
        group = [each for each in outcomes if (each.mission, each.is_sunlit) == key]
        times = [each.took_s for each in group if each.tokens and each.is_kept] or [0.0]
        refused = sum(each.is_kept and not each.tokens for each in group)
        broken = sum(not each.is_kept for each in group)
        answered = len(group) - refused - broken
        cells = (len(group), answered, refused, broken, f"{median(times):.1f}", f"{max(times):.1f}")
        table.add_row(key[0], "sunlight" if key[1] else "eclipse", *map(str, cells))
    return table


def main() -> int:
    """Exit code: 1 if the promise was broken once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=1000, help="how many; start N is the same on every machine")
    parser.add_argument("--first", type=int, default=0, help="the first one's number")
    parser.add_argument("--mission", choices=sorted(REFERENCES), help="only this one")
    parser.add_argument("--controller", default=CONTROLLER, help=f"its URL; default {CONTROLLER}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    given = parser.parse_args()
    numbers = range(given.first, given.first + given.starts)
    progress = Console(file=sys.stderr)
    with ProcessPoolExecutor(given.jobs) as pool:
        runs = pool.map(partial(run, only=given.mission, controller=given.controller), numbers, chunksize=4)
        outcomes = list(track(runs, "flying", total=len(numbers), console=progress, disable=not sys.stderr.isatty()))
    broken = [each for each in outcomes if not each.is_kept]
    if given.json:
        print(json.dumps({"starts": [asdict(each) for each in outcomes], "broken": len(broken)}))
    else:
        console = Console()
        console.print(report(outcomes))
        for outcome, count in Counter(each.outcome for each in outcomes).most_common(12):
            console.print(f"{count:6} {outcome}")
        for each in broken[:20]:
            console.print(f"broken: {each}", style="red")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
