"""Where the Sun is, to 0.01° between 1950 and 2050: a satellite moves as far against its shadow in 0.2 s.

Ref: The Astronomical Almanac, section C, low-precision formulas for the Sun.
"""

import numpy as np
from numpy.typing import ArrayLike

from flightsw.orbit.times import Array, days_since_j2000

AU_KM = 149_597_870.7
SUN_RADIUS_KM = 695_700.0
"""Nominal solar radius, IAU 2015 resolution B3."""


def sun_mean_longitude_rad(tai_s: ArrayLike) -> Array:
    """The mean Sun's longitude, which is its right ascension on the equator of date, aberration included."""
    return np.asarray(np.radians((280.460 + 0.9856474 * days_since_j2000(tai_s)) % 360.0))


def sun_position_km(tai_s: ArrayLike) -> Array:
    """The Sun as seen from the Earth, (…, 3), in the frame of the equator and equinox of date."""
    days = days_since_j2000(tai_s)
    anomaly = np.radians((357.528 + 0.9856003 * days) % 360.0)
    longitude = sun_mean_longitude_rad(tai_s) + np.radians(1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    distance_km = AU_KM * (1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2 * anomaly))
    obliquity = np.radians(23.439 - 0.0000004 * days)
    direction = np.stack(
        [np.cos(longitude), np.cos(obliquity) * np.sin(longitude), np.sin(obliquity) * np.sin(longitude)], axis=-1
    )
    return np.asarray(distance_km[..., np.newaxis] * direction)
