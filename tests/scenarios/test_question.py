"""One question through every station, in lock-step."""

import pytest

from flightsw.payload import EndReason, Refusal
from hil.ask import run_ask
from hil.bench.config import Devices
from hil.channel import ChannelPlan
from hil.environment import RAILS
from hil.ground import AskState

PARIS = "What is the capital of France?"
ANSWER = "The capital of France is Paris."
UNDETECTED = 3
"""Damaged frames whose FECF holds all the same: one in 65,536."""


@pytest.mark.req("BEN-031")
@pytest.mark.parametrize("controller", ["model://payload_ctrl", "rtl://payload_ctrl"])
def test_paris_twice_is_the_same(make_bench, controller: str) -> None:
    devices = Devices(payload_ctrl=controller)
    first, second = (run_ask(make_bench(devices=devices), PARIS).to_json() for _ in range(2))
    assert first == second
    assert first["answer"] == ANSWER


@pytest.mark.req("BEN-032")
def test_jumps_change_nothing(make_bench, monkeypatch) -> None:
    jumping, walking = make_bench(), make_bench()
    monkeypatch.setattr(walking, "_next_ns", lambda _: walking.world.now_ns + 1_000_000)
    assert run_ask(jumping, PARIS).to_json() == run_ask(walking, PARIS).to_json()


@pytest.mark.req("BEN-031")
def test_the_stages_follow_one_another_within_the_budget(make_bench) -> None:
    result = run_ask(make_bench(), PARIS)
    names = [stage["name"] for stage in result.stages]
    assert names == ["uplink", "acceptance", "power_up", "prompt", "decode", "downlink", "power_down"]
    ends = [0.0, *(stage["end"] for stage in result.stages)]
    assert [stage["start"] for stage in result.stages] == ends[:-1]
    assert ends == sorted(ends)
    assert ends[-1] < 120
    assert [use["name"] for use in result.rails] == [rail.name for rail in RAILS]
    assert all(use["on"] < use["off"] for use in result.rails)
    assert result.mode_transitions[0]["from"] == "STANDBY" == result.mode_transitions[-1]["to"]
    assert result.tokens_per_s == pytest.approx(12, rel=0.02)


@pytest.mark.req("BEN-033")
def test_the_flight_softwares_energy_is_the_environments(bench) -> None:
    bench.ask("Tell me about the Sun.", max_tokens=100)
    bench.run_for(10)
    request = bench.ground.send("report_housekeeping", structure="PAYLOAD")
    bench.run_until(lambda: not request.is_waiting)
    bench.run_for(1)
    report = [e for e in bench.events if getattr(getattr(e, "report", None), "name", "") == "payload"][-1]
    true_mj = bench.world.environment.payload_energy_mj
    assert report.parameters["energy_mj"] == pytest.approx(true_mj, rel=0.02)
    assert report.parameters["controller_energy_mj"] == pytest.approx(true_mj, rel=0.01)


@pytest.mark.req("BEN-034")
def test_a_cut_rail_stops_the_tokens_in_that_millisecond(bench) -> None:
    ask = bench.ground.ask("Tell me a long story.", max_tokens=200)
    bench.run_until(lambda: len(ask.segments) >= 3)
    computer = bench.world.lines["payload_computer"].device
    cut_ns = bench.world.now_ns + 50_000_000
    bench.at(cut_ns / 1e9, lambda: bench.cut_rail(2))
    bench.run_until(lambda: computer.state is None)
    assert bench.world.now_ns == cut_ns
    bench.run_until(lambda: ask.state is AskState.INTERRUPTED)
    assert ask.interruption.name == "RAIL_FAULT"
    assert any("rail 2" in line for line in bench.heard())


@pytest.mark.req("BEN-035")
def test_in_safe_a_question_is_refused_with_the_reason(bench) -> None:
    request = bench.ground.send("enter_safe")
    bench.run_until(lambda: not request.is_waiting)
    ask = bench.ask("Hello?")
    assert (ask.state, ask.request.refusal) == (AskState.REFUSED, Refusal.MODE_FORBIDS)
    request = bench.ground.send("leave_safe")
    bench.run_until(lambda: not request.is_waiting)
    assert bench.ask(PARIS).answer == ANSWER


@pytest.mark.req("BEN-035")
def test_the_ceiling_slows_the_answer(make_bench) -> None:
    result = run_ask(make_bench(), PARIS, ceiling="ECO")
    assert result.answer == ANSWER
    assert result.tokens_per_s == pytest.approx(5, rel=0.02)
    assert "NOMINAL" not in {transition["to"] for transition in result.mode_transitions}


@pytest.mark.req("BEN-035")
def test_the_cap_follows_a_mode_change_in_mid_answer(bench) -> None:
    ask = bench.ground.ask("Tell me a long story.", max_tokens=40)
    bench.run_until(lambda: ask.segments)
    bench.set_sunlight(False)
    bench.run_until(lambda: ask.ended)
    assert ask.end.end_reason is EndReason.LENGTH
    assert ask.end.generated_tokens == 40
    assert ask.end.decode_ms > 1.5 * 39 / 12 * 1000
    assert any("NOMINAL → ECO (ECLIPSE)" in line for line in bench.heard())


@pytest.mark.req("BEN-035")
def test_a_job_is_cancelled_in_mid_answer(bench) -> None:
    ask = bench.ground.ask("Tell me a long story.", max_tokens=200)
    bench.run_until(lambda: len(ask.segments) >= 3)
    bench.ground.send("cancel", job=ask.job)
    bench.run_until(lambda: ask.ended)
    assert ask.end.end_reason is EndReason.CANCELLED
    assert 3 <= ask.end.generated_tokens < 50


@pytest.mark.req("BEN-035")
def test_several_questions_are_answered_in_turn(bench) -> None:
    asks = [bench.ground.ask(PARIS, 16) for _ in range(3)]
    bench.run_until(lambda: all(ask.ended for ask in asks))
    assert [ask.answer for ask in asks] == [ANSWER] * 3
    assert [ask.job for ask in asks] == [1, 2, 3]


@pytest.mark.req("BEN-036")
@pytest.mark.parametrize(("rate", "seed"), [(1e-5, 1), (1e-5, 2), (1e-3, 1)])
def test_an_answer_over_a_bad_link_is_whole_or_said_not_to_be(make_bench, rate: float, seed: int) -> None:
    bench = make_bench(seed=seed, channel=ChannelPlan(uplink_bit_error_rate=rate, downlink_bit_error_rate=rate))
    bench.run_for(2)
    ask = bench.ask(PARIS, timeout_s=900)
    assert ask.ended
    if ask.answer is None:
        assert ask.finish_reason in {"refused", "unacknowledged", "incomplete"}
    else:
        assert ask.answer == ANSWER
    bench.open_channel(False)
    bench.run_for(1)
    truth, seen = bench.world.channel.truth, bench.ground.counters.tm
    good = truth.downlink_frames - truth.downlink_frames_hit
    assert good - truth.downlink_marker_bits_flipped <= seen.frames <= good + UNDETECTED
    lost = truth.downlink_frames - seen.frames
    assert lost - 100 <= seen.frames_lost <= lost  # those before the first good frame and after the last show no gap


@pytest.mark.req("BEN-037")
def test_the_link_may_vanish_in_mid_answer(bench) -> None:
    ask = bench.ground.ask("Tell me a long story.", max_tokens=50)
    bench.run_until(lambda: ask.segments)
    bench.open_channel(False)
    bench.run_for(3)
    bench.open_channel(True)
    bench.run_until(lambda: ask.ended)
    assert ask.is_whole
    assert ask.end.generated_tokens == 50


@pytest.mark.req("BEN-040")
def test_a_command_that_nothing_is_heard_of_is_unacknowledged(bench) -> None:
    bench.kill_flight_software()
    request = bench.ground.send("ping")
    bench.run_until(lambda: not request.is_waiting)
    assert request.outcome == "unacknowledged"
