"""Payload controller: register map. Generated from payload_ctrl.rdl by `python -m hil.rtl.generate`; do not edit."""

from enum import IntEnum

from firmware_bindings.devicelink.registers import Field, Register

DEVICE_ID = 0x5043


class State(IntEnum):
    STEADY = 0
    RISING = 1
    SETTLING = 2
    FALLING = 3
    TRIPPING = 4
    TRIPPED = 5


class FaultCause(IntEnum):
    NONE = 0
    POWER_GOOD_TIMEOUT = 1
    POWER_GOOD_LOST = 2
    WATCHDOG = 3


class FaultClearKey(IntEnum):
    CLEAR = 0xC1EA2


class WatchdogKickKey(IntEnum):
    KICK = 0x5A17E


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
    reset=256,
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
        Field(name="rails", lsb=8, width=4, doc="Load switches driven on, bit r for rail r."),
        Field(name="power_good", lsb=12, width=4, doc="Power-good inputs, bit r for rail r."),
    ),
    doc="What the controller is doing.",
)
TARGET = Register(
    name="TARGET",
    address=0x10,
    access="rw",
    reset=0,
    unit="",
    fields=(Field(name="count", lsb=0, width=3, doc="Rails, 0 to 4."),),
    doc=(
        "How many rails shall be up: rails 0 to count - 1, brought up in order and taken down in reverse. "
        "Above 4: BAD_VALUE. "
        "Above 0 while a fault is latched: REFUSED. "
        "A fault sets it to 0."
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
        Field(name="rail", lsb=4, width=4, doc="Which rail, the lowest if several; 0 for WATCHDOG."),
    ),
    doc="The first fault since the last FAULT_CLEAR.",
)
FAULT_CLEAR = Register(
    name="FAULT_CLEAR",
    address=0x18,
    access="wo",
    reset=0,
    unit="",
    fields=(Field(name="key", lsb=0, width=20, doc="The key.", choices=FaultClearKey),),
    doc=(
        "Writing the key clears a latched fault and, after a bite, restarts the watchdog's window. "
        "Any other value: BAD_VALUE. "
        "While rails are still tripping: BUSY."
    ),
)
WATCHDOG_CTRL = Register(
    name="WATCHDOG_CTRL",
    address=0x1C,
    access="rw",
    reset=0,
    unit="",
    fields=(Field(name="enable", lsb=0, width=1, doc="Enabling starts the window; a bite leaves it enabled."),),
    doc="Window watchdog: while enabled and not bitten it must be kicked inside its window. Above 1: BAD_VALUE.",
)
WATCHDOG_KICK = Register(
    name="WATCHDOG_KICK",
    address=0x20,
    access="wo",
    reset=0,
    unit="",
    fields=(Field(name="key", lsb=0, width=20, doc="The key.", choices=WatchdogKickKey),),
    doc="Writing the key kicks the watchdog. Any other value: BAD_VALUE, and no kick.",
)
WATCHDOG_OPEN_MS = Register(
    name="WATCHDOG_OPEN_MS",
    address=0x24,
    access="rw",
    reset=100,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="A kick at an age below this bites. Above 65,535: BAD_VALUE. While the watchdog is enabled: REFUSED.",
)
WATCHDOG_CLOSE_MS = Register(
    name="WATCHDOG_CLOSE_MS",
    address=0x28,
    access="rw",
    reset=5000,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="Reaching this age bites. Above 65,535: BAD_VALUE. While the watchdog is enabled: REFUSED.",
)
WATCHDOG_AGE_MS = Register(
    name="WATCHDOG_AGE_MS",
    address=0x2C,
    access="ro",
    reset=0,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="Time since the window started: 0 while disabled, held once bitten.",
)
STAGGER_MS = Register(
    name="STAGGER_MS",
    address=0x30,
    access="rw",
    reset=20,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="Pause between two rails, from power-good (up) or switch-off (down). Above 65,535: BAD_VALUE.",
)
POWER_GOOD_TIMEOUT_MS = Register(
    name="POWER_GOOD_TIMEOUT_MS",
    address=0x34,
    access="rw",
    reset=200,
    unit="ms",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliseconds."),),
    doc="How long a rail may take to be power-good. Above 65,535: BAD_VALUE.",
)
ENERGY_LO_NJ = Register(
    name="ENERGY_LO_NJ",
    address=0x38,
    access="ro",
    reset=0,
    unit="nJ",
    fields=(Field(name="value", lsb=0, width=32, doc="Bits 31 to 0."),),
    doc=(
        "Energy since reset, low half: each millisecond adds the sum of voltage times current of all rails. "
        "Reading it latches the high half."
    ),
)
ENERGY_HI_NJ = Register(
    name="ENERGY_HI_NJ",
    address=0x3C,
    access="ro",
    reset=0,
    unit="nJ",
    fields=(Field(name="value", lsb=0, width=32, doc="Bits 63 to 32."),),
    doc="Energy since reset, high half as it was when ENERGY_LO_NJ was last read; wraps after 584 years at 1 W.",
)
RAIL0_VOLTAGE_MV = Register(
    name="RAIL0_VOLTAGE_MV",
    address=0x40,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=16, doc="Millivolts."),),
    doc="Voltage of the rail, sampled each millisecond.",
)
RAIL0_CURRENT_MA = Register(
    name="RAIL0_CURRENT_MA",
    address=0x44,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliamperes."),),
    doc="Current of the rail, sampled each millisecond.",
)
RAIL1_VOLTAGE_MV = Register(
    name="RAIL1_VOLTAGE_MV",
    address=0x50,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=16, doc="Millivolts."),),
    doc="Voltage of the rail, sampled each millisecond.",
)
RAIL1_CURRENT_MA = Register(
    name="RAIL1_CURRENT_MA",
    address=0x54,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliamperes."),),
    doc="Current of the rail, sampled each millisecond.",
)
RAIL2_VOLTAGE_MV = Register(
    name="RAIL2_VOLTAGE_MV",
    address=0x60,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=16, doc="Millivolts."),),
    doc="Voltage of the rail, sampled each millisecond.",
)
RAIL2_CURRENT_MA = Register(
    name="RAIL2_CURRENT_MA",
    address=0x64,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliamperes."),),
    doc="Current of the rail, sampled each millisecond.",
)
RAIL3_VOLTAGE_MV = Register(
    name="RAIL3_VOLTAGE_MV",
    address=0x70,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=16, doc="Millivolts."),),
    doc="Voltage of the rail, sampled each millisecond.",
)
RAIL3_CURRENT_MA = Register(
    name="RAIL3_CURRENT_MA",
    address=0x74,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=16, doc="Milliamperes."),),
    doc="Current of the rail, sampled each millisecond.",
)

REGISTERS = (
    ID,
    VERSION,
    UPTIME_MS,
    STATUS,
    TARGET,
    FAULT,
    FAULT_CLEAR,
    WATCHDOG_CTRL,
    WATCHDOG_KICK,
    WATCHDOG_OPEN_MS,
    WATCHDOG_CLOSE_MS,
    WATCHDOG_AGE_MS,
    STAGGER_MS,
    POWER_GOOD_TIMEOUT_MS,
    ENERGY_LO_NJ,
    ENERGY_HI_NJ,
    RAIL0_VOLTAGE_MV,
    RAIL0_CURRENT_MA,
    RAIL1_VOLTAGE_MV,
    RAIL1_CURRENT_MA,
    RAIL2_VOLTAGE_MV,
    RAIL2_CURRENT_MA,
    RAIL3_VOLTAGE_MV,
    RAIL3_CURRENT_MA,
)
