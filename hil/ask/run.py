"""Runs one question on a bench, from boot to power-down."""

from collections.abc import Callable

from hil.ask.result import AskResult, collect
from hil.ask.stages import Timeline
from hil.bench import Bench, BenchTimeoutError
from hil.ground import GroundEvent, Request

TIMEOUT_S = 900.0
"""The longest answer in the slowest mode takes less."""
POWER_DOWN_TIMEOUT_S = 60.0
Watch = Callable[[Timeline, GroundEvent | None], None]
"""Told of every event, and of None at every step."""


class RefusedError(RuntimeError):
    """The satellite refused a command that the question needs."""


def run_ask(
    bench: Bench,
    question: str,
    *,
    max_tokens: int | None = None,
    ceiling: str | None = None,
    watch: Watch = lambda *_: None,
) -> AskResult:
    """Boot, ask, and wait until the answer is here and the payload is off again; under a sky the time is set first.

    Args:
        bench: just made.
        question: what is asked.
        max_tokens: where the answer is cut off; None: the dictionary's default.
        ceiling: a power mode to set as the ceiling first.
        watch: sees it happen.

    Raises EncodeError for what can't be sent, RefusedError, BenchTimeoutError when the satellite does not boot.
    """
    bench.boot()
    _complete(bench, bench.set_time())
    if ceiling is not None:
        _complete(bench, bench.ground.send("set_ceiling", mode=ceiling))
    before = bench.ground.counters
    seen = len(bench.events)
    ask = bench.ground.ask(question, max_tokens)
    timeline = Timeline(ask, bench.world.now_ns // 1000)

    def look() -> None:
        nonlocal seen
        for event in bench.events[seen:]:
            timeline.take(event)
            watch(timeline, event)
        seen = len(bench.events)
        watch(timeline, None)

    def is_answered() -> bool:
        look()
        return ask.ended

    def is_over() -> bool:
        look()
        return timeline.is_powered_down

    try:
        bench.run_until(is_answered, TIMEOUT_S)
        bench.run_until(is_over, POWER_DOWN_TIMEOUT_S)
    except BenchTimeoutError:
        look()
    return collect(timeline, before, bench.ground.counters, bench.config.seed)


def _complete(bench: Bench, request: Request | None) -> None:
    """Let time pass until a telecommand is carried out. Raises RefusedError."""
    if request is None:
        return
    bench.run_until(lambda: not request.is_waiting)
    if request.is_refused:
        values = ", ".join(map(str, request.arguments.values()))
        raise RefusedError(f"the satellite refused {request.name} {values}: {request.outcome}")
