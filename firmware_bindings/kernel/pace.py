"""The power cap on inference, as a rate. No clock in here: times come from the caller, who also does the waiting."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Pace:
    """How fast tokens may follow one another. Both limits may be changed between any two tokens.

    Attributes:
        mtokens_per_s: most thousandths of a token per second; 0 pauses, None does not limit.
        duty_permille: how much of the time may be spent computing, 1 to 1000.
    """

    mtokens_per_s: int | None = None
    duty_permille: int = 1000

    def __post_init__(self) -> None:
        if not 1 <= self.duty_permille <= 1000 or (self.mtokens_per_s is not None and self.mtokens_per_s < 0):
            raise ValueError(f"no such pace: {self}")

    def next_us(self, began_us: int, ended_us: int) -> int | None:
        """When the next token may begin, after one that was computed from `began_us` to `ended_us`; None: paused."""
        if self.mtokens_per_s == 0:
            return None
        spent_us = -(-(ended_us - began_us) * 1000 // self.duty_permille)
        apart_us = 0 if self.mtokens_per_s is None else -(-(10**9) // self.mtokens_per_s)
        return began_us + max(spent_us, apart_us)
