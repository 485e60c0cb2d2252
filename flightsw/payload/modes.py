"""The power modes, as a table of reasons and where each leads.

`step` is pure: whoever calls it reads the boards and carries out what is commanded. The way up takes one level at a
time, each reached before the next is commanded; the way down is commanded at once and waits for no device. *Commanded*
is what was decided, *observed* what the boards show. Boot is SAFE with cause BOOT: it ends in STANDBY when the rails
are seen dark.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flightsw.payload.mode_state import (
    Command,
    Commanded,
    Demand,
    Effect,
    Inputs,
    ModeState,
    Observed,
    Rails,
    Reached,
)
from flightsw.payload.policy import PowerPolicy
from flightsw.payload.vocabulary import POWERED_MODES, ModeReason, PowerMode

US_PER_S = 1_000_000

_M, _R = PowerMode, ModeReason

FAULTS = frozenset(
    {
        _R.RAIL_FAULT,
        _R.WATCHDOG,
        _R.COMPUTER_SILENT,
        _R.COMPUTER_FAILED,
        _R.TRANSITION_TIMEOUT,
        _R.UNDER_VOLTAGE,
        _R.RAIL_LOCKED_OUT,
        _R.GROUND_SILENT,
        _R.SENSOR_FAULT,
        _R.OVER_CURRENT,
        _R.CONTROLLER_RESET,
        _R.OVER_TEMPERATURE,
    }
)
"""Reasons that take the payload off at once: the job that it was powered for is interrupted."""

_UP = (_R.QUESTION, _R.SUNLIGHT, _R.CHARGE_RECOVERED, _R.COOLED)
_SHED = (_R.GROUND, _R.ECLIPSE, _R.LOW_CHARGE, _R.HOT, _R.QUEUE_EMPTY)
_OFF = (*sorted(FAULTS), _R.CONTROLLER_SILENT, _R.POWER_BOARD_SILENT)
_LADDER = ((_M.STANDBY, _M.IDLE), (_M.IDLE, _M.ECO), (_M.ECO, _M.NOMINAL), (_M.NOMINAL, _M.BURST))

TRANSITIONS: Mapping[tuple[PowerMode, ModeReason], PowerMode] = {
    (_M.SAFE, _R.BOOT): _M.STANDBY,
    (_M.SAFE, _R.GROUND): _M.STANDBY,
    (_M.SAFE, _R.CHARGE_RECOVERED): _M.STANDBY,
    (_M.SAFE, _R.CONTROLLER_SILENT): _M.SAFE,
    (_M.SAFE, _R.TRANSITION_TIMEOUT): _M.SAFE,
    (_M.SAFE, _R.LOW_CHARGE): _M.SURVIVAL,
    (_M.SURVIVAL, _R.CHARGE_RECOVERED): _M.SAFE,
    (_M.STANDBY, _R.GROUND): _M.SAFE,
    (_M.STANDBY, _R.LOW_CHARGE): _M.SAFE,
    (_M.STANDBY, _R.CONTROLLER_SILENT): _M.SAFE,
    (_M.STANDBY, _R.POWER_BOARD_SILENT): _M.SAFE,
    **{(_M.STANDBY, reason): _M.SAFE for reason in sorted(FAULTS)},
    **{(lower, reason): upper for lower, upper in _LADDER for reason in _UP},
    **{(upper, reason): lower for lower, upper in _LADDER for reason in _SHED},
    **{(upper, reason): _M.STANDBY for _, upper in _LADDER for reason in _OFF},
}
"""(commanded mode, reason) → the mode commanded next."""

_RECOVERY = {_R.ECLIPSE: _R.SUNLIGHT, _R.LOW_CHARGE: _R.CHARGE_RECOVERED, _R.HOT: _R.COOLED}


class IllegalTransition(RuntimeError):  # noqa: N818 - the state machine's own word
    """The reason means nothing in this mode; nothing has moved."""


def boot(ceiling: PowerMode, now_us: int, mode: PowerMode = _M.SAFE, cause: ModeReason = _R.BOOT) -> ModeState:
    """The state after start: SAFE or SURVIVAL, and why. Only cause BOOT goes on to STANDBY by itself."""
    commanded = Commanded(mode=mode, reason=cause, since_us=now_us)
    return ModeState(commanded=commanded, observed=Observed(mode=mode), ceiling=ceiling, safe_cause=cause)


def step(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> tuple[ModeState, tuple[Effect, ...]]:
    """The next state and what is to be done; to be called again until that is nothing.

    Goes down or up in one step, never both.
    """
    begun = dict.fromkeys(_conditions(policy, inputs), inputs.now_us)
    state = replace(state, since_us={key: state.since_us.get(key, now) for key, now in begun.items()})
    state, effects = _stay_safe(state, inputs)
    while (reason := _way_down(policy, state, inputs)) is not None:
        state = _move(state, reason, inputs.now_us)
        effects = (*effects, Command(mode=state.commanded.mode, reason=reason))
    reached, state = _reach(state, inputs)
    effects += reached
    if not effects:
        up, state = _way_up(policy, state, inputs)
        if up is not None:
            state = _move(state, up, inputs.now_us)
            effects = (Command(mode=state.commanded.mode, reason=up),)
    return state, effects


def leave_safe(state: ModeState, now_us: int) -> tuple[ModeState, tuple[Effect, ...]]:
    """Ground's way out of SAFE. Raises IllegalTransition in another mode."""
    if state.commanded.mode is not _M.SAFE:
        raise IllegalTransition(f"{state.commanded.mode.name} is not SAFE")
    state = _move(state, _R.GROUND, now_us)
    return state, (Command(mode=state.commanded.mode, reason=_R.GROUND),)


def deadline_us(policy: PowerPolicy, state: ModeState, now_us: int) -> int | None:
    """When `step` may have something to do though no input changes; None: never."""
    debounce_us = round(policy.debounce_s * US_PER_S)
    commanded = state.commanded
    due = [since + debounce_us for since in state.since_us.values()]
    if state.shed_us is not None:
        due.append(state.shed_us + debounce_us)
    if commanded.mode is not state.observed.mode or state.safe_cause is _R.BOOT:
        due.append(commanded.since_us + round(policy.transition_timeout_s * US_PER_S))
    if commanded.mode is _M.IDLE:
        due.append(commanded.since_us + round(policy.idle_hold_s * US_PER_S))
    return min((at for at in due if at > now_us), default=None)


def blocked_by(policy: PowerPolicy, state: ModeState, inputs: Inputs, mode: PowerMode) -> ModeReason | None:
    """What forbids to enter a mode that draws payload power; None: nothing."""
    guard, power = policy.guards[mode], inputs.power
    if state.ceiling < mode:
        return _R.GROUND
    if inputs.is_fault_latched:
        return _R.RAIL_FAULT
    if power is None:
        return _R.POWER_BOARD_SILENT
    if power.charge_permille < guard.enter_charge_permille:
        return _R.LOW_CHARGE
    if power.temperature_centidegc > guard.enter_temperature_centidegc:
        return _R.HOT
    if guard.needs_sunlight and not power.is_sunlit:
        return _R.ECLIPSE
    return None


def question_blocked_by(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> ModeReason | None:
    """What would keep a question from being answered now; None: nothing. SAFE and SURVIVAL are not looked at."""
    if state.commanded.mode >= _M.ECO:
        return None
    reasons = (blocked_by(policy, state, inputs, mode) for mode in (_M.IDLE, _M.ECO) if mode > state.commanded.mode)
    return next((reason for reason in reasons if reason is not None), None)


def _conditions(policy: PowerPolicy, inputs: Inputs) -> Iterator[tuple[PowerMode, ModeReason]]:
    """The rows of the table whose limits are crossed; equality counts as crossed."""
    power = inputs.power
    if power is None:
        return
    charge = power.charge_permille
    if charge <= policy.safe_charge_permille:
        yield _M.STANDBY, _R.LOW_CHARGE
    if charge <= policy.survival_charge_permille:
        yield _M.SAFE, _R.LOW_CHARGE
    if charge >= policy.survival_exit_charge_permille:
        yield _M.SURVIVAL, _R.CHARGE_RECOVERED
    if charge >= policy.safe_exit_charge_permille:
        yield _M.SAFE, _R.CHARGE_RECOVERED
    for mode, guard in policy.guards.items():
        if charge <= guard.shed_charge_permille:
            yield mode, _R.LOW_CHARGE
        if power.temperature_centidegc >= guard.shed_temperature_centidegc:
            yield mode, _R.HOT


def _stay_safe(state: ModeState, inputs: Inputs) -> tuple[ModeState, tuple[Effect, ...]]:
    """Ground's SAFE, when it is entered already: it does not end by itself any more."""
    mode = state.commanded.mode
    if inputs.safe is not _R.GROUND or mode > _M.SAFE or state.safe_cause is _R.GROUND:
        return state, ()
    return replace(state, safe_cause=_R.GROUND), (Command(mode=mode, reason=_R.GROUND),)


def _way_down(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> ModeReason | None:
    """Why the commanded mode must be left downwards, or SAFE upwards; None: it need not."""
    mode = state.commanded.mode
    if mode in POWERED_MODES:
        return _powered_way_down(policy, state, inputs)
    if mode is _M.STANDBY:
        if inputs.safe is not None:
            return inputs.safe
        if _is_late(policy, state, inputs):
            return _R.TRANSITION_TIMEOUT
        return _R.LOW_CHARGE if _is_ripe(policy, state, inputs, _R.LOW_CHARGE) else None
    if _is_ripe(policy, state, inputs, _R.LOW_CHARGE):
        return _R.LOW_CHARGE
    may_recover = mode is _M.SURVIVAL or state.safe_cause is _R.LOW_CHARGE
    if may_recover and _is_ripe(policy, state, inputs, _R.CHARGE_RECOVERED):
        return _R.CHARGE_RECOVERED
    if state.safe_cause is _R.BOOT and mode is _M.SAFE:
        return _boot_over(policy, state, inputs)
    return None


def _powered_way_down(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> ModeReason | None:
    mode, guard = state.commanded.mode, policy.guards[state.commanded.mode]
    if inputs.safe is not None or inputs.fault is not None:
        return inputs.safe or inputs.fault
    if _is_late(policy, state, inputs):
        return _R.TRANSITION_TIMEOUT
    if inputs.power is None:
        return _R.POWER_BOARD_SILENT
    if state.ceiling < mode:
        return _R.GROUND
    for reason in (_R.LOW_CHARGE, _R.HOT):
        if _is_ripe(policy, state, inputs, reason):
            return reason
    if guard.needs_sunlight and not inputs.power.is_sunlit:
        return _R.ECLIPSE
    if mode > _M.IDLE:
        return _R.QUEUE_EMPTY if inputs.demand is Demand.NONE else None
    if inputs.demand is Demand.RUNNING or not _has_passed(inputs, state.commanded.since_us, policy.idle_hold_s):
        return None
    if inputs.demand is Demand.NONE:
        return _R.QUEUE_EMPTY
    blocked = blocked_by(policy, state, inputs, _M.ECO)  # a question waits, but must wait with the payload off
    return blocked if blocked in _SHED else None


def _boot_over(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> ModeReason | None:
    if inputs.rails is Rails.DARK:
        return _R.BOOT
    if not _has_passed(inputs, state.commanded.since_us, policy.transition_timeout_s):
        return None
    return _R.CONTROLLER_SILENT if inputs.rails is Rails.UNKNOWN else _R.TRANSITION_TIMEOUT


def _way_up(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> tuple[ModeReason | None, ModeState]:
    """Why the next higher mode may be commanded, None: it may not; and what blocks it, noted."""
    mode = state.commanded.mode
    wanted = _M.STANDBY <= mode < _M.BURST and inputs.demand is not Demand.NONE
    if not wanted or state.observed.mode is not mode or not _is_reached(mode, inputs):
        return None, state
    levels = (_M.IDLE, _M.ECO) if mode is _M.STANDBY else (PowerMode(mode + 1),)
    reasons = (blocked_by(policy, state, inputs, level) for level in levels)
    blocked = next((reason for reason in reasons if reason is not None), None)
    if blocked is not None:
        return None, replace(state, blocked_by=blocked)
    if state.shed_us is not None and not _has_passed(inputs, state.shed_us, policy.debounce_s):
        return None, state
    reason = _R.QUESTION if state.blocked_by is None else _RECOVERY.get(state.blocked_by, _R.QUESTION)
    return reason, replace(state, blocked_by=None, shed_us=None)


def _reach(state: ModeState, inputs: Inputs) -> tuple[tuple[Reached, ...], ModeState]:
    commanded, old = state.commanded, state.observed.mode
    if commanded.mode is old or not _is_reached(commanded.mode, inputs):
        return (), state
    reached = Reached(old=old, new=commanded.mode, reason=commanded.reason)
    return (reached,), replace(state, observed=Observed(mode=commanded.mode))


def _is_reached(mode: PowerMode, inputs: Inputs) -> bool:
    """The boards show the mode. SAFE and SURVIVAL hold too where nothing can be seen: there is nothing below them."""
    if mode in POWERED_MODES:
        return inputs.rails is Rails.GOOD and inputs.cap is mode
    return inputs.rails is Rails.DARK or (mode < _M.STANDBY and inputs.rails is Rails.UNKNOWN)


def _move(state: ModeState, reason: ModeReason, now_us: int) -> ModeState:
    """One row of the table. Raises IllegalTransition, having changed nothing."""
    old = state.commanded.mode
    try:
        new = TRANSITIONS[old, reason]
    except KeyError:
        raise IllegalTransition(f"{reason.name} in {old.name}") from None
    is_shed = reason in _RECOVERY and new < old
    has_begun = new < old and old in POWERED_MODES  # so the payload may be as far up as that, until it is seen down
    return replace(
        state,
        commanded=Commanded(mode=new, reason=reason, since_us=now_us),
        observed=Observed(mode=max(state.observed.mode, old)) if has_begun else state.observed,
        safe_cause=_safe_cause(state, new, reason),
        blocked_by=reason if is_shed else state.blocked_by,
        shed_us=now_us if is_shed else state.shed_us,
    )


def _safe_cause(state: ModeState, new: PowerMode, reason: ModeReason) -> ModeReason | None:
    if new >= _M.STANDBY:
        return None
    is_entry = state.safe_cause is None or state.safe_cause is _R.BOOT
    return reason if is_entry else state.safe_cause


def _is_ripe(policy: PowerPolicy, state: ModeState, inputs: Inputs, reason: ModeReason) -> bool:
    since_us = state.since_us.get((state.commanded.mode, reason))
    return since_us is not None and _has_passed(inputs, since_us, policy.debounce_s)


def _is_late(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> bool:
    is_under_way = state.observed.mode is not state.commanded.mode
    return is_under_way and _has_passed(inputs, state.commanded.since_us, policy.transition_timeout_s)


def _has_passed(inputs: Inputs, since_us: int, wait_s: float) -> bool:
    return inputs.now_us - since_us >= round(wait_s * US_PER_S)
