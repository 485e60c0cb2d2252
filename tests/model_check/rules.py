"""What must hold of the mode machine, said anew and not in its words: of a verdict, and of each single turn.

A turn is judged with a memory of its own, so that a debounce which the machine forgets is still counted here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flightsw.payload import (
    POWERED_MODES,
    Command,
    Demand,
    Inputs,
    ModeReason,
    ModeState,
    Overdue,
    PowerMode,
    Rails,
)

from .machine import Machine
from .world import World

_M, _R = PowerMode, ModeReason
LIMIT_REASONS = frozenset({_R.LOW_CHARGE, _R.HOT, _R.COLD})
BY_CHOICE = frozenset({_R.GROUND, _R.QUEUE_EMPTY})


@dataclass(frozen=True, slots=True)
class Memory:
    """What has been going on for how many ticks, counted up to the wait that it is compared with.

    `unfit` by mode, `recovered` of the battery in SAFE or SURVIVAL, `unseen` of the commanded mode (a payload that is
    lit where it must be dark), `since` the last command, `shed` since the mode had to be lowered. `is_hard`: only
    ground may end this SAFE. `is_said`: it was reported that the mode is not seen.
    """

    unfit: tuple[tuple[PowerMode, int], ...] = ()
    recovered: int | None = None
    unseen: int | None = None
    since: int = 0
    shed: int | None = None
    is_hard: bool = False
    is_said: bool = False


def check_verdict(machine: Machine, world: World, verdict: Any) -> Iterator[str]:
    """The guard table, of each mode by itself, and its hysteresis."""
    policy, power = machine.policy, world.power
    if power is None:
        if set(verdict.barred) != POWERED_MODES:
            yield "with the power board silent a mode may be entered"
        return
    for mode, guard in policy.guards.items():
        charge, payload, battery = power.charge_permille, power.payload_centidegc, power.battery_centidegc
        may_enter = (
            charge is not None
            and payload is not None
            and battery is not None
            and charge >= guard.enter_charge_permille
            and payload <= guard.enter_temperature_centidegc
            and guard.enter_battery_cold_centidegc <= battery <= guard.enter_battery_hot_centidegc
        )
        may_stay = (
            charge is not None
            and payload is not None
            and battery is not None
            and charge > guard.shed_charge_permille
            and payload < guard.shed_temperature_centidegc
            and guard.shed_battery_cold_centidegc < battery < guard.shed_battery_hot_centidegc
        )
        left_s = _sunlight_s(world)
        is_dark = guard.needs_sunlight and left_s <= guard.shed_sunlight_s
        is_too_late = guard.needs_sunlight and left_s < guard.enter_sunlight_s
        if (mode in verdict.barred) is (may_enter and not is_too_late):
            yield f"{mode.name} may {'not ' if mode in verdict.barred else ''}be entered"
        if (mode in verdict.unfit) is may_stay:
            yield f"{mode.name} may {'not ' if mode in verdict.unfit else ''}stay"
        if (mode in verdict.dark) is not is_dark:
            yield f"{mode.name} is {'' if mode in verdict.dark else 'not '}too dark"
        if mode not in verdict.barred and (mode in verdict.unfit or mode in verdict.dark):
            yield f"{mode.name} may be entered where it is shed"
    yield from _check_floors(policy, power.charge_permille, verdict)


def _check_floors(policy: Any, charge: int | None, verdict: Any) -> Iterator[str]:
    known = 0 if charge is None else charge
    for mode, limit in ((_M.STANDBY, policy.safe_charge_permille), (_M.SAFE, policy.survival_charge_permille)):
        if (mode in verdict.unfit) is not (known <= limit):
            yield f"{mode.name} at {known} ‰ is {'' if mode in verdict.unfit else 'not '}too low"
    exits = ((_M.SAFE, policy.safe_exit_charge_permille), (_M.SURVIVAL, policy.survival_exit_charge_permille))
    for mode, limit in exits:
        if (mode in verdict.recovered) is not (known >= limit):
            yield f"{mode.name} at {known} ‰ may {'' if mode in verdict.recovered else 'not '}be left upwards"


def _sunlight_s(world: World) -> float:
    if world.power is None or not world.power.is_sunlit or (world.is_predicted and not world.is_sky_sunlit):
        return 0
    if not world.is_predicted or world.eclipse_in_s is None:
        return float("inf")
    return world.eclipse_in_s


def is_shown(mode: PowerMode, inputs: Inputs) -> bool:
    """The boards show the mode; in SAFE and below, a controller that is not heard can't show anything else."""
    if mode in POWERED_MODES:
        return inputs.rails is Rails.GOOD and inputs.cap is mode
    return inputs.rails is Rails.DARK or (mode <= _M.SAFE and inputs.rails is Rails.UNKNOWN)


def begin_turn(machine: Machine, memory: Memory, mode: PowerMode, ticks: int, inputs: Inputs, verdict: Any) -> Memory:
    """What is remembered once `ticks` have gone by and these inputs are seen in `mode`."""
    waits, before = machine.ticks, dict(memory.unfit)

    def aged(age: int | None, limit: int, *, holds: bool) -> int | None:
        if not holds:
            return None
        return 0 if age is None else min(limit, age + ticks)

    shed = None if memory.shed is None or memory.shed + ticks >= waits.debounce else memory.shed + ticks
    unseen = aged(memory.unseen, waits.transition_timeout, holds=not is_shown(mode, inputs))
    return Memory(
        unfit=tuple(
            (m, min(waits.debounce, before.get(m, -ticks) + ticks)) for m in sorted(verdict.unfit) if m <= mode
        ),
        recovered=aged(memory.recovered, waits.debounce, holds=mode in verdict.recovered),
        unseen=unseen,
        since=min(_longest_wait(machine, mode), memory.since + ticks),
        shed=shed,
        is_hard=memory.is_hard or (mode <= _M.SAFE and inputs.safe is not None),
        is_said=memory.is_said and unseen is not None,
    )


def end_turn(memory: Memory, before: PowerMode, after: ModeState, effects: Sequence[Any]) -> Memory:
    """What is remembered once the machine has answered."""
    if not effects:
        return memory
    mode = before
    for effect in effects:
        if isinstance(effect, Overdue):
            memory = replace(memory, is_said=True, is_hard=True)
        if not isinstance(effect, Command):
            continue
        if effect.mode is _M.SAFE < mode and effect.reason is not _R.LOW_CHARGE:
            memory = replace(memory, is_hard=True)
        if effect.mode is mode <= _M.SAFE:
            memory = replace(memory, is_hard=True)
        if effect.mode < mode and effect.reason not in BY_CHOICE:
            memory = replace(memory, shed=0)
        if effect.mode is not mode:
            memory = replace(memory, since=0, unseen=None, recovered=None, is_said=False)
        mode = effect.mode
    kept = tuple((m, age) for m, age in memory.unfit if m <= after.commanded.mode)
    return replace(memory, unfit=kept, is_hard=memory.is_hard and mode <= _M.SAFE)


def check_turn(
    machine: Machine,
    memory: Memory,
    before: ModeState,
    inputs: Inputs,
    verdict: Any,
    after: ModeState,
    effects: Sequence[Any],
    later: Memory,
) -> Iterator[str]:
    """What is wrong with one turn. `memory` is that of `begin_turn`, `later` that of `end_turn`."""
    unfit, mode = dict(memory.unfit), before.commanded.mode
    shed = memory.shed
    for effect in effects:
        if not isinstance(effect, Command):
            continue
        if effect.mode > mode:
            yield from _check_up(machine, replace(memory, shed=shed), before, inputs, verdict, effect)
        is_early = (
            effect.mode < mode and effect.reason in LIMIT_REASONS and unfit.get(mode, -1) < machine.ticks.debounce
        )
        if is_early and not _waits_in_vain(machine, memory, mode, inputs, verdict):
            yield f"{mode.name} is left for {effect.reason.name} before the debounce"
        if effect.mode < mode and effect.reason not in BY_CHOICE:
            shed = 0
        mode = effect.mode
    if mode is not after.commanded.mode:
        yield f"{after.commanded.mode.name} is commanded and {mode.name} was said"
    yield from _check_rest(machine, later, inputs, verdict, after)
    is_left = after.commanded.mode is not before.commanded.mode
    is_late = memory.unseen is not None and memory.unseen >= machine.ticks.transition_timeout
    if is_late and not is_left and before.commanded.mode >= _M.STANDBY:
        yield f"{before.commanded.mode.name} is not seen in time, and stays"
    is_said = memory.is_said or any(isinstance(effect, Overdue) for effect in effects)
    if is_late and before.commanded.mode < _M.STANDBY and not is_said:
        yield f"the payload is lit in {before.commanded.mode.name}, and nothing is said"


def _waits_in_vain(machine: Machine, memory: Memory, mode: PowerMode, inputs: Inputs, verdict: Any) -> bool:
    """A payload that is on for a question which can't be answered now need not stay on for the debounce."""
    is_idle = mode is _M.IDLE and inputs.demand is Demand.QUEUED and memory.since >= machine.ticks.idle_hold
    return is_idle and _M.ECO in verdict.barred


def _check_up(
    machine: Machine, memory: Memory, before: ModeState, inputs: Inputs, verdict: Any, command: Command
) -> Iterator[str]:
    old, new = before.commanded.mode, command.mode
    if old <= _M.SAFE:
        is_boot = old is _M.SAFE and before.safe_cause is _R.BOOT and inputs.rails is Rails.DARK
        has_recovered = memory.recovered is not None and memory.recovered >= machine.ticks.debounce
        if new is not PowerMode(old + 1):
            yield f"{new.name} follows {old.name}"
        if not is_boot and not has_recovered:
            yield f"{old.name} ends by itself though the battery has not recovered for the debounce"
        if old is _M.SAFE and memory.is_hard:
            yield "a SAFE that only ground may end has ended by itself"
        return
    levels = (_M.IDLE, _M.ECO) if old is _M.STANDBY else (new,)
    forbidden = {
        f"{new.name} follows {old.name}": new != old + 1,
        "above the ceiling": max(levels) > before.ceiling,
        f"the world forbids {new.name}": any(level in verdict.barred for level in levels),
        "a fault is there": inputs.fault is not None or inputs.safe is not None,
        "nobody asked": inputs.demand is Demand.NONE,
        f"{old.name} is not reached": before.observed.mode is not old or not is_shown(old, inputs),
        "again before the debounce: it would swing": memory.shed is not None,
        f"{old.name} was too short": old is not _M.STANDBY and memory.since < machine.ticks.min_time,
    }
    yield from (f"raised to {new.name}: {what}" for what, is_so in forbidden.items() if is_so)


def _check_rest(machine: Machine, memory: Memory, inputs: Inputs, verdict: Any, after: ModeState) -> Iterator[str]:
    """What must not be left standing when the machine has answered."""
    mode, unfit = after.commanded.mode, dict(memory.unfit)
    is_ripe = unfit.get(mode, -1) >= machine.ticks.debounce
    may_wait = mode is _M.IDLE and not inputs.is_saved and memory.since < machine.ticks.save_timeout
    wrong = {
        "its limits are crossed for the debounce": is_ripe and not may_wait,
        "SAFE is due": mode > _M.SAFE and inputs.safe is not None,
        "only ground may end SAFE": mode > _M.SAFE and memory.is_hard,
    }
    if mode in POWERED_MODES:
        wrong |= {
            "a fault takes the payload off": inputs.fault is not None,
            "the power board is silent": inputs.power is None,
            "the sunlight ends": mode in verdict.dark,
            "it is above the ceiling": mode > after.ceiling and not may_wait,
        }
    yield from (f"{mode.name} stays commanded though {what}" for what, is_so in wrong.items() if is_so)


def _longest_wait(machine: Machine, mode: PowerMode) -> int:
    waits = machine.ticks
    if mode in POWERED_MODES:
        idle = (waits.idle_hold, waits.save_timeout) if mode is _M.IDLE else ()
        return max(waits.min_time, *idle) if idle else waits.min_time
    return waits.transition_timeout if mode is _M.SAFE else 0
