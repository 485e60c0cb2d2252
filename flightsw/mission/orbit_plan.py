"""The orbit and the ground stations, as their owner writes them in `mission.toml`."""

from dataclasses import dataclass
from datetime import datetime

from flightsw.orbit import Elements, tai_s

MAX_AGE_DAYS = 14.0
"""How far from their epoch elements still predict an eclipse to within half a minute or so, in a low orbit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanElements:
    """Elements as `flightsw.orbit.Elements` has them, at an epoch in UTC, and checked as there."""

    epoch_utc: datetime
    mean_motion_rev_per_day: float
    inclination_deg: float
    raan_deg: float
    eccentricity: float = 0.0
    argument_of_perigee_deg: float = 0.0
    mean_anomaly_deg: float = 0.0
    bstar: float = 0.0

    def __post_init__(self) -> None:
        self.elements()

    def elements(self) -> Elements:
        return Elements(
            epoch_tai_s=tai_s(self.epoch_utc),
            mean_motion_rev_per_day=self.mean_motion_rev_per_day,
            eccentricity=self.eccentricity,
            inclination_deg=self.inclination_deg,
            raan_deg=self.raan_deg,
            argument_of_perigee_deg=self.argument_of_perigee_deg,
            mean_anomaly_deg=self.mean_anomaly_deg,
            bstar=self.bstar,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrbitPlan:
    """Either a TLE's text or mean elements. Raises ValueError for both, neither, or elements of no orbit.

    On board nothing is predicted from them further than `max_age_days` from their epoch.
    """

    tle: str = ""
    mean: MeanElements | None = None
    max_age_days: float = MAX_AGE_DAYS

    def __post_init__(self) -> None:
        if not 0 < self.max_age_days <= 365:
            raise ValueError(f"max_age_days = {self.max_age_days} is not above 0 and at most 365")
        if bool(self.tle) == (self.mean is not None):
            raise ValueError("needs either tle or a table mean")
        self.elements()

    def elements(self) -> Elements:
        return Elements.from_tle(self.tle) if self.mean is None else self.mean.elements()
