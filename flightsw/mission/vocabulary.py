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


class RailFault(IntEnum):
    """Cause of a rail fault, as the payload controller latches it."""

    NONE = 0
    POWER_GOOD_TIMEOUT = 1
    POWER_GOOD_LOST = 2
    WATCHDOG = 3
    OVERCURRENT = 4
    SLOW_OVERCURRENT = 5
    UNDER_VOLTAGE = 6
