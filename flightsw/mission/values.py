"""The mission's values: what one satellite is, as its owner writes it in `mission.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from flightsw.mission.orbit_plan import OrbitPlan
from flightsw.mission.power_board import PowerBoardLimits
from flightsw.mission.satellite import SatelliteDesign
from flightsw.mission.strict_toml import TomlError, parse
from flightsw.orbit import Station
from flightsw.payload import (
    COMPUTING_MODES,
    BatteryModel,
    ComputeProfile,
    ControllerPlan,
    FaultPlan,
    PowerPolicy,
    RailPlan,
)


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} = {value} is not from {low} to {high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacecraft:
    """Who the satellite is on the link. Octets and identifiers as in CCSDS 132.0, 232.0 and 133.0."""

    name: str
    scid: int
    apid: int
    tc_vcid: int = 0
    tm_vcid: int = 0
    ground_source_id: int = 0

    def __post_init__(self) -> None:
        _in_range("scid", self.scid, 0, 0x3FF)
        _in_range("apid", self.apid, 1, 2039)
        _in_range("tc_vcid", self.tc_vcid, 0, 63)
        _in_range("tm_vcid", self.tm_vcid, 0, 7)
        _in_range("ground_source_id", self.ground_source_id, 0, 0xFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class HousekeepingPlan:
    """Periods of the housekeeping reports in ms; 0: only when asked for."""

    power_ms: int = 1000
    payload_ms: int = 1000
    software_ms: int = 10_000
    faults_ms: int = 10_000
    orbit_ms: int = 60_000
    compute_ms: int = 60_000

    def __post_init__(self) -> None:
        for name in ("power_ms", "payload_ms", "software_ms", "faults_ms", "orbit_ms", "compute_ms"):
            if getattr(self, name):
                _in_range(name, getattr(self, name), 100, 3_600_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """The job queue: how many questions wait, and how often the payload computer is asked for tokens."""

    queue_length: int = 8
    poll_ms: int = 100

    def __post_init__(self) -> None:
        _in_range("queue_length", self.queue_length, 1, 64)
        _in_range("poll_ms", self.poll_ms, 20, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    spacecraft: Spacecraft
    housekeeping: HousekeepingPlan = field(default_factory=HousekeepingPlan)
    jobs: JobPlan = field(default_factory=JobPlan)
    power: PowerPolicy
    battery: BatteryModel
    faults: FaultPlan
    controller: ControllerPlan
    rails: Mapping[str, RailPlan]
    compute: ComputeProfile
    orbit: OrbitPlan | None = None
    stations: Mapping[str, Station] = field(default_factory=dict)
    satellite: SatelliteDesign | None = None
    power_board: PowerBoardLimits = field(default_factory=PowerBoardLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """One satellite. `text` is the file it came from, so that a recording can carry it."""

    spacecraft: Spacecraft
    housekeeping: HousekeepingPlan
    jobs: JobPlan
    power: PowerPolicy
    battery: BatteryModel
    faults: FaultPlan
    controller: ControllerPlan
    rails: Mapping[str, RailPlan]
    compute: ComputeProfile
    orbit: OrbitPlan | None
    stations: Mapping[str, Station]
    satellite: SatelliteDesign | None
    power_board: PowerBoardLimits
    text: str


RAILS = 8
"""Rails of the payload."""
DEFAULT_MISSION_TOML = files("flightsw.mission").joinpath("default.toml").read_text(encoding="utf-8")
"""The commented mission that `hil init` writes, and that is flown when none is named."""


def read_mission(text: str, source: str = "mission.toml") -> Mission:
    """A `mission.toml`'s text → the mission. Raises TomlError with one line that says what is wrong."""
    parsed = parse(text, _File, source)
    if set(parsed.compute.modes) != COMPUTING_MODES:
        needed = ", ".join(mode.name for mode in sorted(COMPUTING_MODES))
        raise TomlError(f"{source}: [compute.modes]: needs exactly {needed}")
    if len(parsed.rails) != RAILS:
        raise TomlError(f"{source}: [rails]: {len(parsed.rails)} are named, and the controller has {RAILS}")
    return Mission(
        spacecraft=parsed.spacecraft,
        housekeeping=parsed.housekeeping,
        jobs=parsed.jobs,
        power=parsed.power,
        battery=parsed.battery,
        faults=parsed.faults,
        controller=parsed.controller,
        rails=parsed.rails,
        compute=parsed.compute,
        orbit=parsed.orbit,
        stations=parsed.stations,
        satellite=parsed.satellite,
        power_board=parsed.power_board,
        text=text,
    )


def read_file(path: Path) -> str:
    """The text in a file. Raises TomlError if it can't be read, or is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise TomlError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TomlError(f"{path}: not a text: octet {error.start} is no UTF-8") from error


def load_mission(path: Path | None) -> Mission:
    """The mission in a file, or the default one. Raises TomlError, also for a file that can't be read."""
    if path is None:
        return read_mission(DEFAULT_MISSION_TOML, "default mission")
    return read_mission(read_file(path), str(path))
