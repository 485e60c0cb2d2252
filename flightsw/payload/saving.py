"""When power is so scarce that only what keeps the satellite alive may be on: no heater, no auxiliary load.

A heater that goes on whenever the bus has recovered a little keeps it from ever recovering (Compass-1).
"""

from flightsw.payload.mode_state import ModeState
from flightsw.payload.policy import PowerPolicy
from flightsw.payload.vocabulary import ModeReason, PowerMode

_CAUSES = frozenset({ModeReason.LOW_CHARGE, ModeReason.UNDER_VOLTAGE})


def must_save(policy: PowerPolicy, state: ModeState, charge_permille: int | None, *, was_saving: bool) -> bool:
    """Whether power is to be saved: in SURVIVAL, in a SAFE for want of power, and in any SAFE until the charge is back.

    Args:
        charge_permille: as it is believed; None: nothing is, and all stays as it was.
        was_saving: what this said last.
    """
    mode = state.commanded.mode
    if mode is not PowerMode.SAFE:
        return mode is PowerMode.SURVIVAL
    if state.safe_cause in _CAUSES:
        return True
    if charge_permille is None:
        return was_saving
    if was_saving:
        return charge_permille < policy.safe_exit_charge_permille
    return charge_permille <= policy.safe_charge_permille
