"""The payload controller as its own RTL, Verilated: `rtl://payload_ctrl`.

Octets take their time on its serial line by themselves. While the chip is quiescent only its ticks are run.
"""

from hil.devices.payload_ctrl_model import check_adc, check_bus, check_mask, check_peek
from hil.rtl.chip import CLOCKS_PER_MS, Chip, Stop

__all__ = ["RtlPayloadController"]

_MS_NS = 1_000_000


class RtlPayloadController:
    """A payload controller: a serial port (`write`, `read`), analogue and power-good inputs, and rails.

    Raises BuildError where its library cannot be built; ChipError from `advance` when an assertion in the RTL fails.
    """

    def __init__(self) -> None:
        self._chip = Chip()
        self._out = b""

    def write(self, data: bytes) -> None:
        """Octets that begin to arrive at the serial port now, one after the other."""
        self._chip.uart_write(data)

    def read(self) -> bytes:
        """The octets sent since the last read."""
        out, self._out = self._out + self._chip.uart_read(), b""
        return out

    def advance(self, until_ns: int) -> None:
        """Run to that time."""
        end = until_ns * CLOCKS_PER_MS // _MS_NS
        while (left := end - self._chip.cycles) > 0:
            if self._chip.is_quiescent and left >= CLOCKS_PER_MS:
                self._chip.tick(left // CLOCKS_PER_MS)
            elif left % CLOCKS_PER_MS:
                self._chip.run(left % CLOCKS_PER_MS)
            else:
                self._chip.run(left, Stop.QUIESCENT)

    def next_event_ns(self) -> int | None:
        """The earliest time at which something may happen without new input; None if nothing is pending."""
        self._out += self._chip.uart_read()
        now_ms = self.cycles // CLOCKS_PER_MS
        if self._out:
            return now_ms * _MS_NS
        due_ms = self._chip.due_ms if self._chip.is_quiescent else 1
        return None if due_ms is None else (now_ms + due_ms) * _MS_NS

    def set_adc(self, channel: int, value: int) -> None:
        """Analogue input of rail r: channel 3r its mV, 3r + 1 its mA, 3r + 2 its temperature in hundredths of a degree.

        Raises ValueError.
        """
        check_adc(channel, value)
        self._chip.set_adc(channel, value)

    def set_power_good(self, mask: int) -> None:
        """Power-good inputs, bit r for rail r. Raises ValueError."""
        check_mask(mask)
        self._chip.set_power_good(mask)

    def set_overcurrent(self, mask: int) -> None:
        """Comparators that see too much current, bit r for rail r. Raises ValueError."""
        check_mask(mask)
        self._chip.set_overcurrent(mask)

    def set_bus_mv(self, bus_mv: int) -> None:
        """The bus that feeds the rails, 8,000 mV until it is set. Raises ValueError."""
        check_bus(bus_mv)
        self._chip.set_bus_mv(bus_mv)

    def reset(self) -> None:
        """Pull the reset pin: all but mailbox, events and boot cause begins anew; time and inputs go on."""
        self._chip.external_reset()
        self._chip.uart_read()
        self._out = b""

    @property
    def rails(self) -> int:
        """Load switches driven on, bit r for rail r."""
        return self._chip.rails

    @property
    def caps(self) -> tuple[int, int]:
        """Duties of the cap outputs in effect, of 256."""
        return self._chip.peek("cap_duty0"), self._chip.peek("cap_duty1")

    @property
    def cycles(self) -> int:
        """Clocks since it was made."""
        return self._chip.cycles

    def peek(self, name: str) -> int:
        """One of `PEEKS`, without using the link. Raises ValueError."""
        check_peek(name)
        return self._chip.peek(name)

    def save(self) -> object:
        """The whole state, for `restore`."""
        return self._chip.save(), self._out

    def restore(self, saved: object) -> None:
        """Go back to what `save` of the same build returned."""
        assert isinstance(saved, tuple)
        state, self._out = saved
        self._chip.restore(state)
