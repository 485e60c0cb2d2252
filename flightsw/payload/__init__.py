"""Power modes, budgets, fault responses and inference jobs: pure functions of plain values."""

from flightsw.payload.energy import EnergyIntegral
from flightsw.payload.estimate import answered_within_s
from flightsw.payload.jobs import ENDED, KEPT_JOBS, IllegalJobEvent, Job, JobEvent, JobQueue, JobRefused, Segment
from flightsw.payload.mode_state import (
    Command,
    Commanded,
    Demand,
    Inputs,
    ModeState,
    Observed,
    Power,
    Rails,
    Reached,
)
from flightsw.payload.modes import (
    FAULTS,
    IllegalTransition,
    boot,
    deadline_us,
    leave_safe,
    question_blocked_by,
    step,
)
from flightsw.payload.policy import ComputeProfile, ModeGuard, ModeProfile, PolicyError, PowerPolicy
from flightsw.payload.vocabulary import (
    COMPUTING_MODES,
    POWERED_MODES,
    EndReason,
    JobState,
    ModeReason,
    PowerMode,
    Refusal,
    Threshold,
)

__all__ = [
    "COMPUTING_MODES",
    "ENDED",
    "FAULTS",
    "KEPT_JOBS",
    "POWERED_MODES",
    "Command",
    "Commanded",
    "ComputeProfile",
    "Demand",
    "EndReason",
    "EnergyIntegral",
    "IllegalJobEvent",
    "IllegalTransition",
    "Inputs",
    "Job",
    "JobEvent",
    "JobQueue",
    "JobRefused",
    "JobState",
    "ModeGuard",
    "ModeProfile",
    "ModeReason",
    "ModeState",
    "Observed",
    "PolicyError",
    "Power",
    "PowerMode",
    "PowerPolicy",
    "Rails",
    "Reached",
    "Refusal",
    "Segment",
    "Threshold",
    "answered_within_s",
    "boot",
    "deadline_us",
    "leave_safe",
    "question_blocked_by",
    "step",
]
