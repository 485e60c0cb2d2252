"""What falls on the satellite, second by second: sunlight, what the Earth reflects of it, and the Earth's own warmth.

The Earth is a sphere that reflects evenly and is everywhere as warm. Powers are of a square metre. Sources: the Sun's
1,361 W/m² at 1 au (G. Kopp, J. Lean, Geophys. Res. Lett. 38, L01706, 2011); the Earth's albedo 0.30 and its 239 W/m²
(which is what it takes in: 1361 / 4 * (1 - 0.30), rounded up).
"""

from dataclasses import dataclass

import numpy as np

from flightsw.orbit import Orbit, sun_position_km

SUN_W_PER_M2 = 1361.0
ALBEDO = 0.30
EARTH_W_PER_M2 = 239.0
_AU_KM = 149_597_870.7
_EARTH_KM = 6378.137
_TUMBLING_INCIDENCE = 0.25
"""A flat plate that shows every side to the Sun in turn, and has cells on one of them."""
BLOCK_S = 900


@dataclass(frozen=True, slots=True)
class Light:
    """One second's means. `incidence` is the cosine at which the array sees the Sun; 1 is straight on.

    sun_w_per_m2: on a plate that faces the Sun, 0 in shadow; albedo, earth: on one that faces the Earth.
    """

    sun_w_per_m2: float
    incidence: float
    albedo_w_per_m2: float
    earth_w_per_m2: float


class Sunlight:
    """The light of each second after a start, worked out a quarter of an hour at a time.

    Args:
        orbit: the true one.
        attitude: how the array is held, one of `flightsw.mission.satellite.ATTITUDES`.
        start_tai_s: second 0.
    """

    def __init__(self, orbit: Orbit, attitude: str, start_tai_s: float) -> None:
        self._orbit = orbit
        self._attitude = attitude
        self._start_tai_s = start_tai_s
        self._block = -1
        self._lights: list[Light] = []

    def during(self, second: int) -> Light:
        """From that second to the next."""
        block, at = divmod(second, BLOCK_S)
        if block != self._block:
            self._block, self._lights = block, self._work_out(block * BLOCK_S)
        return self._lights[at]

    def _work_out(self, first: int) -> list[Light]:
        """The mean of each second by Simpson's rule: the penumbra alone changes within one, and slowly."""
        times = self._start_tai_s + first + np.arange(2 * BLOCK_S + 1) / 2
        fraction = self._orbit.sunlit_fraction(times)
        mean_fraction = (fraction[:-2:2] + 4 * fraction[1:-1:2] + fraction[2::2]) / 6
        middle = times[1::2]
        position_km, sun_km = self._orbit.state(middle)[0], sun_position_km(middle)
        distance_km, sun_distance_km = np.linalg.norm(position_km, axis=1), np.linalg.norm(sun_km, axis=1)
        sun_w = SUN_W_PER_M2 * (_AU_KM / sun_distance_km) ** 2
        height = np.sum(position_km * sun_km, axis=1) / (distance_km * sun_distance_km)
        view = (_EARTH_KM / distance_km) ** 2
        if self._attitude == "zenith_pointing":
            incidence = np.maximum(0.0, height)
        else:
            incidence = np.full(BLOCK_S, 1.0 if self._attitude == "sun_pointing" else _TUMBLING_INCIDENCE)
        columns = (
            sun_w * mean_fraction,
            incidence,
            ALBEDO * sun_w * view * np.maximum(0.0, height),
            EARTH_W_PER_M2 * view,
        )
        return [Light(*row) for row in np.stack(columns, axis=1).tolist()]
