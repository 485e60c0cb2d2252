"""The payload controller as a Python model: `model://payload_ctrl`.

The same registers, link and sequences as the RTL, exact to the millisecond: what holds at the end of a millisecond in
one holds in the other, but for the time that octets spend on the wire, which the bench adds for a model. Needs no
toolchain.
"""

import copy
from collections.abc import Callable, Mapping

from firmware_bindings.devicelink import FRAME_TIMEOUT_US, Slave, execute_registers
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.payload_ctrl_chip import ADC_CHANNELS, RAILS, Chip

__all__ = ["ADC_CHANNELS", "MAX_DATA_BYTES", "PEEKS", "RAILS", "ModelPayloadController"]

MAX_DATA_BYTES = 64
PEEKS: Mapping[str, Callable[[Chip], int]] = {
    "state": lambda chip: chip.power.state,
    "rails": lambda chip: chip.power.rails,
    "target": lambda chip: chip.power.target,
    "fault_cause": lambda chip: chip.power.fault_cause,
    "fault_rail": lambda chip: chip.power.fault_rail,
    "locked_out": lambda chip: chip.power.locked_out,
    "under_voltage": lambda chip: int(chip.power.is_under_voltage),
    "watchdog_age_ms": lambda chip: chip.watchdog.age_ms,
    "watchdog_bitten": lambda chip: int(chip.watchdog.is_bitten),
    "uptime_ms": lambda chip: chip.uptime_ms,
    "samples": lambda chip: chip.meter.samples,
    "energy_nj": lambda chip: chip.meter.energy_nj,
    "caps_on": lambda chip: sum(cap.is_on << output for output, cap in enumerate(chip.caps)),
    "cap_duty0": lambda chip: chip.caps[0].duty,
    "cap_duty1": lambda chip: chip.caps[1].duty,
}
"""What `peek` shows, on the model and on the RTL alike."""

_MS_NS = 1_000_000
_SILENCE_MS = FRAME_TIMEOUT_US // 1000 + 1  # the first tick after more than FRAME_TIMEOUT_US


class ModelPayloadController:
    """A payload controller: a serial port (`write`, `read`), analogue and power-good inputs, and rails."""

    def __init__(self) -> None:
        self._chip = Chip()
        self._execute = execute_registers(self._chip)
        self._slave = self._new_slave()
        self._out = b""
        self._now_ms = 0
        self._silent_at_ms: int | None = None

    def write(self, data: bytes) -> None:
        """Octets arriving at the serial port now."""
        if data:
            self._receive(data)
            self._silent_at_ms = self._now_ms + _SILENCE_MS if self._slave.deframer.is_waiting else None

    def read(self) -> bytes:
        """The octets sent since the last read."""
        out, self._out = self._out, b""
        return out

    def advance(self, until_ns: int) -> None:
        """Run to that time; a millisecond acts when it is over."""
        until_ms = until_ns // _MS_NS
        while self._now_ms < until_ms:
            due_ms = self._due_ms()
            step_ms = until_ms - self._now_ms if due_ms is None else min(due_ms, until_ms - self._now_ms)
            self._now_ms += step_ms
            self._chip.tick(step_ms)
            if self._now_ms == self._silent_at_ms:
                self._silent_at_ms = None
                self._receive(b"")

    def next_event_ns(self) -> int | None:
        """The earliest time at which something may happen without new input; None if nothing is pending."""
        due_ms = 0 if self._out else self._due_ms()
        return None if due_ms is None else (self._now_ms + due_ms) * _MS_NS

    def set_adc(self, channel: int, value: int) -> None:
        """Analogue input of rail r: channel 3r its mV, 3r + 1 its mA, 3r + 2 its temperature in hundredths of a degree.

        Raises ValueError.
        """
        check_adc(channel, value)
        self._chip.meter.inputs[channel] = value

    def set_power_good(self, mask: int) -> None:
        """Power-good inputs, bit r for rail r. Raises ValueError."""
        check_mask(mask)
        self._chip.power.power_good = mask
        self._chip.settle()

    def set_overcurrent(self, mask: int) -> None:
        """Comparators that see too much current, bit r for rail r. Raises ValueError."""
        check_mask(mask)
        self._chip.power.overcurrent = mask
        self._chip.settle()

    def set_bus_mv(self, bus_mv: int) -> None:
        """The bus that feeds the rails, 8,000 mV until it is set. Raises ValueError."""
        check_bus(bus_mv)
        self._chip.power.bus_mv = bus_mv
        self._chip.settle()

    def reset(self) -> None:
        """Pull the reset pin: all but mailbox, events and boot cause begins anew; time and inputs go on."""
        self._chip.reset()
        self._slave, self._silent_at_ms, self._out = self._new_slave(), None, b""

    @property
    def caps(self) -> tuple[int, int]:
        """Duties of the cap outputs in effect, of 256."""
        return self._chip.caps[0].duty, self._chip.caps[1].duty

    @property
    def rails(self) -> int:
        """Load switches driven on, bit r for rail r."""
        return self._chip.power.rails

    def peek(self, name: str) -> int:
        """One of `PEEKS`, without using the link. Raises ValueError."""
        check_peek(name)
        return PEEKS[name](self._chip)

    def save(self) -> object:
        """The whole state, for `restore`."""
        return copy.deepcopy((vars(self._chip), self._slave, self._out, self._now_ms, self._silent_at_ms))

    def restore(self, saved: object) -> None:
        """Go back to what `save` of a model returned."""
        assert isinstance(saved, tuple)
        chip, self._slave, self._out, self._now_ms, self._silent_at_ms = copy.deepcopy(saved)
        vars(self._chip).update(chip)

    def _new_slave(self) -> Slave:
        def execute(op: int, address: int, data: bytes) -> bytes:
            self._chip.link.follow(self._slave.deframer.counters)
            return self._execute(op, address, data)

        def ended(is_refused: bool) -> None:
            self._chip.request_ended(is_refused=is_refused)

        return Slave(regs.DEVICE_ID, execute, MAX_DATA_BYTES, ended)

    def _receive(self, data: bytes) -> None:
        self._out += self._slave.receive(data, self._now_ms * 1000)
        self._chip.link.follow(self._slave.deframer.counters)

    def _due_ms(self) -> int | None:
        silent_ms = None if self._silent_at_ms is None else self._silent_at_ms - self._now_ms
        return min((due for due in (self._chip.due_ms(), silent_ms) if due is not None), default=None)


def check_adc(channel: int, value: int) -> None:
    """Raise ValueError for a channel that the controller doesn't have, or a value that is no such quantity.

    Beyond the converters' range, but within this one, an input is measured as the end of their range.
    """
    if not 0 <= channel < ADC_CHANNELS:
        raise ValueError(f"ADC channel {channel}: not in 0 to {ADC_CHANNELS - 1}")
    low, high = (-27_315, 100_000) if channel % 3 == 2 else (0, 1_000_000)
    if not low <= value <= high:
        raise ValueError(f"ADC channel {channel}: {value} is not in {low} to {high}")


def check_mask(mask: int) -> None:
    """Raise ValueError for a mask that names rails the controller doesn't have."""
    if not 0 <= mask < 1 << RAILS:
        raise ValueError(f"mask {mask:#x} of rails: not in 0 to {(1 << RAILS) - 1:#x}")


def check_bus(bus_mv: int) -> None:
    """Raise ValueError for a bus voltage that is none."""
    if not 0 <= bus_mv <= 1_000_000:
        raise ValueError(f"bus {bus_mv} mV: not in 0 to 1000000")


def check_peek(name: str) -> None:
    """Raise ValueError for a name that is not one of `PEEKS`."""
    if name not in PEEKS:
        raise ValueError(f"{name!r} is not one of {', '.join(PEEKS)}")
