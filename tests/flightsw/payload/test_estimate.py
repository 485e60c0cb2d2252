"""What a question takes at most."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.mission import load_mission
from flightsw.payload import JobEvent, JobQueue, Segment, answered_within_s
from flightsw.payload.estimate import POWER_UP_S

PROFILE = load_mission(None).compute
QUEUE = JobQueue(waiting_limit=8)


def within_s(jobs: JobQueue, question: str = "What?", max_tokens: int = 64, *, is_powered: bool = True) -> float:
    newest = jobs.accept(question, max_tokens).jobs[-1]
    return answered_within_s(PROFILE, jobs, newest, is_powered=is_powered)


@pytest.mark.req("PWR-017")
def test_an_answer_takes_its_prompt_and_its_tokens_at_the_rates_of_eco() -> None:
    assert within_s(QUEUE, "x" * 72, 65) == pytest.approx((72 / 2 + 64) / 20 + 65 / 5)


@pytest.mark.req("PWR-017")
def test_a_payload_that_is_off_has_to_come_up() -> None:
    assert within_s(QUEUE, is_powered=False) - within_s(QUEUE) == pytest.approx(
        POWER_UP_S + PROFILE.boot_s + PROFILE.load_s
    )


@pytest.mark.req("PWR-017")
@given(st.lists(st.integers(1, 1024), max_size=7))
def test_every_question_before_it_comes_first(before: list[int]) -> None:
    jobs = QUEUE
    for max_tokens in before:
        jobs = jobs.accept("What?", max_tokens)
    alone_s = [within_s(QUEUE, max_tokens=max_tokens) for max_tokens in [*before, 64]]
    assert within_s(jobs) == pytest.approx(sum(alone_s))


@pytest.mark.req("PWR-017")
def test_of_a_running_answer_only_the_rest_counts() -> None:
    job = QUEUE.accept("What?", 100).jobs[-1].after(JobEvent.START)
    job = replace(job, segments=(Segment(first_token=0, token_ids=tuple(range(60)), text=""),))
    jobs = JobQueue(waiting_limit=8, last_id=1, jobs=(job,))
    assert within_s(jobs) - within_s(QUEUE) == pytest.approx(40 / 5)
