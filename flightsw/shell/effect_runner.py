"""Carries out what the flight software asks for; the same for simulated and for real time."""

from collections.abc import Callable, Mapping
from typing import Protocol

from flightsw.effects import Completion, Effect, Restart, Store, Stored
from flightsw.payload import ModeState
from flightsw.shell.record_store import RecordStore


class Flying(Protocol):
    """What the shell needs of `FlightSoftware`; a recorder has the same face."""

    @property
    def mode(self) -> ModeState: ...
    def receive(self, port: str, data: bytes) -> None: ...
    def notify(self, completion: Completion) -> None: ...
    def tick(self, now_us: int) -> None: ...
    def effects(self) -> tuple[Effect, ...]: ...
    def transmit(self, port: str, max_bytes: int) -> bytes: ...
    def next_deadline_us(self) -> int | None: ...
    def stop(self) -> None: ...


class EffectRunner:
    """One turn at a time: octets in, time on, effects carried out; then the links may pull.

    Every store effect is durable, and the flight software told so, before `turn` returns.

    Args:
        start: makes the flight software from what the store holds; called again at a restart.
        store: opened here.
    """

    def __init__(self, start: Callable[[Stored], Flying], store: RecordStore) -> None:
        self._start, self._store = start, store
        self.flight_software = start(store.open())
        self.restarts = 0

    def turn(self, now_us: int, received: Mapping[str, bytes]) -> None:
        """Hand over what has arrived on each port, let time pass to `now_us`, carry out the effects."""
        for port, data in received.items():
            self.flight_software.receive(port, data)
        self.flight_software.tick(now_us)
        self._settle(now_us)

    def stop(self, now_us: int) -> None:
        """Stop cleanly: the next start is not counted as unclean."""
        self.flight_software.stop()
        self.turn(now_us, {})
        self._store.close()

    def pull(self, port: str, max_bytes: int) -> bytes:
        """What the flight software has for a port, at most `max_bytes` octets."""
        return self.flight_software.transmit(port, max_bytes)

    def next_deadline_us(self) -> int | None:
        """When `turn` has something to do though nothing arrives; None: never."""
        return self.flight_software.next_deadline_us()

    def _settle(self, now_us: int) -> None:
        while effects := self.flight_software.effects():
            stores = [effect for effect in effects if isinstance(effect, Store)]
            is_stored = self._store.apply(stores) if stores else True
            for effect in stores:
                self.flight_software.notify(Completion(id=effect.id, is_stored=is_stored))
            if any(isinstance(effect, Restart) for effect in effects):
                self._restart()
            self.flight_software.tick(now_us)

    def _restart(self) -> None:
        self._store.close()
        self.flight_software = self._start(self._store.open())
        self.restarts += 1
