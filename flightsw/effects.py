"""What the flight software asks of its shell, and what the shell tells it: the store, a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flightsw.mission import StoreFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Keep `value` under `key`, durably; None forgets the key. Answered by a `Completion` with the same id."""

    id: int
    key: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Begin anew from the store."""

    reason: str


Effect = Store | Restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What became of the Store effect with that id: durable, or failed and as if never asked."""

    id: int
    is_stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store held at start: its records, or what is wrong with it; never both."""

    records: Mapping[str, str] = field(default_factory=dict)
    fault: StoreFault | None = None
