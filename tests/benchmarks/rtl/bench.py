"""How fast the Verilated controller runs from Python: `make bench-rtl` (BENCH=--json).

In the bench's own steps of 1 ms, with every clock; beside it the same model bare in C++, and in cocotb with the clock
in Python. Then with the idle clocks left out, and with the power board, both asked for something once a second.
1.152 M cycles/s are real time.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from cocotb_tools.runner import get_runner

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE.parent)]

from contenders import Timed, compare  # noqa: E402

from firmware_bindings.devicelink import Frame, Operation  # noqa: E402
from hil.devices.payload_ctrl_rtl import RtlPayloadController  # noqa: E402
from hil.devices.power_board import ModelPowerBoard  # noqa: E402
from hil.rtl import build  # noqa: E402
from hil.rtl.chip import CLOCKS_PER_MS, Chip  # noqa: E402

STEPS = 300
COCOTB_MS = 20
DAY_S = 86_400
POLLED_S = 60
GOALS = {"cycles_per_s": 3e6, "of_bare": 0.8, "of_cocotb": 10.0, "day_s": 300.0}
S_NS = 1_000_000_000


def bare(scratch: Path) -> Path:
    """The C++ program, linked with the objects of which the library is made."""
    library = build.build(scratch)
    objects = [path for path in (scratch / "obj").glob("*.o") if path.stem != "chip"]
    root = build.verilator_root() / "include"
    program = library.with_name("bare")
    folders = [f"-I{folder}" for folder in (scratch / "obj", root, root / "vltstd")]
    compiler = os.environ.get("CXX", "c++")
    command = [compiler, *build.CXX_FLAGS, *folders, HERE / "bare.cpp", *objects, "-pthread", "-o", program]
    subprocess.run(command, check=True)
    return program


def cocotb_simulation(scratch: Path) -> tuple[Path, dict[str, str]]:
    """The controller built for cocotb, in the way that the benches are, and the environment it needs."""
    variables = (
        f"PYTHON3={sys.executable}",
        "CFG_CXXFLAGS_PCH_I=-include",
        "CFG_LDLIBS_THREADS=-pthread",
        "OPT_FAST=-O2",
    )
    environment = build.verilator_environment() | {"MAKEFLAGS": f"-- {' '.join(variables)}"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        get_runner("verilator").build(
            sources=[build.FOLDER / "lint.vlt", *build.sources()],
            hdl_toplevel=build.TOP,
            build_dir=scratch / "cocotb",
            build_args=["--assert", "--no-timing", "-O3", "-Wno-fatal", "--x-assign", "fast", "--x-initial", "fast"],
            timescale=("1ns", "1ns"),
            log_file=scratch / "build.log",
        )
    return scratch / "cocotb", environment


def clocked_from_python(folder: Path, environment: dict[str, str]) -> Timed:
    seconds = folder / "seconds"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.syspath_prepend(HERE)
        get_runner("verilator").test(
            hdl_toplevel=build.TOP,
            hdl_toplevel_lang="verilog",
            test_module="clocked",
            build_dir=folder,
            test_dir=folder / "run",
            extra_env={"BENCH_MS": str(COCOTB_MS), "BENCH_SECONDS": str(seconds)},
            log_file=folder / "log",
        )
    return Timed(COCOTB_MS * CLOCKS_PER_MS, float(seconds.read_text()))


def polled() -> float:
    """A simulated minute of both boards, each asked for four registers once a second. The seconds simulated."""
    controller, board = RtlPayloadController(), ModelPowerBoard()
    for second in range(POLLED_S):
        for seq, device in enumerate((controller, board)):
            device.write(Frame(seq=(2 * second + seq) % 256, op=Operation.READ, data=b"\x04").encode())
            device.advance((second + 1) * S_NS)
            assert len(device.read()) == 26
    return POLLED_S


def main(arguments: list[str]) -> int:
    to = sys.stderr if "--json" in arguments else sys.stdout
    chip = Chip()
    idle = Chip()

    def every_clock() -> float:
        for _ in range(STEPS):
            chip.run(CLOCKS_PER_MS)
        return STEPS * CLOCKS_PER_MS

    def idle_left_out() -> float:
        for _ in range(STEPS):
            idle.tick(1)
        return STEPS * CLOCKS_PER_MS

    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (scratch / "bare").mkdir()
        program = subprocess.Popen([bare(scratch / "bare")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(program.wait)
        stack.enter_context(program.stdin)
        simulation = cocotb_simulation(scratch)

        def bare_model() -> Timed:
            print(STEPS, file=program.stdin, flush=True)
            return Timed(STEPS * CLOCKS_PER_MS, int(program.stdout.readline()) / 1e9)

        speeds = compare(
            "payload controller, 1 ms steps",
            "cycles",
            {
                "from Python, every clock": every_clock,
                "bare model in C++": bare_model,
                "cocotb, clocked from Python": lambda: clocked_from_python(*simulation),
                "from Python, idle clocks left out": idle_left_out,
            },
            rounds=5,
            to=to,
        )
    boards = compare("controller and power board, polled", "simulated s", {"both": polled}, rounds=5, to=to)
    python, plain, cocotb, skipping = speeds.values()
    measured = {
        "cycles_per_s": python["rate"],
        "of_bare": 1 / plain["ratio"],
        "of_cocotb": 1 / cocotb["ratio"],
        "idle_cycles_per_s": skipping["rate"],
        "day_s": DAY_S / boards["both"]["rate"],
    }
    met = {name: measured[name] <= goal if name == "day_s" else measured[name] >= goal for name, goal in GOALS.items()}
    print("\ngoals", file=to)
    for name, goal in GOALS.items():
        print(f"  {name:14} {measured[name]:14,.2f}   goal {goal:12,.1f}   {'met' if met[name] else 'MISSED'}", file=to)
    if "--json" in arguments:
        print(json.dumps({"measured": measured, "goals": GOALS, "met": met}, indent=1))
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
