"""The payload controller's events, in the order in which they happened."""

from collections import deque
from dataclasses import dataclass

__all__ = ["DEPTH", "Event", "EventFifo"]

DEPTH = 32


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, by its code, when, and to what."""

    code: int = 0
    argument: int = 0
    time_ms: int = 0


class EventFifo:
    """The twin of `event_fifo.sv`; an event that finds it full is counted in `lost`."""

    def __init__(self, depth: int = DEPTH) -> None:
        self.popped_time_ms = 0
        self.lost = 0
        self._depth = depth
        self._events: deque[Event] = deque()

    def __len__(self) -> int:
        return len(self._events)

    def push(self, event: Event) -> None:
        if len(self._events) < self._depth:
            self._events.append(event)
        else:
            self.lost = min(0xFFFF, self.lost + 1)

    def pop(self) -> Event:
        """Take out the oldest event, one with code 0 if there is none, and keep its time in `popped_time_ms`."""
        event = self._events.popleft() if self._events else Event()
        self.popped_time_ms = event.time_ms
        return event
