"""Coverage by module, and each module's text with what was not met."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hil.rtl.coverage.points import Kind, Point

__all__ = ["Exclusion", "ExclusionError", "Module", "annotate", "exclusions", "summarise"]


class ExclusionError(ValueError):
    """An exclusion that excludes nothing: its line is gone, or covered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Points of `kinds` at lines of `file` that hold `text`, or at all of them; and why they can't be met."""

    file: str
    text: str = ""
    kinds: tuple[Kind, ...]
    reason: str

    def holds(self, point: Point, source: list[str]) -> bool:
        return point.file == self.file and point.kind in self.kinds and self.text in source[point.line - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file: for each kind how many there are, how many were met; and the points that were not."""

    file: str
    met: Mapping[Kind, tuple[int, int]]
    missed: tuple[Point, ...]
    excluded: int


def exclusions(path: Path) -> list[Exclusion]:
    """The exclusions that a TOML file lists."""
    rows = tomllib.loads(path.read_text())["exclusion"]
    return [Exclusion(**{**row, "kinds": tuple(map(Kind, row["kinds"]))}) for row in rows]


def summarise(counts: Counter[Point], excluded: Iterable[Exclusion], folder: Path) -> list[Module]:
    """One entry for each file. Raises ExclusionError.

    A line is met when any of the points that it belongs to is; a branch or a toggle is a point of its own.
    """
    sources = {file: (folder / file).read_text().splitlines() for file in {point.file for point in counts}}
    unused = list(excluded)
    taken_out = set()
    for exclusion in list(unused):
        held = {
            point for point in counts if not counts[point] and exclusion.holds(point, sources.get(exclusion.file, []))
        }
        if not held:
            raise ExclusionError(f"{exclusion.file}: nothing to exclude, or covered: {exclusion.text!r}")
        taken_out |= held
    return [_module(file, counts, taken_out) for file in sorted(sources)]


def _module(file: str, counts: Counter[Point], excluded: set[Point]) -> Module:
    points = [point for point in counts if point.file == file and point not in excluded]
    met = {}
    for kind in (Kind.BRANCH, Kind.TOGGLE):
        of_kind = [point for point in points if point.kind is kind]
        met[kind] = (sum(counts[point] > 0 for point in of_kind), len(of_kind))
    code = [point for point in points if point.kind is not Kind.TOGGLE]
    lines = {line for point in code for line in point.lines}
    passed = {line for point in code if counts[point] for line in point.lines}
    met[Kind.LINE] = (len(passed), len(lines))
    return Module(
        file=file,
        met=met,
        missed=tuple(sorted(point for point in points if not counts[point])),
        excluded=sum(point.file == file for point in excluded),
    )


def annotate(module: Module, counts: Counter[Point], folder: Path) -> str:
    """The file's text, each line behind how often it was passed, and below it what of it was never met."""
    passed: dict[int, int] = {}
    for point, count in counts.items():
        if point.file == module.file and point.kind is not Kind.TOGGLE:
            for line in point.lines:
                passed[line] = max(passed.get(line, 0), count)
    missed: dict[int, list[str]] = {}
    for point in module.missed:
        missed.setdefault(point.line, []).append(f"{point.kind} {point.comment}")
    out = []
    for number, text in enumerate((folder / module.file).read_text().splitlines(), 1):
        out.append(f"{passed.get(number, ''):>9} {'!' if number in missed else ' '} {text}".rstrip())
        if number in missed:
            out.append(f"{'':>9} ! never: {', '.join(missed[number])}")
    return "\n".join(out) + "\n"
