"""The edge: ports, the clock, the store, recordings. Below it nothing does I/O."""

from flightsw.shell.effect_runner import EffectRunner, Flying
from flightsw.shell.free_run import free_run
from flightsw.shell.ports import DEVICE_BAUD, GROUND_BAUD, Port, PortError, PortOption
from flightsw.shell.record_store import RecordStore, StoreError
from flightsw.shell.recording import (
    Divergence,
    RecordedFlightSoftware,
    Recorder,
    RecordingError,
    ReplayReport,
    replay,
)

__all__ = [
    "DEVICE_BAUD",
    "GROUND_BAUD",
    "Divergence",
    "EffectRunner",
    "Flying",
    "Port",
    "PortError",
    "PortOption",
    "RecordStore",
    "RecordedFlightSoftware",
    "Recorder",
    "RecordingError",
    "ReplayReport",
    "StoreError",
    "free_run",
    "replay",
]
