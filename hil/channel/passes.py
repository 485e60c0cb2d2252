"""Who sees the satellite, and from how far."""

from dataclasses import dataclass
from typing import Protocol

LIGHT_KM_PER_S = 299_792.458


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The satellite above a station's horizon, at one instant."""

    station: str
    range_km: float
    elevation_deg: float = 90.0
    range_rate_km_per_s: float = 0.0
    ends_ns: int | None = None
    """When the pass ends; None: never."""

    @property
    def light_time_ns(self) -> int:
        """One way."""
        return round(self.range_km / LIGHT_KM_PER_S * 1_000_000_000)


class Passes(Protocol):
    """The schedule of contacts."""

    def contact(self, now_ns: int) -> Contact | None:
        """The station that sees the satellite; None while none does."""

    def next_edge_ns(self, now_ns: int) -> int | None:
        """When the contact next begins, ends or changes its station, after `now_ns`; None: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlwaysInContact:
    """One station that always sees the satellite from the same distance."""

    range_km: float

    def contact(self, _now_ns: int) -> Contact:
        return Contact(station="ground", range_km=self.range_km)

    def next_edge_ns(self, _now_ns: int) -> None:
        return None
