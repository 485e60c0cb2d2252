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


class JobState(IntEnum):
    """Where a question stands. INTERRUPTED is not final: it can be cancelled or asked again."""

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
    INTERRUPTED = 6


class Refusal(IntEnum):
    """Why a telecommand was rejected or failed: the failure code of its PUS-1 report."""

    BAD_PACKET = 1
    UNKNOWN_COMMAND = 2
    BAD_ARGUMENT = 3
    MODE_FORBIDS = 4
    CEILING_FORBIDS = 5
    LOW_CHARGE = 6
    HOT = 7
    QUEUE_FULL = 8
    UNKNOWN_JOB = 9
    JOB_ENDED = 10
    STORE_FAILED = 11
    DEVICE_FAILED = 12
    ECLIPSE = 13


class Threshold(IntEnum):
    """Which limit of a mode's guard `set_threshold` changes."""

    ENTER_CHARGE_PERMILLE = 1
    SHED_CHARGE_PERMILLE = 2
    ENTER_TEMPERATURE_CENTIDEGC = 3
    SHED_TEMPERATURE_CENTIDEGC = 4
