"""`hil fly` in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = """
name = "A minute"
duration_h = 0.01
[limits]
charge_permille_min = {charge}
"""


def fly(folder: Path, scenario: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "scenario.toml").write_text(scenario)
    (folder / "bench.toml").write_text('[devices]\npayload_ctrl = "model://payload_ctrl"\n')
    command = [sys.executable, "-m", "hil", "fly", "scenario.toml", "--bench", "bench.toml", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.req("BEN-064", "BEN-065")
def test_a_flight_without_a_breach_ends_with_0(tmp_path: Path) -> None:
    done = fly(tmp_path, SCENARIO.format(charge=300), "--picture", "pictures/line.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert "A minute" in done.stdout
    assert "nothing was breached" in done.stdout
    assert (tmp_path / "pictures" / "line.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.req("BEN-064")
def test_a_breach_ends_with_1_and_is_in_the_object(tmp_path: Path) -> None:
    done = fly(tmp_path, SCENARIO.format(charge=950), "--json")
    assert done.returncode == 1
    assert done.stderr.startswith("hil: charge 90")
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stdout)["breaches"] == [done.stderr.removeprefix("hil: ").strip()]


@pytest.mark.req("BEN-061")
@pytest.mark.parametrize(
    ("scenario", "options", "why"),
    [
        ("name = 3", (), "missing duration_h"),
        (SCENARIO.format(charge=300), ("--picture", "line.txt"), "line.txt: a picture is one of .svg, .png, .pdf"),
        (SCENARIO.format(charge=300), ("--reference", "cubesat"), "brings its own mission and bench"),
    ],
)
def test_wrong_usage_ends_with_2(tmp_path: Path, scenario: str, options: tuple[str, ...], why: str) -> None:
    done = fly(tmp_path, scenario, *options)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert why in done.stderr
