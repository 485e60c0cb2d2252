"""An answer that loses its power, by any of several causes, comes down as if nothing had happened; in lock-step."""

import pytest

from flightsw.payload import ModeReason
from hil.bench import Bench
from hil.ground import Ask, AskState, EventReceived, SegmentReceived

QUESTION = "Tell me a short story about a lighthouse."
TOKENS = 32


def by_ground(bench: Bench, ask: Ask) -> None:
    bench.ground.send("set_ceiling", mode="STANDBY")
    bench.run_until(lambda: bench.world.environment.power_good == 0)
    bench.run_until(lambda: ask.state is AskState.INTERRUPTED)
    assert any("kept with" in line for line in bench.heard())
    bench.ground.send("set_ceiling", mode="NOMINAL")


def by_ground_over_a_restart(bench: Bench, ask: Ask) -> None:
    bench.ground.send("set_ceiling", mode="STANDBY")
    bench.run_until(lambda: ask.state is AskState.INTERRUPTED)
    bench.run_for(5)
    bench.kill_flight_software()
    bench.run_for(1)
    bench.start_flight_software()
    bench.run_for(2)
    bench.ground.send("set_ceiling", mode="NOMINAL")


def by_a_rail(bench: Bench, ask: Ask) -> None:
    bench.cut_rail(1)
    bench.run_until(lambda: ask.state is AskState.INTERRUPTED)
    bench.mend_rail(1)
    bench.run_for(1)
    bench.ground.send("clear_fault")


def by_an_urgent_question(bench: Bench, ask: Ask) -> None:
    urgent = bench.ground.ask("What is the capital of France?", urgency="URGENT")
    bench.run_until(lambda: urgent.ended)
    assert (urgent.answer, ask.state) == ("The capital of France is Paris.", AskState.INTERRUPTED)


def by_a_restart(bench: Bench, ask: Ask) -> None:
    bench.kill_flight_software()
    bench.start_flight_software()
    bench.run_until(lambda: ask.state is AskState.INTERRUPTED)


@pytest.mark.req("BEN-070")
@pytest.mark.parametrize(
    ("interrupt", "cause"),
    [
        (by_ground, ModeReason.GROUND),
        (by_ground_over_a_restart, ModeReason.GROUND),
        (by_a_rail, ModeReason.RAIL_FAULT),
        (by_an_urgent_question, ModeReason.URGENT_JOB),
        (by_a_restart, ModeReason.BOOT),
    ],
)
def test_an_interrupted_answer_is_that_of_one_which_nothing_interrupts(bench, interrupt, cause: ModeReason) -> None:
    how = {"temperature_permille": 800, "seed": 11}
    whole = bench.ground.ask(QUESTION, TOKENS, **how)
    bench.run_until(lambda: whole.ended)
    ask = bench.ground.ask(QUESTION, TOKENS, **how)
    bench.run_until(lambda: len(ask.segments) >= 5)
    interrupt(bench, ask)
    bench.run_until(lambda: ask.ended)
    assert (ask.token_ids, ask.answer) == (whole.token_ids, whole.answer)
    assert ask.end.cause is cause
    if interrupt is by_ground_over_a_restart:  # from what was kept: to read the question again takes longer
        assert resumed_in_s(bench) < 0.5
    elif interrupt is by_a_rail:
        assert resumed_in_s(bench) > 0.5


def resumed_in_s(bench: Bench) -> float:
    """From the start of the resumed answer to its first new segment."""
    begins = [
        number
        for number, event in enumerate(bench.events)
        if isinstance(event, EventReceived) and event.event.name == "job_resumed"
    ]
    segment = next(event for event in bench.events[begins[-1] :] if isinstance(event, SegmentReceived))
    return (segment.ground_us - bench.events[begins[-1]].ground_us) / 1e6
