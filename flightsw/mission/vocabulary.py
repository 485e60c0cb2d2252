"""Words of the satellite's messages, besides those of the payload. Their numbers are on the wire."""

from enum import IntEnum


class Housekeeping(IntEnum):
    """Structures of housekeeping parameters."""

    POWER = 1
    PAYLOAD = 2
    SOFTWARE = 3
    ORBIT = 4
    COMPUTE = 5
    FAULTS = 6


class Severity(IntEnum):
    """Of an event; the subtype of its PUS-5 report."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4


class Device(IntEnum):
    """The boards that the flight software speaks to."""

    PAYLOAD_CTRL = 1
    POWER_BOARD = 2
    PAYLOAD_COMPUTER = 3


class Load(IntEnum):
    """Loads that the power board can switch; radio and flight computer have no switch."""

    PAYLOAD = 0
    HEATER = 1
    AUXILIARY = 2


class StoreFault(IntEnum):
    """What was wrong with the store at boot, or at a write."""

    MISSING = 1
    CORRUPT = 2
    VERSION = 3
    WRITE_FAILED = 4


class BootCause(IntEnum):
    """Why the payload controller has begun, as it reports it."""

    POWER_ON = 0
    EXTERNAL_RESET = 1
    WATCHDOG = 2
    UNDER_VOLTAGE = 3


class ControllerEvent(IntEnum):
    """What the payload controller has noticed by itself; arguments are masks of rails but for these.

    BOOT: its cause; WATCHDOG_BITE: 1 too early, 2 too late, 3 wrong key; MAILBOX: the word.
    """

    BOOT = 1
    RAIL_TRIPPED = 2
    RAIL_RETRIED = 3
    RAIL_LOCKED_OUT = 4
    POWER_GOOD_LOST = 5
    POWER_GOOD_TIMEOUT = 6
    WATCHDOG_BITE = 7
    UNDER_VOLTAGE = 8
    MAILBOX_CORRECTED = 9
    MAILBOX_UNCORRECTABLE = 10
    LINK_REFUSALS = 11
    OVERCURRENT_WARNING = 12


class RailFault(IntEnum):
    """Cause of a rail fault, as the payload controller latches it."""

    NONE = 0
    POWER_GOOD_TIMEOUT = 1
    POWER_GOOD_LOST = 2
    WATCHDOG = 3
    OVERCURRENT = 4
    SLOW_OVERCURRENT = 5
    UNDER_VOLTAGE = 6
