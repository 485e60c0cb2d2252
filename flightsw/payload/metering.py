"""Speed and energy of answers by mode, as measured from one token to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flightsw.payload.vocabulary import COMPUTING_MODES, PowerMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """Tokens, and the time and energy from the token before the first of them to the last."""

    tokens: int = 0
    busy_us: int = 0
    energy_mj: int = 0

    @property
    def mtokens_per_s(self) -> int:
        return self.tokens * 10**9 // self.busy_us if self.busy_us else 0

    @property
    def uj_per_token(self) -> int:
        return self.energy_mj * 1000 // self.tokens if self.tokens else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An answer at a moment: whose, how far, in which mode, and the payload's energy count."""

    job: int
    mode: PowerMode
    tokens: int
    energy_mj: int
    now_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeMeter:
    """The totals by mode. What passes while the mode changes, and a prompt, belong to none."""

    by_mode: Mapping[PowerMode, Metered] = field(
        default_factory=lambda: {mode: Metered() for mode in sorted(COMPUTING_MODES)}
    )
    last: Sample | None = None

    def sample(self, new: Sample | None) -> "ComputeMeter":
        """With one more look at the running answer; None while there is none, or it is in no mode for sure."""
        last = self.last
        if new is None or last is None or new.job != last.job or new.mode is not last.mode or not last.tokens:
            return self if new is last else replace(self, last=new)
        if new.tokens <= last.tokens:
            return self
        before = self.by_mode[new.mode]
        total = Metered(
            tokens=before.tokens + new.tokens - last.tokens,
            busy_us=before.busy_us + new.now_us - last.now_us,
            energy_mj=before.energy_mj + new.energy_mj - last.energy_mj,
        )
        return ComputeMeter(by_mode={**self.by_mode, new.mode: total}, last=new)
