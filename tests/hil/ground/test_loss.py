"""Whatever is lost, an answer is whole or said not to be, and is the answer to its own question."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightsw.payload import ModeReason, Refusal
from hil.ground import AskState, RequestState

WHOLE = "The capital of France is Paris."


def sent(link, name):
    return [values for sent_name, values in link.satellite.executed if sent_name == name]


# Verification, housekeeping, then of the ask: accepted, started, ask_accepted, 5 segments, answer_end, completed.
PACKETS = 4 + 10


@pytest.mark.req("GND-005", "GND-006", "GND-007")
@pytest.mark.parametrize("lost", range(PACKETS))
def test_any_single_report_may_be_lost(link, lost):
    link.satellite.drops = {lost}
    ask = link.ground.ask("What is the capital of France?")
    link.run(60)
    assert ask.answer == WHOLE
    assert len(sent(link, "ask")) == 1


@pytest.mark.req("GND-006", "GND-007")
def test_all_reports_of_the_acceptance_may_be_lost(link):
    link.satellite.drops = set(range(4, PACKETS))
    ask = link.ground.ask("What is the capital of France?")
    link.run(60)
    assert ask.request.state is RequestState.UNACKNOWLEDGED
    assert ask.answer == WHOLE
    assert len(sent(link, "ask")) == 1


@pytest.mark.req("GND-006", "GND-007")
def test_without_knowing_the_jobs_before_it_an_unacknowledged_question_claims_none(link):
    link.satellite.drops = set(range(PACKETS))
    ask = link.ground.ask("What is the capital of France?")
    link.run(300)
    assert ask.state is AskState.UNACKNOWLEDGED
    assert ask.finish_reason == "unacknowledged"
    assert ask.answer is None
    assert len(sent(link, "ask")) == 1


@pytest.mark.req("GND-006")
def test_the_completion_alone_identifies_the_newest_job(link):
    """The jobs before are not known, but the question is known to be queued, so the newest job is its."""
    link.satellite.drops = set(range(PACKETS - 1))
    ask = link.ground.ask("What is the capital of France?")
    link.run(60)
    assert ask.answer == WHOLE


@pytest.mark.req("GND-007")
def test_a_question_that_never_arrived_is_unacknowledged_and_not_sent_again(link):
    link.ground.send("report_housekeeping", structure="SOFTWARE")
    link.run()
    link.loses_up = True
    ask = link.ground.ask("What is the capital of France?")
    link.run(0.1)
    link.loses_up = False
    link.run(60)
    assert ask.finish_reason == "unacknowledged"
    assert ask.outcome == "unacknowledged: the satellite shows no new job"
    assert not sent(link, "ask")


@pytest.mark.req("GND-007")
def test_a_job_that_either_of_two_questions_may_have_is_nobodys(link):
    link.ground.send("report_housekeeping", structure="SOFTWARE")
    link.run()
    link.satellite.is_silent = True
    first, second = link.ground.ask("First?"), link.ground.ask("Second?")
    link.run(0.1)
    link.satellite.is_silent = False
    link.run(300)
    assert {first.finish_reason, second.finish_reason} == {"unacknowledged"}
    assert first.answer is second.answer is None


@pytest.mark.req("GND-005")
def test_a_hole_is_asked_for_alone(link):
    link.satellite.drops = {8, 9}
    ask = link.ground.ask("What is the capital of France?")
    link.run(0.4)
    assert ask.missing == (range(1, 3),)
    assert ask.answer is None
    assert ask.received_text == "The  [… 2 missing …] is Paris."
    link.run(1)
    assert sent(link, "resend") == [{"job": 8, "first": 1, "count": 2}]
    assert ask.answer == WHOLE


@pytest.mark.req("GND-005", "GND-006")
def test_requests_for_a_hole_are_bounded_and_the_answer_is_then_incomplete(link):
    link.satellite.loses_segment = 2
    ask = link.ground.ask("What is the capital of France?")
    link.run(600)
    assert ask.state is AskState.INCOMPLETE
    assert ask.finish_reason == "incomplete"
    assert ask.answer is None
    assert ask.token_ids is None
    assert ask.outcome == "incomplete, 1 segment missing: 8 attempts brought nothing"
    assert len(sent(link, "resend")) == 8
    assert link.ground.next_deadline_us() is None


@pytest.mark.req("GND-006")
def test_a_late_segment_still_makes_it_whole(link):
    link.satellite.loses_segment = 2
    ask = link.ground.ask("What is the capital of France?")
    link.run(600)
    link.satellite.loses_segment = None
    link.ground.send("resend", job=8, first=2, count=1)
    link.run()
    assert ask.answer == WHOLE


@pytest.mark.req("GND-006")
def test_a_satellite_that_has_forgotten_the_job_ends_the_search(link):
    link.satellite.drops = {9}
    ask = link.ground.ask("What is the capital of France?")
    link.run(0.1)
    link.satellite.answers.clear()
    link.run(60)
    assert ask.outcome == f"incomplete, 1 segment missing: resend failed: {Refusal.UNKNOWN_JOB.name}"


@pytest.mark.req("GND-006")
def test_silence_is_asked_about_for_as_long_as_the_satellite_answers(link):
    link.satellite.answers_at_once = False
    ask = link.ground.ask("What is the capital of France?")
    link.run(600)
    assert ask.state is AskState.QUEUED
    assert 50 < len(sent(link, "job_status")) <= 60
    link.satellite.is_silent = True
    link.run(600)
    assert ask.finish_reason == "incomplete"


@pytest.mark.req("GND-004", "GND-005")
def test_an_end_that_contradicts_its_segments_is_not_whole(link):
    link.satellite.miscounts = 1
    ask = link.ground.ask("What is the capital of France?")
    link.run(600)
    assert not ask.missing
    assert ask.outcome == "incomplete: 8 attempts brought nothing"


@pytest.mark.req("GND-005")
def test_nothing_is_tried_while_the_uplink_is_closed(link):
    link.satellite.drops = {9}
    ask = link.ground.ask("What is the capital of France?")
    link.run(0.1)
    link.is_up_open = False
    link.run(600)
    assert not ask.ended
    link.is_up_open = True
    link.run(60)
    assert ask.answer == WHOLE
    assert len(sent(link, "resend")) == 1


@pytest.mark.req("GND-020")
def test_an_interrupted_answer_is_waited_for_and_its_interruption_shown(link):
    link.satellite.interruption = ModeReason.ECLIPSE
    ask = link.ground.ask("What is the capital of France?")
    link.run(1)
    assert (ask.state, ask.interruption, ask.finish_reason) == (AskState.INTERRUPTED, ModeReason.ECLIPSE, None)
    assert ask.received_text == "The capital of France "
    link.run(6000)
    assert 90 <= len(sent(link, "job_status")) <= 110  # now and then, and never given up
    link.satellite.go_on(ask.job)
    link.run(1)
    assert (ask.answer, ask.finish_reason) == (WHOLE, "stop")
    assert ask.outcome == "stop, interrupted before: ECLIPSE"


@pytest.mark.req("GND-020")
def test_every_report_about_an_interruption_may_be_lost(link):
    link.satellite.interruption = ModeReason.ECLIPSE
    link.satellite.drops = {PACKETS - 3, PACKETS - 2}
    ask = link.ground.ask("What is the capital of France?")
    link.run(30)
    assert ask.state is AskState.INTERRUPTED
    link.satellite.is_silent = True
    link.satellite.go_on(ask.job)
    link.satellite.is_silent = False
    link.run(200)
    assert ask.answer == WHOLE


@pytest.mark.req("GND-006", "GND-007")
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), loss=st.sampled_from([0.02, 0.2, 0.5, 0.9]))
def test_an_answer_is_whole_or_said_not_to_be(seed, loss, make_link, right_answer):
    chance = random.Random(seed)
    link = make_link()
    link.loses = lambda _: chance.random() < loss
    asks = []
    for question in ("first?", "second?", "third?"):
        asks.append(link.ground.ask(question))
        link.run(chance.random())
    link.run(1000)
    for ask in asks:
        assert ask.ended
        assert ask.answer == (right_answer(ask.question) if ask.is_whole else None)
        assert ask.finish_reason in {"stop", "incomplete", "unacknowledged"}
    assert len(sent(link, "ask")) == 3


@pytest.mark.req("GND-006", "GND-009")
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), rate=st.sampled_from([1e-5, 1e-4, 1e-3]))
def test_noise_on_both_ways_raises_nothing_and_no_wrong_answer_is_shown(seed, rate, make_link):
    link = make_link()
    link.chance, link.bit_error_rate = random.Random(seed), rate
    ask = link.ground.ask("What is the capital of France?")
    request = link.ground.send("ping")
    link.run(1000)
    assert ask.ended
    assert ask.answer == (WHOLE if ask.is_whole else None)
    assert not request.is_waiting
    assert len(sent(link, "ask")) <= 1
