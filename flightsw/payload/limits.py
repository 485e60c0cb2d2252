"""Limits on what is measured: where a value is no longer normal, and from where on it is again."""

from dataclasses import dataclass

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
