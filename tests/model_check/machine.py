"""The flight code that is explored: the files themselves, and on request with one error sown in them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import flightsw.payload
from flightsw.mission import load_mission

FOLDER = Path(flightsw.payload.__file__).parent
FILES = ("policy", "transitions", "guards", "modes")
"""What is explored, each after those that it imports."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One error: in `file`, `old`, which stands there once, is `new`. `name` says what that does."""

    name: str
    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Ticks:
    """The machine's waits in ticks of one second; one each is enough for what happens before, at and after them."""

    debounce: int = 1
    idle_hold: int = 1
    transition_timeout: int = 1
    save_timeout: int = 1
    min_time: int = 1


@dataclass(frozen=True, slots=True)
class Machine:
    """The mode machine's functions, and the default mission's policy with its waits in ticks."""

    policy: Any
    ticks: Ticks
    step: Callable[..., Any]
    boot: Callable[..., Any]
    enter_safe: Callable[..., Any]
    leave_safe: Callable[..., Any]
    kept_safe: Callable[..., Any]
    judge: Callable[..., Any]
    illegal: type[Exception]


def load(ticks: Ticks, mutation: Mutation | None = None) -> Machine:
    """Raises ValueError if the policy refuses the mission's numbers, or the mutation fits nowhere."""
    with _fresh() as modules:
        for name in FILES:
            modules[name] = _run(name, mutation)
    policy = _policy(modules["policy"], ticks)
    modes, guards = modules["modes"], modules["guards"]
    modes.judge = _once(guards.judge)
    return Machine(
        policy=policy,
        ticks=ticks,
        step=modes.step,
        boot=modes.boot,
        enter_safe=modes.enter_safe,
        leave_safe=modes.leave_safe,
        kept_safe=modes.kept_safe,
        judge=guards.judge,
        illegal=modules["transitions"].IllegalTransition,
    )


def _once(judge: Callable[..., Any]) -> Callable[..., Any]:
    """The guards, asked once for each object of inputs: an exploration comes back to the same ones at every state."""
    known: dict[int, tuple[Any, Any]] = {}

    def known_or_judged(policy: Any, inputs: Any) -> Any:
        found = known.get(id(inputs))
        if found is None:
            found = known[id(inputs)] = judge(policy, inputs), inputs  # held, so that its identity stays its own
        return found[0]

    return known_or_judged


def _run(name: str, mutation: Mutation | None) -> ModuleType:
    path = FOLDER / f"{name}.py"
    source = path.read_text()
    if mutation is not None and mutation.file == name:
        if source.count(mutation.old) != 1:
            raise ValueError(
                f"{mutation.name}: {mutation.old!r} stands {source.count(mutation.old)} times in {path.name}"
            )
        source = source.replace(mutation.old, mutation.new)
    module = ModuleType(f"flightsw.payload.{name}")
    sys.modules[module.__name__] = module
    exec(compile(source, path, "exec"), module.__dict__)  # the project's own files
    return module


@contextmanager
def _fresh() -> Iterator[dict[str, ModuleType]]:
    """Modules run in here import each other, not those of the process."""
    names = [f"flightsw.payload.{name}" for name in FILES]
    before = {name: import_module(name) for name in names}
    try:
        yield {}
    finally:
        sys.modules.update(before)


def _policy(module: ModuleType, ticks: Ticks) -> Any:
    mission = load_mission(None).power
    guards = {mode: module.ModeGuard(**asdict(guard)) for mode, guard in mission.guards.items()}
    guards = {mode: replace(guard, min_time_s=float(ticks.min_time)) for mode, guard in guards.items()}
    limits = {field.name: getattr(mission, field.name) for field in fields(mission) if field.name != "guards"}
    waits = asdict(ticks)
    limits |= {f"{name}_s": float(value) for name, value in waits.items() if name != "min_time"}
    return module.PowerPolicy(guards=guards, **limits)
