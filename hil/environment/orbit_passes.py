"""Which ground station sees the satellite, from its true orbit: the schedule of contacts that the channel follows."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from flightsw.orbit import Orbit, Station
from hil.channel.passes import Contact

_S_NS = 1_000_000_000
_AHEAD_S = 86_400.0
_GIVE_UP_S = 10 * _AHEAD_S


@dataclass(frozen=True, slots=True)
class _Window:
    begin_ns: int
    end_ns: int
    station: str


class OrbitPasses:
    """Contacts with the stations of a mission; where two see the satellite, the one that saw it first keeps it.

    Args:
        orbit: the true one.
        stations: by their names.
        start_tai_s: when the bench's clock is at 0.
    """

    def __init__(self, orbit: Orbit, stations: Mapping[str, Station], start_tai_s: float) -> None:
        self._orbit = orbit
        self._stations = stations
        self._start_tai_s = start_tai_s
        self._windows: list[_Window] = []
        self._known_s = 0.0

    def contact(self, now_ns: int) -> Contact | None:
        """The station that sees the satellite; None while none does."""
        window = self._window(now_ns)
        if window is None or now_ns < window.begin_ns:
            return None
        look = self._orbit.look(self._stations[window.station], self._start_tai_s + now_ns / _S_NS)
        return Contact(
            station=window.station,
            range_km=look.range_km,
            elevation_deg=look.elevation_deg,
            range_rate_km_per_s=look.range_rate_km_per_s,
            ends_ns=window.end_ns,
        )

    def next_edge_ns(self, now_ns: int) -> int | None:
        """When the contact next begins, ends or changes its station, after `now_ns`; None: not for ten days."""
        window = self._window(now_ns)
        if window is None:
            return None
        return window.begin_ns if now_ns < window.begin_ns else window.end_ns

    def _window(self, now_ns: int) -> _Window | None:
        """The contact that goes on or comes next."""
        last_s = now_ns / _S_NS + _GIVE_UP_S
        while (not self._windows or self._windows[-1].end_ns <= now_ns) and self._known_s < last_s:
            self._look_ahead()
        at = bisect_right(self._windows, now_ns, key=lambda window: window.end_ns)
        return self._windows[at] if at < len(self._windows) else None

    def _look_ahead(self) -> None:
        """Learn the passes of one more day."""
        begin_s, self._known_s = self._known_s, self._known_s + _AHEAD_S
        begin, end = self._start_tai_s + begin_s, self._start_tai_s + self._known_s
        for one in self._orbit.passes(self._stations, begin, end):
            if one.rise_tai_s >= begin or begin_s == 0:
                self._add(self._ns(one.rise_tai_s), self._ns(one.set_tai_s), one.station)

    def _add(self, begin_ns: int, end_ns: int, station: str) -> None:
        begin_ns = max(begin_ns, self._windows[-1].end_ns if self._windows else 0)
        if begin_ns < end_ns:
            self._windows.append(_Window(begin_ns, end_ns, station))

    def _ns(self, tai_s: float) -> int:
        return round((tai_s - self._start_tai_s) * _S_NS)
