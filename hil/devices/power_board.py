"""The power board as a Python model: `model://power_board`. It measures, and commands nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware_bindings.devicelink import FRAME_TIMEOUT_US, Nak, NakReason, Slave, execute_registers
from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import power_board as regs

_US_NS = 1000
_MS_NS = 1_000_000
_REGISTERS = {register.address: register for register in regs.REGISTERS}


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


class ModelPowerBoard:
    """Read-only registers behind the device link; `sensors` tells what they show when they are read."""

    def __init__(self) -> None:
        self.sensors: Callable[[], Readings] = Readings
        self._slave = Slave(regs.DEVICE_ID, execute_registers(_Registers(self._word)), max_data=64)
        self._out = b""
        self._now_ns = 0
        self._silent_at_ns: int | None = None

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
        now = self.sensors()
        shown = {
            "UPTIME_MS": self._now_ns // _MS_NS % 2**32,
            "BATTERY_MV": now.battery_mv,
            "BATTERY_MA": now.battery_ma,
            "BATTERY_CHARGE_PERMILLE": now.battery_charge_permille,
            "SUNLIGHT": now.is_sunlit,
            "TEMPERATURE_CENTIDEGC": now.temperature_centidegc,
            "ARRAY_MW": now.array_mw,
            "LOAD_MW": now.load_mw,
        }
        if register.name not in shown:
            return register.reset
        return register.pack(**{register.fields[0].name: shown[register.name]})


class _Registers:
    """The read-only register bank."""

    def __init__(self, word: Callable[[Register], int]) -> None:
        self._word = word

    def read(self, address: int) -> int:
        if address not in _REGISTERS:
            raise Nak(NakReason.BAD_ADDRESS)
        return self._word(_REGISTERS[address])

    def write(self, address: int, _value: int) -> None:
        raise Nak(NakReason.REFUSED if address in _REGISTERS else NakReason.BAD_ADDRESS)
