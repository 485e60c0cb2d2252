"""The downlink: reports wait in bounded queues and become packets and frames only when the link pulls them."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from flightsw.ccsds import SEQ_COUNT_MODULUS, TmSender
from flightsw.mission import DICTIONARY, Mission
from flightsw.payload import Refusal
from flightsw.pus import (
    AckFlags,
    FailureNotice,
    Service,
    TcPacket,
    TmPacket,
    VerificationReport,
    VerificationSubtype,
)

COUNT_MODULUS = 1 << 16
TIME_MODULUS_US = (1 << 32) * 1_000_000
"""On-board time is sent as 32 bits of seconds."""


class Priority(IntEnum):
    """Which reports go first."""

    URGENT = 0
    ANSWER = 1
    HOUSEKEEPING = 2


QUEUE_LIMITS = {Priority.URGENT: 256, Priority.ANSWER: 2048, Priority.HOUSEKEEPING: 16}
"""Reports that wait; a full queue drops its oldest."""

_ACK_OF = {
    VerificationSubtype.ACCEPTED: AckFlags.ACCEPTANCE,
    VerificationSubtype.STARTED: AckFlags.START,
    VerificationSubtype.COMPLETED: AckFlags.COMPLETION,
}


@dataclass(frozen=True, slots=True)
class _Waiting:
    service: int
    subtype: int
    destination_id: int
    time_us: int
    encode: Callable[[], bytes]


class Telemetry:
    """Reports in, octets out.

    `now_us` is the monotonic time that a report made now carries, moved by `clock_offset_us` to TAI since 1958; not
    moved while that is None, as ground has not set it.
    """

    def __init__(self, mission: Mission) -> None:
        craft = mission.spacecraft
        self._apid = craft.apid
        self._ground_id = craft.ground_source_id
        self._sender = TmSender(craft.scid, craft.tm_vcid)
        self._queues: Mapping[Priority, deque[_Waiting]] = {
            priority: deque(maxlen=limit) for priority, limit in QUEUE_LIMITS.items()
        }
        self._seq_count = 0
        self._message_counts: dict[tuple[int, int], int] = {}
        self._disabled_events: set[int] = set()
        self._unsent = bytearray()
        self.now_us = 0
        self.clock_offset_us: int | None = None
        self.dropped = dict.fromkeys(Priority, 0)

    def event(self, name: str, values: Mapping[str, object] | None = None) -> None:
        """Report an event, unless ground has disabled it."""
        event = DICTIONARY.event(name)
        if event.id not in self._disabled_events:
            self._queue(Priority.URGENT, Service.EVENT, event.severity, lambda: event.encode(values or {}))

    def enable_event(self, id: int, *, is_enabled: bool) -> None:
        """Report an event from now on, or no longer."""
        if is_enabled:
            self._disabled_events.discard(id)
        else:
            self._disabled_events.add(id)

    def enable_events(self) -> None:
        """Report every event from now on."""
        self._disabled_events.clear()

    def report(self, name: str, values: Mapping[str, object], priority: Priority = Priority.ANSWER) -> None:
        """Send a report of the mission dictionary."""
        report = DICTIONARY.report(name)
        self._queue(priority, report.service, report.subtype, lambda: report.encode(values))

    def verify(self, packet: TcPacket, subtype: VerificationSubtype, refusal: Refusal | None = None) -> None:
        """Report what became of a telecommand; a success only if its sender wants to know."""
        if subtype in _ACK_OF and _ACK_OF[subtype] not in packet.ack:
            return
        notice = None if refusal is None else FailureNotice(code=refusal)
        report = VerificationReport(request_id=packet.request_id, subtype=subtype, failure=notice)
        self._queue(Priority.URGENT, Service.VERIFICATION, subtype, report.encode, packet.source_id)

    def verify_unread(self, report: VerificationReport) -> None:
        """Report the failure of a telecommand that could not be read."""
        self._queue(Priority.URGENT, Service.VERIFICATION, report.subtype, report.encode)

    @property
    def is_urgent_waiting(self) -> bool:
        return bool(self._queues[Priority.URGENT] or self._sender.pending or self._unsent)

    def transmit(self, max_bytes: int, ocf: Callable[[], bytes]) -> bytes:
        """Exactly `max_bytes` octets of the endless stream of frames."""
        max_bytes = max(0, max_bytes)
        while len(self._unsent) < max_bytes:
            self._unsent += self._sender.next_frame(self._next_packet, ocf())
        out = bytes(self._unsent[:max_bytes])
        del self._unsent[:max_bytes]
        return out

    def _queue(
        self,
        priority: Priority,
        service: int,
        subtype: int,
        encode: Callable[[], bytes],
        destination_id: int | None = None,
    ) -> None:
        queue = self._queues[priority]
        self.dropped[priority] += len(queue) == queue.maxlen
        destination = self._ground_id if destination_id is None else destination_id
        queue.append(_Waiting(service, subtype, destination, self.now_us, encode))

    def _next_packet(self) -> bytes | None:
        for queue in self._queues.values():
            if queue:
                return self._packet(queue.popleft())
        return None

    def _packet(self, waiting: _Waiting) -> bytes:
        kind = waiting.service, waiting.subtype
        message_count = self._message_counts.get(kind, 0)
        self._message_counts[kind] = (message_count + 1) % COUNT_MODULUS
        packet = TmPacket(
            apid=self._apid,
            seq_count=self._seq_count,
            service=waiting.service,
            subtype=waiting.subtype,
            message_count=message_count,
            destination_id=waiting.destination_id,
            time_us=(waiting.time_us + (self.clock_offset_us or 0)) % TIME_MODULUS_US,
            data=waiting.encode(),
        )
        self._seq_count = (self._seq_count + 1) % SEQ_COUNT_MODULUS
        return packet.encode()
