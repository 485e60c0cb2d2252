"""`python -m hil.rtl.coverage FOLDER [--json]`: report what the data in a folder cover; `make coverage` runs it.

Writes each module's annotated text beside them. 1 where lines or branches of all modules together are below the goal,
or where a state machine's arc or a register field was not met.
"""

import json
import sys
from pathlib import Path

from hil.rtl.build import FOLDER
from hil.rtl.coverage.accesses import missing
from hil.rtl.coverage.machines import MACHINES, arcs_seen
from hil.rtl.coverage.points import Kind, read
from hil.rtl.coverage.report import Module, annotate, exclusions, summarise

GOAL_PERCENT = 98.0
EXCLUSIONS = Path(__file__).with_name("exclusions.toml")


def percent(met: int, of: int) -> float:
    return 100.0 * met / of if of else 100.0


def totals(modules: list[Module]) -> dict[Kind, tuple[int, int]]:
    return {
        kind: (sum(module.met[kind][0] for module in modules), sum(module.met[kind][1] for module in modules))
        for kind in Kind
    }


def _print(modules: list[Module]) -> None:
    print(f"{'module':36} {'lines':>14} {'branches':>16} {'toggles':>18}  excluded")
    for name, met, excluded in [
        *((module.file, module.met, module.excluded) for module in modules),
        ("all", totals(modules), sum(module.excluded for module in modules)),
    ]:
        cells = [f"{done}/{of} {percent(done, of):5.1f}" for done, of in (met[kind] for kind in Kind)]
        print(f"{name:36} {cells[0]:>14} {cells[1]:>16} {cells[2]:>18}  {excluded or ''}")


def functional(folder: Path) -> list[str]:
    """What of the state machines and the registers was not met, or was met and is not declared."""
    seen = arcs_seen(folder.rglob("*.arcs"))
    gaps = []
    for module, states in MACHINES.items():
        arcs = {(before, after) for before, follow in states.items() for after in follow}
        gaps += [f"{module}: never {before} -> {after}" for before, after in sorted(arcs - seen[module])]
        gaps += [f"{module}: not declared: {before} -> {after}" for before, after in sorted(seen[module] - arcs)]
        met = len(arcs & seen[module])
        print(f"{module:36} {len(states):2} states, {met} of {len(arcs)} arcs", file=sys.stderr)
    return gaps + [f"registers: never {access}" for access in missing(folder.rglob("accesses-*.txt"))]


def main(arguments: list[str]) -> int:
    folders = [Path(argument) for argument in arguments if argument != "--json"]
    if len(folders) != 1 or not (files := sorted(folders[0].rglob("*.dat"))):
        print("usage: python -m hil.rtl.coverage FOLDER [--json]; FOLDER holds .dat files", file=sys.stderr)
        return 2
    counts = read(files, FOLDER)
    modules = summarise(counts, exclusions(EXCLUSIONS), FOLDER)
    for module in modules:
        (folders[0] / Path(module.file).with_suffix(".txt").name).write_text(annotate(module, counts, FOLDER))
    if "--json" in arguments:
        rows = [{"file": module.file, "excluded": module.excluded} | dict(module.met) for module in modules]
        print(json.dumps({"modules": rows, "all": dict(totals(modules))}, indent=1))
    else:
        _print(modules)
        print(f"what was never met stands in the annotated texts in {folders[0]}")
    low = [kind for kind in (Kind.LINE, Kind.BRANCH) if percent(*totals(modules)[kind]) < GOAL_PERCENT]
    for kind in low:
        print(f"{kind} coverage is below {GOAL_PERCENT} %", file=sys.stderr)
    gaps = functional(folders[0])
    for gap in gaps:
        print(gap, file=sys.stderr)
    return 1 if low or gaps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
