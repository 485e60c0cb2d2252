"""A simulated device as a pyserial port, so that any serial tool in Python opens it like a board."""

from typing import Any

from serial import PortNotOpenError, SerialBase, SerialException, SerialTimeoutException

from hil.devices.device import Device
from hil.devices.registry import DeviceError, instances, make_device

MS_NS = 1_000_000


class DevicePort(SerialBase):
    """The serial port of the bench's instance of a URL, or else of a device of its own.

    Its own device runs while it is read: `read` lets the device's time pass, up to the time-out. The bench's instance
    has its time from the bench, so there a read that would have to wait raises SerialException.
    """

    def open(self) -> None:
        """Raises SerialException."""
        if self.port is None:
            raise SerialException("a port must be configured before it can be used")
        try:
            self._attached = self.port in instances
            self._device: Device = instances[self.port] if self._attached else make_device(self.port)
        except DeviceError as error:
            raise SerialException(str(error)) from error
        self._now_ns = 0
        self._received = bytearray()
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def write(self, data: Any, /) -> int:
        """Octets go straight in."""
        self._device_in_use().write(bytes(data))
        return len(data)

    def read(self, size: int = 1, /) -> bytes:
        """At most `size` octets, waiting for them as long as the time-out, in the device's own time."""
        self._collect()
        if len(self._received) < size and self.timeout != 0:
            self._wait(size)
        out = bytes(self._received[:size])
        del self._received[:size]
        return out

    @property
    def in_waiting(self) -> int:
        """Octets that `read` would return at once."""
        self._collect()
        return len(self._received)

    @property
    def out_waiting(self) -> int:
        return 0

    def flush(self) -> None:
        """Nothing waits to be sent."""

    def reset_input_buffer(self) -> None:
        self._collect()
        self._received.clear()

    def reset_output_buffer(self) -> None:
        """Nothing waits to be sent."""

    def _reconfigure_port(self, *_args: object, **_kwargs: object) -> None:
        """Every setting of the line is right."""

    def _device_in_use(self) -> Device:
        if not self.is_open:
            raise PortNotOpenError
        return self._device

    def _collect(self) -> None:
        self._received += self._device_in_use().read()

    def _wait(self, size: int) -> None:
        if self._attached:
            raise SerialException(f"{self.port}: a read that waits; in lock-step only the bench moves time")
        end_ns = None if self.timeout is None else self._now_ns + round(self.timeout * 1e9)
        while len(self._received) < size and (end_ns is None or self._now_ns < end_ns):
            if end_ns is None and self._device.next_event_ns() is None:
                raise SerialTimeoutException(f"{self.port}: nothing will come, and there is no time-out")
            self._now_ns += MS_NS
            self._device.advance(self._now_ns)
            self._collect()
