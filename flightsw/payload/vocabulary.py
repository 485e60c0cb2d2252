"""The words that the flight software and the ground share about power and jobs. Their numbers are on the wire."""

from enum import IntEnum


class PowerMode(IntEnum):
    """How much of the payload may run; a higher mode draws more power."""

    SURVIVAL = 0
    SAFE = 1
    STANDBY = 2
    IDLE = 3
    ECO = 4
    NOMINAL = 5
    BURST = 6


POWERED_MODES = frozenset({PowerMode.IDLE, PowerMode.ECO, PowerMode.NOMINAL, PowerMode.BURST})
"""Modes in which the payload's rails are on."""

COMPUTING_MODES = POWERED_MODES - {PowerMode.IDLE}
"""Modes in which a question is answered."""


class ModeReason(IntEnum):
    """Why a mode was entered, or a job interrupted."""

    BOOT = 0
    GROUND = 1
    QUESTION = 2
    QUEUE_EMPTY = 3
    ECLIPSE = 4
    SUNLIGHT = 5
    LOW_CHARGE = 6
    CHARGE_RECOVERED = 7
    HOT = 8
    COOLED = 9
    RAIL_FAULT = 10
    WATCHDOG = 11
    CONTROLLER_SILENT = 12
    COMPUTER_SILENT = 13
    COMPUTER_FAILED = 14
    POWER_BOARD_SILENT = 15
    TRANSITION_TIMEOUT = 16
    STORE_FAULT = 17
    UNCLEAN_BOOTS = 18
    COLD = 19
    WARMED = 20
    UNDER_VOLTAGE = 21
    RAIL_LOCKED_OUT = 22
    GROUND_SILENT = 23
    SENSOR_FAULT = 24
    URGENT_JOB = 25
    OVER_CURRENT = 26
    CONTROLLER_RESET = 27
    OVER_TEMPERATURE = 28
    MEMORY_DAMAGED = 29


class Urgency(IntEnum):
    """How soon a question is to be answered; a more urgent one takes the computer from a less urgent."""

    BACKGROUND = 0
    NORMAL = 1
    URGENT = 2


class JobState(IntEnum):
    """Where a question stands. INTERRUPTED is not final: its answer goes on when the mode allows."""

    QUEUED = 0
    RUNNING = 1
    INTERRUPTED = 2
    DONE = 3
    CANCELLED = 4
    FAILED = 5


class EndReason(IntEnum):
    """Why an answer ended."""

    STOP = 1
    LENGTH = 2
    CONTEXT_FULL = 3
    CANCELLED = 4
    FAILED = 5


class Refusal(IntEnum):
    """Why a telecommand was rejected or failed: the failure code of its PUS-1 report.

    A mission's own codes begin at 16; below are the standard's.
    """

    BAD_PACKET = 16
    UNKNOWN_APID = 17
    UNKNOWN_COMMAND = 18
    BAD_ARGUMENT = 19
    MODE_FORBIDS = 20
    CEILING_FORBIDS = 21
    LOW_CHARGE = 22
    HOT = 23
    ECLIPSE = 24
    POWER_UNKNOWN = 25
    QUEUE_FULL = 26
    UNKNOWN_JOB = 27
    JOB_ENDED = 28
    STORE_FAILED = 29
    DEVICE_FAILED = 30
    TOO_LATE = 31
    COLD = 32


class Threshold(IntEnum):
    """Which limit of a mode `set_threshold` changes.

    ENTER and SHED are those of a guard. SAFE and SURVIVAL have two of their own: they are entered at or below
    ENTER_CHARGE_PERMILLE, and left at or above EXIT_CHARGE_PERMILLE.
    """

    ENTER_CHARGE_PERMILLE = 1
    SHED_CHARGE_PERMILLE = 2
    ENTER_TEMPERATURE_CENTIDEGC = 3
    SHED_TEMPERATURE_CENTIDEGC = 4
    EXIT_CHARGE_PERMILLE = 5
    ENTER_BATTERY_HOT_CENTIDEGC = 6
    SHED_BATTERY_HOT_CENTIDEGC = 7
    ENTER_BATTERY_COLD_CENTIDEGC = 8
    SHED_BATTERY_COLD_CENTIDEGC = 9
    ENTER_SUNLIGHT_S = 10
    SHED_SUNLIGHT_S = 11


GUARD_THRESHOLDS = frozenset(Threshold) - {Threshold.EXIT_CHARGE_PERMILLE}
"""The limits of a mode that draws payload power."""

FLOOR_THRESHOLDS = frozenset({Threshold.ENTER_CHARGE_PERMILLE, Threshold.EXIT_CHARGE_PERMILLE})
"""The limits of SAFE and SURVIVAL."""
