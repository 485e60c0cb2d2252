"""The free-running loop: real ports and a monotonic clock around the same effect runner as in simulated time."""

import select
from collections.abc import Callable, Sequence

from flightsw.shell.effect_runner import EffectRunner
from flightsw.shell.ports import Port

LOOP_US = 5_000
"""Longest wait: ports are pulled at least this often."""


def free_run(
    runner: EffectRunner, ports: Sequence[Port], now_us: Callable[[], int], is_stopped: Callable[[], bool]
) -> None:
    """Run until `is_stopped`, then stop cleanly.

    Args:
        runner: the flight software and its store.
        ports: opened; ports that the flight software knows but has not got are simply silent.
        now_us: monotonic clock in µs.
        is_stopped: asked once a turn.
    """
    while not is_stopped():
        now = now_us()
        received = {port.name: data for port in ports if (data := port.read(now))}
        runner.turn(now, received)
        for port in ports:
            port.write(now, runner.pull)
        _wait(runner, ports, now_us())
    runner.stop(now_us())


def _wait(runner: EffectRunner, ports: Sequence[Port], now_us: int) -> None:
    """Until something arrives, the flight software's deadline, or the next pull."""
    deadline_us = runner.next_deadline_us()
    wait_us = LOOP_US if deadline_us is None else max(0, min(LOOP_US, deadline_us - now_us))
    readable = [number for port in ports if (number := port.fileno()) is not None]
    select.select(readable, [], [], wait_us / 1e6)
