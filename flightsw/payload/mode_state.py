"""What the mode machine is given, what it holds, and what it says is to be done."""

from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from flightsw.payload.vocabulary import ModeReason, PowerMode


class Rails(Enum):
    """What the payload controller shows of its rails."""

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
    """What the boards measure. None is a sensor that nobody believes, and counts as the worst that it could show."""

    charge_permille: int | None
    payload_centidegc: int | None
    battery_centidegc: int | None
    is_sunlit: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """The Earth's shadow as predicted from the orbit: when it is entered and left next, None if not to be foreseen.

    Times are those of the monotonic clock.
    """

    is_sunlit: bool
    eclipse_us: int | None = None
    sunlight_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that the choice of a mode depends on, besides what was chosen before.

    `power` is None while the power board is silent, `sky` while nothing fresh is known of the orbit. `cap` is the mode
    whose power cap the payload computer has acknowledged, None until its model is loaded. `is_saved` tells that the
    payload could go off now and no token of an answer would have to be computed again. `fault` is why the payload must
    be off and `safe` why SAFE is due, each for as long as it is so.
    """

    now_us: int
    power: Power | None = None
    sky: Sky | None = None
    rails: Rails = Rails.UNKNOWN
    cap: PowerMode | None = None
    demand: Demand = Demand.NONE
    is_saved: bool = True
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
    """The mode machine's state; `_us` are the times at which something began.

    `safe_cause` is why SAFE or SURVIVAL was entered. `unfit_us` is since when the limits of the commanded mode, and of
    those below, have been crossed; `recovered_us` since when the battery has allowed to leave SAFE or SURVIVAL upwards;
    `unseen_us` since when the boards have not shown the commanded mode, `is_overdue` once that was said. `blocked_by`
    is what keeps a waiting question from a higher mode, and `shed_us` when the mode last had to be lowered.
    """

    commanded: Commanded
    observed: Observed
    ceiling: PowerMode
    safe_cause: ModeReason | None = None
    unfit_us: tuple[tuple[PowerMode, int], ...] = ()
    recovered_us: int | None = None
    unseen_us: int | None = None
    is_overdue: bool = False
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Effect: the boards have not shown this mode in time, but these rails."""

    mode: PowerMode
    rails: Rails


Effect = Command | Reached | Overdue
