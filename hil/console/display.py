"""What an operator sees of what comes down: lines as it happens, the newest telemetry, and a toolbar.

Housekeeping comes every second; it is shown when something in it has changed that has a name (a mode, a reason, a
fault, sunlight), and in full when the operator asks for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flightsw.mission import Kind, Report, Severity, Value
from hil.console.words import label, quantity, sentence
from hil.ground import (
    Ask,
    AskChanged,
    AskState,
    ContactChanged,
    EventReceived,
    FramesLost,
    GroundEvent,
    GroundStation,
    ReportReceived,
    Request,
    RequestChanged,
    RequestState,
    SegmentReceived,
    UnknownPacket,
)

_HOUSEKEEPING = 3
_MARGIN = " " * 13
_STALE_US = 5_000_000
_SEVERITIES = {Severity.INFO: "info", Severity.LOW: "warn", Severity.MEDIUM: "warn", Severity.HIGH: "bad"}
_BAD_ENDS = {RequestState.REJECTED, RequestState.FAILED, RequestState.UNACKNOWLEDGED}
_TOLD_ELSEWHERE = frozenset({"ask_accepted", "answer_segment", "answer_end"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to show; `style` is one of plain, info, dim, good, warn, bad, answer."""

    style: str
    text: str


@dataclass(slots=True)
class Display:
    """The state of what is shown."""

    requests: set[Request] = field(default_factory=set)
    """Those that the operator sent; what the station sends by itself is shown only when it goes wrong."""
    newest: dict[str, tuple[Report, Mapping[str, Value]]] = field(default_factory=dict)
    last_heard_us: int | None = None
    _wanted: set[str] = field(default_factory=set)

    def sent(self, request: Request) -> None:
        """The operator has sent this."""
        self.requests.add(request)
        if request.name == "report_housekeeping":
            self._wanted.add(_structure(request))

    def show(self, event: GroundEvent) -> list[Line]:
        """The lines that an event is worth."""
        if event.onboard_us is not None:
            self.last_heard_us = event.ground_us
        lines = self._lines(event)
        margins = [f"{event.ground_us / 1e6:9.3f} s  ", *[_MARGIN] * len(lines)]
        return [
            Line(line.style, margin + line.text.replace("\n", "\n" + _MARGIN))
            for margin, line in zip(margins, lines, strict=False)
        ]

    def status(self, station: GroundStation) -> list[Line]:
        """All that was last reported, and the link."""
        lines = []
        for report, values in self.newest.values():
            lines.append(Line("info", report.name))
            lines += _table([(label(f), quantity(f, values[f.name])) for f in report.parameters.fields])
        counters = station.counters
        accepted = "unknown" if station.clcw is None else f"{station.clcw.farm_b_count} modulo 4"
        link = [
            ("telecommands sent", f"{counters.uplink_frames}, {counters.uplink_bytes} octets"),
            ("telecommands accepted", accepted),
            ("frames", f"{counters.tm.frames}, {counters.tm.idle_frames} of them idle"),
            ("frames lost", str(counters.tm.frames_lost)),
            ("frames with errors", str(counters.tm.fecf_errors)),
            ("packets", f"{counters.packets}, {counters.unknown_packets} of them unknown"),
            ("octets received", str(counters.downlink_bytes)),
        ]
        return [*lines, Line("info", "link"), *_table(link)]

    def toolbar(self, station: GroundStation, now_us: int) -> str:
        """Mode, charge and link in one line."""
        parts = []
        if "power" in self.newest:
            report, values = self.newest["power"]
            shown = {f.name: quantity(f, values[f.name]) for f in report.parameters.fields}
            parts.append(f"{shown['mode']} (ceiling {shown['ceiling']})")
            parts.append(f"battery {shown['charge_permille']}, {'sunlit' if values['sunlight'] else 'eclipse'}")
            parts.append(f"load {shown['load_mw']}")
        if self.last_heard_us is None:
            parts.append("nothing heard yet")
        elif now_us - self.last_heard_us > _STALE_US:
            parts.append(f"nothing heard for {(now_us - self.last_heard_us) // 1_000_000} s")
        else:
            parts.append("link up")
        if lost := station.counters.tm.frames_lost:
            parts.append(f"{lost} frames lost")
        return "   ".join(parts)

    def _lines(self, event: GroundEvent) -> list[Line]:
        match event:
            case RequestChanged(request=request, state=state):
                return self._request(request, state)
            case AskChanged(ask=ask, state=state):
                return _ask(ask, state)
            case EventReceived(event=declared):
                return [Line(_SEVERITIES[declared.severity], event.text)]
            case SegmentReceived(segment=piece):
                return [Line("dim", f"answer {piece.job}.{piece.segment}  {_on_one_line(piece.text)}")]
            case ReportReceived(report=report, parameters=parameters):
                return self._report(report, parameters)
            case ContactChanged(station=station):
                return [Line("dim", "out of contact" if station is None else f"in contact from {station}")]
            case FramesLost(frames=frames):
                return [Line("warn", f"{frames} {'frame' if frames == 1 else 'frames'} lost")]
            case UnknownPacket(reason=reason):
                return [Line("warn", f"unknown packet: {reason}")]
        return []

    def _request(self, request: Request, state: RequestState) -> list[Line]:
        if request.name == "ask" and request.is_refused:
            return []  # the question's own line says it
        if state in _BAD_ENDS:
            return [Line("bad", f"{request.name} {request.outcome}")]
        if request in self.requests and state is RequestState.COMPLETED and request.name != "ask":
            return [Line("good", f"{request.name} completed")]
        return []

    def _report(self, report: Report, values: Mapping[str, Value]) -> list[Line]:
        if report.service != _HOUSEKEEPING:
            text = f"{report.name}  {sentence(report.parameters, values)}".rstrip()
            return [] if report.name in _TOLD_ELSEWHERE else [Line("plain", text)]
        before = self.newest.get(report.name)
        self.newest[report.name] = (report, values)
        named = {f.name: f for f in report.parameters.fields if f.choices is not None or f.kind is Kind.FLAG}
        changed = [f for f in named.values() if before is None or before[1][f.name] != values[f.name]]
        if report.name in self._wanted:
            self._wanted.discard(report.name)
            return [Line("plain", f"{report.name}  {sentence(report.parameters, values)}")]
        if not changed:
            return []
        told = ", ".join(f"{label(f)} {quantity(f, values[f.name])}" for f in changed)
        return [Line("dim", f"{report.name}  {told}")]


def _structure(request: Request) -> str:
    """The report that a `report_housekeeping` asks for."""
    structure = request.arguments["structure"]
    return str(getattr(structure, "name", structure)).lower()


def _ask(ask: Ask, state: AskState) -> list[Line]:
    if state is AskState.QUEUED:
        return [Line("good", f"job {ask.job}: {_on_one_line(ask.question)}")]
    if state is AskState.WHOLE and ask.end is not None:
        tokens, joules = ask.end.generated_tokens, ask.end.energy_mj / 1000
        end = Line("good", f"answer {ask.job} is whole: {ask.outcome}, {tokens} tokens, {joules:.1f} J")
        return [end, Line("answer", ask.answer or "")]
    if state is AskState.INCOMPLETE:
        return [Line("bad", f"answer {ask.job} is {ask.outcome}"), Line("bad", ask.received_text)]
    if state in (AskState.UNACKNOWLEDGED, AskState.REFUSED):
        return [Line("bad", f"question {ask.outcome}: {_on_one_line(ask.question)}")]
    return []


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _table(rows: Sequence[tuple[str, str]]) -> list[Line]:
    width = max((len(name) for name, _ in rows), default=0)
    return [Line("plain", f"  {name:{width}}  {value}") for name, value in rows]
