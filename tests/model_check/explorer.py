"""The exploration: every state that the machine can be in, breadth first, so that the nearest error is found first."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from flightsw.payload import (
    FAULTS,
    POWERED_MODES,
    SAFE_CAUSES,
    Commanded,
    Demand,
    Inputs,
    ModeReason,
    ModeState,
    Observed,
    PowerMode,
    Rails,
)

from .machine import Machine
from .rules import Memory, begin_turn, check_turn, check_verdict, end_turn
from .world import EMPTY, GOOD, TICK_US, Kind, World, kinds

_M, _R = PowerMode, ModeReason
CEILINGS = (_M.STANDBY, _M.IDLE, _M.ECO, _M.NOMINAL, _M.BURST)
"""SAFE as a ceiling is STANDBY to the machine; that ground's command also enters SAFE is another command here."""

COOPERATIVE_TICKS = 60
"""How long the way to NOMINAL may take when everybody helps."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the world, the boards and the queue may do in one turn, `ticks` after the last."""

    ticks: int
    inputs: Inputs
    verdict: Any
    world: World

    def __str__(self) -> str:
        inputs = self.inputs
        parts = [
            str(self.world),
            f"rails {inputs.rails.name}",
            f"cap {'none' if inputs.cap is None else inputs.cap.name}",
            f"demand {inputs.demand.name}",
            "" if inputs.is_saved else "not saved",
            "" if inputs.fault is None else f"fault {inputs.fault.name}",
            "" if inputs.safe is None else f"safe {inputs.safe.name}",
        ]
        return f"{self.ticks} s later: " + ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Node:
    """A state of the machine, with its times as ages, and what the rules remember."""

    state: ModeState
    memory: Memory


@dataclass(slots=True)
class Result:
    """What was explored; `trace` is the shortest way to the first violation, one line a turn."""

    worlds: int = 0
    states: int = 0
    transitions: int = 0
    violation: str = ""
    trace: list[str] = field(default_factory=list)


class _Violated(Exception):  # noqa: N818 - it ends the exploration
    def __init__(self, what: str, node: Node | None, action: str, state: ModeState | None) -> None:
        super().__init__(what)
        self.what, self.node, self.action, self.state = what, node, action, state


class Explorer:
    """Explores one machine in some worlds, with some ceilings.

    With `is_led` it begins at all that a good day brings, and an empty battery after it, instead of at boot alone:
    errors are found sooner, and no longer by the shortest way.
    """

    def __init__(
        self,
        machine: Machine,
        worlds: Sequence[World],
        ceilings: Sequence[PowerMode] = CEILINGS,
        *,
        is_led: bool = False,
    ) -> None:
        self._is_led = is_led
        self._machine = machine
        self._worlds = worlds
        self._ceilings = ceilings
        self._choices: dict[PowerMode, tuple[Choice, ...]] = {}
        self._from: dict[Node, tuple[Node, str] | None] = {}
        self._led: set[ModeState] = set()
        self._queue: deque[Node] = deque()
        self.result = Result(worlds=len(worlds))

    def run(self) -> Result:
        """Until all is known, or the first violation."""
        try:
            self._judge_worlds()
            for ceiling in self._ceilings:
                node = Node(self._normal(self._machine.boot(ceiling, 0), 0), Memory())
                self._meet(node, None)
                if self._is_led:
                    self._lead(node)
            while self._queue:
                self._expand(self._queue.popleft())
        except _Violated as violated:
            self.result.violation = violated.what
            self.result.trace = self._trace(violated)
        self.result.states = len(self._from)
        return self.result

    def _judge_worlds(self) -> None:
        machine = self._machine
        judged = []
        for world in self._worlds:
            verdict = machine.judge(machine.policy, world.inputs(0))
            for what in check_verdict(machine, world, verdict):
                raise _Violated(what, None, str(world), None)
            judged.append((world, verdict))
        for mode in _M:
            self._choices[mode] = tuple(_choices(mode, kinds(judged, mode)))

    def _expand(self, node: Node) -> None:
        begun: dict[Any, Memory] = {}
        for choice in self._choices[node.state.commanded.mode]:
            self._turn(node, choice, begun)
        self._ground(node)
        self._reboot(node)
        self._lead_to_nominal(node)

    def _lead(self, node: Node) -> None:
        """Up to the ceiling, down to SURVIVAL and up again, one turn a second."""
        for world in (GOOD,) * 12 + (EMPTY,) * 6 + (GOOD,) * 6:
            mode = node.state.commanded.mode
            inputs = _helpful(world, mode, 1)
            verdict = self._machine.judge(self._machine.policy, inputs)
            node = self._turn(node, Choice(1, inputs, verdict, world), {})

    def _turn(self, node: Node, choice: Choice, begun: dict[Any, Memory]) -> Node:
        """`begun`: what is remembered at the beginning of this node's turns, by what that depends on."""
        machine, before, inputs = self._machine, node.state, choice.inputs
        self.result.transitions += 1
        after, effects = self._call(node, choice, machine.step, machine.policy, before, inputs)
        key = choice.ticks, id(choice.verdict), inputs.rails, inputs.cap, inputs.safe
        memory = begun.get(key)
        if memory is None:
            mode = before.commanded.mode
            memory = begun[key] = begin_turn(machine, node.memory, mode, choice.ticks, inputs, choice.verdict)
        later = end_turn(memory, before.commanded.mode, after, effects)
        for what in check_turn(machine, memory, before, inputs, choice.verdict, after, effects, later):
            raise _Violated(what, node, str(choice), after)
        met = Node(self._normal(after, inputs.now_us), later)
        self._meet(met, (node, choice))
        return met

    def _ground(self, node: Node) -> None:
        """Ground's commands, at any moment; SAFE is reached by them from everywhere."""
        machine, state = self._machine, node.state
        for ceiling in self._ceilings:
            self._command(node, f"ground: ceiling {ceiling.name}", replace(state, ceiling=ceiling), node.memory)
        after, effects = self._call(node, "ground: enter SAFE", machine.enter_safe, state, 0)
        if after.commanded.mode > _M.SAFE or after.safe_cause is not _R.GROUND:
            raise _Violated("ground's SAFE is not SAFE", node, "ground: enter SAFE", after)
        memory = replace(end_turn(node.memory, state.commanded.mode, after, effects), is_hard=True)
        self._command(node, "ground: enter SAFE", after, memory)
        if state.commanded.mode is _M.SAFE and state.safe_cause is not _R.BOOT:
            after, effects = self._call(node, "ground: leave SAFE", machine.leave_safe, state, 0)
            if after.commanded.mode is not _M.STANDBY:
                raise _Violated("ground's way out of SAFE is not STANDBY", node, "ground: leave SAFE", after)
            memory = replace(end_turn(node.memory, state.commanded.mode, after, effects), is_hard=False)
            self._command(node, "ground: leave SAFE", after, memory)

    def _command(self, node: Node, action: str, after: ModeState, memory: Memory) -> None:
        self.result.transitions += 1
        self._meet(Node(self._normal(after, 0), memory), (node, action))

    def _reboot(self, node: Node) -> None:
        """A power cut or a reset, now; and the one that is one too many."""
        machine, state = self._machine, node.state
        kept = machine.kept_safe(state)
        if node.memory.is_hard and (kept is None or kept[1] in (_R.BOOT, _R.LOW_CHARGE)):
            raise _Violated("a restart ends a SAFE that only ground may end", node, "reboot", None)
        boots = [("reboot", kept or (), node.memory.is_hard)]
        if kept is None:
            boots.append(("one reboot too many", (_M.SAFE, _R.UNCLEAN_BOOTS), True))
        for action, begin, is_hard in boots:
            after = machine.boot(state.ceiling, 0, *begin)
            if after.commanded.mode > _M.SAFE:
                raise _Violated(f"boot begins in {after.commanded.mode.name}", node, action, after)
            self._command(node, action, after, Memory(is_hard=is_hard))

    def _lead_to_nominal(self, node: Node) -> None:
        """From here a kind world, boards that obey and ground together reach NOMINAL."""
        machine = self._machine
        state = replace(node.state, ceiling=_M.BURST)
        if state in self._led:
            return
        self._led.add(state)
        for tick in range(COOPERATIVE_TICKS):
            mode = state.commanded.mode
            if mode >= _M.NOMINAL:
                return
            if mode is _M.SAFE and state.safe_cause is not _R.BOOT:
                state, _ = self._call(node, "ground: leave SAFE", machine.leave_safe, state, tick * TICK_US)
                mode = state.commanded.mode
            inputs = _helpful(GOOD, mode, tick)
            state, _ = self._call(node, "everybody helps", machine.step, machine.policy, state, inputs)
        raise _Violated("the way to NOMINAL is barred though the world allows it", node, "everybody helps", state)

    def _call(self, node: Node, action: object, function: Callable[..., Any], *arguments: Any) -> Any:
        """One of the machine's functions; whatever it raises is a finding."""
        try:
            return function(*arguments)
        except Exception as error:
            raise _Violated(f"{type(error).__name__}: {error}", node, str(action), None) from error

    def _meet(self, node: Node, way: tuple[Node, Any] | None) -> None:
        if node not in self._from:
            self._from[node] = way
            self._queue.append(node)

    def _normal(self, state: ModeState, now_us: int) -> ModeState:
        """The same state at time 0, without what can't make a difference any more."""
        waits, mode = self._machine.ticks, state.commanded.mode

        def aged(since_us: int | None, limit: int) -> int | None:
            return None if since_us is None else max(since_us - now_us, -limit * TICK_US)

        since = aged(state.commanded.since_us, _waits_for(self._machine, state))
        shed_us = aged(state.shed_us, waits.debounce)
        observed = state.observed.mode
        if observed in POWERED_MODES and observed is not mode:
            observed = _M.BURST if mode is not _M.BURST else _M.NOMINAL
        return ModeState(
            commanded=Commanded(mode=mode, reason=_R.BOOT, since_us=since or 0),
            observed=Observed(mode=observed),
            ceiling=state.ceiling,
            safe_cause=_cause(state.safe_cause),
            unfit_us=tuple((m, aged(at, waits.debounce) or 0) for m, at in state.unfit_us if m <= mode),
            recovered_us=aged(state.recovered_us, waits.debounce),
            unseen_us=aged(state.unseen_us, waits.transition_timeout),
            is_overdue=state.is_overdue,
            blocked_by=state.blocked_by if state.blocked_by in _TOLD_APART else None,
            shed_us=None if shed_us == -waits.debounce * TICK_US else shed_us,
        )

    def _trace(self, violated: _Violated) -> list[str]:
        lines: list[str] = []
        if violated.state is not None:
            lines.append(f"  → {describe(violated.state)}")
        if violated.action:
            lines.append(f"{violated.action}")
        node = violated.node
        while node is not None:
            lines.append(f"  → {describe(node.state)}")
            way = self._from[node]
            lines.append("boot" if way is None else str(way[1]))
            node = None if way is None else way[0]
        return lines[::-1]


_TOLD_APART = frozenset({_R.ECLIPSE, _R.LOW_CHARGE, _R.HOT, _R.COLD})
_PASSING = frozenset({_R.BOOT, _R.LOW_CHARGE, _R.GROUND})


def describe(state: ModeState) -> str:
    """A state in a few words."""
    cause = "" if state.safe_cause is None else f" ({state.safe_cause.name})"
    commanded, observed = state.commanded.mode.name, state.observed.mode.name
    return f"{commanded}{cause} commanded, {observed} observed, ceiling {state.ceiling.name}"


@cache
def _helpful(world: World, mode: PowerMode, tick: int) -> Inputs:
    """A question, and boards that show the commanded mode at once."""
    shown: dict[str, Any] = {"rails": Rails.GOOD, "cap": mode} if mode in POWERED_MODES else {"rails": Rails.DARK}
    return world.inputs(tick * TICK_US, demand=Demand.RUNNING, **shown)


def _cause(cause: ModeReason | None) -> ModeReason | None:
    return cause if cause is None or cause in _PASSING else _R.SENSOR_FAULT


def _waits_for(machine: Machine, state: ModeState) -> int:
    """How long something yet waits since the last command."""
    waits, mode = machine.ticks, state.commanded.mode
    if mode is _M.IDLE:
        return max(waits.idle_hold, waits.save_timeout, waits.min_time)
    if mode in POWERED_MODES:
        return waits.min_time
    return waits.transition_timeout if state.safe_cause is _R.BOOT else 0


def _choices(mode: PowerMode, kinds: Sequence[Kind]) -> Iterator[Choice]:
    """Every turn that a commanded mode can tell apart.

    Lit rails are lit rails to a mode that wants them dark; demand means nothing to SAFE; what is saved matters to a
    payload that is on; and kinds that differ in the names of their reasons only need one state of the boards.
    """
    is_on = mode in POWERED_MODES
    boards: list[tuple[Rails, PowerMode | None]] = [
        (rails, None) for rails in (Rails.UNKNOWN, Rails.MOVING, Rails.DARK)
    ]
    if is_on:
        boards += [(Rails.GOOD, None), (Rails.GOOD, mode)]
    demands = {_M.IDLE: tuple(Demand)}.get(
        mode, (Demand.NONE, Demand.RUNNING) if mode >= _M.STANDBY else (Demand.NONE,)
    )
    asked = [
        {"demand": demand, "is_saved": saved} for demand in demands for saved in ((True, False) if is_on else (True,))
    ]
    wrong = [{"fault": _R.RAIL_FAULT}, {"safe": _R.CONTROLLER_SILENT}]
    for ticks in (0, 1):

        def choice(kind: Kind, rails: Rails, cap: PowerMode | None, **others: Any) -> Choice:
            inputs = kind.world.inputs(ticks * TICK_US, rails=rails, cap=cap, **others)  # noqa: B023
            return Choice(ticks, inputs, kind.verdict, kind.world)  # noqa: B023

        for kind in kinds:
            for rails, cap in boards if kind.is_first else boards[-1:]:
                yield from (choice(kind, rails, cap, **others) for others in (*asked, *wrong))
        yield from (choice(kinds[0], *boards[-1], fault=reason) for reason in sorted(FAULTS))
        yield from (choice(kinds[0], *boards[-1], safe=reason) for reason in sorted(SAFE_CAUSES))
