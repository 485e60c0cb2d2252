"""The guard table applied to the world: which modes it forbids to enter, which it does not let stay.

Pure and without memory; the mode machine sees nothing else of the world. How long something must last is its business.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flightsw.payload.mode_state import Inputs, Power, Sky
from flightsw.payload.policy import BATTERY_COLD, BATTERY_HEAT, CHARGE, HEAT, LIMITS, SUNLIGHT, Limit, PowerPolicy
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
    if inputs.power is None:
        silent = dict.fromkeys(policy.guards, ModeReason.POWER_BOARD_SILENT)
        return Verdict(unfit={}, dark=frozenset(), barred=silent, recovered=frozenset())
    unfit: dict[PowerMode, ModeReason] = {}
    barred: dict[PowerMode, ModeReason] = {}
    dark: set[PowerMode] = set()
    measured = _measured(inputs.power, inputs.sky, inputs.now_us)
    for mode, guard in policy.guards.items():
        for limit in LIMITS:
            if limit is SUNLIGHT and not guard.needs_sunlight:
                continue
            value = measured[limit]
            enter, shed = limit.of(guard)
            if value is not None and value < enter:
                barred.setdefault(mode, limit.reason)
            if value is not None and value <= shed:
                if limit is SUNLIGHT:
                    dark.add(mode)
                else:
                    unfit.setdefault(mode, limit.reason)
    return _with_floors(policy, inputs.power, Verdict(unfit, frozenset(dark), barred, frozenset()))


def _with_floors(policy: PowerPolicy, power: Power, verdict: Verdict) -> Verdict:
    """With what low charge means to STANDBY, SAFE and SURVIVAL."""
    charge = _charge(power)
    unfit = dict(verdict.unfit)
    if charge <= policy.safe_charge_permille:
        unfit[PowerMode.STANDBY] = ModeReason.LOW_CHARGE
    if charge <= policy.survival_charge_permille:
        unfit[PowerMode.SAFE] = ModeReason.LOW_CHARGE
    exits = {
        PowerMode.SAFE: policy.safe_exit_charge_permille,
        PowerMode.SURVIVAL: policy.survival_exit_charge_permille,
    }
    recovered = frozenset(mode for mode, exit_permille in exits.items() if charge >= exit_permille)
    return Verdict(unfit, verdict.dark, verdict.barred, recovered)


def _measured(power: Power, sky: Sky | None, now_us: int) -> Mapping[Limit, int | None]:
    """What each column of the guard table looks at, signed as its limits; None: it can't be crossed."""
    payload, battery = power.payload_centidegc, power.battery_centidegc
    heat = _HOTTEST_CENTIDEGC if payload is None else payload
    battery_heat = _HOTTEST_CENTIDEGC if battery is None else battery
    return {
        CHARGE: _charge(power),
        HEAT: -heat,
        BATTERY_HEAT: -battery_heat,
        BATTERY_COLD: battery_heat,
        SUNLIGHT: sunlight_s(power, sky, now_us),
    }


def sunlight_s(power: Power, sky: Sky | None, now_us: int) -> int | None:
    """Seconds of sunlight left, rounded up: 0 if the sensor or the prediction shows none; None: no end is foreseen."""
    if not power.is_sunlit or (sky is not None and not sky.is_sunlit):
        return 0
    if sky is None or sky.eclipse_us is None:
        return None
    return max(0, -((now_us - sky.eclipse_us) // US_PER_S))


def _charge(power: Power) -> int:
    return _EMPTY_PERMILLE if power.charge_permille is None else power.charge_permille
