"""The power board: asked what it measures, and kept at the limits and switches that are wanted of it."""

from dataclasses import dataclass

from firmware_bindings.devicelink import Failure, Result, read, words, write
from firmware_bindings.devicelink.registers import power_board as regs
from flightsw.devices.device import DeviceDriver, Notice
from flightsw.mission import Device, Load, PowerBoardLimits

POLL_US = 1_000_000
SETTINGS_POLLS = 10
"""Every so many polls the board is asked whether it still has its settings."""

_READINGS = (
    regs.BATTERY_MV,
    regs.BATTERY_MA,
    regs.BATTERY_CHARGE_PERMILLE,
    regs.SUNLIGHT,
    regs.TEMPERATURE_CENTIDEGC,
    regs.ARRAY_MW,
    regs.LOAD_MW,
    regs.ARRAY_MV,
    regs.ARRAY_MA,
    regs.BATTERY_TEMPERATURE_CENTIDEGC,
    regs.PANEL_TEMPERATURE_CENTIDEGC,
    regs.BUS_MV,
    regs.HEATER_MW,
    regs.STATUS,
    regs.TRIPS,
)
_SETTINGS = (regs.SWITCHES, regs.HEATER_LIMITS_CENTIDEGC, regs.HEATER_CHARGES_PERMILLE, regs.BUS_LIMITS_MV)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReading:
    """What the board showed; the battery's current is positive while it is charged. `trips` is the word of TRIPS.

    Without arguments: of a board that has not been heard.
    """

    battery_mv: int = 0
    battery_ma: int = 0
    charge_permille: int = 0
    is_sunlit: bool = False
    temperature_centidegc: int = 0
    array_mw: int = 0
    load_mw: int = 0
    array_mv: int = 0
    array_ma: int = 0
    battery_temperature_centidegc: int = 0
    panel_temperature_centidegc: int = 0
    bus_mv: int = 0
    heater_mw: int = 0
    is_payload_on: bool = False
    is_heater_on: bool = False
    is_auxiliary_on: bool = False
    is_shed: bool = False
    is_heater_held: bool = False
    trips: int = 0


class PowerBoard(DeviceDriver):
    """Polls the board; `reading` is the last that made sense. A board that has been reset is told its settings again.

    Args:
        limits: of its heater and of the bus.
        loads_on: the loads that may be on.
    """

    def __init__(self, limits: PowerBoardLimits, loads_on: frozenset[Load] = frozenset(Load)) -> None:
        super().__init__(Device.POWER_BOARD, regs.DEVICE_ID)
        self._limits = (
            regs.HEATER_LIMITS_CENTIDEGC.pack(on=limits.heater_on_centidegc, off=limits.heater_off_centidegc),
            regs.HEATER_CHARGES_PERMILLE.pack(hold=limits.heater_hold_permille, release=limits.heater_release_permille),
            regs.BUS_LIMITS_MV.pack(shed=limits.shed_bus_mv, connect=limits.connect_bus_mv),
        )
        self._told: tuple[int, ...] | None = None
        self._unasked_polls = 0
        self.loads_on = loads_on
        """Which may be on; the board is told with the next poll."""
        self.is_payload_cut = False
        """The payload may not be on, whatever ground wants."""
        self.is_saving = False
        """Neither may heater and auxiliary load."""
        self.reading: BoardReading | None = None

    def clear_trips(self) -> None:
        """Have the board forget what has happened."""
        self._ask(write(regs.TRIPS_CLEAR.address, regs.TripsClearKey.CLEAR, tag=regs.TRIPS_CLEAR))
        self._next_poll_us = 0

    def _poll(self, now_us: int) -> None:
        self._ask(read(_READINGS[0].address, len(_READINGS), _READINGS))
        self._next_poll_us = now_us + POLL_US

    def _take(self, result: Result, _now_us: int) -> bool:
        if result.request.tag is _READINGS:
            return self._take_readings(result)
        if result.request.tag is _SETTINGS:
            return self._take_settings(result)
        return True

    def _take_readings(self, result: Result) -> bool:
        values = words(result.data)
        if result.failure is Failure.REFUSED or len(values) != len(_READINGS):
            return False
        reading = _reading({register.name: word for register, word in zip(_READINGS, values, strict=True)})
        self._unasked_polls += 1
        if self._told != self._wanted or self._unasked_polls >= SETTINGS_POLLS:
            self._unasked_polls = 0
            self._ask(read(_SETTINGS[0].address, len(_SETTINGS), _SETTINGS))
        old, self.reading = self.reading, reading
        if reading.is_shed and not (old and old.is_shed):
            self._notices.append(Notice(event="loads_shed", values={"bus_mv": min(reading.bus_mv, 0xFFFF)}))
        if old and old.is_shed and not reading.is_shed:
            self._notices.append(Notice(event="loads_connected", values={"bus_mv": min(reading.bus_mv, 0xFFFF)}))
        return True

    def _take_settings(self, result: Result) -> bool:
        values = words(result.data)
        if result.failure is Failure.REFUSED or len(values) != len(_SETTINGS):
            return False
        wanted = self._wanted
        if values != wanted:
            if self._told is not None and values[1:] != wanted[1:]:
                self._notices.append(Notice(event="power_board_reset"))
            self._ask(write(_SETTINGS[0].address, *wanted, tag=regs.SWITCHES))
        self._told = wanted if values == wanted else None
        return True

    @property
    def _wanted(self) -> tuple[int, ...]:
        """The words of _SETTINGS."""
        held = {Load.PAYLOAD} if self.is_payload_cut else set()
        held |= {Load.HEATER, Load.AUXILIARY} if self.is_saving else set()
        loads = self.loads_on - held
        return sum(1 << load for load in loads), *self._limits


def _reading(values: dict[str, int]) -> BoardReading:
    """Words by register's name → reading."""
    shown = {r.name: next(iter(r.unpack(values[r.name]).values())) for r in _READINGS}
    status = {name: bool(value) for name, value in regs.STATUS.unpack(values["STATUS"]).items()}
    return BoardReading(
        battery_mv=shown["BATTERY_MV"],
        battery_ma=shown["BATTERY_MA"],
        charge_permille=shown["BATTERY_CHARGE_PERMILLE"],
        is_sunlit=bool(shown["SUNLIGHT"]),
        temperature_centidegc=shown["TEMPERATURE_CENTIDEGC"],
        array_mw=shown["ARRAY_MW"],
        load_mw=shown["LOAD_MW"],
        array_mv=shown["ARRAY_MV"],
        array_ma=shown["ARRAY_MA"],
        battery_temperature_centidegc=shown["BATTERY_TEMPERATURE_CENTIDEGC"],
        panel_temperature_centidegc=shown["PANEL_TEMPERATURE_CENTIDEGC"],
        bus_mv=shown["BUS_MV"],
        heater_mw=shown["HEATER_MW"],
        is_payload_on=status["payload"],
        is_heater_on=status["heater"],
        is_auxiliary_on=status["auxiliary"],
        is_shed=status["shed"],
        is_heater_held=status["heater_held"],
        trips=values["TRIPS"] & 0xFF,
    )
