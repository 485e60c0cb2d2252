"""Climbing the table of fault responses: faults are debounced, counted, answered, escalated, and end.

`step` is pure. It is told which faults hold and which have just happened, each with the part it is in (a rail, a
sensor), and says what is to be done; whoever calls it watches and does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from flightsw.payload.fault_table import ROWS, End, Fault, Level, Response, Row
from flightsw.payload.vocabulary import ModeReason

US_PER_S = 1_000_000
COUNTED_US = 3600 * US_PER_S
"""How long a fault is counted."""
MAX_TIMES = 16
"""Times that are kept of one fault in one part."""
MAX_DOUBLINGS = 6
"""Of a back-off."""

Key = tuple[Fault, int]
"""A fault, and which of the unit's parts it is in."""
Debounces = Mapping[Fault, float]
"""In seconds, of those faults whose debounce the mission sets."""

_OFF = frozenset({Response.PAYLOAD_OFF, Response.PAYLOAD_LOCKED, Response.SAFE, Response.RESTART})


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What is known of one fault in one part.

    Its condition has held since `since_us`, been away since `away_us`; the fault counts since `raised_us`, has climbed
    to `rung` (-1: it is over), and came at `times_us`. The payload stays off until `off_until_us`, and while
    `is_locked`.
    """

    since_us: int | None = None
    away_us: int | None = None
    raised_us: int | None = None
    rung: int = -1
    times_us: tuple[int, ...] = ()
    off_until_us: int = 0
    is_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultState:
    """All tracks there are, by fault and part."""

    tracks: Mapping[Key, Track] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Effect: this is to be done now. It is the `count`-th time within the hour."""

    fault: Fault
    part: int
    level: Level
    response: Response
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """Effect: the fault has ended."""

    fault: Fault
    part: int


Effect = Answer | Over


def step(
    debounces: Debounces, state: FaultState, holding: Collection[Key], happened: Collection[Key], now_us: int
) -> tuple[FaultState, tuple[Effect, ...]]:
    """The next state and what is to be done. `holding`: conditions that are true now; `happened`: events just now."""
    tracks: dict[Key, Track] = {}
    effects: list[Effect] = []
    for key in sorted({*state.tracks, *holding, *happened}):
        climb = _Climb(key, debounce_us(debounces, key[0]), state.tracks.get(key, Track()), now_us, effects)
        climb.forget()
        if key in happened:
            climb.come()
        if key in holding:
            climb.hold()
        else:
            climb.leave()
        if climb.track != Track():
            tracks[key] = climb.track
    return FaultState(tracks=tracks), tuple(effects)


def clear(state: FaultState) -> FaultState:
    """Ground has cleared the faults: locks, counts and back-offs are gone, and what holds still holds."""
    return _cleared(state, frozenset(state.tracks))


def clear_rails(state: FaultState, rails: int) -> FaultState:
    """Ground has cleared some rails, bit r for rail r: the same of their faults alone."""
    return _cleared(
        state, frozenset(key for key in state.tracks if ROWS[key[0]].unit == "rail" and rails >> key[1] & 1)
    )


def kept(state: FaultState, now_us: int) -> FaultState:
    """What outlives a restart, its times counted from now on: counts, locks, back-offs, and ground's silence.

    Everything else is seen again.
    """
    tracks = {}
    for key, track in state.tracks.items():
        if ROWS[key[0]].end is not End.CONTACT:
            track = replace(track, since_us=None, away_us=None, raised_us=None, rung=-1)
        if track != Track():
            tracks[key] = _moved(track, -now_us)
    return FaultState(tracks=tracks)


def resumed(state: FaultState, now_us: int) -> FaultState:
    """What `kept` has kept, as it is now; the time between does not count."""
    return FaultState(tracks={key: _moved(track, now_us) for key, track in state.tracks.items()})


def payload_off_by(state: FaultState, now_us: int | None) -> ModeReason | None:
    """Why the payload may not be on now; without a time back-offs do not count, which end by themselves."""
    keys = (key for key, track in state.tracks.items() if _is_off(key, track, now_us))
    return next((ROWS[fault].reason for fault, _ in keys), None)


def safe_by(state: FaultState) -> ModeReason | None:
    """Why the satellite must be SAFE now."""
    keys = (key for key, track in state.tracks.items() if _response(key, track) is Response.SAFE)
    return next((ROWS[fault].reason for fault, _ in keys), None)


def deadline_us(debounces: Debounces, state: FaultState, now_us: int) -> int | None:
    """When `step` has something to do though nothing changes."""
    due = [
        at
        for key, track in state.tracks.items()
        for at in _deadlines(key, debounce_us(debounces, key[0]), track, now_us)
    ]
    return min(due, default=None)


def debounce_us(debounces: Debounces, fault: Fault) -> int:
    """How long a condition must hold before it counts, and be away before the fault is over."""
    debounce_s = ROWS[fault].debounce_s
    return round((debounces[fault] if debounce_s is None else debounce_s) * US_PER_S)


@dataclass(slots=True)
class _Climb:
    """One step of one track."""

    key: Key
    debounce_us: int
    track: Track
    now_us: int
    effects: list[Effect]

    @property
    def row(self) -> Row:
        return ROWS[self.key[0]]

    def forget(self) -> None:
        """Let go of what is long past."""
        track = self.track
        times_us = tuple(at for at in track.times_us if self.now_us - at < COUNTED_US)
        self.track = replace(
            track, times_us=times_us, off_until_us=track.off_until_us if track.off_until_us > self.now_us else 0
        )

    def come(self) -> None:
        """It has happened once more: the highest rung for so many times answers."""
        times_us = (*self.track.times_us, self.now_us)[-MAX_TIMES:]
        self.track = replace(self.track, times_us=times_us)
        reached = [n for n, rung in enumerate(self.row.rungs) if rung.held == 1 and rung.count <= len(times_us)]
        if reached:
            self._answer(reached[-1])
            if self.row.rungs[reached[-1]].response in _OFF:
                self._back_off()

    def hold(self) -> None:
        """Its condition holds: after the debounce it counts, after several it climbs."""
        since_us = self.now_us if self.track.since_us is None else self.track.since_us
        self.track = replace(self.track, since_us=since_us, away_us=None)
        if self.track.raised_us is None:
            if self.now_us - since_us < self.debounce_us:
                return
            self.track = replace(self.track, raised_us=self.now_us)
            self.come()
        for number, rung in enumerate(self.row.rungs):
            is_next = number > self.track.rung and rung.held > 1
            if is_next and self.now_us - since_us >= rung.held * self.debounce_us:
                self._answer(number)

    def leave(self) -> None:
        """Its condition does not hold: after the debounce the fault is over."""
        track = self.track = replace(self.track, since_us=None)
        if track.raised_us is None:
            self.track = replace(track, rung=-1)
            return
        away_us = self.now_us if track.away_us is None else track.away_us
        self.track = replace(track, away_us=away_us)
        if self.now_us - away_us >= _leave_us(self.row, self.debounce_us):
            self.track = replace(track, raised_us=None, away_us=None, rung=-1)
            if _response(self.key, track) in _OFF:
                self._back_off()
            self.effects.append(Over(fault=self.key[0], part=self.key[1]))

    def _answer(self, number: int) -> None:
        rung, track = self.row.rungs[number], self.track
        is_locked = track.is_locked or rung.response is Response.PAYLOAD_LOCKED
        self.track = replace(track, rung=number, is_locked=is_locked)
        if rung.response is Response.RESTART:  # again after another debounce
            self.track = replace(track, rung=number - 1, since_us=self.now_us - (rung.held - 1) * self.debounce_us)
        fault, part = self.key
        count = len(track.times_us)
        self.effects.append(Answer(fault=fault, part=part, level=rung.level, response=rung.response, count=count))

    def _back_off(self) -> None:
        doublings = min(MAX_DOUBLINGS, max(0, len(self.track.times_us) - 1))
        wait_us = round(self.row.back_off_s * US_PER_S) << doublings
        if wait_us:
            self.track = replace(self.track, off_until_us=self.now_us + wait_us)


def _cleared(state: FaultState, keys: Collection[Key]) -> FaultState:
    tracks = dict(state.tracks)
    for key in keys:
        track = tracks.pop(key)
        if track.since_us is not None or track.raised_us is not None:
            tracks[key] = replace(track, times_us=(), off_until_us=0, is_locked=False)
    return FaultState(tracks=tracks)


def _moved(track: Track, by_us: int) -> Track:
    return Track(
        since_us=None if track.since_us is None else track.since_us + by_us,
        away_us=None if track.away_us is None else track.away_us + by_us,
        raised_us=None if track.raised_us is None else track.raised_us + by_us,
        rung=track.rung,
        times_us=tuple(at + by_us for at in track.times_us),
        off_until_us=track.off_until_us and track.off_until_us + by_us,
        is_locked=track.is_locked,
    )


def _leave_us(row: Row, debounce_us: int) -> int:
    return 0 if row.end is End.CONTACT else debounce_us


def _response(key: Key, track: Track) -> Response | None:
    """The highest that lasts; None when the fault is over."""
    return None if track.raised_us is None or track.rung < 0 else ROWS[key[0]].rungs[track.rung].response


def _is_off(key: Key, track: Track, now_us: int | None) -> bool:
    is_waiting = now_us is not None and now_us < track.off_until_us
    return is_waiting or track.is_locked or _response(key, track) in _OFF


def _deadlines(key: Key, debounce_us: int, track: Track, now_us: int) -> list[int]:
    row, due = ROWS[key[0]], []
    if track.off_until_us > now_us:
        due.append(track.off_until_us)
    if track.away_us is not None:
        due.append(track.away_us + _leave_us(row, debounce_us))
    elif track.since_us is not None and track.raised_us is None:
        due.append(track.since_us + debounce_us)
    elif track.since_us is not None:
        higher = [rung for number, rung in enumerate(row.rungs) if number > track.rung and rung.held > 1]
        due += [track.since_us + rung.held * debounce_us for rung in higher[:1]]
    return due
