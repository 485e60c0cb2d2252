"""`bootstrap.sh` on a machine that lacks something, and what the lock file promises."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COREUTILS = ("bash", "cat", "dirname", "find", "mkdir", "paste", "sha256sum", "sort", "xargs")
NEEDED = {"gcc", "g++", "make", "perl", "python3"}


def bootstrap(folder: Path, tools: set[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it where PATH holds only the given tools."""
    for tool in {*COREUTILS, *tools} - {"python3"}:
        (folder / tool).symlink_to(shutil.which(tool) or pytest.fail(f"{tool} is not on this machine"))
    if "python3" in tools:
        (folder / "python3").symlink_to(Path(sys.executable).resolve())
    command = [str(folder / "bash"), str(ROOT / "bootstrap.sh"), *arguments]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


@pytest.mark.req("PRJ-001")
@pytest.mark.parametrize("missing", ["gcc", "g++", "make", "perl"])
def test_what_is_missing_is_named_with_one_command_that_installs_it(missing: str, tmp_path: Path) -> None:
    done = bootstrap(tmp_path, NEEDED - {missing})
    assert done.returncode == 2
    assert re.search(rf"^    (sudo )?apt-get install {re.escape(missing)}$", done.stderr, re.MULTILINE), done.stderr


@pytest.mark.req("PRJ-001")
def test_everything_missing_is_one_command_too(tmp_path: Path) -> None:
    done = bootstrap(tmp_path, set())
    assert done.returncode == 2
    assert "apt-get install gcc g++ make perl python3 python3-venv python3-dev\n" in done.stderr


@pytest.mark.req("PRJ-001")
def test_the_missing_packages_are_listed_for_ci(tmp_path: Path) -> None:
    assert bootstrap(tmp_path, NEEDED - {"perl"}, "--missing").stdout == "perl\n"


@pytest.mark.req("PRJ-001")
def test_an_old_python_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n')
    old.chmod(0o755)
    done = bootstrap(tmp_path, NEEDED - {"python3"})
    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr


def pins() -> dict[str, str]:
    """Name -> the lock file's text about it."""
    entries = re.split(r"^(?=[a-z])", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    return {re.split("[=<>~]", entry)[0]: entry for entry in entries if entry}


def declared() -> set[str]:
    """Every name that pyproject.toml asks for, normalised."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["sim"],
        *project["dependency-groups"]["dev"],
    ]
    return {re.split(r"[ =<>~;\[]", name)[0].replace("_", "-").lower() for name in asked}


@pytest.mark.req("PRJ-008")
def test_all_that_is_declared_is_locked() -> None:
    assert declared() <= pins().keys(), "run make lock"


@pytest.mark.req("PRJ-008")
def test_each_pin_has_hashes_and_none_an_address() -> None:
    for name, entry in pins().items():
        assert re.match(r"[a-z0-9-]+==[^ ]+ .*\\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n)+", entry), name
        assert "://" not in entry
        assert "index" not in entry.partition("\n")[0]
