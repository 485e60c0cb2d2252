"""The flight software dies, or its store is bad, in lock-step."""

from pathlib import Path

import pytest

from flightsw.payload import Refusal
from flightsw.shell import RecordStore

PARIS = "What is the capital of France?"


@pytest.mark.req("BEN-038")
def test_killed_in_mid_answer_it_reports_the_job_and_goes_on_with_it(bench) -> None:
    ask = bench.ground.ask(PARIS)
    bench.run_until(lambda: len(ask.segments) >= 2)
    bench.kill_flight_software()
    bench.run_for(2)
    bench.start_flight_software()
    bench.run_until(lambda: ask.interruption is not None)
    bench.run_until(lambda: bench.world.environment.power_good == 0)
    bench.run_until(lambda: ask.ended)
    assert (ask.answer, ask.outcome) == ("The capital of France is Paris.", "stop, interrupted before: BOOT")
    assert not any("does not answer" in line for line in bench.heard())
    assert bench.ask(PARIS).answer == "The capital of France is Paris."


def damage_truncated(store: Path) -> None:
    file = store / "store.sqlite"
    file.write_bytes(file.read_bytes()[:1000])


def damage_corrupted(store: Path) -> None:
    file = store / "store.sqlite"
    data = bytearray(file.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    file.write_bytes(data)


def damage_deleted(store: Path) -> None:
    (store / "store.sqlite").unlink()


@pytest.mark.req("BEN-039")
@pytest.mark.parametrize("damage", [damage_truncated, damage_corrupted, damage_deleted])
def test_a_bad_store_is_safe_with_the_event(make_bench, tmp_path: Path, damage) -> None:
    store = tmp_path / "store"
    RecordStore.init(store).close()
    first = make_bench(store=store)
    assert first.ask(PARIS).is_whole
    first.close()
    damage(store)
    second = make_bench(store=store)
    second.boot()
    assert any("store: " in line for line in second.heard())
    assert second.ask(PARIS).request.refusal is Refusal.MODE_FORBIDS
    if damage is not damage_deleted:
        assert any("corrupt" in path.name for path in store.iterdir())


@pytest.mark.req("BEN-038")
def test_a_kept_store_goes_on_counting_jobs(make_bench, tmp_path: Path) -> None:
    store = tmp_path / "store"
    RecordStore.init(store).close()
    jobs = []
    for _ in range(2):
        bench = make_bench(store=store)
        jobs.append(bench.ask(PARIS, 8).job)
        bench.close()
    assert jobs == [1, 2]


@pytest.mark.req("BEN-038")
def test_ground_may_restart_it(bench) -> None:
    request = bench.ground.send("restart")
    bench.run_until(lambda: not request.is_waiting)
    bench.run_for(5)
    assert sum("booting towards STANDBY" in line for line in bench.heard()) == 2
    assert bench.ask(PARIS).is_whole
