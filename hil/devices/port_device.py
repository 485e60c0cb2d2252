"""A real board at the end of a port: it lives on the wall clock, whatever the bench's time is."""

import os

from serial import Serial, SerialException, serial_for_url

from hil.devices.registry import DeviceError

BAUD = 115_200


class PortDevice:
    """Whatever answers on a port that pyserial opens.

    Raises DeviceError for a port that can't be opened, SerialException later when it goes away.
    """

    def __init__(self, url: str) -> None:
        try:
            self._port: Serial = serial_for_url(url, baudrate=BAUD, timeout=0, exclusive=True)
        except (SerialException, ValueError) as error:
            raise DeviceError(f"{url}: {reason(error)}") from error

    def write(self, data: bytes) -> None:
        """Octets for the board."""
        self._port.write(data)

    def read(self) -> bytes:
        """The octets it has sent since the last read."""
        return bytes(self._port.read(self._port.in_waiting)) if self._port.in_waiting else b""

    def advance(self, until_ns: int) -> None:
        """Its time passes by itself."""

    def next_event_ns(self) -> int | None:
        """Nobody knows."""
        return None

    def close(self) -> None:
        """Let go of the port."""
        self._port.close()


def reason(error: Exception) -> str:
    """Why a port could not be opened, without pyserial's wrapping."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)
