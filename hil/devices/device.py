"""What a simulated device is: octets in, octets out, and time as an argument."""

from typing import Protocol, runtime_checkable

from firmware_bindings.devicelink.payload_computer import Cap, ComputerState


class Device(Protocol):
    """Anything at the end of a serial line. Times are integer nanoseconds since the device was made."""

    def write(self, data: bytes) -> None:
        """Octets arriving at the device's serial port now."""

    def read(self) -> bytes:
        """The octets it has sent since the last read."""

    def advance(self, until_ns: int) -> None:
        """Run to that time."""

    def next_event_ns(self) -> int | None:
        """The earliest time at which something may happen without new input; None if nothing is pending."""


CAP_FULL_DUTY = 256
"""Of a cap output that is always on."""


@runtime_checkable
class PayloadController(Device, Protocol):
    """The board that powers the payload: analogue and power-good inputs, and load switches."""

    def set_adc(self, channel: int, value: int) -> None:
        """Analogue input of rail r: channel 3r its mV, 3r + 1 its mA, 3r + 2 its temperature in centi-degC."""

    def set_power_good(self, mask: int) -> None:
        """Power-good inputs, bit r for rail r."""

    def reset(self) -> None:
        """Begin anew, with every rail off; time and inputs go on."""

    def set_overcurrent(self, mask: int) -> None:
        """Comparators that see too much current, bit r for rail r."""

    def set_bus_mv(self, bus_mv: int) -> None:
        """The bus that feeds the rails."""

    @property
    def rails(self) -> int:
        """Load switches driven on, bit r for rail r."""

    @property
    def caps(self) -> tuple[int, int]:
        """Duties of the cap outputs in effect, of CAP_FULL_DUTY: in so much of the time the payload's clock may run."""


@runtime_checkable
class PoweredComputer(Device, Protocol):
    """A payload computer that lives only while the payload's rails are good."""

    def set_power(self, is_on: bool) -> None:
        """Power it, or take its power away: all it knew is gone, silently, at that instant."""

    @property
    def state(self) -> ComputerState | None:
        """What it is doing; None while it is off or boots."""

    @property
    def rate_mtokens_per_s(self) -> int:
        """The cap on what it computes now; 0 while it computes nothing."""

    def set_clock(self, clock: Cap) -> None:
        """From now on it computes no faster than this, whatever it was told: its clock stands still in between."""
