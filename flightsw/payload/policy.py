"""The mission's numbers for the payload: when a mode may run, and what it does and draws there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flightsw.payload.vocabulary import POWERED_MODES, PowerMode, Threshold


class PolicyError(ValueError):
    """A threshold is out of its range, or an exit not beyond its entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeGuard:
    """When a mode may be entered, and when it must be left.

    Entered at a charge ≥ `enter_charge_permille` and a temperature ≤ `enter_temperature_centidegc`; shed at a charge
    ≤ `shed_charge_permille` or a temperature ≥ `shed_temperature_centidegc`, debounced. Between the two nothing moves.
    """

    enter_charge_permille: int
    shed_charge_permille: int
    enter_temperature_centidegc: int = 4500
    shed_temperature_centidegc: int = 5500
    needs_sunlight: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.shed_charge_permille < self.enter_charge_permille <= 1000:
            raise PolicyError(
                f"charge: shed at {self.shed_charge_permille} ‰ and enter at {self.enter_charge_permille} ‰ "
                "must hold 0 ≤ shed < enter ≤ 1000"
            )
        if not -4000 <= self.enter_temperature_centidegc < self.shed_temperature_centidegc <= 12500:
            raise PolicyError(
                f"temperature: enter at {self.enter_temperature_centidegc} and shed at "
                f"{self.shed_temperature_centidegc} hundredths of a degree must hold -4000 ≤ enter < shed ≤ 12500"
            )


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

    def __post_init__(self) -> None:
        if set(self.guards) != POWERED_MODES:
            raise PolicyError(f"guards are needed for {', '.join(m.name for m in sorted(POWERED_MODES))}")
        if not 0 <= self.survival_charge_permille < self.safe_charge_permille < self.safe_exit_charge_permille <= 1000:
            raise PolicyError("charge: 0 ≤ SURVIVAL entry < SAFE entry < SAFE exit ≤ 1000 ‰ must hold")
        if not self.survival_charge_permille < self.survival_exit_charge_permille < self.safe_exit_charge_permille:
            raise PolicyError("charge: SURVIVAL entry < SURVIVAL exit < SAFE exit must hold")
        for mode, guard in self.guards.items():
            if guard.shed_charge_permille < self.safe_charge_permille:
                raise PolicyError(f"charge: {mode.name} must be shed at or above SAFE's entry")
        for name in ("debounce_s", "idle_hold_s", "transition_timeout_s"):
            if not 0 < getattr(self, name) <= 3600:
                raise PolicyError(f"{name} must be above 0 and at most 3600 s")

    def with_threshold(self, mode: PowerMode, threshold: Threshold, value: int) -> "PowerPolicy":
        """The same policy with one limit changed. Raises PolicyError, also for a mode that has no guard."""
        if mode not in self.guards:
            raise PolicyError(f"{mode.name} has no guard")
        limits: dict[str, Any] = {threshold.name.lower(): value}
        changed = replace(self.guards[mode], **limits)
        return replace(self, guards={**self.guards, mode: changed})


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
