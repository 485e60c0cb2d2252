"""Limits on what is measured: where a value is no longer normal, and from where on it is again."""

from collections.abc import Mapping
from dataclasses import dataclass

from flightsw.payload.fault_table import FAULT_RESPONSES, Fault, Watcher
from flightsw.payload.policy import PolicyError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Crossed by a value ≤ `low` or ≥ `high`; over for one ≥ `low` + `hysteresis` and ≤ `high` - `hysteresis`.

    Between the two nothing changes, so that no value is on both sides. `debounce_s`: how long it must stay.
    """

    low: int | None = None
    high: int | None = None
    hysteresis: int
    debounce_s: float = 10.0

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise PolicyError("a limit needs low or high")
        if self.hysteresis < 1:
            raise PolicyError(f"hysteresis = {self.hysteresis} must be at least 1: no value may be on both sides")
        if self.low is not None and self.high is not None and self.low + self.hysteresis > self.high - self.hysteresis:
            raise PolicyError(f"between low = {self.low} and high = {self.high} no value is normal")
        if not 0 < self.debounce_s <= 3600:
            raise PolicyError(f"debounce_s = {self.debounce_s} must be above 0 and at most 3600 s")

    def is_crossed(self, value: int, was_crossed: bool) -> bool:
        """Whether the value counts as beyond the limit, after it did or did not."""
        margin = self.hysteresis if was_crossed else 1
        is_low = self.low is not None and value < self.low + margin
        return is_low or (self.high is not None and value > self.high - margin)


LIMITED = frozenset(
    row.fault for row in FAULT_RESPONSES if row.debounce_s is None and row.watcher is Watcher.FAULTS
) - {Fault.GROUND_SILENT}
"""Faults whose limit the mission sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """What the mission sets of the fault responses: a limit for each of LIMITED, and how long ground may be silent.

    Raises PolicyError.
    """

    limits: Mapping[Fault, Limit]
    ground_silent_h: float = 12.0

    def __post_init__(self) -> None:
        if set(self.limits) != LIMITED:
            raise PolicyError(f"limits are needed for exactly {', '.join(fault.name for fault in sorted(LIMITED))}")
        if not 0 < self.ground_silent_h <= 1000:
            raise PolicyError(f"ground_silent_h = {self.ground_silent_h} must be above 0 and at most 1000 h")

    @property
    def debounces_s(self) -> Mapping[Fault, float]:
        """Of the faults whose debounce the mission sets."""
        limits = {fault: limit.debounce_s for fault, limit in self.limits.items()}
        return {**limits, Fault.GROUND_SILENT: self.ground_silent_h * 3600}
