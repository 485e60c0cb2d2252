"""Energy as the integral of reported voltage times current, by the trapezoidal rule, in whole picojoules."""

from dataclasses import dataclass

MAX_GAP_US = 5_000_000
"""Between two samples that are further apart nothing is known, and nothing is added."""

_PJ_PER_MJ = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyIntegral:
    """The integral up to the last sample."""

    energy_pj: int = 0
    power_uw: int = 0
    at_us: int | None = None

    @property
    def energy_mj(self) -> int:
        return self.energy_pj // _PJ_PER_MJ

    def sample(self, power_uw: int, now_us: int) -> "EnergyIntegral":
        """With the power, in µW (mV · mA), that was reported at `now_us`."""
        gap_us = 0 if self.at_us is None else now_us - self.at_us
        added_pj = (self.power_uw + power_uw) * gap_us // 2 if 0 < gap_us <= MAX_GAP_US else 0
        return EnergyIntegral(energy_pj=self.energy_pj + added_pj, power_uw=power_uw, at_us=now_us)
