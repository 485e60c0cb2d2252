"""The mission's numbers for the payload: when a mode may run, and what it does and draws there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from flightsw.payload.vocabulary import (
    FLOOR_THRESHOLDS,
    GUARD_THRESHOLDS,
    POWERED_MODES,
    ModeReason,
    PowerMode,
    Threshold,
)

MIN_SURVIVAL_CHARGE_PERMILLE = 50
"""Nobody may put SURVIVAL's entry below it: what is left then must carry the satellite through a night."""


class PolicyError(ValueError):
    """A threshold is out of its range, or an exit not beyond its entry."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A column of the guard table: two thresholds, `sign` 1 where less is worse and -1 where more is, their range."""

    enter: Threshold
    shed: Threshold
    sign: int
    reason: ModeReason
    low: int
    high: int

    def of(self, guard: "ModeGuard") -> tuple[int, int]:
        """`enter` and `shed` of a mode, signed: at or above the first it may be entered, at or below the second not."""
        return self.sign * guard.limit(self.enter), self.sign * guard.limit(self.shed)


_T = Threshold
CHARGE = Limit(_T.ENTER_CHARGE_PERMILLE, _T.SHED_CHARGE_PERMILLE, 1, ModeReason.LOW_CHARGE, 0, 1000)
HEAT = Limit(_T.ENTER_TEMPERATURE_CENTIDEGC, _T.SHED_TEMPERATURE_CENTIDEGC, -1, ModeReason.HOT, -4000, 12500)
BATTERY_HEAT = Limit(_T.ENTER_BATTERY_HOT_CENTIDEGC, _T.SHED_BATTERY_HOT_CENTIDEGC, -1, ModeReason.HOT, -4000, 8000)
BATTERY_COLD = Limit(_T.ENTER_BATTERY_COLD_CENTIDEGC, _T.SHED_BATTERY_COLD_CENTIDEGC, 1, ModeReason.COLD, -4000, 8000)
SUNLIGHT = Limit(_T.ENTER_SUNLIGHT_S, _T.SHED_SUNLIGHT_S, 1, ModeReason.ECLIPSE, 0, 3600)
LIMITS = (CHARGE, HEAT, BATTERY_HEAT, BATTERY_COLD, SUNLIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeGuard:
    """When a mode may be entered, and when it must be left. Equality enters, and equality sheds.

    Between `enter` and `shed` nothing moves. Only with `needs_sunlight` do the seconds to the predicted eclipse count.
    The next higher mode is not commanded before `min_time_s` in this one.
    """

    enter_charge_permille: int
    shed_charge_permille: int
    enter_temperature_centidegc: int = 4500
    shed_temperature_centidegc: int = 5500
    enter_battery_hot_centidegc: int = 5000
    shed_battery_hot_centidegc: int = 6000
    enter_battery_cold_centidegc: int = 0
    shed_battery_cold_centidegc: int = -1000
    enter_sunlight_s: int = 120
    shed_sunlight_s: int = 20
    needs_sunlight: bool = False
    min_time_s: float = 0.0

    def __post_init__(self) -> None:
        for limit in LIMITS:
            enter, shed = limit.of(self)
            names = f"{limit.shed.name.lower()} and {limit.enter.name.lower()}"
            if not shed < enter:
                raise PolicyError(f"{names} must differ, and the mode be entered where it is not shed")
            if not all(limit.low <= self.limit(end) <= limit.high for end in (limit.enter, limit.shed)):
                raise PolicyError(f"{names} must be from {limit.low} to {limit.high}")
        if not 0 <= self.min_time_s <= 3600:
            raise PolicyError("min_time_s must be from 0 to 3600 s")

    def limit(self, threshold: Threshold) -> int:
        """One of the guard's thresholds."""
        value: int = getattr(self, threshold.name.lower())
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPolicy:
    """The guards of the modes that draw payload power, the batteries' last lines, and the waits between."""

    guards: Mapping[PowerMode, ModeGuard]
    safe_charge_permille: int = 200
    safe_exit_charge_permille: int = 350
    survival_charge_permille: int = 100
    survival_exit_charge_permille: int = 250
    debounce_s: float = 10.0
    idle_hold_s: float = 2.0
    transition_timeout_s: float = 20.0
    save_timeout_s: float = 10.0

    def __post_init__(self) -> None:
        if set(self.guards) != POWERED_MODES:
            raise PolicyError(f"guards are needed for {', '.join(m.name for m in sorted(POWERED_MODES))}")
        if self.survival_charge_permille < MIN_SURVIVAL_CHARGE_PERMILLE:
            raise PolicyError(f"charge: SURVIVAL entry must be at least {MIN_SURVIVAL_CHARGE_PERMILLE} ‰")
        if not self.survival_charge_permille < self.safe_charge_permille < self.safe_exit_charge_permille <= 1000:
            raise PolicyError("charge: SURVIVAL entry < SAFE entry < SAFE exit ≤ 1000 ‰ must hold")
        if not self.survival_charge_permille < self.survival_exit_charge_permille < self.safe_exit_charge_permille:
            raise PolicyError("charge: SURVIVAL entry < SURVIVAL exit < SAFE exit must hold")
        if self.guards[PowerMode.IDLE].shed_charge_permille < self.safe_charge_permille:
            raise PolicyError("charge: IDLE must be shed at or above SAFE's entry")
        for lower, upper in pairwise(sorted(self.guards)):
            self._check_order(lower, upper)
        for name in ("debounce_s", "idle_hold_s", "transition_timeout_s", "save_timeout_s"):
            if not 0 < getattr(self, name) <= 3600:
                raise PolicyError(f"{name} must be above 0 and at most 3600 s")

    def threshold(self, mode: PowerMode, threshold: Threshold) -> int:
        """One limit. Raises PolicyError for one that the mode does not have."""
        if mode in self.guards and threshold in GUARD_THRESHOLDS:
            return self.guards[mode].limit(threshold)
        value: int = getattr(self, _floor(mode, threshold))
        return value

    def with_threshold(self, mode: PowerMode, threshold: Threshold, value: int) -> "PowerPolicy":
        """The same policy with one limit changed. Raises PolicyError, also for a limit that the mode does not have."""
        return self.with_thresholds({(mode, threshold): value})

    def with_thresholds(self, limits: Mapping[tuple[PowerMode, Threshold], int]) -> "PowerPolicy":
        """The same policy with some limits changed, checked together. Raises PolicyError."""
        changes: dict[PowerMode, dict[str, Any]] = {}
        floors: dict[str, Any] = {}
        for (mode, threshold), value in limits.items():
            if mode in self.guards and threshold in GUARD_THRESHOLDS:
                changes.setdefault(mode, {})[threshold.name.lower()] = value
            else:
                floors[_floor(mode, threshold)] = value
        guards = {mode: replace(guard, **changes.get(mode, {})) for mode, guard in self.guards.items()}
        return replace(self, guards=guards, **floors)

    def _check_order(self, lower: PowerMode, upper: PowerMode) -> None:
        """A higher mode is shed no later than a lower one, or the way up would be a way out of a limit."""
        guards = self.guards[lower], self.guards[upper]
        if guards[0].needs_sunlight > guards[1].needs_sunlight:
            raise PolicyError(f"needs_sunlight: {upper.name} must need it where {lower.name} does")
        for limit in LIMITS:
            is_compared = limit is not SUNLIGHT or guards[0].needs_sunlight
            low, high = (limit.of(guard)[1] for guard in guards)
            if is_compared and low > high:
                raise PolicyError(f"{limit.shed.name.lower()}: {upper.name} must be shed where {lower.name} is")


def all_thresholds() -> tuple[tuple[PowerMode, Threshold], ...]:
    """Every limit that there is, by mode."""
    guards = ((mode, limit) for mode in sorted(POWERED_MODES) for limit in sorted(GUARD_THRESHOLDS))
    floors = ((mode, limit) for mode in (PowerMode.SAFE, PowerMode.SURVIVAL) for limit in sorted(FLOOR_THRESHOLDS))
    return (*guards, *floors)


def _floor(mode: PowerMode, threshold: Threshold) -> str:
    """The field of a SAFE or SURVIVAL limit."""
    if mode not in (PowerMode.SAFE, PowerMode.SURVIVAL) or threshold not in FLOOR_THRESHOLDS:
        raise PolicyError(f"{mode.name} has no {threshold.name}")
    verb = "" if threshold is Threshold.ENTER_CHARGE_PERMILLE else "exit_"
    return f"{mode.name.lower()}_{verb}charge_permille"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeProfile:
    """What the payload computer does and draws in a mode, at work."""

    prompt_tokens_per_s: float
    decode_tokens_per_s: float
    power_mw: int

    def __post_init__(self) -> None:
        if self.power_mw <= 0 or self.prompt_tokens_per_s <= 0 or self.decode_tokens_per_s <= 0:
            raise PolicyError("a mode's rates and power must be above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeProfile:
    """The payload computer as measured: how long it takes to start, and what each mode allows.

    `idle_power_mw` is drawn by a computer that is on and has nothing to do, booting and loading included.
    """

    modes: Mapping[PowerMode, ModeProfile]
    boot_s: float = 2.0
    load_s: float = 1.0
    idle_power_mw: int = 3000
    context_tokens: int = 2048
    model: str = ""
