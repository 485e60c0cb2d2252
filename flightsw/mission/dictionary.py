"""What the mission dictionary is made of, and how a message is found in it.

Flight software decodes with it, the ground station encodes with it, the console completes and explains from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TypeVar

from flightsw.ccsds import DecodeError, EncodeError
from flightsw.mission.fields import Record, Value
from flightsw.mission.vocabulary import Severity

EVENT_REPORTING = 5
FUNCTIONS = 8
"""Function management: telecommands whose key is the function's id."""
HOUSEKEEPING_REPORT = (3, 25)
ASK = 128
"""The mission's own service: ask and answer."""
BOARDS = 129
"""The mission's own service: a look into the boards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telecommand:
    """A request the ground may send. `key` is the function id of service 8, and part of its data field."""

    name: str
    service: int
    subtype: int
    key: int | None = None
    arguments: Record
    doc: str

    def encode(self, values: Mapping[str, object]) -> bytes:
        """Arguments → the packet's application data. Raises EncodeError."""
        return _key(self.key, 1) + self.arguments.encode(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A message of the satellite. `key` is a housekeeping structure's id; events are `Event`."""

    name: str
    service: int
    subtype: int
    key: int | None = None
    parameters: Record
    doc: str

    def encode(self, values: Mapping[str, object]) -> bytes:
        """Parameters → the packet's source data. Raises EncodeError."""
        return _key(self.key, 1) + self.parameters.encode(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on board, reported once. `text` is a format string over the parameters."""

    name: str
    id: int
    severity: Severity
    parameters: Record
    text: str

    def encode(self, values: Mapping[str, object]) -> bytes:
        """Parameters → the packet's source data. Raises EncodeError."""
        return _key(self.id, 2) + self.parameters.encode(values)

    def describe(self, values: Mapping[str, Value]) -> str:
        """The event in words."""
        return self.text.format(**{name: _word(value) for name, value in values.items()})


@dataclass(frozen=True)
class Dictionary:
    """Telecommands, reports and events by name, and by what identifies them on the wire.

    Raises ValueError when two share a name or an identification.
    """

    telecommands: tuple[Telecommand, ...]
    reports: tuple[Report, ...]
    events: tuple[Event, ...]

    def __post_init__(self) -> None:
        for items in (self.telecommands, self.reports, self.events):
            if len({item.name for item in items}) < len(items):
                raise ValueError("two messages share a name")
        if len(self._telecommands) < len(self.telecommands) or len(self._reports) < len(self.reports):
            raise ValueError("two messages share service, subtype and key")
        if len(self._events) < len(self.events):
            raise ValueError("two events share an id")

    @cached_property
    def _telecommands(self) -> Mapping[tuple[int, int, int | None], Telecommand]:
        return {(t.service, t.subtype, t.key): t for t in self.telecommands}

    @cached_property
    def _reports(self) -> Mapping[tuple[int, int, int | None], Report]:
        return {(r.service, r.subtype, r.key): r for r in self.reports}

    @cached_property
    def _events(self) -> Mapping[int, Event]:
        return {e.id: e for e in self.events}

    def telecommand(self, name: str) -> Telecommand:
        """Raises EncodeError for an unknown name."""
        return _named(self.telecommands, name)

    def report(self, name: str) -> Report:
        """Raises EncodeError for an unknown name."""
        return _named(self.reports, name)

    def event(self, name: str) -> Event:
        """Raises EncodeError for an unknown name."""
        return _named(self.events, name)

    def event_of(self, id: int) -> Event | None:
        """The event with this id, if there is one."""
        return self._events.get(id)

    def decode_telecommand(self, service: int, subtype: int, data: bytes) -> tuple[Telecommand, dict[str, Value]]:
        """A telecommand's declaration and arguments.

        Raises UnknownMessageError for one that is not declared, DecodeError for arguments that are not valid.
        """
        keyed = service == FUNCTIONS
        found = self._telecommands.get((service, subtype, data[0] if keyed and data else None))
        if found is None:
            raise UnknownMessageError(f"no telecommand ({service}, {subtype}) {data[:1].hex()}")
        return found, found.arguments.decode(data[1:] if keyed else data)

    def decode_report(self, service: int, subtype: int, data: bytes) -> tuple[Report | Event, dict[str, Value]]:
        """A report's or event's declaration and parameters.

        Raises UnknownMessageError for one that is not declared, DecodeError for parameters that are not valid.
        """
        if service == EVENT_REPORTING:
            event = self._events.get(int.from_bytes(data[:2], "big")) if len(data) >= 2 else None
            if event is None or event.severity != subtype:
                raise UnknownMessageError(f"no event {data[:2].hex()} of severity {subtype}")
            return event, event.parameters.decode(data[2:])
        keyed = (service, subtype) == HOUSEKEEPING_REPORT
        report = self._reports.get((service, subtype, data[0] if keyed and data else None))
        if report is None:
            raise UnknownMessageError(f"no report ({service}, {subtype}) {data[:1].hex()}")
        return report, report.parameters.decode(data[1:] if keyed else data)


Item = TypeVar("Item", Telecommand, Report, Event)


class UnknownMessageError(DecodeError):
    """A well-formed packet that the dictionary does not know."""


def _key(key: int | None, octets: int) -> bytes:
    return b"" if key is None else key.to_bytes(octets, "big")


def _word(value: Value) -> object:
    return value.name if isinstance(value, IntEnum) else value


def _named(items: tuple[Item, ...], name: str) -> Item:
    for item in items:
        if item.name == name:
            return item
    raise EncodeError(f"{name!r} is unknown; known: {', '.join(sorted(item.name for item in items))}")
