"""Join a construct layout to a frozen dataclass, strictly, in one place.

construct alone accepts trailing bytes, unknown keys and any truthy flag; `Codec` closes those holes, so that a value
that exists is valid, one that decodes is valid, and one that encodes is what the layout says. A layout stays flat: a
Struct of whole octets or a BitStruct of packed bits; every named field is an integer, a flag, octets or an array, and
what the standard fixes is an unnamed Const.

    ValueError
    ├── DecodeError     the wire was wrong
    └── EncodeError     the caller was wrong
"""

from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from typing import Any, Generic, TypeVar, get_type_hints

from construct import BitsInteger, BytesInteger, Construct, ConstructError, FormatField, Struct, Terminated

T = TypeVar("T")


class DecodeError(ValueError):
    """The wire was wrong. Noise on a link raises this and nothing else."""


class EncodeError(ValueError):
    """The caller was wrong: a field out of its range."""


class Codec(Generic[T]):
    """Encode, decode and check one wire format.

    Args:
        cls: frozen dataclass whose field names are the layout's, in order; it may call `check(self)` when
            made. A field annotated with an enumeration is one on both sides; a sequence is a tuple.
        layout: the construct declaration, a Struct or BitStruct; the only description of the format.
    """

    def __init__(self, cls: Callable[..., T], layout: Construct) -> None:
        names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        subcons = getattr(layout, "subcons", None) or layout.subcon.subcons
        named = [subcon for subcon in subcons if subcon.name is not None]
        declared = [subcon.name for subcon in named]
        if names != declared:
            raise TypeError(f"{cls.__name__} has {names}, its layout {declared}")
        hints = get_type_hints(cls)
        self._name = cls.__name__
        self._cls = cls
        self._layout = layout
        self._whole = Struct("value" / layout, Terminated)
        self._fields = [(subcon.name, hints[subcon.name], _bits(subcon.subcon)) for subcon in named]
        self._enums = {
            name: hint for name, hint, _ in self._fields if isinstance(hint, type) and issubclass(hint, Enum)
        }

    def check(self, value: T) -> None:
        """Every field is of its type and fits its place on the wire. Raises EncodeError."""
        for name, hint, bits in self._fields:
            field = getattr(value, name)
            if (isinstance(hint, type) and not isinstance(field, hint)) or (hint is int and isinstance(field, bool)):
                raise EncodeError(f"{self._name}.{name}: {field!r} is not {hint.__name__}")
            if bits is not None and not 0 <= field < 1 << bits:
                raise EncodeError(f"{self._name}.{name}: {field} is not in 0..{(1 << bits) - 1}")

    def decode(self, data: bytes) -> T:
        """Octets of exactly one unit → value. Raises DecodeError."""
        try:
            parsed = self._whole.parse(data).value
            return self._cls(**{name: self._enums.get(name, _plain)(parsed[name]) for name, _, _ in self._fields})
        except (ConstructError, ValueError) as error:
            raise DecodeError(f"{self._name}: {error} ({len(data)} octets)") from error

    def encode(self, value: T) -> bytes:
        """Value → octets. Raises EncodeError."""
        try:
            return bytes(self._layout.build({name: getattr(value, name) for name, _, _ in self._fields}))
        except (ConstructError, TypeError, ValueError) as error:
            raise EncodeError(f"{self._name}: {error}") from error


def from_wire(cls: Callable[..., T], **values: Any) -> T:
    """The value that was received; what `cls` refuses is the wire's fault. Raises DecodeError."""
    try:
        return cls(**values)
    except EncodeError as error:
        raise DecodeError(f"received {error}") from error


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _bits(subcon: Construct) -> int | None:
    """How many bits an unsigned integer has; None for anything else."""
    if isinstance(subcon, BitsInteger):
        return int(subcon.length)
    if isinstance(subcon, BytesInteger):
        return 8 * int(subcon.length)
    if isinstance(subcon, FormatField):
        return 8 * int(subcon.sizeof())
    return None
