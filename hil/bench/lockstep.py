"""The bench in lock-step: it advances everything itself, in whole milliseconds, and jumps while nothing is due."""

from pathlib import Path
from tempfile import TemporaryDirectory

from flightsw.mission import Mission
from hil.bench.bench import Bench
from hil.bench.build import make_boards, make_world
from hil.bench.config import BenchConfig
from hil.bench.lockstep_flight import LockstepFlight
from hil.devices import Device, instances
from hil.devices.payload_computer import make_payload_computer
from hil.ground import GroundStation

MS_NS = 1_000_000
_S_NS = 1_000_000_000
_S_US = 1_000_000


class LockstepBench(Bench):
    """A bench in simulated time: the same seed gives the same bytes.

    Args:
        mission, config: what flies, and on which bench.
        store: a folder for the flight software's store; None: a temporary one.
        record: a file for the recording of the flight software's runs; None: a temporary one.
        is_recorded: whether there is a recording at all; a day's would be large.

    Raises DeviceError, ModelError.
    """

    def __init__(
        self,
        mission: Mission,
        config: BenchConfig,
        *,
        store: Path | None = None,
        record: Path | None = None,
        is_recorded: bool = True,
    ) -> None:
        def make_computer(model: str) -> Device:
            return make_payload_computer(
                model,
                context_tokens=mission.compute.context_tokens,
                boot_ns=round(mission.compute.boot_s * _S_NS),
                load_us=round(mission.compute.load_s * _S_US),
                is_on=False,
            )

        boards = make_boards(config, make_computer, None)
        ground = GroundStation(mission)
        super().__init__(make_world(boards, config, mission, ground), ground, mission, config)
        self._temporary = TemporaryDirectory(prefix="sunlit-")
        folder = Path(self._temporary.name)
        self.urls = boards.urls
        self.recording = (record or folder / "recording.jsonl") if is_recorded else None
        self.flight = LockstepFlight(mission, store or folder / "store", self.recording, is_new_store=store is None)
        self._is_busy = True
        instances.update({url: boards.devices[name] for name, url in self.urls.items()})

    def step(self, until_ns: int | None = None) -> None:
        self._is_busy = self.world.step(self._next_ns(until_ns), self.flight)
        self._settle()

    @property
    def is_flying(self) -> bool:
        return self.flight.mode is not None

    def kill_flight_software(self) -> None:
        self.flight.kill()

    def start_flight_software(self) -> None:
        self.flight.start()

    def break_store(self) -> None:
        """Let nothing be stored from this instant on, until the flight software boots again."""
        self.flight.break_store()

    def flush_recording(self) -> None:
        """Have the recording whole on the disk, up to now."""
        self.flight.flush()

    def close(self) -> None:
        for url in self.urls.values():
            instances.pop(url, None)
        self.flight.close()
        self._temporary.cleanup()

    def _next_ns(self, until_ns: int | None) -> int:
        """The next millisecond, or the next one in which something is due."""
        soonest_ns = self.world.now_ns + MS_NS
        if self._is_busy or self.ground.uplink_pending:
            return soonest_ns
        due = (self.world.next_event_ns(), self.flight.next_event_ns(), self._next_action_ns(), until_ns)
        next_ns = min((at for at in due if at is not None), default=soonest_ns)
        return max(soonest_ns, -(-next_ns // MS_NS) * MS_NS)
