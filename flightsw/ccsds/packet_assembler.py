"""Put packets together again from the data fields of consecutive frames.

The first header pointer of each frame is held against the lengths in the packet headers: where they disagree, the
packet in the making is dropped, and the next one starts at the pointer.
"""

from flightsw.ccsds.space_packet import HEADER_OCTETS, IDLE_APID, is_whole, packet_length
from flightsw.ccsds.tm_frame import NO_PACKET_STARTS

_VERSION_MASK = 0xE0


class PacketAssembler:
    """Data fields → packets, as octets, without the idle ones. Holds at most one packet in the making."""

    def __init__(self) -> None:
        self._partial = bytearray()
        self.idle_packets = 0
        self.dropped_packets = 0

    def gap(self) -> None:
        """Frames are missing here: whatever was in the making is lost."""
        if self._partial:
            self._partial.clear()
            self.dropped_packets += 1

    def receive(self, data: bytes, first_header_pointer: int) -> list[bytes]:
        """The packets that this data field, the next one of the channel, completes."""
        packets: list[bytes] = []
        start = len(data) if first_header_pointer == NO_PACKET_STARTS else first_header_pointer
        if self._partial:
            self._partial += data[:start]
            if is_whole(self._partial):
                self._deliver(bytes(self._partial), packets)
                self._partial.clear()
            elif first_header_pointer != NO_PACKET_STARTS or _overrun(self._partial):
                self.gap()
        while start < len(data):
            rest = data[start:]
            if rest[0] & _VERSION_MASK:
                self.dropped_packets += 1
                break
            if len(rest) < HEADER_OCTETS or packet_length(rest) > len(rest):
                self._partial += rest
                break
            end = packet_length(rest)
            self._deliver(rest[:end], packets)
            start += end
        return packets

    def _deliver(self, packet: bytes, packets: list[bytes]) -> None:
        if int.from_bytes(packet[:2], "big") & IDLE_APID == IDLE_APID:
            self.idle_packets += 1
        else:
            packets.append(packet)


def _overrun(partial: bytearray) -> bool:
    """Longer than its header says."""
    return len(partial) >= HEADER_OCTETS and packet_length(partial) < len(partial)
