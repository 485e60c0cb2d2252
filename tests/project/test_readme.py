"""The README says what is so: its commands run, its links lead somewhere, its targets and commands exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
LINES = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
MAKE = re.compile(r"make ([a-z]+)")


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a shell does in which `make setup` has been done."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "NO_COLOR": "1"}
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.req("PRJ-005")
def test_every_command_runs(tmp_path: Path) -> None:
    """`make test` and `make demo` excepted: one would run this test, the other is `hil ask`, which others run."""
    commands = [line for line in LINES if line and not MAKE.match(line)]
    assert commands
    for command in commands:
        done = run(command, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.req("PRJ-005")
def test_every_make_target_is_in_the_help() -> None:
    help_text = run("make --no-print-directory", ROOT)
    assert help_text.returncode == 0
    listed = set(re.findall(r"^  make ([a-z]+)", help_text.stdout, re.MULTILINE))
    assert {target for line in LINES for target in MAKE.findall(line)} | {"help", "setup", "clean"} <= listed


@pytest.mark.req("PRJ-005")
def test_every_listed_command_exists(tmp_path: Path) -> None:
    for program, subcommand in sorted(set(re.findall(r"`(hil|flightsw) ([a-z]+)", README))):
        done = run(f"{program} {subcommand} --help", tmp_path)
        assert done.returncode == 0, done.stderr


@pytest.mark.req("PRJ-005")
def test_every_link_leads_somewhere() -> None:
    missing = [
        link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link and not (ROOT / link).exists()
    ]
    assert not missing
