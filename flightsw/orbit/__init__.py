"""Where the satellite is, when it is in the Earth's shadow, which station sees it: predicted from elements."""

from flightsw.orbit.elements import Elements, ElementsError, circular, sun_synchronous
from flightsw.orbit.orbit import Orbit, OrbitError, Pass, ShadowEdge
from flightsw.orbit.station import Look, Station
from flightsw.orbit.sun import sun_position_km
from flightsw.orbit.times import TAI_MINUS_UTC_S, tai_s, utc

__all__ = [
    "TAI_MINUS_UTC_S",
    "Elements",
    "ElementsError",
    "Look",
    "Orbit",
    "OrbitError",
    "Pass",
    "ShadowEdge",
    "Station",
    "circular",
    "sun_position_km",
    "sun_synchronous",
    "tai_s",
    "utc",
]
