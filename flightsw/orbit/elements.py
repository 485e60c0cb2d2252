"""The elements of an orbit, as sgp4 takes them: mean elements in the frame of the equator and equinox of date."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from sgp4.api import WGS72, Satrec

from flightsw.orbit.sun import sun_mean_longitude_rad
from flightsw.orbit.times import S_PER_DAY, from_julian_date

TLE_LINE_LENGTH = 69
EARTH_RADIUS_KM = 6378.137
"""Equatorial, of WGS 84."""
_SGP4_EPOCH_TAI_S = from_julian_date(2_433_281.5, 0.0)  # 1949-12-31, from which sgp4 counts days
_MU_KM3_PER_S2 = 398_600.8
_J2 = 1.082616e-3
_RADIUS_WGS72_KM = 6378.135
_TROPICAL_YEAR_S = 365.242190 * S_PER_DAY
_RAD_PER_MIN = 2 * math.pi / 1440


class ElementsError(ValueError):
    """What was given are no elements of an orbit around the Earth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Mean elements at an epoch, and `bstar`, the drag term in inverse Earth radii. Raises ElementsError."""

    epoch_tai_s: float
    mean_motion_rev_per_day: float
    eccentricity: float
    inclination_deg: float
    raan_deg: float
    argument_of_perigee_deg: float
    mean_anomaly_deg: float
    bstar: float = 0.0

    def __post_init__(self) -> None:
        _in_range("epoch_tai_s", self.epoch_tai_s, 0.0, 2.0**32)
        _in_range("mean_motion_rev_per_day", self.mean_motion_rev_per_day, 6.4, 17.0)
        _in_range("eccentricity", self.eccentricity, 0.0, 0.3)
        _in_range("inclination_deg", self.inclination_deg, 0.0, 180.0)
        for name in ("raan_deg", "argument_of_perigee_deg", "mean_anomaly_deg"):
            _in_range(name, getattr(self, name), 0.0, 360.0)
        _in_range("bstar", self.bstar, -1.0, 1.0)

    @classmethod
    def from_tle(cls, text: str) -> Self:
        """Two lines, perhaps below a name. Raises ElementsError for a wrong length, checksum, number or orbit."""
        lines = [line.rstrip() for line in text.splitlines() if line.strip()][-2:]
        if len(lines) != 2:
            raise ElementsError(f"a TLE has two lines, not {len(lines)}")
        for number, line in enumerate(lines, start=1):
            _check_line(number, line)
        try:
            satrec = Satrec.twoline2rv(*lines)
        except ValueError as error:
            raise ElementsError(str(error)) from error
        return cls(
            epoch_tai_s=from_julian_date(satrec.jdsatepoch, satrec.jdsatepochF),
            mean_motion_rev_per_day=satrec.no_kozai / _RAD_PER_MIN,
            eccentricity=satrec.ecco,
            inclination_deg=math.degrees(satrec.inclo),
            raan_deg=math.degrees(satrec.nodeo),
            argument_of_perigee_deg=math.degrees(satrec.argpo),
            mean_anomaly_deg=math.degrees(satrec.mo),
            bstar=satrec.bstar,
        )

    def satrec(self) -> Satrec:
        """What sgp4 propagates."""
        satrec = Satrec()
        satrec.sgp4init(
            WGS72,
            "i",
            0,
            (self.epoch_tai_s - _SGP4_EPOCH_TAI_S) / S_PER_DAY,
            self.bstar,
            0.0,
            0.0,
            self.eccentricity,
            math.radians(self.argument_of_perigee_deg),
            math.radians(self.inclination_deg),
            math.radians(self.mean_anomaly_deg),
            self.mean_motion_rev_per_day * _RAD_PER_MIN,
            math.radians(self.raan_deg),
        )
        return satrec


def circular(altitude_km: float, inclination_deg: float, epoch_tai_s: float, *, raan_deg: float = 0.0) -> Elements:
    """A circular orbit at a height above the equator's radius, at its ascending node at the epoch."""
    radius_km = EARTH_RADIUS_KM + altitude_km
    mean_motion = math.sqrt(_MU_KM3_PER_S2 / radius_km**3) * S_PER_DAY / (2 * math.pi)
    return Elements(
        epoch_tai_s=epoch_tai_s,
        mean_motion_rev_per_day=mean_motion,
        eccentricity=0.0,
        inclination_deg=inclination_deg,
        raan_deg=raan_deg % 360.0,
        argument_of_perigee_deg=0.0,
        mean_anomaly_deg=0.0,
    )


def sun_synchronous(altitude_km: float, ltan_h: float, epoch_tai_s: float) -> Elements:
    """A circular orbit whose ascending node stays at a local mean solar time, by the J2 term alone.

    The node's rate -3/2 n J2 (R/a)² cos i is set to one turn in a tropical year. Raises ElementsError for a height at
    which no inclination does that.
    """
    radius_km = EARTH_RADIUS_KM + altitude_km
    mean_motion_rad_per_s = math.sqrt(_MU_KM3_PER_S2 / radius_km**3)
    wanted = 2 * math.pi / _TROPICAL_YEAR_S
    cosine = -wanted / (1.5 * mean_motion_rad_per_s * _J2 * (_RADIUS_WGS72_KM / radius_km) ** 2)
    if not -1 <= cosine <= 0:
        raise ElementsError(f"no orbit at {altitude_km} km is Sun-synchronous")
    raan_deg = math.degrees(float(sun_mean_longitude_rad(np.float64(epoch_tai_s)))) + 15.0 * (ltan_h - 12.0)
    return circular(altitude_km, math.degrees(math.acos(cosine)), epoch_tai_s, raan_deg=raan_deg)


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ElementsError(f"{name} = {value} is not from {low} to {high}")


def _check_line(number: int, line: str) -> None:
    if len(line) != TLE_LINE_LENGTH or not line.isascii():
        raise ElementsError(f"line {number} of a TLE has {TLE_LINE_LENGTH} columns, not {len(line)}")
    if line[0] != str(number):
        raise ElementsError(f"line {number} of a TLE begins with {line[0]!r}")
    checksum = sum(int(c) if c.isdigit() else c == "-" for c in line[:-1]) % 10
    if line[-1] != str(checksum):
        raise ElementsError(f"line {number} of a TLE ends with {line[-1]!r}; its checksum is {checksum}")
