"""`hil console` as people run it: on a bench in lock-step, and on a port of a bench that is up."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

PYTHON = sys.executable
ROOT = Path(__file__).parents[3]
DEADLINE_S = 120
DEVICES = ("payload_ctrl", "power_board", "payload_computer")


def console(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [PYTHON, "-m", "hil", "console", *options]
    return subprocess.run(
        command, input=script, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )


@pytest.fixture(scope="module")
def bench_file(tmp_path_factory) -> str:
    file = tmp_path_factory.mktemp("bench") / "bench.toml"
    file.write_text('[devices]\npayload_ctrl = "model://payload_ctrl"\n')
    return str(file)


@pytest.mark.req("CON-005", "CON-007")
def test_a_script_asks_a_question(bench_file):
    script = (
        "set_ceiling ECO\nask max_tokens=32 What is the capital of France?\nwait answer\nreport_housekeeping POWER\n"
    )
    done = console(script, "--bench", bench_file, "--json")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    asks = [each for each in told if each["type"] == "ask"]
    assert asks[-1]["answer"] == "The capital of France is Paris."
    assert asks[-1]["finish_reason"] == "stop"
    power = [each["parameters"] for each in told if each["type"] == "report" and each["name"] == "power"]
    assert power[-1]["ceiling"] == "ECO"
    assert done.stdout == console(script, "--bench", bench_file, "--json").stdout


@pytest.mark.req("CON-006")
@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("ping\n", 0, "ping completed"),
        ("enter_safe\nask Why?\n", 1, "question rejected: MODE_FORBIDS: Why?"),
        ("ping\nset_ceiling FAST\n", 2, "line 2: mode can't be FAST"),
        (f"ask {'why? ' * 20_000}\n", 2, "do not fit one packet"),
    ],
    ids=["done", "refused", "wrong", "100 kB"],
)
def test_exit_codes(bench_file, script, code, says):
    done = console(script, "--bench", bench_file)
    assert done.returncode == code
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def up(bench_file, tmp_path) -> Iterator[dict[str, dict[str, str]]]:
    """A bench that is up, and flight software that flies on its ports; gives the ports."""
    links = str(tmp_path / "links")
    store, links = str(tmp_path / "store"), str(tmp_path / "links")
    subprocess.run([PYTHON, "-m", "flightsw", "init", "--store", store], cwd=ROOT, check=True)
    with ExitStack() as stack:
        benching = start(stack, "hil", "up", "--json", "--bench", bench_file, "--links", links)
        assert benching.stdout is not None
        ports = json.loads(benching.stdout.readline())
        named = [option for name in ("ground", *DEVICES) for option in ("--port", f"{name}={ports[name]['pty']}")]
        start(stack, "flightsw", "run", "--store", store, *named)
        yield ports


def start(stack: ExitStack, *arguments: str) -> subprocess.Popen[str]:
    """A program that is ended with the stack."""
    command = [PYTHON, "-m", *arguments]
    process = stack.enter_context(
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    )
    stack.callback(process.terminate)
    return process


@pytest.mark.freerun
@pytest.mark.req("CON-009")
def test_on_a_port_of_a_bench_that_is_up(up):
    done = console("ping\nreport_housekeeping POWER\ncancel 99\n", "--port", up["station"]["link"])
    assert "ping completed" in done.stdout
    assert "ceiling NOMINAL" in done.stdout
    assert "cancel rejected: UNKNOWN_JOB" in done.stdout
    assert done.returncode == 1


@pytest.mark.req("CON-009")
def test_on_a_port_that_does_not_exist():
    done = console("ping\n", "--port", "/dev/no-such-port")
    assert done.returncode == 2
    assert done.stderr == "hil: /dev/no-such-port: No such file or directory\n"
