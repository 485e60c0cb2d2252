"""Power modes, budgets, fault responses and inference jobs: pure functions of plain values."""

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
    "POWERED_MODES",
    "ComputeProfile",
    "EndReason",
    "JobState",
    "ModeGuard",
    "ModeProfile",
    "ModeReason",
    "PolicyError",
    "PowerMode",
    "PowerPolicy",
    "Refusal",
    "Threshold",
]
