"""PUS-C packets and the formats of the standard services; what to do with them is the flight software's business.

A request or report of a service is the data of a packet:

    TcPacket(apid=…, seq_count=…, service=Service.FUNCTION, subtype=FunctionSubtype.PERFORM, data=call.encode())
"""

from flightsw.pus.event import EventControl, EventReport, EventSubtype
from flightsw.pus.function import FunctionCall, FunctionSubtype
from flightsw.pus.housekeeping import HousekeepingReport, HousekeepingRequest, HousekeepingSubtype
from flightsw.pus.packets import MAX_TC_DATA_OCTETS, AckFlags, RequestId, Service, TcPacket, TmPacket
from flightsw.pus.test import ConnectionTestSubtype
from flightsw.pus.verification import (
    FIRST_MISSION_CODE,
    FailureCode,
    FailureNotice,
    VerificationReport,
    VerificationSubtype,
)

__all__ = [
    "FIRST_MISSION_CODE",
    "MAX_TC_DATA_OCTETS",
    "AckFlags",
    "ConnectionTestSubtype",
    "EventControl",
    "EventReport",
    "EventSubtype",
    "FailureCode",
    "FailureNotice",
    "FunctionCall",
    "FunctionSubtype",
    "HousekeepingReport",
    "HousekeepingRequest",
    "HousekeepingSubtype",
    "RequestId",
    "Service",
    "TcPacket",
    "TmPacket",
    "VerificationReport",
    "VerificationSubtype",
]
