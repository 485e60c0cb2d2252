"""The power modes as a table: which reason leads from which mode to which."""

from collections.abc import Mapping

from flightsw.payload.vocabulary import ModeReason, PowerMode

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
        _R.MEMORY_DAMAGED,
    }
)
"""Reasons that take the payload off at once: the job that it was powered for is interrupted."""

SAFE_CAUSES = FAULTS | {_R.CONTROLLER_SILENT, _R.POWER_BOARD_SILENT, _R.STORE_FAULT, _R.UNCLEAN_BOOTS}
"""Reasons for a SAFE that only ground ends."""

SHED = (_R.GROUND, _R.ECLIPSE, _R.LOW_CHARGE, _R.HOT, _R.COLD, _R.QUEUE_EMPTY)
"""Reasons that lower a mode by one level."""

RECOVERY = {
    _R.ECLIPSE: _R.SUNLIGHT,
    _R.LOW_CHARGE: _R.CHARGE_RECOVERED,
    _R.HOT: _R.COOLED,
    _R.COLD: _R.WARMED,
}
"""What lowered the mode, or kept it down → why it rises when that is over."""

_RISE = (_R.QUESTION, *RECOVERY.values())
_LADDER = ((_M.STANDBY, _M.IDLE), (_M.IDLE, _M.ECO), (_M.ECO, _M.NOMINAL), (_M.NOMINAL, _M.BURST))

TRANSITIONS: Mapping[tuple[PowerMode, ModeReason], PowerMode] = {
    (_M.SAFE, _R.BOOT): _M.STANDBY,
    (_M.SAFE, _R.GROUND): _M.STANDBY,
    (_M.SAFE, _R.CHARGE_RECOVERED): _M.STANDBY,
    (_M.SAFE, _R.LOW_CHARGE): _M.SURVIVAL,
    (_M.SURVIVAL, _R.CHARGE_RECOVERED): _M.SAFE,
    **{(_M.STANDBY, reason): _M.SAFE for reason in (_R.GROUND, _R.LOW_CHARGE, *sorted(SAFE_CAUSES))},
    **{(lower, reason): upper for lower, upper in _LADDER for reason in _RISE},
    **{(upper, reason): lower for lower, upper in _LADDER for reason in SHED},
    **{(upper, reason): _M.STANDBY for _, upper in _LADDER for reason in sorted(SAFE_CAUSES)},
}
"""(commanded mode, reason) → the mode commanded next."""


class IllegalTransition(RuntimeError):  # noqa: N818 - the state machine's own word
    """The reason means nothing in this mode; nothing has moved."""


def next_mode(mode: PowerMode, reason: ModeReason) -> PowerMode:
    """One row of the table. Raises IllegalTransition."""
    try:
        return TRANSITIONS[mode, reason]
    except KeyError:
        raise IllegalTransition(f"{reason.name} in {mode.name}") from None
