"""The same on the wall clock: flight software and payload computer as processes, on ptys."""

from collections.abc import Iterator

import pytest

from flightsw.mission import load_mission
from hil.ask import run_ask
from hil.bench import FreeRunBench, load_bench
from hil.ground import AskState

PARIS = "What is the capital of France?"
ANSWER = "The capital of France is Paris."
DEADLINE_S = 120.0
pytestmark = pytest.mark.freerun


@pytest.fixture
def running() -> Iterator[FreeRunBench]:
    with FreeRunBench(load_mission(None), load_bench(None)) as bench:
        yield bench


@pytest.mark.req("BEN-041")
def test_paris(running) -> None:
    result = run_ask(running, PARIS)
    assert result.answer == ANSWER
    assert [stage["name"] for stage in result.stages][-1] == "power_down"


@pytest.mark.req("BEN-042")
def test_killed_and_started_again(running) -> None:
    running.boot()
    ask = running.ground.ask(PARIS)
    running.run_until(lambda: len(ask.segments) >= 2, DEADLINE_S)
    running.kill_flight_software()
    running.start_flight_software()
    running.run_until(lambda: ask.ended, DEADLINE_S)
    assert (ask.answer, ask.end.cause.name) == (ANSWER, "BOOT")


@pytest.mark.req("BEN-043")
def test_a_cut_rail_kills_the_payload_computer(running) -> None:
    running.boot()
    ask = running.ground.ask("Tell me a long story.", 300)
    running.run_until(lambda: len(ask.segments) >= 3, DEADLINE_S)
    running.cut_rail(1)
    assert running.world.lines["payload_computer"].device.state is None
    running.run_until(lambda: ask.state is AskState.INTERRUPTED, DEADLINE_S)
    assert ask.interruption.name == "RAIL_FAULT"
