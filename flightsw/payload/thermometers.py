"""How warm the payload is, told by several thermometers of which one may be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

CREDIBLE_CENTIDEGC = range(-10_000, 15_000)
"""What a temperature sensor can show; beyond it the sensor is broken, not the satellite."""
TOLERANCE_CENTIDEGC = 3000
"""How much warmer than every other one a thermometer may be and still be believed: hot spots are real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmth:
    """What is believed, None if no thermometer is. `beyond` show what can't be, `outvoted` stand alone."""

    centidegc: int | None
    beyond: frozenset[int] = frozenset()
    outvoted: frozenset[int] = frozenset()


def warmest(readings: Mapping[int, int]) -> Warmth:
    """The highest temperature that another thermometer does not contradict.

    Of two that disagree the warmer is believed: it takes a third to tell which is wrong.

    Args:
        readings: in hundredths of a degree Celsius, by thermometer.
    """
    beyond = frozenset(one for one, value in readings.items() if value not in CREDIBLE_CENTIDEGC)
    rising = sorted((value, one) for one, value in readings.items() if one not in beyond)
    outvoted = set()
    while len(rising) > 2 and rising[-1][0] - rising[-2][0] > TOLERANCE_CENTIDEGC:
        outvoted.add(rising.pop()[1])
    return Warmth(centidegc=rising[-1][0] if rising else None, beyond=beyond, outvoted=frozenset(outvoted))
