"""`hil sky`: when the satellite is in the Earth's shadow, and when a station sees it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from flightsw.mission import Mission, load_mission
from flightsw.orbit import Orbit, OrbitError, tai_s, utc
from hil.commands.ask import MissionFile
from hil.commands.errors import UsageError
from hil.reference import REFERENCES, load_reference

Reference = Annotated[str, typer.Option(metavar="NAME", help=f"A reference mission: {', '.join(REFERENCES)}.")]
Begin = Annotated[str, typer.Option("--from", metavar="UTC", help="2026-06-21T12:00Z; default: the elements' epoch.")]
Hours = Annotated[float, typer.Option(min=0.1, max=744, help="How far to look ahead.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that the satellite flies through. `peak_deg` is a pass's highest elevation."""

    begin_tai_s: float
    end_tai_s: float
    what: str
    peak_deg: float | None = None


def sky(
    mission: MissionFile = None,
    reference: Reference = "",
    begin: Begin = "",
    hours: Hours = 24.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the eclipses and passes of a mission's satellite."""
    flown = _flown(reference) if reference else load_mission(mission)
    if flown.orbit is None:
        raise UsageError("the mission has no [orbit]; hil sky --reference cubesat shows one that has")
    orbit = Orbit(flown.orbit.elements())
    begin_tai_s = _moment(begin) if begin else orbit.elements.epoch_tai_s
    try:
        found = spans(orbit, flown, begin_tai_s, begin_tai_s + 3600 * hours)
    except OrbitError as error:
        raise UsageError(f"the elements reach no further: {error}") from error
    if as_json:
        for span in found:
            print(json.dumps(_as_json(span)))
    else:
        Console().print(_table(found))


def spans(orbit: Orbit, mission: Mission, begin_tai_s: float, end_tai_s: float) -> list[Span]:
    """Eclipses and passes that touch the interval, by their beginning; an eclipse is cut off at its ends."""
    edges = orbit.shadow_edges(begin_tai_s, end_tai_s)
    times = [begin_tai_s, *(edge.tai_s for edge in edges), end_tai_s]
    is_lit = orbit.is_sunlit(begin_tai_s)
    dark = zip(times[is_lit::2], times[is_lit + 1 :: 2], strict=False)
    found = [Span(begin_tai_s=begin, end_tai_s=end, what="eclipse") for begin, end in dark]
    found += [
        Span(begin_tai_s=one.rise_tai_s, end_tai_s=one.set_tai_s, what=one.station, peak_deg=one.peak_elevation_deg)
        for one in orbit.passes(mission.stations, begin_tai_s, end_tai_s)
    ]
    return sorted(found, key=lambda span: span.begin_tai_s)


def _flown(reference: str) -> Mission:
    if reference not in REFERENCES:
        raise UsageError(f"no reference mission {reference!r}; there are {', '.join(REFERENCES)}")
    return load_reference(reference)[0]


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time; write it as 2026-06-21T12:00Z") from error
    return tai_s(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _as_json(span: Span) -> dict[str, object]:
    shown: dict[str, object] = {
        "what": span.what,
        "begin_utc": _clock(span.begin_tai_s),
        "end_utc": _clock(span.end_tai_s),
        "duration_s": round(span.end_tai_s - span.begin_tai_s, 1),
    }
    return shown if span.peak_deg is None else {**shown, "peak_deg": round(span.peak_deg, 1)}


def _table(found: list[Span]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("begin (UTC)")
    table.add_column("end")
    table.add_column("minutes", justify="right")
    table.add_column("what")
    table.add_column("highest", justify="right")
    for span in found:
        minutes = (span.end_tai_s - span.begin_tai_s) / 60
        peak = "" if span.peak_deg is None else f"{span.peak_deg:.0f}°"
        begin, end = _clock(span.begin_tai_s), _clock(span.end_tai_s).split("T")[1]
        table.add_row(begin.replace("T", " ").rstrip("Z"), end.rstrip("Z"), f"{minutes:.1f}", span.what, peak)
    return table


def _clock(tai: float) -> str:
    """To the second."""
    return utc(tai).isoformat(timespec="seconds").replace("+00:00", "Z")
