"""The Earth's shadow: two cones behind a sphere, the umbra where the Sun is hidden and the penumbra around it.

The Earth is a sphere of its equatorial radius without air. The real one is 21 km flatter at the poles, which makes its
shadow smaller there, and its air dims and bends the last light, which makes it larger by about as much; either moves
an edge by a few seconds, and by more where the satellite only grazes the shadow.

The Sun is an evenly bright disc. Ref: O. Montenbruck, E. Gill, Satellite Orbits, 3.4.2 (the area that two discs share).
"""

import numpy as np

from flightsw.orbit.elements import EARTH_RADIUS_KM
from flightsw.orbit.sun import SUN_RADIUS_KM
from flightsw.orbit.times import Array


def sun_above_limb_rad(position_km: Array, sun_km: Array) -> Array:
    """How high the Sun's centre stands above the Earth's limb, as an angle at the satellite; negative behind it.

    Args:
        position_km, sun_km: (…, 3), satellite and Sun from the Earth's centre.
    """
    _, earth, between = _angles_rad(position_km, sun_km)
    return np.asarray(between - earth)


def sunlit_fraction(position_km: Array, sun_km: Array) -> Array:
    """The part of the Sun's disc that the satellite sees: 0 in umbra, 1 outside both cones."""
    sun, earth, between = _angles_rad(position_km, sun_km)
    touches = (between < sun + earth) & (between > earth - sun)
    # Where the discs do not cross, any pair that does keeps the formula in its range; it is not used.
    crossing = np.where(touches, between, earth)
    sun_part = (crossing**2 + sun**2 - earth**2) / (2 * crossing)
    height = np.sqrt(np.maximum(0.0, sun**2 - sun_part**2))
    hidden = (
        sun**2 * np.arccos(np.clip(sun_part / sun, -1, 1))
        + earth**2 * np.arccos(np.clip((crossing - sun_part) / earth, -1, 1))
        - crossing * height
    ) / (np.pi * sun**2)
    return np.where(touches, 1 - hidden, np.where(between >= sun + earth, 1.0, 0.0))


def _angles_rad(position_km: Array, sun_km: Array) -> tuple[Array, Array, Array]:
    """At the satellite: the Sun's radius, the Earth's radius, and the angle between their centres."""
    to_sun_km = sun_km - position_km
    sun_distance_km = np.linalg.norm(to_sun_km, axis=-1)
    earth_distance_km = np.linalg.norm(position_km, axis=-1)
    cosine = -np.sum(position_km * to_sun_km, axis=-1) / (sun_distance_km * earth_distance_km)
    return (
        np.arcsin(SUN_RADIUS_KM / sun_distance_km),
        np.arcsin(np.minimum(1.0, EARTH_RADIUS_KM / earth_distance_km)),
        np.arccos(np.clip(cosine, -1, 1)),
    )
