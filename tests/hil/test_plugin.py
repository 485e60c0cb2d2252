"""The plugin in a folder outside the checkout."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import hil
from hil.commands.init import FILES

CHECKOUT = Path(hil.__file__).parents[1]
FAILING = """
def test_it(bench, ground):
    assert bench.ground is ground
    assert bench.config.seed == 99
    assert bench.mission.spacecraft.name == "Second Light"
    assert False
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest there, on the sources that are being tested; an installed Sunlit names its plugin by itself."""
    is_named = any(point.value == "hil.plugin" for point in entry_points(group="pytest11"))
    command = [sys.executable, "-m", "pytest", *([] if is_named else ["-p", "hil.plugin"]), "-q", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=environment, timeout=300
    )


@pytest.mark.req("BEN-026", "BEN-028")
def test_the_example_of_hil_init_passes(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.req("BEN-028")
def test_the_files_beside_the_test_are_used_and_a_failure_has_its_recording(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FAILING)
    (tmp_path / "bench.toml").write_text("seed = 99\n")
    (tmp_path / "mission.toml").write_text(FILES["mission.toml"].replace("First Light", "Second Light"))
    done = run_pytest(tmp_path)
    assert done.returncode == 1
    assert "assert False" in done.stdout
    assert "booting towards STANDBY" in done.stdout
    assert "hil replay " in done.stdout
    recording = Path(done.stdout.partition("hil replay ")[2].split()[0])
    assert recording.stat().st_size > 1000


@pytest.mark.req("BEN-028")
def test_an_option_wins_over_the_file_beside_the_test(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(bench):\n    assert bench.config.seed == 5\n")
    (tmp_path / "bench.toml").write_text("seed = 99\n")
    (tmp_path / "other.toml").write_text("seed = 5\n")
    done = run_pytest(tmp_path, "--bench", "other.toml")
    assert done.returncode == 0, done.stdout
