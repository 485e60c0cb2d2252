"""Power board: register map. Generated from power_board.rdl by `python -m hil.rtl.generate`; do not edit."""

from enum import IntEnum

from firmware_bindings.devicelink.registers import Field, Register, in_order

DEVICE_ID = 0x5042


class TripsClearKey(IntEnum):
    CLEAR = 0x70915


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
    reset=512,
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
ARRAY_MV = Register(
    name="ARRAY_MV",
    address=0x28,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=32, doc="Millivolts."),),
    doc="Voltage of the solar array.",
)
ARRAY_MA = Register(
    name="ARRAY_MA",
    address=0x2C,
    access="ro",
    reset=0,
    unit="mA",
    fields=(Field(name="value", lsb=0, width=32, doc="Milliamperes."),),
    doc="Current taken from the solar array.",
)
BATTERY_TEMPERATURE_CENTIDEGC = Register(
    name="BATTERY_TEMPERATURE_CENTIDEGC",
    address=0x30,
    access="ro",
    reset=0,
    unit="centidegC",
    fields=(Field(name="value", lsb=0, width=32, doc="Hundredths of a degree Celsius.", is_signed=True),),
    doc="Temperature of the battery.",
)
PANEL_TEMPERATURE_CENTIDEGC = Register(
    name="PANEL_TEMPERATURE_CENTIDEGC",
    address=0x34,
    access="ro",
    reset=0,
    unit="centidegC",
    fields=(Field(name="value", lsb=0, width=32, doc="Hundredths of a degree Celsius.", is_signed=True),),
    doc="Temperature of the solar panel.",
)
BUS_MV = Register(
    name="BUS_MV",
    address=0x38,
    access="ro",
    reset=0,
    unit="mV",
    fields=(Field(name="value", lsb=0, width=32, doc="Millivolts."),),
    doc="Voltage of the bus; 0 while it is down.",
)
HEATER_MW = Register(
    name="HEATER_MW",
    address=0x3C,
    access="ro",
    reset=0,
    unit="mW",
    fields=(Field(name="value", lsb=0, width=32, doc="Milliwatts."),),
    doc="Power that the battery's heater draws.",
)
STATUS = Register(
    name="STATUS",
    address=0x40,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="payload", lsb=0, width=1, doc="The payload's switch is closed."),
        Field(name="heater", lsb=1, width=1, doc="The heater's switch is closed."),
        Field(name="auxiliary", lsb=2, width=1, doc="The auxiliary switch is closed."),
        Field(name="shed", lsb=4, width=1, doc="The loads are shed: the bus was too low, and has not recovered."),
        Field(name="heater_held", lsb=5, width=1, doc="Held off: the charge was too low, and has not recovered."),
    ),
    doc="What the board does.",
)
TRIPS = Register(
    name="TRIPS",
    address=0x44,
    access="ro",
    reset=0,
    unit="",
    fields=(
        Field(name="shed", lsb=0, width=1, doc="The loads were shed."),
        Field(name="heater_held", lsb=1, width=1, doc="The heater was held off though it was cold."),
        Field(name="bus_down", lsb=2, width=1, doc="The bus was down."),
    ),
    doc="What has happened since the last TRIPS_CLEAR.",
)
TRIPS_CLEAR = Register(
    name="TRIPS_CLEAR",
    address=0x48,
    access="wo",
    reset=0,
    unit="",
    fields=(Field(name="key", lsb=0, width=20, doc="The key.", choices=TripsClearKey),),
    doc="Writing the key clears TRIPS. Any other value: BAD_VALUE.",
)
SWITCHES = Register(
    name="SWITCHES",
    address=0x4C,
    access="rw",
    reset=7,
    unit="",
    fields=(
        Field(name="payload", lsb=0, width=1, doc="The payload."),
        Field(name="heater", lsb=1, width=1, doc="The heater."),
        Field(name="auxiliary", lsb=2, width=1, doc="The auxiliary load."),
    ),
    doc="Which loads may be on. They are on while their bit is set and nothing holds them off. Above 7: BAD_VALUE.",
)
HEATER_LIMITS_CENTIDEGC = Register(
    name="HEATER_LIMITS_CENTIDEGC",
    address=0x50,
    access="rw",
    reset=0x02BC00C8,
    unit="",
    fields=(
        Field(name="on", lsb=0, width=16, doc="At or below: on.", is_signed=True),
        Field(name="off", lsb=16, width=16, doc="At or above: off.", is_signed=True),
    ),
    doc=(
        "The battery's temperatures, in hundredths of a degree Celsius, at which its heater is switched. "
        "From -4000 to 3000, off at least 100 above on, or BAD_VALUE."
    ),
)
HEATER_CHARGES_PERMILLE = Register(
    name="HEATER_CHARGES_PERMILLE",
    address=0x54,
    access="rw",
    reset=0x015E00FA,
    unit="",
    fields=(
        Field(name="hold", lsb=0, width=16, doc="At or below: held off."),
        Field(name="release", lsb=16, width=16, doc="At or above: let go."),
    ),
    doc=(
        "The battery's charges, in thousandths, at which its heater is held off and let go. "
        "From 0 to 1000, release at least 20 above hold, or BAD_VALUE."
    ),
)
BUS_LIMITS_MV = Register(
    name="BUS_LIMITS_MV",
    address=0x58,
    access="rw",
    reset=0x1B581838,
    unit="",
    fields=(
        Field(name="shed", lsb=0, width=16, doc="At or below: shed."),
        Field(name="connect", lsb=16, width=16, doc="At or above: let on."),
    ),
    doc=(
        "The bus's millivolts at which loads are shed and let on again. "
        "Each takes three control loops in a row. "
        "From 2000 to 60000, connect at least 100 above shed, or BAD_VALUE."
    ),
)

REGISTERS = in_order(
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
    ARRAY_MV,
    ARRAY_MA,
    BATTERY_TEMPERATURE_CENTIDEGC,
    PANEL_TEMPERATURE_CENTIDEGC,
    BUS_MV,
    HEATER_MW,
    STATUS,
    TRIPS,
    TRIPS_CLEAR,
    SWITCHES,
    HEATER_LIMITS_CENTIDEGC,
    HEATER_CHARGES_PERMILLE,
    BUS_LIMITS_MV,
)
