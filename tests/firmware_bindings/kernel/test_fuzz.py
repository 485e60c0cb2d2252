"""A short run of the fuzzer, from its seeds and the corpus; `make fuzz` runs it as long as one likes."""

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest


def has_clang(folder: Path) -> bool:
    """Clang with libFuzzer's library."""
    if shutil.which("clang") is None:
        return False
    source = folder / "probe.c"
    source.write_text(
        "int LLVMFuzzerTestOneInput(const char *data, unsigned long size) { return data[0] + size != 0; }"
    )
    command = ["clang", "-fsanitize=fuzzer,address,undefined", source, "-o", folder / "probe"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.req("INF-005")
def test_coverage_guided_fuzzing_finds_nothing(tmp_path: Path) -> None:
    """Files, texts and snapshots, under the address and undefined-behaviour sanitizers. The seed is fixed."""
    if not has_clang(tmp_path):
        pytest.skip("libFuzzer is not here: apt-get install clang libclang-rt-dev")
    fuzz = runpy.run_path(str(Path(__file__).with_name("fuzz") / "fuzz.py"))
    program = fuzz["build"](tmp_path / "fuzz", *fuzz["SANITIZE"])
    fuzz["run"](program, tmp_path / "corpus", "-runs=20000", "-seed=1")
