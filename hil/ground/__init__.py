"""The ground station: sends telecommands, decodes telemetry, and gets answers down whole.

station = GroundStation(mission)
ask = station.ask("Why is the sky blue?")
station.tick(now_us); link.write(station.transmit(64)); station.receive(link.read())
station.events(); ask.answer
"""

from hil.ground.ask import Ask, AskState
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
from hil.ground.job_messages import AnswerEnd, AnswerSegment
from hil.ground.request import Request, RequestState
from hil.ground.station import GroundCounters, GroundStation, PassTooShort, TelecommandTooLong

__all__ = [
    "AnswerEnd",
    "AnswerSegment",
    "Ask",
    "AskChanged",
    "AskState",
    "ContactChanged",
    "EventReceived",
    "FramesLost",
    "GroundCounters",
    "GroundEvent",
    "GroundStation",
    "PassTooShort",
    "ReportReceived",
    "Request",
    "RequestChanged",
    "RequestState",
    "SegmentReceived",
    "TelecommandTooLong",
    "UnknownPacket",
]
