"""Answers that are interrupted go on by themselves, and are those that nothing interrupted."""

from collections.abc import Callable
from typing import Any

import pytest

from flightsw import Store
from flightsw.payload import PowerMode

World = Any

LONG = tuple(f"word{n} " for n in range(400))
IDS = tuple(range(1000, 1000 + len(LONG)))


@pytest.fixture
def answering(make_world: Callable[..., World]) -> World:
    """With five segments of a long answer received."""
    world = make_world()
    world.engine.words = LONG
    world.until(lambda: world.mode == "STANDBY")
    world.run(1.5)
    world.send("ask", question="What?", max_tokens=100)
    world.until(lambda: len(world.named("answer_segment")) == 5)
    return world


def answer(world: World, job: int = 1) -> tuple[tuple[int, ...], str]:
    """Ids and text as ground has them, each segment once and in its place."""
    pieces: dict[int, dict[str, Any]] = {}
    for piece in world.named("answer_segment"):
        if piece["job"] == job:
            assert pieces.setdefault(piece["segment"], piece) == piece
    assert sorted(pieces) == list(range(len(pieces)))
    ids = tuple(id for number in sorted(pieces) for id in pieces[number]["token_ids"])
    return ids, "".join(pieces[number]["text"] for number in sorted(pieces))


def until_ended(world: World, jobs: int = 1) -> None:
    world.until(lambda: len(world.named("answer_end")) == jobs, within_s=300)


def set_ceiling(world: World, mode: PowerMode) -> None:
    world.send("set_ceiling", mode=mode)
    world.until(lambda: world.mode == mode.name, within_s=120)


@pytest.mark.req("FSW-060")
def test_a_restart_resumes_behind_what_was_received(answering: World) -> None:
    world = answering
    world.boot()
    until_ended(world)
    assert [(e["job"], e["cause"].name) for e in world.named("job_interrupted")] == [(1, "BOOT")]
    [resumed] = world.named("job_resumed")
    assert resumed["generated_tokens"] >= 5
    assert len(world.engine.asked[1].received) == resumed["generated_tokens"]
    assert answer(world) == (IDS[:100], "".join(LONG[:100]))
    [end] = world.named("answer_end")
    assert (end["end_reason"].name, end["cause"].name, end["generated_tokens"]) == ("LENGTH", "BOOT", 100)


@pytest.mark.req("FSW-060", "FSW-061")
def test_it_may_be_killed_at_any_time_and_all_that_ground_has_heard_holds(answering: World) -> None:
    world = answering
    for _ in range(6):
        del world.records["boot"]  # or it would count them
        world.boot()
        world.until(lambda: world.named("first_token") and world.mode in ("ECO", "NOMINAL", "BURST"))
        world.run(1.037)
    until_ended(world)
    assert answer(world) == (IDS[:100], "".join(LONG[:100]))


@pytest.mark.req("FSW-061")
def test_a_segment_is_stored_before_it_is_sent_and_only_once(answering: World) -> None:
    world = answering
    stored = [effect.key for effect in world.effects if isinstance(effect, Store) and effect.key.startswith("segment/")]
    assert stored == [f"segment/0000000001/{number:05}" for number in range(len(stored))]
    world.store_works = False
    world.run(0.5)
    sent = len(world.named("answer_segment"))
    world.run(2)
    assert len(world.named("answer_segment")) == sent
    world.store_works = True
    until_ended(world)
    assert answer(world) == (IDS[:100], "".join(LONG[:100]))
    octets = sum(len(e.value or "") for e in world.effects if isinstance(e, Store) and e.key.startswith(("seg", "job")))
    assert octets < 100 * 150


@pytest.mark.req("FSW-060", "FSW-063")
def test_grounds_ceiling_pauses_keeps_and_resumes_an_answer(answering: World) -> None:
    world = answering
    set_ceiling(world, PowerMode.STANDBY)
    [saved] = world.named("job_saved")
    assert (saved["job"], saved["digest"]) == (1, saved["tokens"])
    assert [e["cause"].name for e in world.named("job_interrupted")] == ["GROUND"]
    world.run(30)
    assert world.named("answer_end") == []
    world.send("set_ceiling", mode=PowerMode.NOMINAL)
    until_ended(world)
    assert answer(world) == (IDS[:100], "".join(LONG[:100]))


@pytest.mark.req("FSW-063")
@pytest.mark.parametrize("what", ["it fails", "it takes for ever"])
def test_what_can_not_be_kept_is_read_again(answering: World, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = answering
    world.engine.save_error = "the store is full"
    if what == "it takes for ever":
        monkeypatch.setattr(world.engine, "save", lambda: None)
    began_ms = world.now_ms
    set_ceiling(world, PowerMode.STANDBY)
    assert world.now_ms - began_ms < 40_000
    assert world.named("job_saved") == []
    world.send("set_ceiling", mode=PowerMode.NOMINAL)
    until_ended(world)
    assert answer(world) == (IDS[:100], "".join(LONG[:100]))


@pytest.mark.req("FSW-062")
def test_a_more_urgent_question_goes_first_and_the_answer_goes_on_afterwards(answering: World) -> None:
    world = answering
    world.send("ask", question="Equal?", max_tokens=3)
    world.send("ask", question="Urgent?", max_tokens=4, urgency="URGENT")
    until_ended(world, jobs=3)
    assert [end["job"] for end in world.named("answer_end")] == [3, 1, 2]
    assert [e["cause"].name for e in world.named("job_interrupted")] == ["URGENT_JOB"]
    assert [e["job"] for e in world.named("job_saved")] == [1]
    assert len(world.named("computer_ready")) == 1  # the payload stayed on
    assert answer(world, 3)[0] == IDS[:4]
    assert answer(world, 1) == (IDS[:100], "".join(LONG[:100]))
    assert world.engine.asked[2].received == IDS[: len(world.engine.asked[2].received)] != ()


@pytest.mark.req("FSW-060")
def test_how_tokens_are_chosen_survives_a_restart(world: World) -> None:
    world.send("ask", question="What?", temperature_permille=700, seed=4_000_000_000, urgency="BACKGROUND")
    world.until(lambda: world.named("first_token"))
    world.boot()
    until_ended(world)
    for asked in world.engine.asked:
        assert (asked.start.temperature_permille, asked.start.seed) == (700, 4_000_000_000)
    assert answer(world)[1] == "The capital of France is Paris."


@pytest.mark.req("FSW-060")
def test_a_long_answer_is_told_in_pieces(make_world: Callable[..., World]) -> None:
    """More ids than one request carries."""
    world = make_world()
    world.engine.words = tuple("x" for _ in range(280))
    world.until(lambda: world.mode == "STANDBY")
    world.send("ask", question="What?", max_tokens=280)
    world.until(lambda: sum(len(s["token_ids"]) for s in world.named("answer_segment")) > 252, within_s=300)
    world.boot()
    until_ended(world)
    assert len(world.engine.asked[1].received) > 252
    assert answer(world)[0] == tuple(range(1000, 1280))


@pytest.mark.req("FSW-019")
def test_an_interrupted_job_can_be_asked_about_and_cancelled(answering: World) -> None:
    world = answering
    set_ceiling(world, PowerMode.STANDBY)
    world.send("job_status", job=1)
    world.run(0.5)
    report = world.named("job_report")[-1]
    assert (report["state"].name, report["cause"].name, report["position"]) == ("INTERRUPTED", "GROUND", 1)
    world.send("cancel", job=1)
    world.run(0.5)
    assert [(e["end_reason"].name, e["cause"].name) for e in world.named("answer_end")] == [("CANCELLED", "GROUND")]
    world.send("set_ceiling", mode=PowerMode.NOMINAL)
    world.run(20)
    assert world.mode == "STANDBY"
