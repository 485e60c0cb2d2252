"""The uplink: octets → telecommands, each decided, carried out and reported in its turn.

A command is refused at acceptance or not at all, but for a store or a device that fails; what it changes, and its
completion, come when what it must keep is durable.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flightsw.ccsds import DecodeError, TcReceiver
from flightsw.journal import Journal
from flightsw.mission import DICTIONARY, Mission, UnknownMessageError, Value
from flightsw.payload import Refusal
from flightsw.pus import FailureNotice, RequestId, TcPacket, VerificationReport, VerificationSubtype
from flightsw.telemetry import Telemetry

MAX_WAITING = 64
"""Telecommands that wait for the one before them; of more, the newest is dropped."""

_REQUEST_ID_OCTETS = 4


class Refused(Exception):  # noqa: N818 - the domain's own word
    """The satellite will not do it, and says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


Resolve = Callable[[bool], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What carrying a command out means: records to keep, then what to do; nothing has changed before.

    `run`, where there is one, is a device's business: it is told whom to call with whether the device did it. What
    `is_vital` is done even if its records can't be kept.
    """

    records: Mapping[str, str | None] = field(default_factory=dict)
    do: Callable[[], None] = lambda: None
    run: Callable[[Resolve], None] | None = None
    is_vital: bool = False


Handler = Callable[[TcPacket, Mapping[str, Value]], Plan]
"""Raises Refused, having changed nothing."""


@dataclass(slots=True, kw_only=True)
class CommandCounters:
    accepted: int = 0
    rejected: int = 0
    dropped: int = 0


class Commanding:
    """Takes telecommands in the order of their arrival, one at a time.

    Args:
        handlers: by the telecommand's name in the mission dictionary.
    """

    def __init__(
        self, mission: Mission, handlers: Mapping[str, Handler], journal: Journal, telemetry: Telemetry
    ) -> None:
        craft = mission.spacecraft
        self._apid = craft.apid
        self._receiver = TcReceiver(craft.scid, craft.tc_vcid)
        self._handlers = handlers
        self._journal = journal
        self._telemetry = telemetry
        self._waiting: deque[bytes] = deque()
        self._is_running = False
        self._ocf: bytes | None = None
        self.counters = CommandCounters()

    @property
    def is_waiting(self) -> bool:
        """There is a telecommand to take."""
        return bool(self._waiting) and not self._is_running

    @property
    def frames(self) -> tuple[int, int]:
        """TC frames accepted and rejected."""
        counters = self._receiver.counters
        return counters.bd_frames, counters.invalid_frames + counters.foreign_frames + counters.unsupported_frames

    def ocf(self) -> bytes:
        """The CLCW, for the next TM frame."""
        if self._ocf is None:
            self._ocf = self._receiver.clcw().encode()
        return self._ocf

    def receive(self, data: bytes) -> None:
        """Take octets of the uplink."""
        self._ocf = None
        for packet in self._receiver.receive(data):
            if len(self._waiting) < MAX_WAITING:
                self._waiting.append(packet)
            else:
                self.counters.dropped += 1

    def take(self) -> None:
        """Decide on the next telecommand and begin it."""
        if not self.is_waiting:
            return
        octets = self._waiting.popleft()
        try:
            packet = TcPacket.decode(octets)
        except DecodeError:
            self._reject_unread(octets, VerificationSubtype.ACCEPTANCE_FAILED, Refusal.BAD_PACKET)
            return
        if packet.apid != self._apid:
            self._reject_unread(octets, VerificationSubtype.ROUTING_FAILED, Refusal.UNKNOWN_APID)
            return
        try:
            plan = self._plan(packet)
        except Refused as refused:
            self.counters.rejected += 1
            self._telemetry.verify(packet, VerificationSubtype.ACCEPTANCE_FAILED, refused.refusal)
            return
        self.counters.accepted += 1
        self._telemetry.verify(packet, VerificationSubtype.ACCEPTED)
        self._telemetry.verify(packet, VerificationSubtype.STARTED)
        self._carry_out(packet, plan)

    def _plan(self, packet: TcPacket) -> Plan:
        try:
            telecommand, arguments = DICTIONARY.decode_telecommand(packet.service, packet.subtype, packet.data)
        except UnknownMessageError:
            raise Refused(Refusal.UNKNOWN_COMMAND) from None
        except DecodeError:
            raise Refused(Refusal.BAD_ARGUMENT) from None
        return self._handlers[telecommand.name](packet, arguments)

    def _carry_out(self, packet: TcPacket, plan: Plan) -> None:
        self._is_running = True

        def finish(refusal: Refusal | None) -> None:
            self._is_running = False
            failed, completed = VerificationSubtype.COMPLETION_FAILED, VerificationSubtype.COMPLETED
            self._telemetry.verify(packet, completed if refusal is None else failed, refusal)

        def proceed() -> None:
            plan.do()
            if plan.run is None:
                finish(None)
            else:
                plan.run(lambda is_done: finish(None if is_done else Refusal.DEVICE_FAILED))

        if plan.records:
            refuse = proceed if plan.is_vital else lambda: finish(Refusal.STORE_FAILED)
            self._journal.command(plan.records, proceed, refuse)
        else:
            proceed()

    def _reject_unread(self, octets: bytes, subtype: VerificationSubtype, refusal: Refusal) -> None:
        """Name the request by the first octets of its packet, which may be damaged too."""
        self.counters.rejected += 1
        request_id = RequestId.decode(octets[:_REQUEST_ID_OCTETS])
        notice = FailureNotice(code=refusal)
        self._telemetry.verify_unread(VerificationReport(request_id=request_id, subtype=subtype, failure=notice))
