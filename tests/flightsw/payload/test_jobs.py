import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.payload import (
    ENDED,
    KEPT_JOBS,
    EndReason,
    IllegalJobEvent,
    Job,
    JobEvent,
    JobQueue,
    JobRefused,
    JobState,
    ModeReason,
    Refusal,
    Segment,
    Urgency,
)
from flightsw.payload.jobs import TRANSITIONS

EMPTY = JobQueue(waiting_limit=2)


@pytest.mark.req("PWR-014")
def test_jobs_are_numbered_and_wait_in_order() -> None:
    queue = EMPTY.accept("one", 10).accept("two", 20)
    assert [(job.id, job.question, queue.position(job)) for job in queue.waiting] == [(1, "one", 1), (2, "two", 2)]
    assert EMPTY.jobs == ()


@pytest.mark.req("PWR-014")
def test_a_full_queue_refuses() -> None:
    with pytest.raises(JobRefused) as refused:
        EMPTY.accept("one", 1).accept("two", 1).accept("three", 1)
    assert refused.value.refusal is Refusal.QUEUE_FULL


@pytest.mark.req("PWR-014")
def test_only_what_has_not_ended_can_be_cancelled() -> None:
    queue = EMPTY.accept("one", 1).cancel(1)
    assert queue.jobs[0].state is JobState.CANCELLED
    assert queue.jobs[0].end_reason is EndReason.CANCELLED
    for id, refusal in ((1, Refusal.JOB_ENDED), (2, Refusal.UNKNOWN_JOB)):
        with pytest.raises(JobRefused) as refused:
            queue.cancel(id)
        assert refused.value.refusal is refusal


@pytest.mark.req("PWR-014")
def test_interrupted_is_not_final() -> None:
    job = Job(id=1, question="one", max_tokens=1).after(JobEvent.START)
    interrupted = job.interrupted(ModeReason.RAIL_FAULT)
    assert (interrupted.end_reason, interrupted.cause) == (None, ModeReason.RAIL_FAULT)
    assert interrupted.state not in ENDED
    assert interrupted.after(JobEvent.CANCEL).state is JobState.CANCELLED
    assert interrupted.after(JobEvent.RESUME).state is JobState.RUNNING


@pytest.mark.req("PWR-060")
def test_an_interrupted_job_waits_for_its_turn_again() -> None:
    queue = EMPTY.accept("one", 1).accept("two", 1)
    queue = queue.put(queue.waiting[0].after(JobEvent.START).interrupted(ModeReason.ECLIPSE))
    assert [(job.id, queue.position(job)) for job in queue.waiting] == [(1, 1), (2, 2)]


@pytest.mark.req("PWR-061")
def test_the_most_urgent_goes_first_and_of_equals_the_oldest() -> None:
    queue = JobQueue(waiting_limit=9)
    for urgency in (Urgency.NORMAL, Urgency.BACKGROUND, Urgency.URGENT, Urgency.NORMAL, Urgency.URGENT):
        queue = queue.accept("?", 1, urgency=urgency)
    assert [job.id for job in queue.waiting] == [3, 5, 1, 4, 2]


@pytest.mark.req("PWR-062")
def test_only_the_computers_own_failures_count_and_three_are_too_many() -> None:
    job = Job(id=1, question="one", max_tokens=1)
    harmless = (ModeReason.ECLIPSE, ModeReason.LOW_CHARGE, ModeReason.HOT, ModeReason.GROUND, ModeReason.BOOT)
    for cause in (*harmless, ModeReason.RAIL_FAULT, ModeReason.URGENT_JOB):
        job = job.interrupted(cause)
    assert job.attempts == 0
    for cause in (ModeReason.WATCHDOG, ModeReason.COMPUTER_FAILED, ModeReason.COMPUTER_SILENT):
        assert not job.is_hopeless
        job = job.interrupted(cause)
    assert job.is_hopeless
    assert job.after(JobEvent.FAIL).state is JobState.FAILED


@pytest.mark.req("PWR-014")
@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("event", JobEvent)
def test_every_pair_is_in_the_table_or_refused(state: JobState, event: JobEvent) -> None:
    job = Job(id=1, question="one", max_tokens=1, state=state)
    if (state, event) in TRANSITIONS:
        assert job.after(event).state is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalJobEvent):
            job.after(event)


@pytest.mark.req("PWR-014")
def test_tokens_are_counted_over_segments() -> None:
    segments = (
        Segment(first_token=0, token_ids=(5, 6), text="a"),
        Segment(first_token=2, token_ids=(7,), text="b"),
        Segment(first_token=3, token_ids=(), text="."),
    )
    assert Job(id=1, question="", max_tokens=9).generated_tokens == 0
    assert Job(id=1, question="", max_tokens=9, segments=segments).generated_tokens == 3


@pytest.mark.req("PWR-014")
@given(st.lists(st.sampled_from(["accept", *JobEvent]), max_size=120))
def test_the_queue_is_bounded_and_runs_one_job(steps: list[str | JobEvent]) -> None:
    queue = EMPTY
    for step in steps:
        try:
            if isinstance(step, JobEvent):
                job = queue.running if step is not JobEvent.START else next(iter(queue.waiting), None)
                if job is not None and not (step is JobEvent.START and queue.running):
                    queue = queue.put(job.after(step))
            else:
                queue = queue.accept("?", 1)
        except JobRefused:
            assert len(queue.waiting) == queue.waiting_limit
        assert len(queue.jobs) <= KEPT_JOBS + queue.waiting_limit + 1
        assert sum(job.state is JobState.RUNNING for job in queue.jobs) <= 1
        assert [job.id for job in queue.jobs] == sorted({job.id for job in queue.jobs})
