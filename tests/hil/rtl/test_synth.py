"""The RTL is hardware: it maps to an FPGA's cells, its memory to block RAM, and the longest path is known."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from hil.rtl import synth
from hil.rtl.synth import TOOLS, SynthesisError, synthesise


@pytest.fixture
def tools() -> None:
    try:
        for tool in TOOLS:
            distribution(tool)
    except PackageNotFoundError:
        pytest.skip(f"synthesis needs {' and '.join(TOOLS)}: pip install {' '.join(TOOLS)}")


@pytest.mark.req("RTL-052")
def test_cells_and_the_longest_path_are_reported(tools) -> None:
    command = [sys.executable, "-m", "hil.rtl.synth", "--json", "uart_tx"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["cells"]["TRELLIS_FF"] == 4 + 4 + 9  # timer, bits left, shift register, whose last bit is always 1
    assert report["utilisation"]["TRELLIS_FF"] == [17, 24_288]
    longest = report["longest"]
    assert 0 < longest["routing_ns"] < longest["total_ns"] <= 1000 / report["fmax_mhz"] + 0.01


@pytest.mark.req("RTL-052")
def test_the_mailbox_is_block_ram(tools) -> None:
    assert synthesise("mailbox_ram").cells["DP16KD"] == 3


@pytest.mark.req("RTL-052")
def test_what_can_not_be_synthesised_is_said(tools) -> None:
    with pytest.raises(SynthesisError, match="no_such_module"):
        synthesise("no_such_module")


@pytest.mark.req("RTL-052")
def test_without_the_tools_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synth, "TOOLS", ("no-such-tool",))
    with pytest.raises(SynthesisError, match="pip install no-such-tool"):
        synthesise("uart_tx")
