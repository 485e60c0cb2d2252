"""Stages, told from what the ground hears, also where much of it is lost."""

import io

import pytest
from rich.console import Console

from hil.ask import STAGES, View, run_ask, summary
from hil.channel import ChannelPlan

PARIS = "What is the capital of France?"


@pytest.mark.req("BEN-051")
def test_stages_have_no_gaps_though_reports_are_lost(make_bench) -> None:
    result = run_ask(make_bench(channel=ChannelPlan(downlink_bit_error_rate=1e-4)), PARIS)
    assert result.frames_lost > 100
    ends = [0.0, *(stage["end"] for stage in result.stages)]
    assert [stage["start"] for stage in result.stages] == ends[:-1]
    assert [stage["name"] for stage in result.stages] == [n for n in STAGES if n in {s["name"] for s in result.stages}]


@pytest.mark.req("BEN-052")
def test_a_terminal_shows_bars_and_a_growing_answer(make_bench) -> None:
    bench = make_bench()
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, color_system=None)
    with View(console, bench) as view:
        result = run_ask(bench, PARIS, watch=view)
    console.print(summary(result, bench.urls))
    shown = out.getvalue()
    for expected in ("question accepted", "rail 0 is good", "Answering", "━", "Paris", "J/token", "12.0 tokens/s"):
        assert expected in shown


@pytest.mark.req("BEN-052")
def test_a_refused_question_says_why(make_bench) -> None:
    bench = make_bench()
    bench.boot()
    request = bench.ground.send("enter_safe")
    bench.run_until(lambda: not request.is_waiting)
    result = run_ask(bench, PARIS)
    assert not result.is_done
    assert (result.finish_reason, result.outcome) == ("refused", "rejected: MODE_FORBIDS")
    assert result.to_json()["answer"] is None
