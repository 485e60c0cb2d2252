"""Fields and records: what the mission dictionary declares its telecommands' arguments and its reports with."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

from construct import (
    Construct,
    ConstructError,
    GreedyBytes,
    Int8ub,
    Int16sb,
    Int16ub,
    Int32sb,
    Int32ub,
    Int64ub,
    PrefixedArray,
    Struct,
    Terminated,
)

from flightsw.ccsds import DecodeError, EncodeError

Value = int | bool | str | IntEnum | tuple[int, ...]
"""What a field holds: a number, a flag, text, a member of the field's enumeration, or words: token ids, registers."""


class Kind(IntEnum):
    """How a field is encoded; numbers are big-endian. TEXT is UTF-8 up to the end, so it is the last field;
    WORDS are numbers of 32 bits, and how many."""

    FLAG = 0
    U8 = 1
    U16 = 2
    U32 = 3
    U64 = 4
    I16 = 5
    I32 = 6
    TEXT = 7
    WORDS = 8


_LAYOUTS: Mapping[Kind, Construct] = {
    Kind.FLAG: Int8ub,
    Kind.U8: Int8ub,
    Kind.U16: Int16ub,
    Kind.U32: Int32ub,
    Kind.U64: Int64ub,
    Kind.I16: Int16sb,
    Kind.I32: Int32sb,
    Kind.TEXT: GreedyBytes,
    Kind.WORDS: PrefixedArray(Int8ub, Int32ub),
}

_RANGES: Mapping[Kind, tuple[int, int]] = {
    Kind.U8: (0, 2**8 - 1),
    Kind.U16: (0, 2**16 - 1),
    Kind.U32: (0, 2**32 - 1),
    Kind.U64: (0, 2**64 - 1),
    Kind.I16: (-(2**15), 2**15 - 1),
    Kind.I32: (-(2**31), 2**31 - 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One argument or parameter. `choices` names its values; `default` makes it optional to the operator."""

    name: str
    kind: Kind
    unit: str = ""
    doc: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: type[IntEnum] | None = None
    default: Value | None = None

    @property
    def range(self) -> tuple[int, int] | None:
        """Lowest and highest value of a number; None for anything else."""
        if self.kind not in _RANGES:
            return None
        low, high = _RANGES[self.kind]
        return low if self.minimum is None else self.minimum, high if self.maximum is None else self.maximum

    def check(self, value: object) -> Value:
        """The value as it is held. Raises EncodeError with what would be right."""
        if self.kind is Kind.TEXT:
            return self._text(value)
        if self.kind is Kind.WORDS:
            return tuple(int(v) for v in value)  # type: ignore[attr-defined]
        if self.choices is not None:
            return self._choice(self.choices, value)
        if self.kind is Kind.FLAG:
            if value in (False, True):
                return bool(value)
            raise EncodeError(f"{self.name}: {value!r} is neither true nor false")
        assert self.range is not None
        low, high = self.range
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise EncodeError(f"{self.name}: {value!r} is not a whole number from {low} to {high}{self._unit}")
        return value

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise EncodeError(f"{self.name}: {value!r} is not text")
        if self.minimum is not None and len(value.strip()) < self.minimum:
            raise EncodeError(f"{self.name}: is empty")
        return value

    def _choice(self, choices: type[IntEnum], value: object) -> IntEnum:
        try:
            return choices[value.upper()] if isinstance(value, str) else choices(int(value))  # type: ignore[call-overload]
        except (KeyError, TypeError, ValueError):
            names = ", ".join(member.name for member in choices)
            raise EncodeError(f"{self.name}: {value!r} is none of {names}") from None

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


@dataclass(frozen=True)
class Record:
    """Fields in the order of the wire, and the one layout that encodes and decodes them."""

    fields: tuple[Field, ...] = ()

    @cached_property
    def _layout(self) -> Construct:
        return Struct(*(field.name / _LAYOUTS[field.kind] for field in self.fields), Terminated)

    def complete(self, values: Mapping[str, object]) -> dict[str, Value]:
        """The values checked, with defaults for those left out. Raises EncodeError."""
        known = {field.name for field in self.fields}
        if unknown := sorted(set(values) - known):
            raise EncodeError(f"{', '.join(unknown)}: unknown; known: {', '.join(sorted(known)) or 'none'}")
        given = {field.name: values.get(field.name, field.default) for field in self.fields}
        if missing := [name for name, value in given.items() if value is None]:
            raise EncodeError(f"{', '.join(missing)}: missing")
        return {field.name: field.check(given[field.name]) for field in self.fields}

    def encode(self, values: Mapping[str, object]) -> bytes:
        """Values → octets. Raises EncodeError."""
        held = self.complete(values)
        try:
            return bytes(self._layout.build({n: v.encode() if isinstance(v, str) else v for n, v in held.items()}))
        except (ConstructError, UnicodeEncodeError) as error:
            raise EncodeError(str(error)) from error

    def decode(self, data: bytes) -> dict[str, Value]:
        """Octets → values, all of them valid. Raises DecodeError."""
        try:
            parsed = self._layout.parse(data)
            return {field.name: field.check(_held(parsed[field.name])) for field in self.fields}
        except (ConstructError, UnicodeDecodeError, EncodeError) as error:
            raise DecodeError(f"{error} ({len(data)} bytes)") from error


def _held(parsed: Any) -> object:
    if isinstance(parsed, bytes):
        return parsed.decode()
    return tuple(parsed) if isinstance(parsed, list) else parsed


def record(*fields: Field) -> Record:
    """These fields, in this order."""
    return Record(fields)


def number(
    name: str, kind: Kind, unit: str = "", doc: str = "", *, minimum: int | None = None, maximum: int | None = None
) -> Field:
    """A field that holds a whole number."""
    return Field(name=name, kind=kind, unit=unit, doc=doc, minimum=minimum, maximum=maximum)


def choice(name: str, choices: type[IntEnum], doc: str = "") -> Field:
    """A field that holds one of an enumeration's members, in one octet."""
    return Field(name=name, kind=Kind.U8, choices=choices, doc=doc)
