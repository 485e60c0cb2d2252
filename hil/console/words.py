"""Values in words, and events as JSON: pure, from the dictionary's declarations."""

from collections.abc import Mapping
from enum import IntEnum

from flightsw.mission import Field, Record, Value
from flightsw.payload import Refusal
from hil.ground import (
    AskChanged,
    EventReceived,
    FramesLost,
    GroundEvent,
    ReportReceived,
    RequestChanged,
    SegmentReceived,
    UnknownPacket,
)

_SCALES = {
    "mV": (1000, 3, "V"),
    "mA": (1000, 3, "A"),
    "mW": (1000, 3, "W"),
    "mJ": (1000, 3, "J"),
    "ms": (1000, 3, "s"),
    "‰": (10, 1, "%"),
    "0.01 °C": (100, 2, "°C"),
}
"""Units on the wire → divisor, decimals and the unit for people."""
_SUFFIXES = ("_mv", "_ma", "_mw", "_mj", "_ms", "_s", "_us", "_permille", "_centidegc")

Json = dict[str, object]


def label(declared: Field) -> str:
    """A field's name without its unit, which stands at the value."""
    suffix = next((suffix for suffix in _SUFFIXES if declared.unit and declared.name.endswith(suffix)), "")
    return declared.name.removesuffix(suffix).replace("_", " ")


def quantity(declared: Field, value: Value) -> str:
    """A field's value with its unit: "7.912 V", "ECO", "yes"."""
    if isinstance(value, IntEnum):
        return value.name
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and declared.unit in _SCALES:
        divisor, decimals, unit = _SCALES[declared.unit]
        return f"{value / divisor:.{decimals}f} {unit}"
    return f"{value} {declared.unit}".rstrip()


def sentence(record: Record, values: Mapping[str, Value]) -> str:
    """A report's parameters in one line."""
    return ", ".join(f"{label(declared)} {quantity(declared, values[declared.name])}" for declared in record.fields)


def as_json(event: GroundEvent) -> Json:
    """An event as one JSON object: its type, ground time in seconds, on-board time in µs, and what it tells."""
    times: Json = {"ground_s": event.ground_us / 1e6, "onboard_us": event.onboard_us}
    return {"type": _TYPES[type(event)], **times, **_details(event)}


_TYPES: Mapping[type[GroundEvent], str] = {
    RequestChanged: "request",
    AskChanged: "ask",
    ReportReceived: "report",
    EventReceived: "event",
    SegmentReceived: "segment",
    FramesLost: "frames_lost",
    UnknownPacket: "unknown_packet",
}


def _details(event: GroundEvent) -> Json:
    match event:
        case RequestChanged(request=request, state=state):
            reason = request.refusal.name if isinstance(request.refusal, Refusal) else request.refusal
            return {"name": request.name, "seq_count": request.id.seq_count, "state": state.name, "reason": reason}
        case AskChanged(ask=ask, state=state):
            end = {"finish_reason": ask.finish_reason, "answer": ask.answer}
            return {"question": ask.question, "job": ask.job, "state": state.name, **end}
        case ReportReceived(report=report, parameters=parameters):
            return {"name": report.name, "parameters": _plain(parameters)}
        case EventReceived(event=declared, parameters=parameters):
            severity = declared.severity.name
            return {"name": declared.name, "severity": severity, "text": event.text, "parameters": _plain(parameters)}
        case SegmentReceived(segment=piece):
            ids = list(piece.token_ids)
            return {"job": piece.job, "segment": piece.segment, "token_ids": ids, "text": piece.text}
        case FramesLost(frames=frames):
            return {"frames": frames}
        case UnknownPacket(reason=reason, packet=packet):
            return {"reason": reason, "packet": packet.hex()}
    raise AssertionError(event)


def _plain(parameters: Mapping[str, Value]) -> Json:
    return {name: value.name if isinstance(value, IntEnum) else value for name, value in parameters.items()}
