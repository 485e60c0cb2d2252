"""Voltage, current and temperature of the rails as the controller measures them, and the energy that follows.

Three ADC128S102 convert to 12 bits; code transitions lie midway between whole codes
(ADC128S102-SEP data sheet SNAS825A, 7.3.1).
"""

from dataclasses import dataclass, field

from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.rail_power import RAILS

__all__ = ["ADC_CHANNELS", "ADC_LSB", "TEMPERATURE_OFFSET_CENTIDEGC", "RailMeter", "measured"]

ADC_CHANNELS = 3 * RAILS
"""Channel 3r: mV, 3r + 1: mA, 3r + 2: hundredths of a degree of rail r."""
TEMPERATURE_OFFSET_CENTIDEGC = -5000
"""At code 0: a sensor of 10 mV per degree that gives 500 mV at 0 °C."""

_VOLTAGE_LSB_MV = (1, 2, 2, 4, 4, 4, 4, 4)
_CURRENT_LSB_MA = (2, 2, 2, 4, 4, 4, 4, 4)
_TEMPERATURE_LSB_CENTIDEGC = 8
ADC_LSB = tuple(
    lsb for mv, ma in zip(_VOLTAGE_LSB_MV, _CURRENT_LSB_MA, strict=True) for lsb in (mv, ma, _TEMPERATURE_LSB_CENTIDEGC)
)
"""What one code is worth on each channel, as the board's dividers and shunts make it."""

_MAX_CODE = 4095
_U16, _U32, _U64 = (1 << 16) - 1, (1 << 32) - 1, (1 << 64) - 1


def measured(channel: int, value: int) -> int:
    """What the controller reads where `value` is: the nearest code, within the converter's range."""
    lsb = ADC_LSB[channel]
    offset = TEMPERATURE_OFFSET_CENTIDEGC if channel % 3 == 2 else 0
    code = (2 * (value - offset) + lsb) // (2 * lsb)
    return min(max(code, 0), _MAX_CODE) * lsb + offset


@dataclass
class RailMeter:
    """A sample is due by a tick, taken at the beginning of the next millisecond and known at its end."""

    settings: dict[int, int]
    inputs: list[int] = field(default_factory=lambda: [0] * ADC_CHANNELS)
    sampled: list[int] = field(default_factory=lambda: [0] * ADC_CHANNELS)
    samples: int = 0
    elapsed_ms: int = 0
    period_ms: int = 0
    is_due: bool = False
    energies_nj: list[int] = field(default_factory=lambda: [0] * RAILS)
    energy_nj: int = 0
    highs: dict[int, int] = field(default_factory=dict)

    def due_ms(self) -> int:
        """Ticks to the next one that asks for a sample or follows one that did."""
        return 1 if self.is_due else max(1, self.settings[regs.SAMPLE_PERIOD_MS.address] - self.elapsed_ms)

    def take(self) -> bool:
        """Take the sample that is due; whether one was."""
        was_due, self.is_due = self.is_due, False
        if was_due:
            self.sampled = [measured(channel, value) for channel, value in enumerate(self.inputs)]
            self.samples = (self.samples + 1) & _U32
            for rail in range(RAILS):
                energy_nj = self.voltage_mv(rail) * self.current_ma(rail) * self.period_ms
                self.energies_nj[rail] = (self.energies_nj[rail] + energy_nj) & _U64
                self.energy_nj = (self.energy_nj + energy_nj) & _U64
        return was_due

    def tick(self, ticks: int) -> None:
        """Let `ticks` ms pass, at most `due_ms`."""
        self.elapsed_ms += ticks
        if self.elapsed_ms >= self.settings[regs.SAMPLE_PERIOD_MS.address]:
            self.is_due, self.period_ms, self.elapsed_ms = True, self.elapsed_ms, 0

    def voltage_mv(self, rail: int) -> int:
        return self.sampled[3 * rail]

    def current_ma(self, rail: int) -> int:
        return self.sampled[3 * rail + 1]

    def temperature_centidegc(self, rail: int) -> int:
        return self.sampled[3 * rail + 2]

    def low(self, counter: int | None) -> int:
        """The low half of a rail's energy, or of all (None), latching its high half for `high`."""
        energy_nj = self.energy_nj if counter is None else self.energies_nj[counter]
        self.highs[-1 if counter is None else counter] = energy_nj >> 32
        return energy_nj & _U32

    def high(self, counter: int | None) -> int:
        """The high half as it was when the low one was last read."""
        return self.highs.get(-1 if counter is None else counter, 0)
