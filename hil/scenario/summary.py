"""A flown scenario as a table."""

from collections import Counter
from itertools import groupby, pairwise

from rich.console import Group
from rich.table import Table
from rich.text import Text

from flightsw.payload import PowerMode
from hil.scenario.fly import Flown
from hil.scenario.log import Sample

_TOLD = 30
"""Events that are listed, of those that are more than news."""


def summary(flown: Flown) -> Group:
    """What became of the questions and of the satellite, and what it told of its troubles."""
    table = Table(title=flown.scenario.name, title_justify="left", show_header=False, box=None)
    for name, value in _rows(flown):
        table.add_row(Text(name, style="dim"), value)
    troubles = [f"{told.at_s / 3600:7.3f} h  {told.text}" for told in flown.told if told.severity != "INFO"]
    more = [f"   … and {len(troubles) - _TOLD} more"] if len(troubles) > _TOLD else []
    verdict = [Text(f"breach: {breach}", style="bold red") for breach in flown.breaches]
    return Group(table, *troubles[:_TOLD], *more, *(verdict or [Text("nothing was breached", style="green")]))


def _rows(flown: Flown) -> list[tuple[str, str]]:
    questions, samples = flown.questions, flown.samples
    answered = [question for question in questions if question.ask.is_whole]
    refusals = Counter(question.ask.outcome for question in questions if question.ask.request.is_refused)
    tokens = sum(len(question.ask.token_ids or ()) for question in answered)
    waits_s = sorted((question.settled_s or 0) - question.asked_s for question in answered)
    rows = [("questions", f"{len(questions)} asked, {len(answered)} answered")]
    rows += [("", f"{count} {outcome}") for outcome, count in refusals.most_common()]
    if waits_s:
        rows.append(("question to answer", f"{waits_s[len(waits_s) // 2]:.1f} s median, {waits_s[-1]:.1f} s longest"))
    rows.append(("tokens", f"{tokens}, {flown.payload_energy_j:.0f} J of payload energy"))
    rows.append(("passes", _passes(samples)))
    rows.append(("modes", _shares(samples)))
    charges = [each.charge_permille / 10 for each in samples]
    rows.append(("charge", f"{min(charges):.1f} to {max(charges):.1f} %"))
    for node in samples[0].temperatures_centidegc:
        values = [each.temperatures_centidegc[node] / 100 for each in samples]
        rows.append((f"{node}", f"{min(values):.1f} to {max(values):.1f} °C"))
    rows += [("command", command) for command in flown.commands]
    return [*rows, ("digest", f"{flown.digest[:16]}, of all this and every octet that came down")]


def _passes(samples: tuple[Sample, ...]) -> str:
    stations = [station for station, _ in groupby(samples, lambda each: each.station) if station is not None]
    counted = ", ".join(f"{count} {station}" for station, count in Counter(stations).most_common())
    return f"{len(stations)} ({counted})" if stations else "none"


def _shares(samples: tuple[Sample, ...]) -> str:
    """Of the time; a sample holds until the next one."""
    lasted_s = dict.fromkeys(PowerMode, 0.0)
    for now, after in pairwise(samples):
        lasted_s[now.mode] += after.at_s - now.at_s
    whole_s = sum(lasted_s.values())
    return ", ".join(f"{mode.name} {_percent(part_s, whole_s)}" for mode, part_s in lasted_s.items() if part_s)


def _percent(part: float, whole: float) -> str:
    """Of what is there at all never 0.0 %."""
    percent = 100 * part / whole
    return "< 0.1 %" if percent < 0.05 else f"{percent:.1f} %"
