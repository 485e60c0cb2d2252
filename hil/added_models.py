"""Users' own GGUF files, copied beside the known models and pinned by their hashes from then on."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock
from rich.console import Console

from firmware_bindings.kernel import KernelError, Model
from hil.models import CHUNK_BYTES, ModelError, ModelFile, folders, list_models, progress_bar

__all__ = ["add", "added_models"]


def added_models() -> tuple[ModelFile, ...]:
    """The files that `add` has put in the models' folders, by name; beside each lies FILE.sha256."""
    found: dict[str, ModelFile] = {}
    for folder in folders():
        for record in sorted(folder.glob("*.gguf.sha256")):
            sha256, _, file = record.read_text(encoding="utf-8", errors="replace").strip().partition("  ")
            if record.name == f"{file}.sha256" and len(sha256) == 64:
                found.setdefault(file, _describe(file, None, sha256))
    return tuple(found.values())


def add(source: Path, *, console: Console | None = None) -> Path:
    """Copy a file that the kernel runs to the models; returns where it lies.

    Progress goes to `console`, by default standard error. Raises ModelError: there is no such file, the kernel does not
    run it, or another one has its name.
    """
    try:
        Model(source)
        size_bytes = source.stat().st_size
        target = _describe(f"{source.stem}.gguf", size_bytes, "").path
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock")), TemporaryDirectory(dir=target.parent, prefix=".add-") as temporary:
            copy = Path(temporary) / target.name
            with progress_bar(console or Console(stderr=True)) as progress:
                task = progress.add_task(f"Adding {source.name}", total=size_bytes)
                sha256 = _copy(source, copy, lambda done: progress.update(task, completed=done))
            _refuse_another(target, sha256)
            record = Path(temporary) / f"{target.name}.sha256"
            record.write_text(f"{sha256}  {target.name}\n", encoding="utf-8")
            copy.replace(target)
            record.replace(target.with_name(record.name))
    except KernelError as error:
        raise ModelError(str(error)) from error
    except OSError as error:
        raise ModelError(f"{source} could not be added: {error}") from error
    return target


def _describe(file: str, size_bytes: int | None, sha256: str) -> ModelFile:
    name, licence = file.removesuffix(".gguf"), "your own"
    return ModelFile(name=name, file=file, size_bytes=size_bytes, sha256=sha256, licence=licence, wheels=())


def _copy(source: Path, target: Path, report: Callable[[int], object]) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as incoming, target.open("wb") as outgoing:
        while chunk := incoming.read(CHUNK_BYTES):
            digest.update(chunk)
            outgoing.write(chunk)
            report(outgoing.tell())
        outgoing.flush()
        os.fsync(outgoing.fileno())
    return digest.hexdigest()


def _refuse_another(target: Path, sha256: str) -> None:
    known = {model.file: model.sha256 for model in (*added_models(), *list_models())}
    if known.get(target.name, sha256) != sha256:
        raise ModelError(f"another model is called {target.stem}: rename the file, or remove {target}")
