"""`hil init`: a folder to start from."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from flightsw.mission import DEFAULT_MISSION_TOML
from hil.bench import DEFAULT_BENCH_TOML
from hil.commands.errors import UsageError
from hil.reference import REFERENCES

_EXAMPLE = files("hil.commands").joinpath("example_test.py.txt").read_text(encoding="utf-8")
FILES = {"mission.toml": DEFAULT_MISSION_TOML, "bench.toml": DEFAULT_BENCH_TOML, "test_example.py": _EXAMPLE}
_NAMES = ", ".join(REFERENCES)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")],
    mission: Annotated[str, typer.Option(metavar="NAME", help=f"A reference mission in orbit: {_NAMES}.")] = "",
) -> None:
    """Write a commented mission.toml and bench.toml, and an example test."""
    written = dict(FILES)
    if mission:
        if mission not in REFERENCES:
            raise UsageError(f"no reference mission {mission!r}; there are {_NAMES}")
        written["mission.toml"], written["bench.toml"] = REFERENCES[mission].mission, REFERENCES[mission].bench
    if existing := [str(folder / name) for name in FILES if (folder / name).exists()]:
        raise UsageError(f"{', '.join(existing)} is there already; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from error
    print(f"wrote {', '.join(FILES)} to {folder}; next: pytest {folder}")
