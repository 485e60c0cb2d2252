"""The flight software inside the bench process, in the bench's time, with a real store; every call is recorded."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from flightsw import FlightSoftware, Stored
from flightsw.mission import Mission
from flightsw.payload import ModeState
from flightsw.shell import EffectRunner, Recorder, RecordStore
from flightsw.shell.effect_runner import Flying

US_NS = 1000


class LockstepFlight:
    """Boots when it is made. While it is killed, nothing is pulled and what arrives is lost.

    Args:
        mission: what flies.
        store: the folder of its store.
        recording: the file that its calls are written to; None: they are not.
        is_new_store: make an empty store first.

    Raises StoreError; OSError for a recording that can't be written.
    """

    def __init__(self, mission: Mission, store: Path, recording: Path | None, *, is_new_store: bool) -> None:
        if is_new_store:
            RecordStore.init(store).close()
        self._folder = store
        self._file = None if recording is None else recording.open("w", encoding="utf-8")
        self._make: Callable[[Stored], Flying] = (
            Recorder(self._file, mission).start if self._file else partial(FlightSoftware, mission)
        )
        self._now_us = 0
        self._runner: EffectRunner | None = None
        self.start()

    @property
    def mode(self) -> ModeState | None:
        """Its power mode, as the flight software itself knows it; None while it is killed."""
        return None if self._runner is None else self._runner.flight_software.mode

    def start(self) -> None:
        """Boot from the store. Raises StoreError."""
        assert self._runner is None
        self._store = RecordStore(self._folder)
        self._runner = EffectRunner(self._make, self._store)

    def kill(self) -> None:
        """End at this instant; the store holds what was durable."""
        self._store.close()
        self._runner = None

    def break_store(self) -> None:
        """Let every write fail until the next start."""
        self._store.close()

    def close(self) -> None:
        """Stop cleanly, if it runs; twice is harmless."""
        if self._runner is not None:
            self._runner.stop(self._now_us)
            self._runner = None
        if self._file is not None:
            self._file.close()

    def flush(self) -> None:
        """Have the recording whole on the disk, up to now."""
        if self._file is not None and not self._file.closed:
            self._file.flush()

    def pull(self, port: str, max_bytes: int) -> bytes:
        return self._runner.pull(port, max_bytes) if self._runner else b""

    def turn(self, now_ns: int, received: Mapping[str, bytes]) -> None:
        self._now_us = now_ns // US_NS
        if self._runner:
            self._runner.turn(self._now_us, received)

    def next_event_ns(self) -> int | None:
        deadline_us = self._runner.next_deadline_us() if self._runner else None
        return None if deadline_us is None else deadline_us * US_NS
