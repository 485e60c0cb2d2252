"""What people see of a question: a line for everything that happens, a bar for what takes long, a table at the end."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from hil.ask.result import BUDGET_S, AskResult
from hil.ask.stages import Timeline
from hil.bench import Bench
from hil.ground import EventReceived, FramesLost, GroundEvent, RequestChanged, RequestState
from hil.ground.request import REFUSED

REFRESH_S = 0.05
_TITLES: Mapping[str, str] = {
    "uplink": "Uplink",
    "acceptance": "Acceptance",
    "power_up": "Power-up",
    "prompt": "Reading the prompt",
    "decode": "Answering",
    "downlink": "Downlink",
    "power_down": "Power-down",
}

_TOLD = (RequestState.SENT, RequestState.ACCEPTED, *REFUSED, RequestState.UNACKNOWLEDGED)


class View:
    """Shows a question on a terminal while a bench works on it; where the console is none, plain lines.

    Args:
        console: where to.
        bench: whose clock and mission it goes by.
    """

    def __init__(self, console: Console, bench: Bench) -> None:
        self._console = console
        self._bench = bench
        compute, power = bench.mission.compute, bench.mission.power
        self._expected_s = {"power_up": compute.boot_s + compute.load_s, "power_down": power.idle_hold_s}
        self._stage: str | None = ""
        self._since_s = 0.0
        self._due_s = 0.0
        self._progress = Progress(TextColumn("{task.description:18}"), BarColumn(), TextColumn("{task.fields[clock]}"))
        self._task = self._progress.add_task("Boot", total=None, clock="")
        self._live = Live(self._progress, console=console, transient=True, refresh_per_second=1 / REFRESH_S)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, timeline: Timeline, event: GroundEvent | None) -> None:
        """Show an event; with None, only that time has passed."""
        if timeline.present != self._stage:
            self._stage, self._since_s = timeline.present, self._bench.now_s
        if event is not None and (line := describe(event)):
            seconds = (event.ground_us - timeline.start_us) / 1e6
            self._console.print(Text.assemble((f"{seconds:9.3f} s  ", "dim"), line), soft_wrap=True)
        if event is None and self._live.is_started and time.monotonic() >= self._due_s:
            self._due_s = time.monotonic() + REFRESH_S
            self._show(timeline)

    def _show(self, timeline: Timeline) -> None:
        """Bring the live part up to date."""
        name = self._stage or "power_down"
        in_stage_s = self._bench.now_s - self._since_s
        total, done = self._expected_s.get(name), in_stage_s
        if name == "decode":
            segments = timeline.ask.segments.values()
            total, done = timeline.ask.max_tokens, sum(len(segment.token_ids) for segment in segments)
        self._progress.update(
            self._task, description=_TITLES[name], total=total, completed=done, clock=f"{in_stage_s:6.1f} s"
        )
        answer = Panel(Text(timeline.ask.received_text), title="answer", title_align="left")
        self._live.update(Group(self._progress, answer) if timeline.ask.segments else self._progress)


def describe(event: GroundEvent) -> str:
    """One line about an event; empty for one that says nothing to a newcomer."""
    match event:
        case EventReceived():
            return event.text
        case RequestChanged(request=request, state=state) if request.name == "ask" and state in _TOLD:
            return f"question {request.outcome if request.is_refused else state.name.lower()}"
        case FramesLost(frames=frames):
            return f"{frames} frames lost"
    return ""


def summary(result: AskResult, urls: Mapping[str, str]) -> Group:
    """The table at the end."""
    stages = Table("stage", box=None, pad_edge=False, header_style="bold")
    for heading in ("from", "to", "seconds"):
        stages.add_column(heading, justify="right")
    for stage in result.stages:
        start, end = stage["start"], stage["end"]
        stages.add_row(_TITLES[stage["name"]], f"{start:.3f}", f"{end:.3f}", f"{end - start:.3f}")
    total_s = result.stages[-1]["end"] if result.stages else 0.0
    style = "green" if total_s <= BUDGET_S else "red"
    stages.add_row(f"[bold]All, of {BUDGET_S:.0f} s", "", "", f"[{style}]{total_s:.3f}")

    facts = Table(box=None, pad_edge=False, show_header=False)
    tokens = len(result.token_ids or ())
    rate = f", {result.tokens_per_s:.1f} tokens/s" if result.tokens_per_s else ""
    facts.add_row("tokens", f"{result.prompt_tokens} read, {tokens} answered{rate}")
    per_token = f", {result.j_per_token:.2f} J/token" if result.j_per_token else ""
    facts.add_row("energy", f"{result.energy_j:.1f} J{per_token}")
    facts.add_row("up", f"{result.uplink_bytes:,} bytes, {result.uplink_frames} frames")
    facts.add_row("down", f"{result.downlink_bytes:,} bytes, {result.downlink_frames:,} frames")
    facts.add_row("frames lost", str(result.frames_lost))
    facts.add_row("controller", urls["payload_ctrl"])
    facts.add_row("seed", str(result.seed))
    title = f"answer ({result.finish_reason})" if result.answer else result.finish_reason
    answer = Panel(Text(result.answer or result.outcome), title=title, title_align="left")
    return Group("", answer, stages, "", facts)
