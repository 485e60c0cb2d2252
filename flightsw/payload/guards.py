"""The guard table applied to the world: which modes it forbids to enter, which it does not let stay.

Pure and without memory; the mode machine sees nothing else of the world. How long something must last is its business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flightsw.payload.mode_state import Inputs, Power, Sky
from flightsw.payload.policy import LIMITS, SUNLIGHT, ModeGuard, PowerPolicy
from flightsw.payload.vocabulary import ModeReason, PowerMode

US_PER_S = 1_000_000

_EMPTY_PERMILLE = 0
_HOTTEST_CENTIDEGC = 32_767


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the world allows, by mode, with the reason.

    `unfit` must be left when that has lasted, `dark` at once; `barred` may not be entered. Of STANDBY and SAFE, `unfit`
    is the way to SAFE and to SURVIVAL; `recovered` are those of SAFE and SURVIVAL that the battery allows to leave.
    """

    unfit: Mapping[PowerMode, ModeReason]
    dark: frozenset[PowerMode]
    barred: Mapping[PowerMode, ModeReason]
    recovered: frozenset[PowerMode]


def judge(policy: PowerPolicy, inputs: Inputs) -> Verdict:
    """The world against every mode's limits. Equality enters a mode, and equality sheds it."""
    power = inputs.power
    if power is None:
        silent = dict.fromkeys(policy.guards, ModeReason.POWER_BOARD_SILENT)
        return Verdict(unfit={}, dark=frozenset(), barred=silent, recovered=frozenset())
    unfit: dict[PowerMode, ModeReason] = {}
    barred: dict[PowerMode, ModeReason] = {}
    dark: set[PowerMode] = set()
    charge = _EMPTY_PERMILLE if power.charge_permille is None else power.charge_permille
    measured = _measured(charge, power, sunlight_s(power, inputs.sky, inputs.now_us))
    for mode, guard in policy.guards.items():
        for value, (reason, enter, shed) in zip(measured, _rows(guard), strict=False):
            if value is None or value >= enter:
                continue
            barred.setdefault(mode, reason)
            if value <= shed and reason is SUNLIGHT.reason:
                dark.add(mode)
            elif value <= shed:
                unfit.setdefault(mode, reason)
    if charge <= policy.safe_charge_permille:
        unfit[PowerMode.STANDBY] = ModeReason.LOW_CHARGE
    if charge <= policy.survival_charge_permille:
        unfit[PowerMode.SAFE] = ModeReason.LOW_CHARGE
    return Verdict(unfit, frozenset(dark), barred, _recovered(policy, charge))


def sunlight_s(power: Power, sky: Sky | None, now_us: int) -> int | None:
    """Seconds of sunlight left, rounded up: 0 if the sensor or the prediction shows none; None: no end is foreseen."""
    if not power.is_sunlit or (sky is not None and not sky.is_sunlit):
        return 0
    if sky is None or sky.eclipse_us is None:
        return None
    return max(0, -((now_us - sky.eclipse_us) // US_PER_S))


def _recovered(policy: PowerPolicy, charge_permille: int) -> frozenset[PowerMode]:
    exits = {
        PowerMode.SAFE: policy.safe_exit_charge_permille,
        PowerMode.SURVIVAL: policy.survival_exit_charge_permille,
    }
    return frozenset(mode for mode, exit_permille in exits.items() if charge_permille >= exit_permille)


def _measured(charge_permille: int, power: Power, sunlight_s: int | None) -> tuple[int | None, ...]:
    """What each of LIMITS looks at, signed as it is; None: it can't be crossed."""
    payload = _HOTTEST_CENTIDEGC if power.payload_centidegc is None else power.payload_centidegc
    battery = _HOTTEST_CENTIDEGC if power.battery_centidegc is None else power.battery_centidegc
    return charge_permille, -payload, -battery, battery, sunlight_s


@lru_cache(maxsize=64)
def _rows(guard: ModeGuard) -> tuple[tuple[ModeReason, int, int], ...]:
    """A mode's row of the guard table: reason, `enter` and `shed` of each limit, signed; sunlight if it is needed."""
    limits = LIMITS if guard.needs_sunlight else LIMITS[:-1]
    return tuple((limit.reason, *limit.of(guard)) for limit in limits)
