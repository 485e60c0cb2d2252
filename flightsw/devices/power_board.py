"""The power board: read-only, so it is only asked what it measures."""

from dataclasses import dataclass

from firmware_bindings.devicelink import Failure, Result, read, words
from firmware_bindings.devicelink.registers import power_board as regs
from flightsw.devices.device import DeviceDriver
from flightsw.mission import Device
from flightsw.payload import Power

POLL_US = 1_000_000

_BURST = (
    regs.BATTERY_MV,
    regs.BATTERY_MA,
    regs.BATTERY_CHARGE_PERMILLE,
    regs.SUNLIGHT,
    regs.TEMPERATURE_CENTIDEGC,
    regs.ARRAY_MW,
    regs.LOAD_MW,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReading:
    """What the board showed; the battery's current is positive while it is charged."""

    battery_mv: int
    battery_ma: int
    charge_permille: int
    is_sunlit: bool
    temperature_centidegc: int
    array_mw: int
    load_mw: int


class PowerBoard(DeviceDriver):
    """Polls the board; `reading` is the last that made sense."""

    def __init__(self) -> None:
        super().__init__(Device.POWER_BOARD, regs.DEVICE_ID)
        self.reading: BoardReading | None = None

    @property
    def power(self) -> Power | None:
        """What the payload's modes depend on; None while the board is silent."""
        reading = self.reading
        if reading is None or self.is_silent:
            return None
        return Power(
            charge_permille=reading.charge_permille,
            payload_centidegc=reading.temperature_centidegc,
            battery_centidegc=reading.temperature_centidegc,
            is_sunlit=reading.is_sunlit,
        )

    def _poll(self, now_us: int) -> None:
        self._ask(read(_BURST[0].address, len(_BURST)))
        self._next_poll_us = now_us + POLL_US

    def _take(self, result: Result, _now_us: int) -> bool:
        values = words(result.data)
        if result.failure is Failure.REFUSED or len(values) != len(_BURST):
            return False
        fields = [next(iter(reg.unpack(word).values())) for reg, word in zip(_BURST, values, strict=True)]
        battery_mv, battery_ma, charge_permille, sunlit, temperature_centidegc, array_mw, load_mw = fields
        if charge_permille > 1000:
            return False
        self.reading = BoardReading(
            battery_mv=battery_mv,
            battery_ma=battery_ma,
            charge_permille=charge_permille,
            is_sunlit=bool(sunlit),
            temperature_centidegc=temperature_centidegc,
            array_mw=array_mw,
            load_mw=load_mw,
        )
        return True
