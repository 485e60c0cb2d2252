"""What is generated and checked in is what would be generated now."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIAGRAMS = ROOT / "tests/project/diagrams.py"


@pytest.mark.req("PRJ-004")
@pytest.mark.parametrize("command", [[str(DIAGRAMS)]], ids=["diagrams"])
def test_generated_files_are_current(command: list[str]) -> None:
    done = subprocess.run([sys.executable, *command, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
