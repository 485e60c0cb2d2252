"""A serial line between the flight software and a device: 115,200 baud, ten bits to an octet."""

from collections.abc import Callable

from hil.channel import Pace
from hil.devices import Device

BAUD = 115_200
_BITS_PER_OCTET = 10


class SerialLine:
    """Paces what a device and the flight software send each other.

    Args:
        device: what stands at the far end.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self._to_device = Pace(BAUD, _BITS_PER_OCTET)
        self._to_flight = Pace(BAUD, _BITS_PER_OCTET)
        self._unsent = b""
        self._probed = b""
        self.is_cut = False
        """Nothing gets across, in either direction."""

    def down(self, elapsed_ns: int, source: Callable[[int], bytes]) -> bytes:
        """Let the device have what the flight software sends in `elapsed_ns`; returns it."""
        room = self._to_device.units(elapsed_ns)
        data = source(room) if room else b""
        if len(data) < room:
            self._to_device.idle()
        if data and not self.is_cut:
            self.device.write(data)
        elif self._probed and not self._unsent:
            self.device.write(self._probed)
            self._probed = b""
        return data

    def probe(self, data: bytes) -> None:
        """Put octets on the line to the device, past the flight software, as soon as nothing else is on it."""
        self._probed += data

    def up(self, elapsed_ns: int) -> bytes:
        """What the device has got across in `elapsed_ns`."""
        self._unsent += self.device.read()
        if self.is_cut:
            self._unsent = b""
        room = self._to_flight.units(elapsed_ns)
        data, self._unsent = self._unsent[:room], self._unsent[room:]
        if len(data) < room:
            self._to_flight.idle()
        return data

    @property
    def is_busy(self) -> bool:
        """Octets of the device, or of a probe, wait for the line."""
        return bool(self._unsent or self._probed)
