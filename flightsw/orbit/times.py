"""Time as this package counts it: TAI seconds since 1958-01-01, as on-board time does, in floats (0.24 µs apart).

UTC is TAI less the leap seconds, 37 of them since 2017; UT1, the Earth's rotation, is taken to be UTC, from which it
is kept within 0.9 s (a pass then begins at most 0.06 s early or late).
"""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

TAI_MINUS_UTC_S = 37.0
S_PER_DAY = 86_400.0
Array: TypeAlias = NDArray[np.float64]

_EPOCH = datetime(1958, 1, 1, tzinfo=UTC)
_EPOCH_JD = 2_436_204.5
_J2000_JD = 2_451_545.0
_DAYS_PER_CENTURY = 36_525.0


def tai_s(utc: datetime) -> float:
    """A moment since 2017 → TAI seconds since 1958. Raises ValueError for a time without a zone."""
    if utc.tzinfo is None:
        raise ValueError(f"{utc} has no time zone: write it with a Z")
    return (utc - _EPOCH) / timedelta(seconds=1) + TAI_MINUS_UTC_S


def utc(tai_s: float) -> datetime:
    """TAI seconds since 1958 → UTC, to the microsecond."""
    return _EPOCH + timedelta(seconds=tai_s - TAI_MINUS_UTC_S)


def julian_date(tai_s: ArrayLike) -> tuple[Array, Array]:
    """TAI seconds → the UTC Julian date, in whole and fractional days, as sgp4 takes it."""
    days = (np.asarray(tai_s, dtype=np.float64) - TAI_MINUS_UTC_S) / S_PER_DAY
    whole = np.floor(days)
    return _EPOCH_JD + whole, days - whole


def from_julian_date(whole: float, fraction: float) -> float:
    """The UTC Julian date in two parts → TAI seconds."""
    return (whole - _EPOCH_JD + fraction) * S_PER_DAY + TAI_MINUS_UTC_S


def days_since_j2000(tai_s: ArrayLike) -> Array:
    """Days of 86,400 s since 2000-01-01 12:00 UTC."""
    whole, fraction = julian_date(tai_s)
    return (whole - _J2000_JD) + fraction


def sidereal_angle_rad(tai_s: ArrayLike) -> Array:
    """Greenwich mean sidereal time as an angle: from the equinox of date to the Greenwich meridian, eastwards.

    Ref: the 1982 expression by S. Aoki et al., "The new definition of Universal Time", Astron. Astrophys. 105.
    """
    days = days_since_j2000(tai_s)
    centuries = days / _DAYS_PER_CENTURY
    seconds = 67_310.54841 + 8_640_184.812866 * centuries + (0.093104 - 6.2e-6 * centuries) * centuries**2
    turns = (days + seconds / S_PER_DAY) % 1.0
    return np.asarray(2 * np.pi * turns)
