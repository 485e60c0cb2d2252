"""Verilator's `coverage.dat`, read and merged.

A line of it is `C '<what>' <count>`; what is made of \\x01 key \\x02 value pairs: f file, l line, n column, page kind
and module, o comment, S the lines that the point stands for, h where in the hierarchy, over which counts are added up.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["Kind", "Point", "read"]

_entry = re.compile(r"C '(?P<what>[^']*)' (?P<count>\d+)")


class Kind(StrEnum):
    """A straight piece of code, one way out of a decision, a bit that rose or fell."""

    LINE = "line"
    BRANCH = "branch"
    TOGGLE = "toggle"


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One thing to be covered: where, and in `lines` which lines of the file are passed with it."""

    file: str
    line: int
    column: int
    kind: Kind
    comment: str
    lines: tuple[int, ...]


def read(paths: Iterable[Path], folder: Path) -> Counter[Point]:
    """How often each point of the sources below `folder` was met, over all files and all instances.

    Raises ValueError for what is no line of a `coverage.dat`.
    """
    counts: Counter[Point] = Counter()
    for path in paths:
        for text in path.read_text(errors="replace").splitlines():
            if text.startswith("#"):
                continue
            entry = _entry.fullmatch(text)
            if entry is None:
                raise ValueError(f"{path}: no coverage point: {text[:80]!r}")
            fields = dict(pair.split("\x02", 1) for pair in entry["what"].split("\x01") if pair)
            file = Path(fields["f"])
            if file.is_relative_to(folder):
                counts[_point(str(file.relative_to(folder)), fields)] += int(entry["count"])
    return counts


def _point(file: str, fields: dict[str, str]) -> Point:
    line = int(fields["l"])
    return Point(
        file=file,
        line=line,
        column=int(fields["n"]),
        kind=Kind(fields["page"].partition("/")[0].removeprefix("v_")),
        comment=fields["o"],
        lines=tuple(_lines(fields.get("S") or str(line))),
    )


def _lines(ranges: str) -> Iterator[int]:
    for piece in ranges.split(","):
        first, _, last = piece.partition("-")
        yield from range(int(first), int(last or first) + 1)
