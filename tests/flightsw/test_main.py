import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

FLIGHTSW = (sys.executable, "-m", "flightsw")


def _flightsw(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*FLIGHTSW, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.req("FSW-109")
def test_a_store_is_made_once(tmp_path: Path) -> None:
    made = _flightsw("init", "--store", tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    again = _flightsw("init", "--store", tmp_path)
    assert again.returncode == 2
    assert "there is a store already" in again.stderr


@pytest.mark.req("FSW-109")
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--port", "ground=/dev/none"], r"ground: /dev/none: .*No such file"),
        (["--port", "radio=/dev/none"], "NAME one of ground"),
        (["--port", "ground=loop://", "--port", "ground=loop://"], "each port is named once"),
        (["--port", "ground=loop://", "--mission", "/none.toml"], r"/none\.toml"),
        ([], "--port"),
    ],
)
def test_wrong_usage_is_explained(tmp_path: Path, arguments: list[str], why: str) -> None:
    run = _flightsw("run", "--store", tmp_path / "store", *arguments)
    assert run.returncode == 2
    assert re.search(why, run.stderr)
    assert "Traceback" not in run.stderr


@pytest.mark.req("FSW-109")
def test_version_and_help() -> None:
    assert re.fullmatch(r"sunlit \d+\.\d+\.\d+\n", _flightsw("--version").stdout)
    assert "--port" in _flightsw("run", "--help").stdout


@pytest.mark.freerun
@pytest.mark.req("FSW-109")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_a_clean_stop(tmp_path: Path, number: signal.Signals) -> None:
    arguments = ["run", "--store", str(tmp_path), "--port", "ground=loop://", "--record", str(tmp_path / "run.jsonl")]
    with subprocess.Popen([*FLIGHTSW, *arguments], stderr=subprocess.PIPE, text=True) as flying:
        assert flying.stderr is not None
        assert "is flying on ground" in flying.stderr.readline()
        flying.send_signal(number)
        assert flying.wait(timeout=60) == 0
    lines = (tmp_path / "run.jsonl").read_text().splitlines()
    assert '["stop"]' in lines
    assert any("is_running" in line and "false" in line for line in lines[lines.index('["stop"]') :])
