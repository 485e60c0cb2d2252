"""Both stores keep what they promise, and a folder whatever lies in it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_bindings.checkpoints import CheckpointError, Checkpoints, FolderCheckpoints, MemoryCheckpoints

Make = Callable[..., Checkpoints]


@pytest.fixture(params=["memory", "folder"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    if request.param == "memory":
        return MemoryCheckpoints
    return lambda **bounds: FolderCheckpoints(tmp_path / "deep" / "store", **bounds)


def jobs(store: Checkpoints) -> list[int]:
    return [job for job in range(1, 10) if store.get(job) is not None]


@pytest.mark.req("INF-107")
def test_the_last_snapshot_of_a_job_is_kept_until_it_is_dropped(make: Make) -> None:
    store = make()
    assert store.get(1) is None
    store.put(1, b"old")
    store.put(1, b"new")
    store.put(2, b"other")
    assert (store.get(1), store.get(2)) == (b"new", b"other")
    store.drop(1)
    store.drop(1)
    assert jobs(store) == [2]


@pytest.mark.req("INF-107")
def test_of_too_many_the_oldest_go(make: Make) -> None:
    store = make(max_count=3)
    for job in (5, 1, 2, 5, 3):
        store.put(job, b"x")
    assert jobs(store) == [2, 3, 5]


@pytest.mark.req("INF-107")
def test_of_too_much_the_oldest_go(make: Make) -> None:
    store = make(max_bytes=10)
    for job in (1, 2, 3):
        store.put(job, bytes(4))
    assert jobs(store) == [2, 3]
    store.put(2, bytes(7))
    assert jobs(store) == [2]
    with pytest.raises(CheckpointError, match="11 octets; the store takes 10"):
        store.put(4, bytes(11))
    assert store.get(2) == bytes(7)


@pytest.mark.req("INF-107")
def test_another_process_finds_it(tmp_path: Path) -> None:
    FolderCheckpoints(tmp_path).put(1, b"kept")
    (tmp_path / "unfinished").write_bytes(b"cut off by a loss of pow")
    (tmp_path / "0000000001-0000000003.snapshot").mkdir()
    (tmp_path / "notes.txt").write_text("not ours")
    store = FolderCheckpoints(tmp_path)
    assert jobs(store) == [1]
    store.put(2, b"more")
    assert jobs(store) == [1, 2]
    assert not (tmp_path / "unfinished").exists()


@pytest.mark.req("INF-107")
def test_of_two_left_by_a_cut_the_newer_counts(tmp_path: Path) -> None:
    store = FolderCheckpoints(tmp_path)
    store.put(1, b"old")
    [old] = tmp_path.iterdir()
    twin = old.read_bytes()
    store.put(1, b"new")
    old.write_bytes(twin)
    assert store.get(1) == b"new"
    store.put(1, b"newest")
    assert (store.get(1), len(list(tmp_path.iterdir()))) == (b"newest", 1)


@pytest.mark.req("INF-107")
def test_a_cut_while_writing_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderCheckpoints(tmp_path)
    store.put(1, b"old")

    def cut(_descriptor: int) -> None:
        raise OSError(5, "the power is gone")

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(CheckpointError, match="the power is gone"):
        store.put(1, b"new")
    assert FolderCheckpoints(tmp_path).get(1) == b"old"
