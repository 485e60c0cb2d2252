"""Where snapshots of unfinished answers survive a loss of power: one for a job, bounded in number and octets.

Of too many, the oldest go. What is kept is not trusted when it is read again: a snapshot carries its own checksum.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

MAX_COUNT = 8
MAX_BYTES = 1 << 30


class CheckpointError(Exception):
    """It can't be kept; the message is one line for the ground."""


class Checkpoints(Protocol):
    """Snapshots by job number."""

    def put(self, job: int, snapshot: bytes) -> None:
        """Keep it, durably, in the place of the job's last one. Raises CheckpointError; the last one is kept then."""

    def get(self, job: int) -> bytes | None:
        """The job's snapshot, as it was found; None if there is none."""

    def drop(self, job: int) -> None:
        """Forget the job's snapshot, if there is one."""


class MemoryCheckpoints:
    """In the memory of a bench, whose simulated devices lose their power and not theirs."""

    def __init__(self, *, max_count: int = MAX_COUNT, max_bytes: int = MAX_BYTES) -> None:
        self._max_count, self._max_bytes = max_count, max_bytes
        self._kept: dict[int, bytes] = {}

    def put(self, job: int, snapshot: bytes) -> None:
        _check_size(snapshot, self._max_bytes)
        self._kept.pop(job, None)
        while (
            len(self._kept) >= self._max_count or sum(map(len, self._kept.values())) + len(snapshot) > self._max_bytes
        ):
            del self._kept[next(iter(self._kept))]
        self._kept[job] = snapshot

    def get(self, job: int) -> bytes | None:
        return self._kept.get(job)

    def drop(self, job: int) -> None:
        self._kept.pop(job, None)


class FolderCheckpoints:
    """Files `ORDER-JOB.snapshot` in a folder. A power cut leaves the old snapshot or the new one, or both.

    Args:
        folder: made where it is missing; used by one program at a time.
    """

    def __init__(self, folder: Path, *, max_count: int = MAX_COUNT, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_count, self._max_bytes = max_count, max_bytes

    def put(self, job: int, snapshot: bytes) -> None:
        _check_size(snapshot, self._max_bytes)
        unfinished = self._folder / "unfinished"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(job, len(snapshot))
            with unfinished.open("wb") as file:
                file.write(snapshot)
                file.flush()
                os.fsync(file.fileno())
            old, order = self._files(job), max(map(_order, self._files()), default=0) + 1
            unfinished.replace(self._folder / f"{order:010}-{job:010}.snapshot")
            _sync_folder(self._folder)
            for path in old:
                path.unlink()
        except OSError as error:
            raise CheckpointError(f"{self._folder}: {error.strerror}") from error

    def get(self, job: int) -> bytes | None:
        try:
            return self._files(job)[-1].read_bytes()
        except (IndexError, OSError):
            return None

    def drop(self, job: int) -> None:
        with suppress(OSError):  # it will be the oldest, some time
            for path in self._files(job):
                path.unlink()

    def _files(self, job: int | None = None) -> list[Path]:
        """A job's, or all; the oldest first."""
        number = "?" * 10 if job is None else f"{job:010}"
        return sorted(self._folder.glob(f"{'[0-9]' * 10}-{number}.snapshot"))

    def _make_room(self, job: int, octets: int) -> None:
        """For one more file of that size, beside the job's own."""
        others = [path for path in self._files() if path not in self._files(job)]
        sizes = [path.stat().st_size for path in others]
        while others and (len(others) >= self._max_count or sum(sizes) + octets > self._max_bytes):
            others.pop(0).unlink()
            sizes.pop(0)


def _order(path: Path) -> int:
    return int(path.name[:10])


def _check_size(snapshot: bytes, max_bytes: int) -> None:
    if len(snapshot) > max_bytes:
        raise CheckpointError(f"a snapshot of {len(snapshot)} octets; the store takes {max_bytes}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
