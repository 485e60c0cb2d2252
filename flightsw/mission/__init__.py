"""The mission: its dictionary of messages, declared once, and its values, read from `mission.toml`."""

from flightsw.mission.dictionary import ASK, Dictionary, Event, Report, Telecommand, UnknownMessageError
from flightsw.mission.elements_message import elements_arguments, read_elements
from flightsw.mission.events import EVENTS
from flightsw.mission.fields import Field, Kind, Record, Value
from flightsw.mission.orbit_plan import MAX_AGE_DAYS, OrbitPlan
from flightsw.mission.power_board import PowerBoardLimits
from flightsw.mission.reports import REPORTS
from flightsw.mission.satellite import (
    ArrayDesign,
    BatteryDesign,
    LoadDesign,
    SatelliteDesign,
    ThermalNode,
)
from flightsw.mission.strict_toml import TomlError
from flightsw.mission.telecommands import MAX_ANSWER_TOKENS, TELECOMMANDS
from flightsw.mission.values import DEFAULT_MISSION_TOML, HousekeepingPlan, Mission, load_mission, read_mission
from flightsw.mission.vocabulary import (
    BootCause,
    ControllerEvent,
    Device,
    Housekeeping,
    Load,
    RailFault,
    Severity,
    StoreFault,
)

DICTIONARY = Dictionary(TELECOMMANDS, REPORTS, EVENTS)
"""All messages of the satellite."""

__all__ = [
    "ASK",
    "DEFAULT_MISSION_TOML",
    "DICTIONARY",
    "EVENTS",
    "MAX_AGE_DAYS",
    "MAX_ANSWER_TOKENS",
    "REPORTS",
    "TELECOMMANDS",
    "ArrayDesign",
    "BatteryDesign",
    "BootCause",
    "ControllerEvent",
    "Device",
    "Dictionary",
    "Event",
    "Field",
    "Housekeeping",
    "HousekeepingPlan",
    "Kind",
    "Load",
    "LoadDesign",
    "Mission",
    "OrbitPlan",
    "PowerBoardLimits",
    "RailFault",
    "Record",
    "Report",
    "SatelliteDesign",
    "Severity",
    "StoreFault",
    "Telecommand",
    "ThermalNode",
    "TomlError",
    "UnknownMessageError",
    "Value",
    "elements_arguments",
    "load_mission",
    "read_elements",
    "read_mission",
]
