"""What can go wrong, and what is done about it: the table of fault responses.

A fault is answered where it is: first by its unit, then by the payload, at last by the satellite. Each row says what is
watched, and the rungs it climbs as the fault comes back or stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from itertools import pairwise

from flightsw.payload.vocabulary import ModeReason


class Fault(IntEnum):
    """What has gone wrong. The numbers are on the wire."""

    LOW_CHARGE = 1
    HOT = 2
    MODE_OVERDUE = 3
    BATTERY_VOLTAGE = 4
    BATTERY_CURRENT = 5
    BATTERY_TEMPERATURE = 6
    PAYLOAD_TEMPERATURE = 7
    RAIL_VOLTAGE = 8
    RAIL_CURRENT = 9
    RAIL_TRIP = 10
    POWER_GOOD_LOST = 11
    POWER_GOOD_TIMEOUT = 12
    RAIL_LOCKED_OUT = 13
    UNDER_VOLTAGE = 14
    WATCHDOG = 15
    CONTROLLER_RESET = 16
    CONTROLLER_SILENT = 17
    POWER_BOARD_SILENT = 18
    COMPUTER_SILENT = 19
    COMPUTER_FAILED = 20
    SENSOR_RANGE = 21
    SENSOR_STUCK = 22
    SENSOR_DISAGREES = 23
    MEMORY_DAMAGED = 24
    GROUND_SILENT = 25
    RESET_STORM = 26
    STORE_BROKEN = 27


class Level(IntEnum):
    """How far up a fault has got."""

    UNIT = 1
    SUBSYSTEM = 2
    SYSTEM = 3


class Response(IntEnum):
    """What is done. The numbers are on the wire."""

    REPORT = 1
    """It is counted and told to ground."""
    RETRY = 2
    """The unit tries again by itself."""
    REWRITE = 3
    """What the unit was told is told again."""
    DISTRUST = 4
    """The sensor is not believed: others take its place."""
    TELEMETRY_ON = 5
    """Reports and events that ground had switched off are sent again."""
    SHED = 6
    """The mode machine lowers the mode."""
    PAYLOAD_OFF = 7
    """The payload goes off, and stays off while the fault lasts and its back-off after that."""
    PAYLOAD_LOCKED = 8
    """The payload is off until ground clears the faults."""
    SAFE = 9
    """SAFE, which ground ends."""
    RESTART = 10
    """The flight software starts anew, cleanly; again after each further debounce."""


class End(Enum):
    """When a fault is over; counts and locks remain."""

    RECOVERY = "back for the debounce"
    PASSED = "at once"
    CONTACT = "a telecommand"
    BOOT = "a clean boot"


class Watcher(Enum):
    """Who notices and answers."""

    FAULTS = "fault watch"
    MODES = "mode machine"
    BOOT = "boot"


@dataclass(frozen=True, slots=True)
class Rung:
    """One response: at the `count`-th time within the hour, or once the fault has lasted for `held` debounces."""

    level: Level
    response: Response
    count: int = 1
    held: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, the unit it lies in, what is watched of it, and the responses, each higher than the one before.

    `watched` names a parameter of the dictionary's reports, or an event. `debounce_s` is None where `mission.toml` sets
    it with the limit. After the n-th time within the hour the payload's back-off is `back_off_s` times 2^(n-1).
    Raises ValueError for rungs that do not climb.
    """

    fault: Fault
    unit: str
    watched: str
    debounce_s: float | None
    rungs: tuple[Rung, ...]
    end: End
    reason: ModeReason
    back_off_s: float = 0.0
    watcher: Watcher = Watcher.FAULTS

    def __post_init__(self) -> None:
        order = [(rung.level, rung.count, rung.held) for rung in self.rungs]
        if not order or any(after <= before for before, after in pairwise(order)):
            raise ValueError(f"{self.fault.name}: its rungs do not climb")


_UNIT, _SUBSYSTEM, _SYSTEM = Level
_REPORT = Rung(_UNIT, Response.REPORT)
_RETRY = Rung(_UNIT, Response.RETRY)
_REWRITE = Rung(_UNIT, Response.REWRITE)
_DISTRUST = Rung(_UNIT, Response.DISTRUST)
_BEACON = Rung(_UNIT, Response.TELEMETRY_ON)
_SHED = Rung(_SUBSYSTEM, Response.SHED)
_OFF = Rung(_SUBSYSTEM, Response.PAYLOAD_OFF)
_LOCKED = Rung(_SUBSYSTEM, Response.PAYLOAD_LOCKED)
_SAFE = Rung(_SYSTEM, Response.SAFE)
_RESTART = Rung(_SYSTEM, Response.RESTART)


def _at(count: int, rung: Rung) -> Rung:
    return replace(rung, count=count)


def _after(held: int, rung: Rung) -> Rung:
    return replace(rung, held=held)


_F, _R, _W = Fault, ModeReason, Watcher
_BACK, _ONCE = End.RECOVERY, End.PASSED
_SET = None
_ALARM = "rail_fault"
_HEAT = ModeReason.OVER_TEMPERATURE
_THRICE = _at(3, _LOCKED)
_SAFE_LATER = _after(6, _SAFE)
_SILENCE = (_BEACON, _after(2, _OFF), _after(3, _SAFE), _after(4, _RESTART))

# fmt: off
FAULT_RESPONSES: tuple[Row, ...] = (
    Row(_F.LOW_CHARGE, "battery", "charge_permille", _SET, (_SHED, _SAFE), _BACK, _R.LOW_CHARGE, 0, _W.MODES),
    Row(_F.HOT, "payload", "temperature_centidegc", _SET, (_SHED,), _BACK, _R.HOT, 0, _W.MODES),
    Row(_F.MODE_OVERDUE, "payload", "commanded", _SET, (_OFF, _SAFE), _ONCE, _R.TRANSITION_TIMEOUT, 0, _W.MODES),
    Row(_F.BATTERY_VOLTAGE, "battery", "battery_mv", _SET, (_OFF, _SAFE_LATER), _BACK, _R.UNDER_VOLTAGE, 60),
    Row(_F.BATTERY_CURRENT, "battery", "battery_ma", _SET, (_OFF, _at(3, _SAFE)), _BACK, _R.OVER_CURRENT, 60),
    Row(_F.BATTERY_TEMPERATURE, "battery", "battery_centidegc", _SET, (_OFF, _SAFE_LATER), _BACK, _HEAT),
    Row(_F.PAYLOAD_TEMPERATURE, "payload", "temperature_centidegc", _SET, (_OFF, _SAFE_LATER), _BACK, _HEAT),
    Row(_F.RAIL_VOLTAGE, "rail", "rail0_mv", _SET, (_OFF, _THRICE), _BACK, _R.RAIL_FAULT, 10),
    Row(_F.RAIL_CURRENT, "rail", "warnings", 1, (_REPORT, _after(30, _OFF)), _BACK, _R.OVER_CURRENT, 60),
    Row(_F.RAIL_TRIP, "rail", _ALARM, 0, (_RETRY, _THRICE), _ONCE, _R.RAIL_FAULT),
    Row(_F.POWER_GOOD_LOST, "rail", _ALARM, 0, (_RETRY, _THRICE), _ONCE, _R.RAIL_FAULT),
    Row(_F.POWER_GOOD_TIMEOUT, "rail", _ALARM, 0, (_RETRY, _THRICE), _ONCE, _R.RAIL_FAULT),
    Row(_F.RAIL_LOCKED_OUT, "rail", "locked_out", 0, (_LOCKED,), _BACK, _R.RAIL_LOCKED_OUT),
    Row(_F.UNDER_VOLTAGE, "bus", _ALARM, 0, (_OFF, _at(3, _SAFE)), _ONCE, _R.UNDER_VOLTAGE, 60),
    Row(_F.WATCHDOG, "controller", _ALARM, 0, (_OFF, _at(3, _SAFE)), _ONCE, _R.WATCHDOG, 10),
    Row(_F.CONTROLLER_RESET, "controller", "controller_boot", 0, (_REWRITE, _THRICE), _ONCE, _R.CONTROLLER_RESET),
    Row(_F.CONTROLLER_SILENT, "controller", "device_silent", 0, (_SAFE,), _BACK, _R.CONTROLLER_SILENT),
    Row(_F.POWER_BOARD_SILENT, "power board", "device_silent", 10, (_OFF, _SAFE_LATER), _BACK, _R.POWER_BOARD_SILENT),
    Row(_F.COMPUTER_SILENT, "computer", "device_silent", 0, (_OFF, _at(6, _LOCKED)), _ONCE, _R.COMPUTER_SILENT, 5),
    Row(_F.COMPUTER_FAILED, "computer", "computer_failed", 0, (_OFF, _at(6, _LOCKED)), _ONCE, _R.COMPUTER_FAILED, 5),
    Row(_F.SENSOR_RANGE, "sensor", "charge_permille", 3, (_DISTRUST,), _BACK, _R.SENSOR_FAULT),
    Row(_F.SENSOR_STUCK, "sensor", "charge_permille", 10, (_DISTRUST,), _BACK, _R.SENSOR_FAULT),
    Row(_F.SENSOR_DISAGREES, "sensor", "charge_permille", 10, (_DISTRUST,), _BACK, _R.SENSOR_FAULT),
    Row(_F.MEMORY_DAMAGED, "controller", "mailbox_damaged", 0, (_REWRITE, _THRICE), _ONCE, _R.MEMORY_DAMAGED),
    Row(_F.GROUND_SILENT, "radio", "silent_s", _SET, _SILENCE, End.CONTACT, _R.GROUND_SILENT),
    Row(_F.RESET_STORM, "software", "unclean_boots", 0, (_at(3, _SAFE),), End.BOOT, _R.UNCLEAN_BOOTS, 0, _W.BOOT),
    Row(_F.STORE_BROKEN, "store", "store_fault", 0, (_REPORT, _SAFE), End.BOOT, _R.STORE_FAULT, 0, _W.BOOT),
)
# fmt: on
"""Every fault that is known; each has one row."""

ROWS: Mapping[Fault, Row] = {row.fault: row for row in FAULT_RESPONSES}
