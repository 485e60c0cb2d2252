"""The mode machine: why the mode must fall now, and whether it may rise.

`step` is pure: whoever calls it reads the boards and carries out what is commanded. The way up takes one level at a
time, each reached before the next is commanded; the way down is commanded at once and waits for no device. *Commanded*
is what was decided, *observed* what the boards show. Boot is SAFE with cause BOOT: it ends in STANDBY when the rails
are seen dark.
"""

from dataclasses import replace

from flightsw.payload.guards import US_PER_S, Verdict, judge
from flightsw.payload.mode_state import (
    Command,
    Commanded,
    Demand,
    Effect,
    Inputs,
    ModeState,
    Observed,
    Overdue,
    Rails,
    Reached,
)
from flightsw.payload.policy import PowerPolicy
from flightsw.payload.transitions import RECOVERY, SHED, IllegalTransition, next_mode
from flightsw.payload.vocabulary import POWERED_MODES, ModeReason, PowerMode

_M, _R = PowerMode, ModeReason

_BY_CHOICE = frozenset({_R.GROUND, _R.QUEUE_EMPTY})
"""What lowers the mode though nothing is wrong: it may rise again at any time."""
_PASSING = frozenset({_R.BOOT, _R.LOW_CHARGE})
"""Causes of a SAFE that ends by itself."""


def boot(ceiling: PowerMode, now_us: int, mode: PowerMode = _M.SAFE, cause: ModeReason = _R.BOOT) -> ModeState:
    """The state after start: SAFE or SURVIVAL, and why. Only cause BOOT goes on to STANDBY by itself."""
    commanded = Commanded(mode=mode, reason=cause, since_us=now_us)
    return ModeState(commanded=commanded, observed=Observed(mode=mode), ceiling=ceiling, safe_cause=cause)


def kept_safe(state: ModeState) -> tuple[PowerMode, ModeReason] | None:
    """The SAFE or SURVIVAL that the next boot begins with, and its cause; None: the next boot ends in STANDBY."""
    if state.safe_cause is None or state.safe_cause is _R.BOOT:
        return None
    return state.commanded.mode, state.safe_cause


def step(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> tuple[ModeState, tuple[Effect, ...]]:
    """The next state and what is to be done; to be called again until that is nothing.

    Goes down or up in one step, never both.
    """
    verdict = judge(policy, inputs)
    state = _remember(state, verdict, inputs)
    state, effects = _harden(policy, state, inputs)
    for _ in _M:  # each mode is left at most once
        reason = _way_down(policy, state, verdict, inputs)
        if reason is None:
            break
        state = _move(state, reason, inputs.now_us)
        effects = (*effects, Command(mode=state.commanded.mode, reason=reason))
    reached, state = _reach(state, inputs)
    effects += reached
    if not effects:
        up, state = _way_up(policy, state, verdict, inputs)
        if up is not None:
            state = _move(state, up, inputs.now_us)
            effects = (Command(mode=state.commanded.mode, reason=up),)
    return state, effects


def enter_safe(state: ModeState, now_us: int) -> tuple[ModeState, tuple[Effect, ...]]:
    """Ground's SAFE: at once, and only ground ends it. SURVIVAL stays, but goes no higher than SAFE by itself."""
    effects: tuple[Effect, ...] = ()
    for _ in range(_M.SAFE, state.commanded.mode):
        state = _move(state, _R.GROUND, now_us)
        effects = (*effects, Command(mode=state.commanded.mode, reason=_R.GROUND))
    if state.safe_cause is not _R.GROUND:
        state = replace(state, safe_cause=_R.GROUND)
        effects = (*effects, Command(mode=state.commanded.mode, reason=_R.GROUND))
    return state, effects


def leave_safe(state: ModeState, now_us: int) -> tuple[ModeState, tuple[Effect, ...]]:
    """Ground's way out of SAFE. Raises IllegalTransition in another mode."""
    if state.commanded.mode is not _M.SAFE:
        raise IllegalTransition(f"{state.commanded.mode.name} is not SAFE")
    state = _move(state, _R.GROUND, now_us)
    return state, (Command(mode=state.commanded.mode, reason=_R.GROUND),)


def deadline_us(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> int | None:
    """When `step` may have something to do though no input but time changes; None: never."""
    commanded = state.commanded
    debounced = [since for _, since in state.unfit_us]
    debounced += [since for since in (state.recovered_us, state.shed_us) if since is not None]
    waits = [(since, policy.debounce_s) for since in debounced]
    if state.unseen_us is not None:
        waits.append((state.unseen_us, policy.transition_timeout_s))
    if state.safe_cause is _R.BOOT:
        waits.append((commanded.since_us, policy.transition_timeout_s))
    if commanded.mode is _M.IDLE:
        waits += [(commanded.since_us, policy.idle_hold_s), (commanded.since_us, policy.save_timeout_s)]
    if commanded.mode in POWERED_MODES:
        waits.append((commanded.since_us, policy.guards[commanded.mode].min_time_s))
    due = [since + round(wait_s * US_PER_S) for since, wait_s in waits]
    if inputs.sky is not None and inputs.sky.eclipse_us is not None and commanded.mode in POWERED_MODES:
        due.append(inputs.sky.eclipse_us - policy.guards[commanded.mode].shed_sunlight_s * US_PER_S)
    return min((at for at in due if at > inputs.now_us), default=None)


def question_blocked_by(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> ModeReason | None:
    """What would keep a question from being answered now; None: nothing. SAFE and SURVIVAL are not looked at."""
    levels = tuple(mode for mode in (_M.IDLE, _M.ECO) if mode > state.commanded.mode)
    return _blocked_by(state, judge(policy, inputs), inputs, levels)


def _blocked_by(state: ModeState, verdict: Verdict, inputs: Inputs, levels: tuple[PowerMode, ...]) -> ModeReason | None:
    """What forbids to enter the first of these modes that can't be entered; None: nothing."""
    for mode in levels:
        if state.ceiling < mode:
            return _R.GROUND
        if inputs.fault is not None:
            return inputs.fault
        if mode in verdict.barred:
            return verdict.barred[mode]
    return None


def _remember(state: ModeState, verdict: Verdict, inputs: Inputs) -> ModeState:
    """Since when each limit has been crossed, and the commanded mode not been seen."""
    mode, now_us, before = state.commanded.mode, inputs.now_us, dict(state.unfit_us)
    is_unseen = not _is_shown(mode, inputs)
    return replace(
        state,
        unfit_us=tuple((unfit, before.get(unfit, now_us)) for unfit in sorted(verdict.unfit) if unfit <= mode),
        recovered_us=_since(state.recovered_us, now_us) if mode in verdict.recovered else None,
        unseen_us=_since(state.unseen_us, now_us) if is_unseen else None,
        is_overdue=state.is_overdue and is_unseen,
    )


def _since(since_us: int | None, now_us: int) -> int:
    return now_us if since_us is None else since_us


def _harden(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> tuple[ModeState, tuple[Effect, ...]]:
    """A SAFE that would end by itself does so no more when something else is wrong; a payload still lit is said."""
    mode = state.commanded.mode
    if mode > _M.SAFE:
        return state, ()
    effects: tuple[Effect, ...] = ()
    reason = inputs.safe
    if reason is None and state.safe_cause is _R.BOOT and inputs.rails is Rails.UNKNOWN:
        has_waited = _has_passed(inputs, state.commanded.since_us, policy.transition_timeout_s)
        reason = _R.CONTROLLER_SILENT if has_waited else None
    if _is_late(policy, state, inputs) and not state.is_overdue:
        reason = reason or _R.TRANSITION_TIMEOUT
        state = replace(state, is_overdue=True)
        effects = (Overdue(mode=mode, rails=inputs.rails),)
    if reason is not None and state.safe_cause in _PASSING:
        state = replace(state, safe_cause=reason)
        effects = (*effects, Command(mode=mode, reason=reason))
    return state, effects


def _way_down(policy: PowerPolicy, state: ModeState, verdict: Verdict, inputs: Inputs) -> ModeReason | None:
    """Why the commanded mode must be left downwards, or SAFE upwards; None: it need not."""
    mode = state.commanded.mode
    if mode in POWERED_MODES:
        return _powered_way_down(policy, state, verdict, inputs)
    if mode is _M.STANDBY and inputs.safe is not None:
        return inputs.safe
    if mode is _M.STANDBY and _is_late(policy, state, inputs):
        return _R.TRANSITION_TIMEOUT
    if _is_ripe(policy, state, inputs):
        return verdict.unfit[mode]
    may_recover = mode is _M.SURVIVAL or state.safe_cause is _R.LOW_CHARGE
    if may_recover and state.recovered_us is not None and _has_passed(inputs, state.recovered_us, policy.debounce_s):
        return _R.CHARGE_RECOVERED
    is_booted = mode is _M.SAFE and state.safe_cause is _R.BOOT and inputs.rails is Rails.DARK
    return _R.BOOT if is_booted else None


def _powered_way_down(policy: PowerPolicy, state: ModeState, verdict: Verdict, inputs: Inputs) -> ModeReason | None:
    mode = state.commanded.mode
    if inputs.safe is not None or inputs.fault is not None:
        return inputs.safe or inputs.fault
    if _is_late(policy, state, inputs):
        return _R.TRANSITION_TIMEOUT
    if inputs.power is None:
        return _R.POWER_BOARD_SILENT
    if mode in verdict.dark:
        return _R.ECLIPSE
    if mode is _M.IDLE and not _may_go_off(policy, state, inputs):
        return None
    if state.ceiling < mode:
        return _R.GROUND
    if _is_ripe(policy, state, inputs):
        return verdict.unfit[mode]
    if mode is not _M.IDLE:
        return _R.QUEUE_EMPTY if inputs.demand is Demand.NONE else None
    if inputs.demand is Demand.RUNNING or not _has_passed(inputs, state.commanded.since_us, policy.idle_hold_s):
        return None
    if inputs.demand is Demand.NONE:
        return _R.QUEUE_EMPTY
    blocked = _blocked_by(state, verdict, inputs, (_M.ECO,))  # a question waits, but must wait with the payload off
    return blocked if blocked in SHED else None


def _may_go_off(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> bool:
    """What was answered so far is kept, or has had its time to be."""
    return inputs.is_saved or _has_passed(inputs, state.commanded.since_us, policy.save_timeout_s)


def _way_up(
    policy: PowerPolicy, state: ModeState, verdict: Verdict, inputs: Inputs
) -> tuple[ModeReason | None, ModeState]:
    """Why the next higher mode may be commanded, None: it may not; and what blocks it, noted."""
    mode = state.commanded.mode
    wanted = _M.STANDBY <= mode < _M.BURST and inputs.demand is not Demand.NONE
    if not wanted or state.observed.mode is not mode or not _is_shown(mode, inputs):
        return None, state
    levels = (_M.IDLE, _M.ECO) if mode is _M.STANDBY else (PowerMode(mode + 1),)
    blocked = _blocked_by(state, verdict, inputs, levels)
    if blocked is not None:
        return None, replace(state, blocked_by=blocked)
    if state.shed_us is not None and not _has_passed(inputs, state.shed_us, policy.debounce_s):
        return None, state
    if mode in POWERED_MODES and not _has_passed(inputs, state.commanded.since_us, policy.guards[mode].min_time_s):
        return None, state
    reason = _R.QUESTION if state.blocked_by is None else RECOVERY.get(state.blocked_by, _R.QUESTION)
    return reason, replace(state, blocked_by=None, shed_us=None)


def _reach(state: ModeState, inputs: Inputs) -> tuple[tuple[Reached, ...], ModeState]:
    commanded, old = state.commanded, state.observed.mode
    if commanded.mode is old or not _is_shown(commanded.mode, inputs):
        return (), state
    reached = Reached(old=old, new=commanded.mode, reason=commanded.reason)
    return (reached,), replace(state, observed=Observed(mode=commanded.mode))


def _is_shown(mode: PowerMode, inputs: Inputs) -> bool:
    """The boards show the mode. SAFE and SURVIVAL hold too where nothing can be seen: there is nothing below them."""
    if mode in POWERED_MODES:
        return inputs.rails is Rails.GOOD and inputs.cap is mode
    return inputs.rails is Rails.DARK or (mode < _M.STANDBY and inputs.rails is Rails.UNKNOWN)


def _move(state: ModeState, reason: ModeReason, now_us: int) -> ModeState:
    """One row of the table. Raises IllegalTransition, having changed nothing."""
    old = state.commanded.mode
    new = next_mode(old, reason)
    has_begun = new < old and old in POWERED_MODES  # so the payload may be as far up as that, until it is seen down
    return replace(
        state,
        commanded=Commanded(mode=new, reason=reason, since_us=now_us),
        observed=Observed(mode=max(state.observed.mode, old)) if has_begun else state.observed,
        safe_cause=_safe_cause(state, new, reason),
        recovered_us=None,
        unseen_us=None,
        is_overdue=False,
        blocked_by=reason if reason in RECOVERY and new < old else state.blocked_by,
        shed_us=now_us if new < old and reason not in _BY_CHOICE else state.shed_us,
    )


def _safe_cause(state: ModeState, new: PowerMode, reason: ModeReason) -> ModeReason | None:
    if new >= _M.STANDBY:
        return None
    is_entry = state.safe_cause is None or state.safe_cause is _R.BOOT
    return reason if is_entry else state.safe_cause


def _is_ripe(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> bool:
    """The commanded mode's limits have been crossed for the whole debounce."""
    since_us = dict(state.unfit_us).get(state.commanded.mode)
    return since_us is not None and _has_passed(inputs, since_us, policy.debounce_s)


def _is_late(policy: PowerPolicy, state: ModeState, inputs: Inputs) -> bool:
    """The boards have not shown the commanded mode for too long."""
    return state.unseen_us is not None and _has_passed(inputs, state.unseen_us, policy.transition_timeout_s)


def _has_passed(inputs: Inputs, since_us: int, wait_s: float) -> bool:
    return inputs.now_us - since_us >= round(wait_s * US_PER_S)
