"""An orbit: where the satellite is, whether the Sun shines on it, and which station sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sgp4.api import SGP4_ERRORS

from flightsw.orbit import shadow
from flightsw.orbit.elements import Elements
from flightsw.orbit.search import crossings, looks, summits
from flightsw.orbit.station import Look, Station, elevation_rad, look
from flightsw.orbit.sun import sun_position_km
from flightsw.orbit.times import S_PER_DAY, Array, julian_date

LOOK_STEP_S = 60.0
"""Shadow and passes are looked for this often: a small part of any orbit, in which either has one summit."""
_FIRST_LOOK_S = 7200.0


class OrbitError(ValueError):
    """sgp4 has no position then: the satellite has decayed, or the elements are nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowEdge:
    """When the Sun's centre crosses the Earth's limb, to 10 µs; the penumbra lasts some seconds either side."""

    tai_s: float
    is_entry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A station, by its name, sees the satellite above its mask from rise (to 10 µs) to set; highest at the peak."""

    station: str
    rise_tai_s: float
    peak_tai_s: float
    set_tai_s: float
    peak_elevation_deg: float


class Orbit:
    """A satellite's orbit by SGP4, in its own frame: the equator and equinox of date (TEME).

    Times are TAI seconds since 1958. Every method raises OrbitError where sgp4 has no answer.
    """

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self._satrec = elements.satrec()

    def state(self, tai_s: ArrayLike) -> tuple[Array, Array]:
        """Position in km and velocity in km/s, (…, 3) each, at times (…)."""
        times = np.asarray(tai_s, dtype=np.float64)
        whole, fraction = julian_date(times.ravel())
        errors, position_km, velocity_km_per_s = self._satrec.sgp4_array(whole, fraction)
        if np.any(errors):
            raise OrbitError(SGP4_ERRORS[int(errors[errors != 0][0])])
        shape = (*times.shape, 3)
        return position_km.reshape(shape), velocity_km_per_s.reshape(shape)

    def sunlit_fraction(self, tai_s: ArrayLike) -> Array:
        """The part of the Sun's disc that is seen: 0 in umbra, 1 in full sunlight; shape as of the times."""
        return shadow.sunlit_fraction(self.state(tai_s)[0], sun_position_km(tai_s))

    def is_sunlit(self, tai_s: float) -> bool:
        """Whether the Sun's centre stands above the Earth's limb."""
        return bool(self._shade(np.asarray(tai_s)) <= 0)

    def shadow_edges(self, from_tai_s: float, to_tai_s: float) -> tuple[ShadowEdge, ...]:
        """Every entry into the shadow and exit from it between two times, in order."""
        times, enters = crossings(self._shade, looks(from_tai_s, to_tai_s, LOOK_STEP_S))
        return tuple(ShadowEdge(tai_s=float(at), is_entry=bool(e)) for at, e in zip(times, enters, strict=True))

    def next_shadow_edge(self, tai_s: float, within_s: float = S_PER_DAY) -> ShadowEdge | None:
        """The first edge after a time; None if there is none `within_s`. Takes 1 ms: keep it until it is past."""
        for span_s in (min(_FIRST_LOOK_S, within_s), within_s):
            if edges := self.shadow_edges(tai_s, tai_s + span_s):
                return edges[0]
        return None

    def look(self, station: Station, tai_s: float) -> Look:
        """How a station sees the satellite."""
        return look(station, *self.state(tai_s), tai_s)

    def passes(self, stations: Mapping[str, Station], from_tai_s: float, to_tai_s: float) -> tuple[Pass, ...]:
        """Every pass that touches the interval, whole, by its rise. Stations go by their names."""
        period_s = S_PER_DAY / self.elements.mean_motion_rev_per_day
        times = looks(from_tai_s - period_s, to_tai_s + period_s, LOOK_STEP_S)
        found = [one for name, station in stations.items() for one in self._passes_of(name, station, times)]
        within = (one for one in found if one.set_tai_s > from_tai_s and one.rise_tai_s < to_tai_s)
        return tuple(sorted(within, key=lambda one: (one.rise_tai_s, one.station)))

    def next_pass(self, stations: Mapping[str, Station], tai_s: float, within_s: float = 2 * S_PER_DAY) -> Pass | None:
        """The pass that is under way or else the first to come; None if none begins `within_s`."""
        for span_s in (min(_FIRST_LOOK_S, within_s), within_s):
            if found := self.passes(stations, tai_s, tai_s + span_s):
                return found[0]
        return None

    def _shade(self, times: Array) -> Array:
        return -shadow.sun_above_limb_rad(self.state(times)[0], sun_position_km(times))

    def _passes_of(self, name: str, station: Station, times: Array) -> list[Pass]:
        mask_rad = np.radians(station.mask_deg)

        def above_mask_rad(at: Array) -> Array:
            return np.asarray(elevation_rad(station, self.state(at)[0], at) - mask_rad)

        edges, rises = crossings(above_mask_rad, times)
        first = 0 if edges.size == 0 or rises[0] else 1
        peaks = summits(above_mask_rad, times, above_mask_rad(times))
        heights_deg = np.degrees(above_mask_rad(peaks)) + station.mask_deg
        found = []
        for rise, end in zip(edges[first::2], edges[first + 1 :: 2], strict=False):
            inside = np.flatnonzero((rise < peaks) & (peaks < end))
            peak, height_deg = max(
                ((float(peaks[i]), float(heights_deg[i])) for i in inside),
                key=lambda one: one[1],
                default=((rise + end) / 2, station.mask_deg),
            )
            found.append(
                Pass(
                    station=name,
                    rise_tai_s=float(rise),
                    peak_tai_s=float(peak),
                    set_tai_s=float(end),
                    peak_elevation_deg=height_deg,
                )
            )
        return found
