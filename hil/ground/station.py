"""The ground station: telecommands by name go in, octets come out; octets go in, events come out.

It owns no port and reads no clock: `tick` says what time it is, and `receive` and `transmit` happen at that time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from typing import cast

from flightsw.ccsds import SEQ_COUNT_MODULUS, Clcw, DecodeError, EncodeError, TcSender, TmCounters, TmReceiver
from flightsw.mission import DICTIONARY, Dictionary, Event, Housekeeping, Mission, Report, Telecommand, Value
from flightsw.pus import MAX_TC_DATA_OCTETS, AckFlags, Service, TcPacket, TmPacket, VerificationReport
from hil.ground.ask import Ask
from hil.ground.ask_book import AskBook
from hil.ground.events import (
    AskChanged,
    ContactChanged,
    EventReceived,
    FramesLost,
    GroundEvent,
    ReportReceived,
    RequestChanged,
    SegmentReceived,
    UnknownPacket,
)
from hil.ground.job_messages import AnswerSegment, job_message
from hil.ground.request import Request
from hil.ground.request_tracker import RequestTracker
from hil.ground.uplink import Uplink

_ALL = AckFlags.ACCEPTANCE | AckFlags.START | AckFlags.PROGRESS | AckFlags.COMPLETION


HEARING_S = 2.0
"""What is left of a pass for the last frame to come down, or a refusal."""
MAX_DEADLINE_S = 65_535


class PassTooShort(EncodeError):  # noqa: N818 - a caller's error, as EncodeError is
    """There is no contact, or none that lasts; nothing was sent."""


class TelecommandTooLong(EncodeError):  # noqa: N818 - a caller's error, as EncodeError is
    """The arguments don't fit one packet; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundCounters:
    """What a station has sent and received since it was made."""

    uplink_bytes: int
    uplink_frames: int
    downlink_bytes: int
    packets: int
    unknown_packets: int
    """Of `packets`: not valid, or not in the dictionary."""
    unmatched_reports: int
    """Verification reports of telecommands that this station did not send."""
    tm: TmCounters


class GroundStation:
    """One satellite's ground end.

    Only one station may command a satellite at a time: telecommands are told apart by their sequence count.

    Args:
        mission: the satellite.
        dictionary: its messages.
    """

    def __init__(self, mission: Mission, dictionary: Dictionary = DICTIONARY) -> None:
        craft = mission.spacecraft
        self._apid = craft.apid
        self._source_id = craft.ground_source_id
        self._dictionary = dictionary
        self._tc = TcSender(craft.scid, craft.tc_vcid)
        self._tm = TmReceiver(craft.scid, craft.tm_vcid)
        self._uplink = Uplink()
        self._requests = RequestTracker()
        self._asks = AskBook()
        self._events: list[GroundEvent] = []
        self._now_us = 0
        self._deadline_us: int | None = None
        self._lost_contact_us: int | None = None
        self._contact_ends_us: int | None = None
        self._seq_count = 0
        self._downlink_digest = sha256()
        self._downlink_bytes = self._packets = self._unknown_packets = self._frames_lost = 0

    @property
    def counters(self) -> GroundCounters:
        return GroundCounters(
            uplink_bytes=self._uplink.octets_sent,
            uplink_frames=self._uplink.frames_sent,
            downlink_bytes=self._downlink_bytes,
            packets=self._packets,
            unknown_packets=self._unknown_packets,
            unmatched_reports=self._requests.unmatched_reports,
            tm=self._tm.counters,
        )

    @property
    def downlink_sha256(self) -> str:
        """Of every octet that has come down, in hexadecimal."""
        return self._downlink_digest.hexdigest()

    @property
    def clcw(self) -> Clcw | None:
        """What the satellite last said about its telecommand receiver."""
        return self._tm.last_clcw

    @property
    def has_contact(self) -> bool:
        """The satellite is above some station's horizon, as far as the station's schedule says."""
        return self._lost_contact_us is None

    @property
    def contact_left_s(self) -> float:
        """Until the pass ends, as far as the schedule says; 0 out of contact, infinite if it has no end."""
        if not self.has_contact:
            return 0.0
        return inf if self._contact_ends_us is None else max(0, self._contact_ends_us - self._now_us) / 1e6

    def acquire(self, station: str, ends_us: int | None = None) -> None:
        """A pass begins, or goes on above another station: what waited for the satellite waits again from here.

        Args:
            station: who sees the satellite.
            ends_us: when it will set, in ground time; None: never.
        """
        self._contact_ends_us = ends_us
        if self._lost_contact_us is not None:
            gap_us, self._lost_contact_us = self._now_us - self._lost_contact_us, None
            self._requests.postpone(gap_us)
            self._asks.postpone(gap_us)
        self._events.append(ContactChanged(ground_us=self._now_us, station=station))
        self._plan()

    def lose(self) -> None:
        """The pass ends. Until the next one no time-out runs, and a telecommand that was cut off leaves anew."""
        if self._lost_contact_us is None:
            self._lost_contact_us = self._now_us
            self._uplink.restart()
            self._events.append(ContactChanged(ground_us=self._now_us, station=None))
            self._plan()

    @property
    def uplink_pending(self) -> int:
        """Octets that `transmit` would give now."""
        return self._uplink.pending

    def send(self, name: str, /, **arguments: object) -> Request:
        """Queue a telecommand of the dictionary's.

        Raises EncodeError for an unknown one or wrong arguments, TelecommandTooLong for one that doesn't fit a packet.
        """
        telecommand, data = self._encode(name, arguments)
        packet = TcPacket(
            apid=self._apid,
            seq_count=self._seq_count,
            ack=_ALL,
            service=telecommand.service,
            subtype=telecommand.subtype,
            source_id=self._source_id,
            data=data,
        )
        cltu = self._tc.cltu(packet.encode())
        request = Request(id=packet.request_id, name=name, arguments=telecommand.arguments.complete(arguments))
        request.times_us[request.state] = self._now_us
        self._seq_count = (self._seq_count + 1) % SEQ_COUNT_MODULUS
        self._requests.add(request)
        self._uplink.add(request, cltu)
        self._changed(request)
        return request

    def ask(self, question: str, max_tokens: int | None = None, **arguments: object) -> Ask:
        """Queue a question; `max_tokens` is the dictionary's default if None, and so is every other argument left out.

        A station that doesn't know yet how many questions the satellite has taken asks for that first, and holds the
        question back for it: so that no lost report can make it claim the wrong answer. Raises as `send` does.
        """
        given: dict[str, object] = {"question": question, **arguments}
        if max_tokens is not None:
            given["max_tokens"] = max_tokens
        self._encode("ask", given)  # what can't be sent is refused before anything is
        awaited = None
        if self._asks.last_job is None and not self._uplink.is_holding:
            awaited = self.send("report_housekeeping", structure=Housekeeping.SOFTWARE)
        request = self.send("ask", **given)
        if awaited is not None:
            self._uplink.hold(request, awaited)
        ask = Ask(request=request, question=question, max_tokens=cast(int, request.arguments["max_tokens"]))
        self._asks.add(ask, self._now_us)
        self._plan()
        return ask

    def ask_in_pass(self, question: str, max_tokens: int | None = None, within_s: float = inf) -> Ask:
        """Ask for an answer in this pass, and within so many seconds; the satellite refuses what it can't promise.

        Raises PassTooShort if there is no contact, or not even the time to hear of a refusal; and as `ask` does.
        """
        deadline_s = min(within_s, self.contact_left_s - HEARING_S, MAX_DEADLINE_S)
        if deadline_s < 1:
            raise PassTooShort(f"the pass ends in {self.contact_left_s:.1f} s")
        return self.ask(question, max_tokens, deadline_s=int(deadline_s))

    def transmit(self, max_bytes: int) -> bytes:
        """At most `max_bytes` octets for the uplink."""
        if not self._uplink.pending:
            return b""
        pulled = self._uplink.pull(max_bytes)
        for request in pulled.begun:
            self._requests.transmitting(request, self._now_us)
            self._asks.transmitting(request)
            self._changed(request)
        for request in pulled.ended:
            self._requests.transmitted(request, self._now_us)
        if pulled.begun or pulled.ended:
            self._plan()
        return pulled.octets

    def receive(self, data: bytes) -> None:
        """Take octets from the downlink. Never raises."""
        self._downlink_bytes += len(data)
        self._downlink_digest.update(data)
        packets = self._tm.receive(data)
        if (lost := self._tm.counters.frames_lost) != self._frames_lost:
            self._events.append(FramesLost(ground_us=self._now_us, frames=lost - self._frames_lost))
            self._frames_lost = lost
        for packet in packets:
            self._receive_packet(packet)
        if packets:
            self._plan()

    def tick(self, now_us: int) -> None:
        """Let time pass: notice what did not come, and ask for it again."""
        self._now_us = now_us
        if self._deadline_us is None or now_us < self._deadline_us:
            return
        for request in self._requests.expire(now_us):
            self._changed(request)
        if self._uplink.hold_until_us is not None and now_us >= self._uplink.hold_until_us:
            self._uplink.release()
        for recovery, steps in self._asks.turn(now_us):
            recovery.sent = [self.send(name, **arguments) for name, arguments in steps]
        self._plan()

    def next_deadline_us(self) -> int | None:
        """When `tick` has something to do; None while nothing is waited for."""
        return self._deadline_us

    def events(self) -> list[GroundEvent]:
        """What has happened since the last call."""
        events, self._events = self._events, []
        return events

    def _encode(self, name: str, arguments: Mapping[str, object]) -> tuple[Telecommand, bytes]:
        telecommand = self._dictionary.telecommand(name)
        data = telecommand.encode(arguments)
        if len(data) > MAX_TC_DATA_OCTETS:
            raise TelecommandTooLong(
                f"{name}: {len(data)} octets of arguments do not fit one packet, which carries {MAX_TC_DATA_OCTETS}"
            )
        return telecommand, data

    def _receive_packet(self, packet: bytes) -> None:
        self._packets += 1
        try:
            report = TmPacket.decode(packet)
            if report.apid != self._apid:
                raise DecodeError(f"APID {report.apid} is not the mission's {self._apid}")
            if report.service == Service.VERIFICATION:
                self._verify(VerificationReport.decode(report.subtype, report.data), report.time_us)
            else:
                declared, values = self._dictionary.decode_report(report.service, report.subtype, report.data)
                self._take(declared, values, report.time_us)
        except DecodeError as error:
            self._unknown_packets += 1
            self._events.append(UnknownPacket(ground_us=self._now_us, reason=str(error), packet=packet))

    def _verify(self, report: VerificationReport, onboard_us: int) -> None:
        request = self._requests.receive(report, self._now_us, onboard_us)
        if request is not None:
            self._changed(request, onboard_us)

    def _take(self, declared: Report | Event, values: Mapping[str, Value], onboard_us: int) -> None:
        now_us = self._now_us
        message = job_message(declared, values)
        is_new = message is None or self._asks.receive(message, onboard_us, now_us)
        if self._asks.last_job is not None:
            self._uplink.release()
        self._tell_changed_asks()
        event: GroundEvent
        if isinstance(declared, Event):
            event = EventReceived(ground_us=now_us, onboard_us=onboard_us, event=declared, parameters=values)
        elif isinstance(message, AnswerSegment) and is_new:
            ask = self._asks.of_job(message.job)
            event = SegmentReceived(ground_us=now_us, onboard_us=onboard_us, ask=ask, segment=message)
        else:
            event = ReportReceived(ground_us=now_us, onboard_us=onboard_us, report=declared, parameters=values)
        self._events.append(event)

    def _changed(self, request: Request, onboard_us: int | None = None) -> None:
        self._events.append(
            RequestChanged(ground_us=self._now_us, onboard_us=onboard_us, request=request, state=request.state)
        )

    def _tell_changed_asks(self) -> None:
        for ask in self._asks.changed():
            self._events.append(AskChanged(ground_us=self._now_us, ask=ask, state=ask.state))

    def _plan(self) -> None:
        """Something has changed: see when time matters next."""
        self._tell_changed_asks()
        deadlines = (
            self._requests.next_deadline_us(),
            self._uplink.hold_until_us,
            self._asks.next_deadline_us(),
        )
        known = (deadline for deadline in deadlines if deadline is not None)
        self._deadline_us = min(known, default=None) if self.has_contact else None
