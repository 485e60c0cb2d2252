"""Power board: register map. Generated from power_board.rdl by `python -m hil.rtl.generate`; do not edit."""

from firmware_bindings.devicelink.registers import Field, Register

DEVICE_ID = 0x5042

ID = Register(
    name="ID",
    address=0x00,
    access="ro",
    reset=0x00005042,
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
    doc="Version of the board's firmware.",
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
BATTERY_MV = Register(
    name="BATTERY_MV",
    address=0x0C,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=32, doc="Millivolts."),),
    doc="Battery voltage.",
)
BATTERY_MA = Register(
    name="BATTERY_MA",
    address=0x10,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=32, doc="Milliamperes.", is_signed=True),),
    doc="Battery current, positive while charging.",
)
BATTERY_CHARGE_PERMILLE = Register(
    name="BATTERY_CHARGE_PERMILLE",
    address=0x14,
    access="ro",
    reset=0,
    unit="permille",
    fields=(Field(name="value", lsb=0, width=32, doc="Thousandths of the capacity."),),
    doc="Battery charge, 0 to 1,000.",
)
SUNLIGHT = Register(
    name="SUNLIGHT",
    address=0x18,
    access="ro",
    reset=0,
    unit="",
    fields=(Field(name="sunlit", lsb=0, width=1, doc="1 in sunlight."),),
    doc="Whether the Sun shines on the array.",
)
TEMPERATURE_CENTIDEGC = Register(
    name="TEMPERATURE_CENTIDEGC",
    address=0x1C,
    access="ro",
    reset=0,
    unit="centidegC",
    fields=(Field(name="value", lsb=0, width=32, doc="Hundredths of a degree Celsius.", is_signed=True),),
    doc="Temperature of the board.",
)
ARRAY_MW = Register(
    name="ARRAY_MW",
    address=0x20,
    access="ro",
    reset=0,
    unit="mW",
    fields=(Field(name="value", lsb=0, width=32, doc="Milliwatts."),),
    doc="Power from the solar array.",
)
LOAD_MW = Register(
    name="LOAD_MW",
    address=0x24,
    access="ro",
    reset=0,
    unit="mW",
    fields=(Field(name="value", lsb=0, width=32, doc="Milliwatts."),),
    doc="Power drawn by everything behind the board.",
)

REGISTERS = (
    ID,
    VERSION,
    UPTIME_MS,
    BATTERY_MV,
    BATTERY_MA,
    BATTERY_CHARGE_PERMILLE,
    SUNLIGHT,
    TEMPERATURE_CENTIDEGC,
    ARRAY_MW,
    LOAD_MW,
)
