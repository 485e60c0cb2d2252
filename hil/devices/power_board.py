"""The power board as a Python model: `model://power_board`. It measures, and commands nothing."""

from dataclasses import dataclass

from firmware_bindings.devicelink import FRAME_TIMEOUT_US, Nak, NakReason, Slave, execute_registers
from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import power_board as regs

MS_NS = 1_000_000
_BY_ADDRESS = {register.address: register for register in regs.REGISTERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What the board's sensors show. Currents are positive while the battery is charged."""

    battery_mv: int = 7400
    battery_ma: int = 0
    battery_charge_permille: int = 500
    sunlight: int = 0
    temperature_centidegc: int = 2000
    array_mw: int = 0
    load_mw: int = 0


class ModelPowerBoard:
    """Registers behind the device link; `readings` is what they show, and the environment sets it."""

    def __init__(self) -> None:
        self.readings = Readings()
        self._slave = Slave(regs.DEVICE_ID, execute_registers(self))
        self._out = b""
        self._now_ns = 0
        self._silent_at_ns: int | None = None

    def write(self, data: bytes) -> None:
        """Octets arriving at the serial port now."""
        self._receive(data)

    def read(self) -> bytes:
        """The octets sent since the last read."""  # fmt: skip
        out, self._out = self._out, b""
        return out

    def advance(self, until_ns: int) -> None:
        """Run to that time."""
        if self._silent_at_ns is not None and self._silent_at_ns <= until_ns:
            self._now_ns = self._silent_at_ns
            self._receive(b"")
        self._now_ns = until_ns
