"""Payload controller: register map. Generated from payload_ctrl.rdl by `python -m hil.rtl.generate`; do not edit."""

from enum import IntEnum

from firmware_bindings.devicelink.registers import Field, Memory, Register, in_order

DEVICE_ID = 0x5043


class State(IntEnum):
    STEADY = 0
    RISING = 1
    SETTLING = 2
    FALLING = 3
    TRIPPING = 4
    BACKOFF = 5
    TRIPPED = 6


class FaultCause(IntEnum):
    NONE = 0
    POWER_GOOD_TIMEOUT = 1
    POWER_GOOD_LOST = 2
    WATCHDOG = 3
    OVERCURRENT = 4
    SLOW_OVERCURRENT = 5
    UNDER_VOLTAGE = 6


class BootCause(IntEnum):
    POWER_ON = 0
    EXTERNAL_RESET = 1
    WATCHDOG = 2
    UNDER_VOLTAGE = 3


class WatchdogCause(IntEnum):
    NONE = 0
    TOO_EARLY = 1
    TOO_LATE = 2
    WRONG_KEY = 3


class FaultClearKey(IntEnum):
    CLEAR = 0xC1EA2


class LockoutClearKey(IntEnum):
    CLEAR = 0x10C0F


class WatchdogKickKey(IntEnum):
    KICK = 0x5A17E


class WatchdogDisarmKey(IntEnum):
    DISARM = 0xD15A2


class CountersClearKey(IntEnum):
    CLEAR = 0xC0C1E


class RailState(IntEnum):
    OFF = 0
    RISING = 1
    ON = 2
    TRIPPED = 3
    LOCKED_OUT = 4


class EventCode(IntEnum):
    NONE = 0
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


ID = Register(
    name="ID",
    address=0x00,
    access="ro",
    reset=0x00005043,
    unit="",
    fields=(Field(name="device_id", lsb=0, width=16, doc="Device id, as in the reply to SYNC."),),
    doc="Which device this is.",
)
VERSION = Register(
    name="VERSION",
    address=0x04,
    access="ro",
    reset=0x00010000,
    unit="",
    fields=(
        Field(name="patch", lsb=0, width=8, doc="Patch."),
        Field(name="minor", lsb=8, width=8, doc="Minor."),
        Field(name="major", lsb=16, width=8, doc="Major."),
    ),
    doc="Version of the controller's design.",
)
UPTIME_MS = Register(
    name="UPTIME_MS",
    address=0x08,
    access="ro",
    reset=0,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=32, doc="Milliseconds."),),
    doc="Time since reset; wraps after 49.7 days.",
)
STATUS = Register(
    name="STATUS",
    address=0x0C,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="state", lsb=0, width=3, doc="State of the rail sequencer.", choices=State),
        Field(name="busy", lsb=3, width=1, doc="Rails are moving: neither as TARGET asks nor tripped."),
        Field(name="fault", lsb=4, width=1, doc="A fault is latched in FAULT."),
        Field(name="watchdog_bitten", lsb=5, width=1, doc="The watchdog has bitten since the last FAULT_CLEAR."),
        Field(name="under_voltage", lsb=6, width=1, doc="The bus is below its limit, or has not recovered from that."),
        Field(name="locked_out", lsb=7, width=1, doc="A rail is locked out."),
        Field(name="rails", lsb=8, width=8, doc="Load switches driven on, bit r for rail r."),
        Field(name="power_good", lsb=16, width=8, doc="Power-good inputs, bit r for rail r."),
        Field(name="warnings", lsb=24, width=8, doc="Averaged current at or above LIMIT_MA, bit r for rail r."),
    ),
    doc="What the controller is doing.",
)
TARGET = Register(
    name="TARGET",
    address=0x10,
    access="rw",
    reset=0,
    unit="",
    fields=(Field(name="count", lsb=0, width=4, doc="Rails, 0 to 8."),),
    doc=(
        "How many rails shall be up: rails 0 to count - 1, brought up in order and taken down in reverse. "
        "Above 8: BAD_VALUE. "
        "Reaching a rail that is locked out: REFUSED. "
        "Above 0 while TRIPPED: REFUSED. "
        "The lock-out of rail r lowers it to r; a bite and under-voltage set it to 0."
    ),
)
FAULT = Register(
    name="FAULT",
    address=0x14,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="cause", lsb=0, width=4, doc="Why.", choices=FaultCause),
        Field(name="rail", lsb=4, width=4, doc="Which rail, the lowest if several; 0 for WATCHDOG and UNDER_VOLTAGE."),
    ),
    doc="The first fault since the last FAULT_CLEAR.",
)
ENERGY_LO_NJ = Register(
    name="ENERGY_LO_NJ",
    address=0x18,
    access="ro",
    reset=0,
    unit="nJ",
    fields=(Field(name="value", lsb=0, width=32, doc="Bits 31 to 0."),),
    doc=(
        "Energy of all rails since reset, low half. "
        "Each sample adds the sum of voltage times current, times the period. "
        "Reading it latches the high half."
    ),
)
ENERGY_HI_NJ = Register(
    name="ENERGY_HI_NJ",
    address=0x1C,
    access="ro",
    reset=0,
    unit="nJ",
    fields=(Field(name="value", lsb=0, width=32, doc="Bits 63 to 32."),),
    doc="Energy since reset, high half as it was when ENERGY_LO_NJ was last read; wraps after 584 years at 1 W.",
)
SAMPLES = Register(
    name="SAMPLES",
    address=0x20,
    access="ro",
    reset=0,
    unit="",
    fields=(Field(name="count", lsb=0, width=32, doc="Samples."),),
    doc="How often the rails have been measured since reset; wraps.",
)
UNDER_VOLTAGE_STATUS = Register(
    name="UNDER_VOLTAGE_STATUS",
    address=0x24,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="is_below", lsb=0, width=1, doc="The comparator sees the bus below the threshold now."),
        Field(name="locked_out", lsb=1, width=1, doc="Locked out: set below the limit, cleared at limit + hysteresis."),
        Field(name="is_limit_written", lsb=2, width=1, doc="UNDER_VOLTAGE_LIMIT has been written since reset."),
        Field(name="count", lsb=8, width=8, doc="Lock-outs since reset; stays at 255."),
    ),
    doc=(
        "Under-voltage lock-out. "
        "While locked out every rail is off, whatever the registers say, and FAULT_CLEAR is REFUSED."
    ),
)
WATCHDOG_AGE_MS = Register(
    name="WATCHDOG_AGE_MS",
    address=0x28,
    access="ro",
    reset=0,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="Time since the watchdog's window started: 0 while disabled, held once bitten.",
)
BOOT = Register(
    name="BOOT",
    address=0x2C,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="cause", lsb=0, width=4, doc="Why.", choices=BootCause),
        Field(name="count", lsb=16, width=16, doc="Starts behind the first; stays at 65,535."),
    ),
    doc="Why the rails last began from nothing, and how often the controller has started since power-on.",
)
WATCHDOG_CAUSE = Register(
    name="WATCHDOG_CAUSE",
    address=0x30,
    access="ro",
    reset=0,
    unit="",
    fields=(Field(name="cause", lsb=0, width=2, doc="Why.", choices=WatchdogCause),),
    doc="Why the watchdog last bit; FAULT_CLEAR leaves it.",
)
EVENT_STATUS = Register(
    name="EVENT_STATUS",
    address=0x34,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="count", lsb=0, width=6, doc="Events, 0 to 32."),
        Field(name="lost", lsb=16, width=16, doc="Lost events; stays at 65,535."),
    ),
    doc="Events that wait, and events that were lost because 32 were waiting.",
)
MAILBOX_ERRORS = Register(
    name="MAILBOX_ERRORS",
    address=0x38,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="corrected", lsb=0, width=16, doc="Words with one bit corrected; stays at 65,535."),
        Field(name="uncorrectable", lsb=16, width=16, doc="Words beyond correction; stays at 65,535."),
    ),
    doc="Errors that the mailbox's code has found.",
)
CAP_STATUS = Register(
    name="CAP_STATUS",
    address=0x3C,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="output0", lsb=0, width=9, doc="Output 0."),
        Field(name="output1", lsb=16, width=9, doc="Output 1."),
    ),
    doc="Duties of the cap outputs in effect, of 256; 0 while off.",
)
FAULT_CLEAR = Register(
    name="FAULT_CLEAR",
    address=0x40,
    access="wo",
    reset=0,
    unit="",
    fields=(Field(name="key", lsb=0, width=20, doc="The key.", choices=FaultClearKey),),
    doc=(
        "Writing the key clears a latched fault and, after a bite, restarts the watchdog's window. "
        "Any other value: BAD_VALUE. "
        "While rails are tripping: BUSY. "
        "While the bus is too low: REFUSED."
    ),
)
LOCKOUT_CLEAR = Register(
    name="LOCKOUT_CLEAR",
    address=0x44,
    access="wo",
    reset=0,
    unit="",
    fields=(
        Field(name="rails", lsb=0, width=8, doc="Which rails, bit r for rail r."),
        Field(name="key", lsb=12, width=20, doc="The key.", choices=LockoutClearKey),
    ),
    doc=(
        "Writing the key and some rails ends their lock-out and gives them all their attempts again. "
        "Any other key: BAD_VALUE. "
        "While rails are tripping: BUSY."
    ),
)
WATCHDOG_KICK = Register(
    name="WATCHDOG_KICK",
    address=0x48,
    access="wo",
    reset=0,
    unit="",
    fields=(Field(name="key", lsb=0, width=20, doc="The key.", choices=WatchdogKickKey),),
    doc="Writing the key kicks the watchdog. Any other value: BAD_VALUE, and a bite while the watchdog is enabled.",
)
WATCHDOG_CTRL = Register(
    name="WATCHDOG_CTRL",
    address=0x4C,
    access="rw",
    reset=0,
    unit="",
    fields=(Field(name="enable", lsb=0, width=1, doc="Enabling starts the window; a bite leaves it enabled."),),
    doc=(
        "Window watchdog: while enabled and not bitten it must be kicked inside its window. "
        "Above 1: BAD_VALUE. "
        "0 while it is enabled: REFUSED; only WATCHDOG_DISARM disables it."
    ),
)
WATCHDOG_OPEN_MS = Register(
    name="WATCHDOG_OPEN_MS",
    address=0x50,
    access="rw",
    reset=100,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="A kick at an age below this bites. Above 65,535: BAD_VALUE. While the watchdog is enabled: REFUSED.",
)
WATCHDOG_CLOSE_MS = Register(
    name="WATCHDOG_CLOSE_MS",
    address=0x54,
    access="rw",
    reset=5000,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="Reaching this age bites. Above 65,535: BAD_VALUE. While the watchdog is enabled: REFUSED.",
)
SAMPLE_PERIOD_MS = Register(
    name="SAMPLE_PERIOD_MS",
    address=0x58,
    access="rw",
    reset=50,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="How often voltage, current and temperature of the rails are measured. 0 or above 65,535: BAD_VALUE.",
)
AVERAGE_SHIFT = Register(
    name="AVERAGE_SHIFT",
    address=0x5C,
    access="rw",
    reset=3,
    unit="",
    fields=(Field(name="value", lsb=0, width=3, doc="0 (no averaging) to 7."),),
    doc=(
        "Averaging of the currents: each sample moves the average by 2 to the power of -value of its distance. "
        "Above 7: BAD_VALUE."
    ),
)
UNDER_VOLTAGE_LIMIT = Register(
    name="UNDER_VOLTAGE_LIMIT",
    address=0x60,
    access="rw",
    reset=0x01F41770,
    unit="",
    fields=(
        Field(name="limit_mv", lsb=0, width=16, doc="Below this the bus is too low, in mV."),
        Field(name="hysteresis_mv", lsb=16, width=12, doc="How far above the limit it has recovered, in mV."),
    ),
    doc=(
        "Limit of the under-voltage lock-out, written once: again before the next reset is REFUSED. "
        "A limit below 5,000 mV, or one above 65,535 mV with its hysteresis: BAD_VALUE."
    ),
)
WATCHDOG_DISARM = Register(
    name="WATCHDOG_DISARM",
    address=0x64,
    access="wo",
    reset=0,
    unit="",
    fields=(Field(name="key", lsb=0, width=20, doc="The key.", choices=WatchdogDisarmKey),),
    doc="Writing the key disarms the watchdog. Any other value: BAD_VALUE.",
)
COUNTERS_CLEAR = Register(
    name="COUNTERS_CLEAR",
    address=0x68,
    access="wo",
    reset=0,
    unit="",
    fields=(Field(name="key", lsb=0, width=20, doc="The key.", choices=CountersClearKey),),
    doc=(
        "Writing the key sets the counts of lost events, of mailbox and of link errors to 0. "
        "Any other value: BAD_VALUE."
    ),
)
VOLTAGE_MV = Register(
    name="VOLTAGE_MV{}",
    address=0x100,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=16, doc="Millivolts."),),
    doc="Voltage of rail r, as last sampled.",
).array(8, 0x04)
CURRENT_MA = Register(
    name="CURRENT_MA{}",
    address=0x120,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliamperes."),),
    doc="Current of rail r, as last sampled.",
).array(8, 0x04)
TEMPERATURE_CENTIDEGC = Register(
    name="TEMPERATURE_CENTIDEGC{}",
    address=0x140,
    access="ro",
    reset=0,
    unit="centidegC",
    fields=(Field(name="value", lsb=0, width=16, doc="Hundredths of a degree Celsius.", is_signed=True),),
    doc="Temperature at rail r, as last sampled.",
).array(8, 0x04)
RAIL_STATUS = Register(
    name="RAIL_STATUS{}",
    address=0x160,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="state", lsb=0, width=3, doc="State of the rail.", choices=RailState),
        Field(name="cause", lsb=4, width=4, doc="Why it last tripped; NONE after LOCKOUT_CLEAR.", choices=FaultCause),
        Field(name="warning", lsb=8, width=1, doc="The averaged current is at or above LIMIT_MA."),
        Field(name="overcurrent", lsb=9, width=1, doc="The comparator sees too much current now."),
        Field(name="attempts", lsb=12, width=3, doc="Attempts used up since the last LOCKOUT_CLEAR."),
        Field(name="trips", lsb=16, width=8, doc="Trips since reset; stays at 255."),
    ),
    doc="What rail r is doing.",
).array(8, 0x04)
AVERAGE_MA = Register(
    name="AVERAGE_MA{}",
    address=0x180,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliamperes."),),
    doc="Averaged current of rail r; 0 while it is off.",
).array(8, 0x04)
RAIL_ENERGY_LO_NJ = Register(
    name="RAIL_ENERGY{}_LO_NJ",
    address=0x1C0,
    access="ro",
    reset=0,
    unit="nJ",
    fields=(Field(name="value", lsb=0, width=32, doc="Bits 31 to 0."),),
    doc="Energy of the rail since reset, low half. Reading it latches the rail's high half.",
).array(8, 0x08)
RAIL_ENERGY_HI_NJ = Register(
    name="RAIL_ENERGY{}_HI_NJ",
    address=0x1C4,
    access="ro",
    reset=0,
    unit="nJ",
    fields=(Field(name="value", lsb=0, width=32, doc="Bits 63 to 32."),),
    doc="Energy of the rail since reset, high half as it was when the low half was last read.",
).array(8, 0x08)
RAIL_CTRL = Register(
    name="RAIL{}_CTRL",
    address=0x200,
    access="rw",
    reset=1,
    unit="",
    fields=(
        Field(name="fast_trip", lsb=0, width=1, doc="The comparator trips."),
        Field(name="slow_trip", lsb=1, width=1, doc="The averaged current trips at LIMIT_MA; it warns in any case."),
        Field(name="retries", lsb=4, width=3, doc="Attempts after a trip before the rail is locked out; 0: at once."),
    ),
    doc="What trips the rail, and how often it is tried again. Another bit set: BAD_VALUE.",
).array(8, 0x20)
RAIL_LIMIT_MA = Register(
    name="RAIL{}_LIMIT_MA",
    address=0x204,
    access="rw",
    reset=0x0000FFFF,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliamperes."),),
    doc="Averaged current at or above this is a warning. Above 65,535: BAD_VALUE.",
).array(8, 0x20)
RAIL_TRIP_CLOCKS = Register(
    name="RAIL{}_TRIP_CLOCKS",
    address=0x208,
    access="rw",
    reset=8,
    unit="",
    fields=(Field(name="value", lsb=0, width=8, doc="Clocks."),),
    doc="How long the comparator must see too much current, without a pause, to trip. Above 255: BAD_VALUE.",
).array(8, 0x20)
RAIL_BLANKING_MS = Register(
    name="RAIL{}_BLANKING_MS",
    address=0x20C,
    access="rw",
    reset=10,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="How long after the switch closed the comparator is not looked at: inrush. Above 65,535: BAD_VALUE.",
).array(8, 0x20)
RAIL_STAGGER_MS = Register(
    name="RAIL{}_STAGGER_MS",
    address=0x210,
    access="rw",
    reset=20,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc=(
        "Pause behind this rail, from its power-good (going up) or switch-off (going down) to the next rail. "
        "Above 65,535: BAD_VALUE."
    ),
).array(8, 0x20)
RAIL_POWER_GOOD_TIMEOUT_MS = Register(
    name="RAIL{}_POWER_GOOD_TIMEOUT_MS",
    address=0x214,
    access="rw",
    reset=200,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="How long the rail may take to be power-good. Above 65,535: BAD_VALUE.",
).array(8, 0x20)
RAIL_RETRY_MS = Register(
    name="RAIL{}_RETRY_MS",
    address=0x218,
    access="rw",
    reset=100,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="Pause before a tripped rail is tried again; doubles with each attempt. Above 65,535: BAD_VALUE.",
).array(8, 0x20)
EVENT = Register(
    name="EVENT",
    address=0x300,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="code", lsb=0, width=8, doc="What happened.", choices=EventCode),
        Field(name="argument", lsb=16, width=16, doc="More about it, as EventCode says."),
    ),
    doc="The oldest event. Reading it takes it out.",
)
EVENT_TIME_MS = Register(
    name="EVENT_TIME_MS",
    address=0x304,
    access="ro",
    reset=0,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=32, doc="Milliseconds."),),
    doc="Uptime at the event that was taken out last.",
)
MAILBOX_SCRUB_MS = Register(
    name="MAILBOX_SCRUB_MS",
    address=0x308,
    access="rw",
    reset=10,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc=(
        "How often one word of the mailbox is read and corrected; all 1,024 take 1,024 times that. "
        "0: never. "
        "Above 65,535: BAD_VALUE."
    ),
)
MAILBOX_ERROR_AT = Register(
    name="MAILBOX_ERROR_AT",
    address=0x30C,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="word", lsb=0, width=10, doc="The word."),
        Field(name="uncorrectable", lsb=31, width=1, doc="It was beyond correction."),
    ),
    doc="Where the mailbox's last error was.",
)
MAILBOX_INJECT = Register(
    name="MAILBOX_INJECT",
    address=0x310,
    access="wo",
    reset=0,
    unit="",
    fields=(
        Field(name="word", lsb=0, width=10, doc="The word."),
        Field(name="first", lsb=16, width=6, doc="Bit of the code word, 0 to 38."),
        Field(name="second", lsb=24, width=6, doc="Bit of the code word, 0 to 38."),
    ),
    doc=(
        "Writing it turns two bits of a stored mailbox word over, or one if both are the same. "
        "A bit above 38: BAD_VALUE."
    ),
)
LINK_FRAMES = Register(
    name="LINK_FRAMES",
    address=0x314,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="frames", lsb=0, width=16, doc="Whole frames; stays at 65,535."),
        Field(name="naks", lsb=16, width=16, doc="Requests that were refused; stays at 65,535."),
    ),
    doc="Frames that came over the device link.",
)
LINK_ERRORS = Register(
    name="LINK_ERRORS",
    address=0x318,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="crc_errors", lsb=0, width=16, doc="Frames with a wrong CRC; stays at 65,535."),
        Field(name="timeouts", lsb=16, width=16, doc="Frames given up half-way; stays at 65,535."),
    ),
    doc="Errors on the device link.",
)
LINK_OVERRUNS = Register(
    name="LINK_OVERRUNS",
    address=0x31C,
    access="ro",
    reset=0,
    unit="",
    fields=(Field(name="octets", lsb=0, width=16, doc="Octets; stays at 65,535."),),
    doc="Octets that came faster than they could be taken in.",
)
CAP_MODE = Register(
    name="CAP_MODE",
    address=0x320,
    access="rw",
    reset=0,
    unit="",
    fields=(Field(name="mode", lsb=0, width=2, doc="0 to 3."),),
    doc="Which CAP_DUTY holds. Above 3: BAD_VALUE.",
)
CAP_RAILS = Register(
    name="CAP_RAILS",
    address=0x324,
    access="rw",
    reset=255,
    unit="",
    fields=(Field(name="rails", lsb=0, width=8, doc="Bit r for rail r."),),
    doc="The cap outputs are off while one of these rails is not power-good. Above 255: BAD_VALUE.",
)
CAP_DUTY = Register(
    name="CAP_DUTY{}",
    address=0x330,
    access="rw",
    reset=0,
    unit="",
    fields=(
        Field(name="output0", lsb=0, width=9, doc="Output 0."),
        Field(name="output1", lsb=16, width=9, doc="Output 1."),
    ),
    doc="Duties of the cap outputs in that mode, of 256. Above 256: BAD_VALUE.",
).array(4, 0x04)

MAILBOX = Memory(
    name="MAILBOX",
    address=0x1000,
    words=1024,
    doc=(
        "Memory with error correction, for whoever has something to leave there. "
        "Zeros after power-on, kept over an external reset. "
        "Reading a word that is beyond correction: CORRUPT."
    ),
)

REGISTERS = in_order(
    ID,
    VERSION,
    UPTIME_MS,
    STATUS,
    TARGET,
    FAULT,
    ENERGY_LO_NJ,
    ENERGY_HI_NJ,
    SAMPLES,
    UNDER_VOLTAGE_STATUS,
    WATCHDOG_AGE_MS,
    BOOT,
    WATCHDOG_CAUSE,
    EVENT_STATUS,
    MAILBOX_ERRORS,
    CAP_STATUS,
    FAULT_CLEAR,
    LOCKOUT_CLEAR,
    WATCHDOG_KICK,
    WATCHDOG_CTRL,
    WATCHDOG_OPEN_MS,
    WATCHDOG_CLOSE_MS,
    SAMPLE_PERIOD_MS,
    AVERAGE_SHIFT,
    UNDER_VOLTAGE_LIMIT,
    WATCHDOG_DISARM,
    COUNTERS_CLEAR,
    *VOLTAGE_MV,
    *CURRENT_MA,
    *TEMPERATURE_CENTIDEGC,
    *RAIL_STATUS,
    *AVERAGE_MA,
    *RAIL_ENERGY_LO_NJ,
    *RAIL_ENERGY_HI_NJ,
    *RAIL_CTRL,
    *RAIL_LIMIT_MA,
    *RAIL_TRIP_CLOCKS,
    *RAIL_BLANKING_MS,
    *RAIL_STAGGER_MS,
    *RAIL_POWER_GOOD_TIMEOUT_MS,
    *RAIL_RETRY_MS,
    EVENT,
    EVENT_TIME_MS,
    MAILBOX_SCRUB_MS,
    MAILBOX_ERROR_AT,
    MAILBOX_INJECT,
    LINK_FRAMES,
    LINK_ERRORS,
    LINK_OVERRUNS,
    CAP_MODE,
    CAP_RAILS,
    *CAP_DUTY,
)
