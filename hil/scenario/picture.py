"""A flown scenario as a picture: modes, charge, power, temperatures, rails, passes and jobs over one time line."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from flightsw.payload import PowerMode
from hil.scenario.fly import Flown
from hil.scenario.log import Sample

_S_PER_H = 3600
_SHADE, _INK, _GRID = "#e9edf2", "#22303c", "#d5dbe1"
_AMBER, _BLUE, _RED, _GREEN, _VIOLET = "#d98e04", "#2f6fb0", "#c0392b", "#2e8b57", "#7d5ba6"
_COLOURS = (_RED, _BLUE, _GREEN, _VIOLET, _AMBER)
_LIMITED = ("payload", "battery")
"""The nodes that a scenario's limits are of."""
_HEIGHTS = (1.5, 1.1, 1.4, 1.2, 1.1, 0.9)


KINDS = (".svg", ".png", ".pdf")
"""What a picture's name may end with."""


class PictureError(RuntimeError):
    """There is no picture; the message says what to install."""


def draw(flown: Flown, path: Path) -> None:
    """Write the picture, of the kind that its name says, one of KINDS. Raises PictureError, OSError."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise PictureError("a picture needs matplotlib: pip install 'sunlit[plot]'") from None
    with mpl.rc_context({"font.size": 8, "axes.edgecolor": _GRID, "text.color": _INK, "svg.hashsalt": "sunlit"}):
        figure = Figure(figsize=(13, 9.5), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(flown.scenario.name, x=0.01, ha="left", fontsize=12, fontweight="bold")
        axes = figure.subplots(len(_HEIGHTS), 1, sharex=True, gridspec_kw={"height_ratios": _HEIGHTS})
        for axis, (title, lane) in zip(axes, _LANES, strict=True):
            _frame(axis, title, flown)
            lane(axis, flown)
        axes[-1].set_xlabel("hours; grey: eclipse; ▼: the satellite told of a fault; green: answered, red: not")
        figure.savefig(path, dpi=110, metadata=_NO_DATE.get(path.suffix))
    if path.suffix == ".svg":
        _number_clips(path)


_CLIP = re.compile(r"\bp[0-9a-f]{10}\b")
_NO_DATE: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def _number_clips(path: Path) -> None:
    """Name clipping paths in their order: matplotlib names them after addresses, which differ from run to run."""
    text = path.read_text(encoding="utf-8")
    names = {name: f"clip{number}" for number, name in enumerate(dict.fromkeys(_CLIP.findall(text)))}
    path.write_text(_CLIP.sub(lambda match: names[match[0]], text), encoding="utf-8")


def _frame(axis: Any, title: str, flown: Flown) -> None:
    axis.set_ylabel(title, rotation=0, ha="right", va="center")
    axis.yaxis.set_label_coords(-0.062, 0.5)
    axis.tick_params(colors=_INK, length=2)
    axis.grid(axis="y", color=_GRID, linewidth=0.5)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    axis.set_xlim(0, max(each.at_s for each in flown.samples) / _S_PER_H)
    for start, end, is_dark in _runs(flown.samples, lambda each: not each.is_sunlit):
        if is_dark:
            axis.axvspan(start, end, color=_SHADE, linewidth=0, zorder=0)


def _modes(axis: Any, flown: Flown) -> None:
    hours = _hours(flown.samples)
    axis.fill_between(hours, [each.mode for each in flown.samples], step="post", color=_BLUE, alpha=0.25, linewidth=0)
    axis.step(hours, [each.mode for each in flown.samples], where="post", color=_BLUE, linewidth=0.9)
    axis.set_yticks(list(PowerMode), [mode.name for mode in PowerMode])
    axis.set_ylim(-0.3, max(PowerMode) + 0.6)
    for told in flown.told:
        if told.severity != "INFO":
            axis.plot(told.at_s / _S_PER_H, max(PowerMode) + 0.4, marker="v", markersize=4, color=_RED)


def _charge(axis: Any, flown: Flown) -> None:
    axis.plot(_hours(flown.samples), [each.charge_permille / 10 for each in flown.samples], color=_GREEN)
    _limit(axis, flown.scenario.limits.charge_permille_min / 10, "least")
    axis.set_ylim(0, 104)
    _legend(axis)


def _power(axis: Any, flown: Flown) -> None:
    for name, colour in (("array_mw", _AMBER), ("load_mw", _INK), ("payload_mw", _BLUE)):
        watts = [getattr(each, name) / 1000 for each in flown.samples]
        axis.step(_hours(flown.samples), watts, where="post", color=colour, linewidth=0.8, label=name[:-3])
    _legend(axis)


def _temperatures(axis: Any, flown: Flown) -> None:
    for node, colour in zip(flown.samples[0].temperatures_centidegc, _COLOURS, strict=False):
        degrees = [each.temperatures_centidegc[node] / 100 for each in flown.samples]
        is_limited = node in _LIMITED
        style: dict[str, Any] = {"linewidth": 1.1} if is_limited else {"linewidth": 0.6, "alpha": 0.6}
        axis.plot(_hours(flown.samples), degrees, color=colour, label=node, **style)
    limits = flown.scenario.limits
    _limit(axis, limits.payload_centidegc_max / 100, "payload's most")
    _limit(axis, limits.battery_centidegc_max / 100, "battery's most and least", _BLUE)
    _limit(axis, limits.battery_centidegc_min / 100, None, _BLUE)
    low, high = axis.get_ylim()
    axis.set_ylim(low, min(high, 100))
    _legend(axis)


def _rails(axis: Any, flown: Flown) -> None:
    count = max(1, max(each.rails for each in flown.samples).bit_length())
    for rail in range(count):
        for start, end, rails in _runs(flown.samples, attrgetter("rails")):
            if rails >> rail & 1:
                _bar(axis, rail, start, end, _BLUE)
    axis.set_yticks(range(count))
    axis.set_ylim(-0.7, count - 0.3)


def _jobs(axis: Any, flown: Flown) -> None:
    for start, end, station in _runs(flown.samples, lambda each: each.station):
        if station is not None:
            _bar(axis, 1, start, end, _VIOLET)
    for question in flown.questions:
        colour = _GREEN if question.ask.is_whole else _RED
        end_s = flown.samples[-1].at_s if question.settled_s is None else question.settled_s
        _bar(axis, 0, question.asked_s / _S_PER_H, end_s / _S_PER_H, colour)
    axis.set_yticks([0, 1], ["questions", "passes"])
    axis.set_ylim(-0.6, 1.6)


_LANES: tuple[tuple[str, Callable[[Any, Flown], None]], ...] = (
    ("mode", _modes),
    ("charge\n%", _charge),
    ("power\nW", _power),
    ("temperature\n°C", _temperatures),
    ("rails\ngood", _rails),
    ("", _jobs),
)


def _bar(axis: Any, row: int, start: float, end: float, colour: str) -> None:
    """With an edge, so that what lasted seconds of a day is seen."""
    axis.barh(row, end - start, left=start, height=0.6, color=colour, edgecolor=colour, linewidth=0.9)


def _limit(axis: Any, value: float, name: str | None, colour: str = _RED) -> None:
    """A limit of the scenario's."""
    axis.axhline(value, color=colour, linewidth=0.8, linestyle="--", label=name)


def _legend(axis: Any) -> None:
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def _hours(samples: Sequence[Sample]) -> list[float]:
    return [each.at_s / _S_PER_H for each in samples]


def _runs(samples: Sequence[Sample], key: Callable[[Sample], Any]) -> Iterator[tuple[float, float, Any]]:
    """(start, end, value), in hours, of each run of samples with the same value."""
    runs = [(value, next(run).at_s) for value, run in groupby(samples, key)]
    ends_s = [*(start_s for _, start_s in runs[1:]), samples[-1].at_s]
    for (value, start_s), end_s in zip(runs, ends_s, strict=True):
        yield start_s / _S_PER_H, end_s / _S_PER_H, value
