"""What the mode machine is given, what it holds, and what it says is to be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from flightsw.payload.vocabulary import ModeReason, PowerMode


class Rails(Enum):
    """What the payload controller shows of its four rails."""

    UNKNOWN = auto()
    """It has not been heard, or not since it was last commanded."""
    DARK = auto()
    """All switches open, no voltage."""
    MOVING = auto()
    GOOD = auto()
    """All switches closed, all rails power-good."""


class Demand(IntEnum):
    """What the job queue wants of the payload."""

    NONE = 0
    QUEUED = 1
    RUNNING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What the power board shows."""

    charge_permille: int
    temperature_centidegc: int
    is_sunlit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that the choice of a mode depends on, besides what was chosen before.

    `power` is None while the power board is silent. `cap` is the mode whose power cap the payload computer has
    acknowledged, None until its model is loaded. `fault` and ground's `safe` are given once, when they happen; `safe`
    says why SAFE is due.
    """

    now_us: int
    power: Power | None = None
    rails: Rails = Rails.UNKNOWN
    cap: PowerMode | None = None
    demand: Demand = Demand.NONE
    is_fault_latched: bool = False
    fault: ModeReason | None = None
    safe: ModeReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded:
    """The mode that was decided, why, and since when."""

    mode: PowerMode
    reason: ModeReason
    since_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The mode that the boards have last shown; after a way up that was given up, the one that was begun."""

    mode: PowerMode


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeState:
    """The mode machine's state.

    `safe_cause` is why SAFE or SURVIVAL was entered, `since_us` when each condition for leaving a mode began to hold,
    `blocked_by` what keeps a waiting question from a higher mode, and `shed_us` when a limit last lowered the mode.
    """

    commanded: Commanded
    observed: Observed
    ceiling: PowerMode
    safe_cause: ModeReason | None = None
    since_us: Mapping[tuple[PowerMode, ModeReason], int] = field(default_factory=dict)
    blocked_by: ModeReason | None = None
    shed_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Effect: bring the payload to this mode."""

    mode: PowerMode
    reason: ModeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Effect: the boards show this mode now."""

    old: PowerMode
    new: PowerMode
    reason: ModeReason


Effect = Command | Reached
