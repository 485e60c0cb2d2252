"""The power board as a Python model: `model://power_board`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from firmware_bindings.devicelink import FRAME_TIMEOUT_US, Nak, NakReason, Slave, execute_registers
from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import power_board as regs
from hil.devices.power_board_control import ControlState, Limits, Loads, Settings, step

_US_NS = 1000
_MS_NS = 1_000_000
_REGISTERS = {register.address: register for register in regs.REGISTERS}
_LIMITS = {
    "HEATER_LIMITS_CENTIDEGC": "heater_centidegc",
    "HEATER_CHARGES_PERMILLE": "heater_permille",
    "BUS_LIMITS_MV": "bus_mv",
}
_SHOWN = {
    "BATTERY_MV": "battery_mv",
    "BATTERY_MA": "battery_ma",
    "BATTERY_CHARGE_PERMILLE": "battery_charge_permille",
    "TEMPERATURE_CENTIDEGC": "temperature_centidegc",
    "ARRAY_MW": "array_mw",
    "LOAD_MW": "load_mw",
    "ARRAY_MV": "array_mv",
    "ARRAY_MA": "array_ma",
    "BATTERY_TEMPERATURE_CENTIDEGC": "battery_temperature_centidegc",
    "PANEL_TEMPERATURE_CENTIDEGC": "panel_temperature_centidegc",
    "BUS_MV": "bus_mv",
    "HEATER_MW": "heater_mw",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What the board's sensors show; the battery's current is positive while it is charged."""

    battery_mv: int = 7400
    battery_ma: int = 0
    battery_charge_permille: int = 500
    is_sunlit: bool = False
    temperature_centidegc: int = 2000
    array_mw: int = 0
    load_mw: int = 0
    array_mv: int = 0
    array_ma: int = 0
    battery_temperature_centidegc: int = 2000
    panel_temperature_centidegc: int = 2000
    bus_mv: int = 7400
    heater_mw: int = 0


class ModelPowerBoard:
    """Registers behind the device link, and a control loop that whoever owns time runs once a second.

    `sensors` tells what the measuring registers show when they are read.
    """

    def __init__(self) -> None:
        self.sensors: Callable[[], Readings] = Readings
        self._slave = Slave(regs.DEVICE_ID, execute_registers(_Registers(self._word, self._set)), max_data=64)
        self._out = b""
        self._now_ns = 0
        self._silent_at_ns: int | None = None
        self._settings = Settings()
        self._state = ControlState()
        self._trips: dict[str, int] = {}

    @property
    def loads(self) -> Loads:
        """The load switches that are closed."""
        return self._state.loads(self._settings)

    def control(self) -> Loads:
        """Run the control loop once, on what the sensors show now."""
        now = self.sensors()
        self._state = state = step(
            self._state,
            self._settings,
            bus_mv=now.bus_mv,
            charge_permille=now.battery_charge_permille,
            battery_centidegc=now.battery_temperature_centidegc,
        )
        happened = {
            "shed": state.is_shed,
            "heater_held": state.is_heater_held and state.is_cold,
            "bus_down": now.bus_mv == 0,
        }
        self._trips |= {name: 1 for name, has_happened in happened.items() if has_happened}
        return self.loads

    def restart(self) -> None:
        """Begin anew, as after a loss of the board's own power: every setting is as after reset."""
        self._settings, self._state, self._trips = Settings(), ControlState(), {}

    def write(self, data: bytes) -> None:
        """Octets arriving at the serial port now."""
        self._out += self._slave.receive(data, self._now_ns // _US_NS)
        silence_ns = (FRAME_TIMEOUT_US + 1) * _US_NS
        self._silent_at_ns = self._now_ns + silence_ns if self._slave.deframer.is_waiting else None

    def read(self) -> bytes:
        """The octets sent since the last read."""
        out, self._out = self._out, b""
        return out

    def advance(self, until_ns: int) -> None:
        """Run to that time."""
        self._now_ns = until_ns
        if self._silent_at_ns is not None and self._silent_at_ns <= until_ns:
            self.write(b"")

    def next_event_ns(self) -> int | None:
        """When a half-sent request is given up; now if octets wait to be read."""
        return self._now_ns if self._out else self._silent_at_ns

    def _word(self, register: Register) -> int:
        name = register.name
        if name in _SHOWN:
            return register.pack(value=getattr(self.sensors(), _SHOWN[name]))
        if name in _LIMITS:
            limits: Limits = getattr(self._settings, _LIMITS[name])
            return limits.word
        match name:
            case "UPTIME_MS":
                return self._now_ns // _MS_NS % 2**32
            case "SUNLIGHT":
                return register.pack(sunlit=self.sensors().is_sunlit)
            case "STATUS":
                state = self._state
                return register.pack(**asdict(self.loads), shed=state.is_shed, heater_held=state.is_heater_held)
            case "TRIPS":
                return register.pack(**self._trips)
            case "SWITCHES":
                return register.pack(**{field.name: getattr(self._settings, field.name) for field in register.fields})
            case _:
                return register.reset

    def _set(self, register: Register, word: int) -> None:
        if register is regs.TRIPS_CLEAR:
            if word != regs.TripsClearKey.CLEAR:
                raise ValueError(f"key {word:#x}")
            self._trips = {}
        elif register is regs.SWITCHES:
            if word >= 1 << len(register.fields):
                raise ValueError(f"switches {word:#x}")
            switches: dict[str, Any] = {name: bool(value) for name, value in register.unpack(word).items()}
            self._settings = replace(self._settings, **switches)
        else:
            name = _LIMITS[register.name]
            limits: dict[str, Any] = {name: getattr(self._settings, name).set(word)}
            self._settings = replace(self._settings, **limits)


class _Registers:
    """The register bank. What can't be set to a value raises ValueError.

    Args:
        get: what a register shows.
        set: sets one that can be written.
    """

    def __init__(self, get: Callable[[Register], int], set: Callable[[Register, int], None]) -> None:
        self._get = get
        self._set = set

    def read(self, address: int) -> int:
        register = _find(address)
        return 0 if register.access == "wo" else self._get(register)

    def write(self, address: int, value: int) -> None:
        register = _find(address)
        if register.access == "ro":
            raise Nak(NakReason.REFUSED)
        try:
            self._set(register, value)
        except ValueError as error:
            raise Nak(NakReason.BAD_VALUE) from error


def _find(address: int) -> Register:
    if address not in _REGISTERS:
        raise Nak(NakReason.BAD_ADDRESS)
    return _REGISTERS[address]
