"""How long a question will take at most, so that one which can't be answered in time is refused at once."""

from flightsw.payload.jobs import Job, JobQueue
from flightsw.payload.policy import ComputeProfile
from flightsw.payload.vocabulary import JobState, PowerMode

POWER_UP_S = 3.0
"""For the rails and the ways between the modes, besides the computer's own boot and load."""
OCTETS_PER_TOKEN = 2
"""Of a question, at least; text of most languages has three to five."""
TEMPLATE_TOKENS = 64
"""What a chat template adds to a question, at most."""


def answered_within_s(profile: ComputeProfile, jobs: JobQueue, newest: Job, *, is_powered: bool) -> float:
    """Seconds from now to the last token of `newest`, behind everything that waits or runs and is as urgent.

    At the rates of ECO, since an eclipse may slow any answer to them, and as if each answer took all of its tokens.
    """
    boot_s = 0.0 if is_powered else POWER_UP_S + profile.boot_s + profile.load_s
    running = () if jobs.running is None else (jobs.running,)
    ahead = [job for job in (*running, *jobs.waiting) if job.urgency >= newest.urgency]
    return boot_s + sum(_work_s(profile, job) for job in (*ahead, newest))


def _work_s(profile: ComputeProfile, job: Job) -> float:
    rates = profile.modes[PowerMode.ECO]
    prompt_tokens = len(job.question.encode()) / OCTETS_PER_TOKEN + TEMPLATE_TOKENS + job.generated_tokens
    is_read = job.state is JobState.RUNNING and job.segments
    prompt_s = 0.0 if is_read else prompt_tokens / rates.prompt_tokens_per_s
    return prompt_s + (job.max_tokens - job.generated_tokens) / rates.decode_tokens_per_s
