"""What the power board does by itself, once a second: keep the battery warm, and shed loads before it is empty.

The heater is held off at low charge, and for a while after loads were shed: one that is not pulls the bus down, the
bus's fall sheds it, the bus recovers, and so on for months (Compass-1). Every limit has its exit strictly above it.
"""

from dataclasses import dataclass, field, replace

from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import power_board as regs

LOOPS = 3
"""Control loops in a row that a low or a good bus takes to count."""
HEATER_REST_LOOPS = 600
"""How long the heater stays off after loads were shed, even if the charge seems high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A limit and its exit, as they stand in one register, and what is allowed. Raises ValueError for anything else."""

    register: Register
    entry: int
    exit: int
    range: tuple[int, int]
    gap: int

    def __post_init__(self) -> None:
        low, high = self.range
        if not low <= self.entry <= self.exit - self.gap <= high - self.gap:
            raise ValueError(f"{self.register.name}: {self.entry} and {self.exit}")

    @classmethod
    def after_reset(cls, register: Register, range: tuple[int, int], gap: int) -> "Limits":
        entry, exit = register.unpack(register.reset).values()
        return cls(register=register, entry=entry, exit=exit, range=range, gap=gap)

    @property
    def word(self) -> int:
        low, high = self.register.fields
        return self.register.pack(**{low.name: self.entry, high.name: self.exit})

    def set(self, word: int) -> "Limits":
        """As a word that was written says. Raises ValueError."""
        entry, exit = self.register.unpack(word).values()
        return replace(self, entry=entry, exit=exit)


def _heater() -> Limits:
    return Limits.after_reset(regs.HEATER_LIMITS_CENTIDEGC, (-4000, 3000), 100)


def _heater_charge() -> Limits:
    return Limits.after_reset(regs.HEATER_CHARGES_PERMILLE, (0, 1000), 20)


def _bus() -> Limits:
    return Limits.after_reset(regs.BUS_LIMITS_MV, (2000, 60_000), 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the flight software may change."""

    payload: bool = True
    heater: bool = True
    auxiliary: bool = True
    heater_centidegc: Limits = field(default_factory=_heater)
    heater_permille: Limits = field(default_factory=_heater_charge)
    bus_mv: Limits = field(default_factory=_bus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """Which load switches are closed."""

    payload: bool = True
    heater: bool = False
    auxiliary: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """What the control loop remembers.

    `loops` counts those in a row that speak for shedding, or for letting on; `rest` those that the heater still rests.
    """

    is_shed: bool = False
    is_heater_held: bool = False
    is_cold: bool = False
    loops: int = 0
    rest: int = 0

    def loads(self, settings: Settings) -> Loads:
        """The switches that follow from it."""
        return Loads(
            payload=settings.payload and not self.is_shed,
            heater=settings.heater and self.is_cold and not self.is_heater_held and not self.is_shed,
            auxiliary=settings.auxiliary and not self.is_shed,
        )


def step(
    state: ControlState, settings: Settings, *, bus_mv: int, charge_permille: int, battery_centidegc: int
) -> ControlState:
    """One control loop."""
    bus = settings.bus_mv
    speaks = bus_mv >= bus.exit if state.is_shed else bus_mv <= bus.entry
    loops = state.loops + 1 if speaks else 0
    turns = loops >= LOOPS
    rest = HEATER_REST_LOOPS if turns and not state.is_shed else max(0, state.rest - 1)
    return ControlState(
        is_shed=state.is_shed != turns,
        is_heater_held=rest > 0 or _held(state.is_heater_held, charge_permille, settings.heater_permille),
        is_cold=_held(state.is_cold, battery_centidegc, settings.heater_centidegc),
        loops=0 if turns else loops,
        rest=rest,
    )


def _held(is_held: bool, value: int, limits: Limits) -> bool:
    """Below the exit once held, at or below the entry before."""
    return value < limits.exit if is_held else value <= limits.entry
