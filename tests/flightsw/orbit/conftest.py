"""The four orbits that predictions are held against skyfield on, each for 50 revolutions."""

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import numpy as np
import pytest

from flightsw.orbit import Elements, Orbit, Station, circular, sun_synchronous, tai_s

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # skyfield-data warns of the age of a file that is not read
    skyfield_api = pytest.importorskip("skyfield.api", reason="pip install skyfield skyfield-data")
    from skyfield_data import get_skyfield_data_path

    EPHEMERIS = skyfield_api.Loader(get_skyfield_data_path(), verbose=False)("de421.bsp")
TIMESCALE = skyfield_api.load.timescale(builtin=True)
REVOLUTIONS = 50
Array: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    """An orbit of ours, and what skyfield says about the same elements. Times are TAI seconds since 1958."""

    elements: Elements

    @property
    def orbit(self) -> Orbit:
        return Orbit(self.elements)

    @property
    def span(self) -> tuple[float, float]:
        begin = self.elements.epoch_tai_s
        return begin, begin + REVOLUTIONS * 86_400 / self.elements.mean_motion_rev_per_day

    def is_sunlit(self, times: Array) -> Array:
        return np.asarray(self._satellite.at(_moments(times)).is_sunlit(EPHEMERIS))

    def positions_km(self, times: Array) -> tuple[Array, Array]:
        """Of the satellite and of the apparent Sun, (n, 3) each."""
        sun = EPHEMERIS["earth"].at(_moments(times)).observe(EPHEMERIS["sun"]).apparent()
        return self._satellite.at(_moments(times)).position.km.T, sun.position.km.T

    def above_mask_deg(self, station: Station, times: Array) -> Array:
        altitude, _, _ = (self._satellite - _place(station)).at(_moments(times)).altaz()
        return np.asarray(altitude.degrees - station.mask_deg)

    def look(self, station: Station, time: float) -> tuple[float, float, float, float]:
        """Elevation and azimuth in degrees, range in km, range rate in km/s."""
        seen = (self._satellite - _place(station)).at(_moments(time))
        altitude, azimuth, distance, _, _, rate = seen.frame_latlon_and_rates(_place(station))
        return altitude.degrees, azimuth.degrees, distance.km, rate.km_per_s

    @property
    def _satellite(self) -> Any:
        return skyfield_api.EarthSatellite.from_satrec(self.elements.satrec(), TIMESCALE)


def _moments(times: Any) -> Any:
    days = np.floor(np.asarray(times) / 86_400)
    return TIMESCALE.tai_jd(2_436_204.5 + days, (np.asarray(times) - days * 86_400) / 86_400)


def _place(station: Station) -> Any:
    return skyfield_api.wgs84.latlon(station.latitude_deg, station.longitude_deg, elevation_m=station.altitude_m)


def _at(*date: int) -> float:
    return tai_s(datetime(*date, tzinfo=UTC))


CASES = {
    "550 km LTAN 18:00": Case(sun_synchronous(550, 18.0, _at(2026, 6, 21))),
    "550 km LTAN 10:30": Case(sun_synchronous(550, 10.5, _at(2026, 3, 20))),
    "ISS-like": Case(circular(420, 51.64, _at(2026, 5, 1), raan_deg=120)),
    "325 km": Case(circular(325, 96.8, _at(2026, 9, 1), raan_deg=200)),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found
