"""`FlightSoftware`: a value that octets and time flow through.

It wires the packet layer, the services and the payload's operations together, and owns no port, clock or store: a shell
brings octets and time, carries out effects, and pulls what each line can carry.
"""

from collections.abc import Mapping
from types import MappingProxyType

from flightsw import memory
from flightsw.commanding import Commanding
from flightsw.devices import DeviceDriver
from flightsw.effects import Completion, Effect, Restart, Stored
from flightsw.fault_watch import FaultWatch
from flightsw.housekeeping import (
    HousekeepingSchedule,
    compute_values,
    fault_values,
    orbit_values,
    payload_values,
    power_values,
    software_values,
)
from flightsw.journal import Journal
from flightsw.mission import Housekeeping, Mission, StoreFault
from flightsw.operations import Operations
from flightsw.payload import ModeReason, ModeState, PowerMode, Response
from flightsw.services import Services
from flightsw.telemetry import Priority, Telemetry

PORTS = ("ground", "payload_ctrl", "power_board", "payload_computer")
"""Every port's name, towards ground and towards the boards."""
MAX_INBOX_BYTES = 1 << 16
"""Octets that wait on one port for the next tick; what comes beyond is lost, as on a line that nobody reads."""
CLEAN_UPTIME_US = 600 * 1_000_000
"""Uptime after which a boot no longer counts as unclean."""
RESTART_DELAY_US = 2_000_000
"""How long a restart waits at most for its reports to be pulled."""

_U8 = 255


class FlightSoftware:
    """The satellite's mind.

    Octets wait until the next `tick`, which tells when they arrived. While a batch of Store effects is not answered by
    `notify`, nothing moves: what follows from a record waits until it is durable. Nothing received raises.

    Args:
        mission: the satellite.
        stored: what the store held, or what is wrong with it.
    """

    def __init__(self, mission: Mission, stored: Stored) -> None:
        self.mission = mission
        recalled = memory.recall(mission, stored)
        self._recalled = recalled
        self._unclean_boots = min(_U8, recalled.unclean_boots)
        self._journal = Journal()
        self._telemetry = Telemetry(mission)
        self._telemetry.clock_offset_us = recalled.clock_offset_us
        self._operations = Operations(mission, recalled, self._journal, self._telemetry)
        self._schedule = HousekeepingSchedule(mission.housekeeping)
        services = Services(
            self._operations,
            self._telemetry,
            self._schedule,
            unclean_boots=lambda: self._unclean_boots,
            send_housekeeping=self._send_housekeeping,
            begin_anew=self._begin_anew,
        )
        self._commanding = Commanding(mission, services.handlers, self._journal, self._telemetry)
        self._drivers: Mapping[str, DeviceDriver] = MappingProxyType(
            {
                "payload_ctrl": self._operations.controller,
                "power_board": self._operations.board,
                "payload_computer": self._operations.computer,
            }
        )
        self._inbox: dict[str, bytearray] = {}
        self._effects: list[Effect] = []
        self._now_us = 0
        self._booted_us: int | None = None
        self._clean_at_us: int | None = None
        self._restart_at_us: int | None = None
        self._is_news = False
        self.lost_bytes = 0
        """Octets that no tick came in time for."""

    @property
    def mode(self) -> ModeState:
        """Commanded and observed power mode, and the ceiling."""
        return self._operations.modes

    @property
    def faults(self) -> FaultWatch:
        """What is wrong, and what is believed."""
        return self._operations.faults

    def receive(self, port: str, data: bytes) -> None:
        """Take octets that have just arrived. Raises ValueError for a port that is none of PORTS."""
        _check(port)
        if data:
            inbox = self._inbox.setdefault(port, bytearray())
            room = MAX_INBOX_BYTES - len(inbox)
            inbox += data[:room]
            self.lost_bytes += max(0, len(data) - room)

    def tick(self, now_us: int) -> None:
        """Let time pass up to `now_us`; time that runs backwards stands still."""
        self._now_us = self._telemetry.now_us = max(now_us, self._now_us)
        if self._booted_us is None:
            self._boot()
        if self._journal.is_busy or not self._is_due():
            return
        self._is_news = False
        self._listen()
        self._commanding.take()
        self._operations.tick(self._now_us)
        self._answer_faults()
        for structure in self._schedule.due(self._now_us):
            self._send_housekeeping(structure)
        self._watch_uptime()
        self._journal.begin(self._now_us)

    def notify(self, completion: Completion) -> None:
        """Take the store's answer to an effect; what follows from it happens at the next `tick`."""
        self._is_news = True
        was_failing = self._journal.is_failing
        self._journal.notify(completion, self._now_us)
        if self._journal.is_failing and not was_failing:
            self._telemetry.event("store_fault", {"fault": StoreFault.WRITE_FAILED})

    def effects(self) -> tuple[Effect, ...]:
        """What is to be done outside, each thing once."""
        effects, self._effects = self._effects, []
        return (*self._journal.effects(), *effects)

    def transmit(self, port: str, max_bytes: int) -> bytes:
        """What the port is to send now, at most `max_bytes` octets; ground's stream of frames has no end.

        Raises ValueError for a port that is none of PORTS.
        """
        _check(port)
        if port == "ground":
            return self._telemetry.transmit(max_bytes, self._commanding.ocf)
        return self._drivers[port].transmit(max_bytes, self._now_us)

    def next_deadline_us(self) -> int | None:
        """When `tick` has something to do though nothing arrives; None while it waits for `notify`."""
        if self._journal.is_busy:
            return None
        if self._is_news or self._inbox or self._booted_us is None or self._commanding.is_waiting:
            return self._now_us
        due = (
            self._operations.next_deadline_us(),
            self._schedule.next_deadline_us,
            self._journal.next_deadline_us,
            self._clean_at_us,
            self._restart_at_us,
        )
        return min((at for at in due if at is not None), default=None)

    def stop(self) -> None:
        """A clean stop: the next boot does not count as unclean. The effects that are left say so."""
        self._journal.fact(memory.boot_record(self._unclean_boots, is_running=False), _nothing)
        self._journal.begin(self._now_us)

    def _is_due(self) -> bool:
        deadline_us = self.next_deadline_us()
        return deadline_us is not None and deadline_us <= self._now_us

    def _boot(self) -> None:
        recalled = self._recalled
        self._booted_us = self._now_us
        self._clean_at_us = self._now_us + CLEAN_UPTIME_US
        self._journal.fact(memory.boot_record(self._unclean_boots, is_running=True), _nothing)
        mode = recalled.safe[0] if recalled.safe else PowerMode.STANDBY
        self._telemetry.event("boot", {"mode": mode, "unclean_boots": self._unclean_boots})
        if recalled.fault is not None:
            self._telemetry.event("store_fault", {"fault": recalled.fault})
        if recalled.are_thresholds_rejected:
            self._telemetry.event("thresholds_rejected")
        self._operations.start(self._now_us)
        self._schedule.start(self._now_us)

    def _listen(self) -> None:
        for port, data in self._inbox.items():
            if port == "ground":
                frames, _ = self._commanding.frames
                self._commanding.receive(bytes(data))
                if self._commanding.frames[0] > frames:
                    self._operations.faults.hear_ground()
            else:
                self._drivers[port].receive(bytes(data), self._now_us)
        self._inbox.clear()

    def _watch_uptime(self) -> None:
        if self._clean_at_us is not None and self._now_us >= self._clean_at_us:
            self._clean_at_us = None
            self._unclean_boots = 0
            self._journal.fact(memory.boot_record(0, is_running=True), _nothing)
        is_said = not self._telemetry.is_urgent_waiting
        if self._restart_at_us is not None and (is_said or self._now_us >= self._restart_at_us):
            self._restart_at_us = None
            self._effects.append(Restart(reason=ModeReason.GROUND.name))

    def _answer_faults(self) -> None:
        """Do what the fault responses ask of the flight software itself."""
        asked = self._operations.faults.take_asked()
        if Response.TELEMETRY_ON in asked:
            self._telemetry.enable_events()
            self._schedule.enable_all(self._now_us)
        if Response.RESTART in asked:
            self._journal.fact(memory.boot_record(self._unclean_boots, is_running=False), self._begin_anew)

    def _begin_anew(self) -> None:
        self._telemetry.event("restarting")
        self._restart_at_us = self._now_us + RESTART_DELAY_US

    def _send_housekeeping(self, structure: Housekeeping) -> None:
        operations = self._operations
        match structure:
            case Housekeeping.POWER:
                values = power_values(operations)
            case Housekeeping.PAYLOAD:
                values = payload_values(operations)
            case Housekeeping.SOFTWARE:
                uptime_us = self._now_us - (self._booted_us or 0)
                values = software_values(operations, self._commanding, self._telemetry, uptime_us, self._unclean_boots)
            case Housekeeping.ORBIT:
                values = orbit_values(operations, self._now_us)
            case Housekeeping.COMPUTE:
                values = compute_values(operations)
            case Housekeeping.FAULTS:
                values = fault_values(operations.faults)
        self._telemetry.report(structure.name.lower(), values, Priority.HOUSEKEEPING)


def _check(port: str) -> None:
    if port not in PORTS:
        raise ValueError(f"port {port!r} is none of {', '.join(PORTS)}")


def _nothing() -> None:
    """Nothing follows from the record."""
