"""What happens when, as its owner writes it in `scenario.toml`. Times are hours since the bench was made."""

from dataclasses import dataclass, field
from pathlib import Path

from flightsw.mission.strict_toml import parse
from flightsw.mission.values import read_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What people on the ground want to know: the first at `from_h`, one each `every_min` minutes, texts in turn."""

    texts: tuple[str, ...]
    count: int
    from_h: float = 0.0
    every_min: float = 10.0
    max_tokens: int = 64
    at_once: int = 4
    """How many may be under way at a time."""

    def __post_init__(self) -> None:
        if not self.texts or not all(text.strip() for text in self.texts):
            raise ValueError("texts needs at least one, and none that is empty")
        if not 1 <= self.count <= 100_000:
            raise ValueError(f"count = {self.count} is not from 1 to 100000")
        if not (self.from_h >= 0 and self.every_min >= 0):
            raise ValueError("from_h and every_min are 0 or above")
        if not (1 <= self.max_tokens <= 1024 and 1 <= self.at_once <= 64):
            raise ValueError("max_tokens is from 1 to 1024, at_once from 1 to 64")


@dataclass(frozen=True, slots=True, kw_only=True)
class LatchUp:
    """A rail of the payload draws too much until its load switch opens; if it is off, when it is next on."""

    rail: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StickSensor:
    """A sensor of the power board shows one value for ever: `value`, or the present one."""

    name: str
    value: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The operator sends a telecommand at the first contact from then on."""

    name: str
    arguments: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing, at one time."""

    at_h: float
    latch_up: LatchUp | None = None
    stick_sensor: StickSensor | None = None
    free_sensor: str | None = None
    stations_manned: bool | None = None
    restart: bool | None = None
    """The flight software is killed, and started at once."""
    command: Command | None = None

    def __post_init__(self) -> None:
        kinds = ("latch_up", "stick_sensor", "free_sensor", "stations_manned", "restart", "command")
        if sum(getattr(self, kind) is not None for kind in kinds) != 1:
            raise ValueError(f"exactly one of {', '.join(kinds)} happens at a time")
        if self.at_h < 0:
            raise ValueError(f"at_h = {self.at_h} is below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What must hold of the satellite itself, whatever its sensors say."""

    charge_permille_min: int = 0
    battery_centidegc_min: int = -4000
    battery_centidegc_max: int = 12500
    payload_centidegc_max: int = 12500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A stretch of a mission's life."""

    name: str
    duration_h: float
    questions: Questions | None = None
    limits: Limits = field(default_factory=Limits)
    happening: tuple[Happening, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.duration_h <= 24 * 366:
            raise ValueError(f"duration_h = {self.duration_h} is not above 0 and at most a year")


def load_scenario(path: Path) -> Scenario:
    """The scenario in a file. Raises TomlError, also for a file that can't be read."""
    return parse(read_file(path), Scenario, str(path))
