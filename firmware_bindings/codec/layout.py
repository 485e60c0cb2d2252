"""Join a construct layout to a frozen dataclass, strictly, in one place.

construct alone accepts trailing bytes, unknown keys and any truthy flag; `Codec` closes those holes, so that a value
that decodes is valid and a value that encodes is what the layout says.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Generic, TypeVar

from construct import Construct, ConstructError, Struct, Terminated

T = TypeVar("T")


class DecodeError(ValueError):
    """The wire was wrong. Noise on a link raises this and nothing else."""


class EncodeError(ValueError):
    """The caller was wrong: a field out of its range."""


class Codec(Generic[T]):
    """Encode and decode one wire format.

    Args:
        cls: frozen dataclass whose field names are the layout's, in order; sequences are tuples.
        layout: the construct declaration, a Struct or BitStruct; the only description of the format.
    """

    def __init__(self, cls: Callable[..., T], layout: Construct) -> None:
        names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
        inner = layout.subcon if hasattr(layout, "subcon") else layout
        declared = [c.name for c in inner.subcons]
        if names != declared:
            raise TypeError(f"{cls.__name__} has {names}, its layout {declared}")
        self._cls, self._layout, self._names = cls, layout, names
        self._whole = Struct("value" / layout, Terminated)

    def decode(self, data: bytes) -> T:
        """Bytes of exactly one unit → value. Raises DecodeError."""
        try:
            parsed = self._whole.parse(data).value
            return self._cls(**{name: _plain(parsed[name]) for name in self._names})
        except (ConstructError, ValueError) as error:
            raise DecodeError(f"{self._cls.__name__}: {error} ({len(data)} bytes)") from error

    def encode(self, value: T) -> bytes:
        """Value → bytes. Raises EncodeError."""
        try:
            built: dict[str, Any] = {name: getattr(value, name) for name in self._names}
            return bytes(self._layout.build(built))
        except (ConstructError, TypeError, ValueError) as error:
            raise EncodeError(f"{self._cls.__name__}: {error}") from error


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
