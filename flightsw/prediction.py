"""The Earth's shadow as the flight software foresees it, from elements that ground has uploaded.

Times are looked up where they are needed: the next two edges are kept until the first is past. Nothing is predicted
from elements too far from their epoch, nor before ground has set the time: the board's sunlight sensor is all there is.
"""

from flightsw.orbit import Elements, Orbit, OrbitError
from flightsw.payload import Sky

US_PER_S = 1_000_000
LOOK_AHEAD_S = 86_400
"""In a day without an edge there is none to be foreseen, and a day later it is looked again."""

_S_PER_DAY = 86_400


class Prediction:
    """Whether the satellite is in the shadow, and when that changes.

    Args:
        elements: of the orbit, None while none are known.
        max_age_days: how far from their epoch elements are good.
    """

    def __init__(self, elements: Elements | None, max_age_days: float) -> None:
        self._max_age_s = max_age_days * _S_PER_DAY
        self._sky: Sky | None = None
        self._offset_us: int | None = None
        self._known_us = (0, 0)
        self._is_refused = False
        self.set_elements(elements)

    @property
    def elements(self) -> Elements | None:
        return self._elements

    @property
    def next_deadline_us(self) -> int | None:
        """When `sky` will be another, though no elements come; on the monotonic clock."""
        return self._known_us[1] if self._sky is not None else None

    def set_elements(self, elements: Elements | None) -> None:
        """Predict from these from now on."""
        self._elements = elements
        self._orbit = None if elements is None else Orbit(elements)
        self._known_us = (0, 0)
        self._is_refused = False

    def age_days(self, now_us: int) -> int:
        """How far the epoch lies back, less than 0 if it is to come; 0 while that is not known."""
        if self._elements is None or self._offset_us is None:
            return 0
        return round(((now_us + self._offset_us) / US_PER_S - self._elements.epoch_tai_s) / _S_PER_DAY)

    def sky(self, now_us: int, clock_offset_us: int | None) -> Sky | None:
        """What is foreseen at a time of the monotonic clock, which on-board time is ahead of; None: nothing.

        Costs a look at the clock, but for once in an edge's time, when it costs milliseconds.
        """
        if self._orbit is None or clock_offset_us is None:
            return None
        begin_us, end_us = self._known_us
        if clock_offset_us != self._offset_us or not begin_us <= now_us < end_us:
            self._offset_us = clock_offset_us
            self._sky, self._known_us = _look(self._orbit, self._max_age_s, now_us, clock_offset_us)
        return self._sky

    def take_stale(self) -> bool:
        """Whether the elements have just been found to be of no use; told once for each."""
        is_stale = self._orbit is not None and self._sky is None and self._known_us[1] > 0
        is_news, self._is_refused = is_stale and not self._is_refused, is_stale
        return is_news


def _look(orbit: Orbit, max_age_s: float, now_us: int, offset_us: int) -> tuple[Sky | None, tuple[int, int]]:
    """The sky, and from when until when it is that."""

    def monotonic_us(tai_s: float) -> int:
        return round(tai_s * US_PER_S) - offset_us

    tai_s = (now_us + offset_us) / US_PER_S
    epoch_tai_s = orbit.elements.epoch_tai_s
    tomorrow_us = now_us + LOOK_AHEAD_S * US_PER_S
    if abs(tai_s - epoch_tai_s) > max_age_s:
        fresh_us = monotonic_us(epoch_tai_s - max_age_s)
        return None, (now_us, fresh_us if now_us < fresh_us < tomorrow_us else tomorrow_us)
    try:
        first = orbit.next_shadow_edge(tai_s, LOOK_AHEAD_S)
        if first is None:
            return Sky(is_sunlit=orbit.is_sunlit(tai_s)), (now_us, tomorrow_us)
        second = orbit.next_shadow_edge(first.tai_s + 1, LOOK_AHEAD_S)
    except OrbitError:
        return None, (now_us, tomorrow_us)
    first_us = monotonic_us(first.tai_s)
    second_us = None if second is None else monotonic_us(second.tai_s)
    sky = Sky(
        is_sunlit=first.is_entry,
        eclipse_us=first_us if first.is_entry else second_us,
        sunlight_us=second_us if first.is_entry else first_us,
    )
    return sky, (now_us, max(first_us, now_us + 1))
