"""Two satellites of our own, each a `mission.toml` and a `bench.toml` over the default ones.

What a reference file says replaces the default's tables of that name; the rest stands as it is in the default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from flightsw.mission import DEFAULT_MISSION_TOML, Mission, read_mission
from hil.bench import DEFAULT_BENCH_TOML, BenchConfig, read_bench

_FILES = files("hil.reference")
_HEADER = re.compile(r"^\[([^\].]+)", re.MULTILINE)
_TABLE = re.compile(r"^(?=\[)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reference:
    """The texts of a reference mission's two files."""

    mission: str
    bench: str


def _over(default: str, own: str) -> str:
    """The default's text without the tables that the other has, and then the other."""
    replaced = set(_HEADER.findall(own))
    kept = [part for part in _TABLE.split(default) if not ((name := _HEADER.match(part)) and name[1] in replaced)]
    return "".join(kept).rstrip() + "\n" + own


def _load(name: str) -> Reference:
    return Reference(
        mission=_over(DEFAULT_MISSION_TOML, _FILES.joinpath(f"{name}.mission.toml").read_text(encoding="utf-8")),
        bench=_over(DEFAULT_BENCH_TOML, _FILES.joinpath(f"{name}.bench.toml").read_text(encoding="utf-8")),
    )


def load_reference(name: str) -> tuple[Mission, BenchConfig]:
    """A reference mission on its bench. Raises KeyError for a name that there is not."""
    reference = REFERENCES[name]
    return read_mission(reference.mission, f"{name} mission"), read_bench(reference.bench, f"{name} bench")


REFERENCES: Mapping[str, Reference] = {name: _load(name) for name in ("cubesat", "node")}
"""By their names."""
