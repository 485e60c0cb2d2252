"""A ground station, and how a satellite is seen from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from flightsw.orbit.times import Array, sidereal_angle_rad

LIGHT_KM_PER_S = 299_792.458
EARTH_RATE_RAD_PER_S = 7.292_115_855_3e-5
"""Against the equinox of date."""
_WGS84_RADIUS_KM = 6378.137
_WGS84_FLATTENING = 1 / 298.257223563


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place on the WGS 84 ellipsoid, and the elevation above which it sees satellites. Raises ValueError."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float = 0.0
    mask_deg: float = 5.0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("latitude_deg", -90, 90),
            ("longitude_deg", -180, 360),
            ("altitude_m", -500, 9000),
            ("mask_deg", 0, 60),
        ):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} = {getattr(self, name)} is not from {low} to {high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a station sees a satellite, without refraction; the range grows where its rate is above 0."""

    elevation_deg: float
    azimuth_deg: float
    range_km: float
    range_rate_km_per_s: float

    @property
    def light_time_s(self) -> float:
        """One way."""
        return self.range_km / LIGHT_KM_PER_S


def elevation_rad(station: Station, position_km: Array, tai_s: ArrayLike) -> Array:
    """Elevation of satellites at positions (…, 3) of the inertial frame, at times (…)."""
    _, _, up, offset_km, _ = _topocentric(station, position_km, tai_s)
    sine = np.sum(up * offset_km, axis=-1) / np.linalg.norm(offset_km, axis=-1)
    return np.asarray(np.arcsin(np.clip(sine, -1, 1)))


def look(station: Station, position_km: Array, velocity_km_per_s: Array, tai_s: float) -> Look:
    """How a satellite with that position and velocity, (3,) each, is seen."""
    east, north, up, offset_km, place_km = _topocentric(station, position_km, tai_s)
    range_km = float(np.linalg.norm(offset_km))
    place_velocity = EARTH_RATE_RAD_PER_S * np.array([-place_km[1], place_km[0], 0.0])
    rate = float(np.dot(offset_km, velocity_km_per_s - place_velocity)) / range_km
    return Look(
        elevation_deg=float(np.degrees(np.arcsin(np.clip(np.dot(up, offset_km) / range_km, -1, 1)))),
        azimuth_deg=float(np.degrees(np.arctan2(np.dot(east, offset_km), np.dot(north, offset_km))) % 360.0),
        range_km=range_km,
        range_rate_km_per_s=rate,
    )


def _topocentric(station: Station, position_km: Array, tai_s: ArrayLike) -> tuple[Array, Array, Array, Array, Array]:
    """East, north, up, the satellite from the station, and the station, each (…, 3) in the inertial frame."""
    latitude = np.radians(station.latitude_deg)
    longitude = np.radians(station.longitude_deg) + sidereal_angle_rad(tai_s)
    sine, cosine = np.sin(latitude), np.cos(latitude)
    east_x, east_y = -np.sin(longitude), np.cos(longitude)
    out_x, out_y = np.cos(longitude), np.sin(longitude)
    one = np.ones_like(longitude)
    east = np.stack([east_x, east_y, 0 * one], axis=-1)
    north = np.stack([-sine * out_x, -sine * out_y, cosine * one], axis=-1)
    up = np.stack([cosine * out_x, cosine * out_y, sine * one], axis=-1)
    eccentricity2 = _WGS84_FLATTENING * (2 - _WGS84_FLATTENING)
    normal_km = _WGS84_RADIUS_KM / np.sqrt(1 - eccentricity2 * sine**2)
    altitude_km = station.altitude_m / 1000
    axis_km = (normal_km + altitude_km) * cosine
    pole_km = (normal_km * (1 - eccentricity2) + altitude_km) * sine
    place_km = np.stack([axis_km * out_x, axis_km * out_y, pole_km * one], axis=-1)
    return east, north, up, position_km - place_km, place_km
