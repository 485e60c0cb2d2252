"""The fault responses, carried out: what the boards show is looked at, answered by the table, told, and kept."""

from collections.abc import Collection

from flightsw import memory
from flightsw.devices import PayloadComputer, PayloadController, PowerBoard
from flightsw.fault_signs import FaultSigns
from flightsw.journal import Journal
from flightsw.memory import Memory
from flightsw.mission import Mission, RailFault
from flightsw.payload import (
    Fault,
    FaultState,
    Level,
    ModeReason,
    Over,
    Power,
    Response,
    clear,
    payload_off_by,
    safe_by,
)
from flightsw.payload.fault_responses import Effect, Key, clear_rails, deadline_us, kept, resumed, step
from flightsw.payload.fault_table import ROWS
from flightsw.telemetry import Telemetry

NOTE_US = 3600 * 1_000_000
"""How often it is noted for how long ground has been silent."""

_EVENTS = {Level.UNIT: "fault_unit", Level.SUBSYSTEM: "fault_subsystem", Level.SYSTEM: "fault_system"}
_ALARMS = {
    RailFault.POWER_GOOD_TIMEOUT: Fault.POWER_GOOD_TIMEOUT,
    RailFault.POWER_GOOD_LOST: Fault.POWER_GOOD_LOST,
    RailFault.OVERCURRENT: Fault.RAIL_TRIP,
    RailFault.SLOW_OVERCURRENT: Fault.RAIL_TRIP,
    RailFault.WATCHDOG: Fault.WATCHDOG,
    RailFault.UNDER_VOLTAGE: Fault.UNDER_VOLTAGE,
}
_COMPUTER_FAULTS = {
    ModeReason.COMPUTER_SILENT: Fault.COMPUTER_SILENT,
    ModeReason.COMPUTER_FAILED: Fault.COMPUTER_FAILED,
}
_BOOT_FAULTS = {ModeReason.UNCLEAN_BOOTS: Fault.RESET_STORM, ModeReason.STORE_FAULT: Fault.STORE_BROKEN}
_SILENCE: Key = (Fault.GROUND_SILENT, 0)
_US_PER_S = 1_000_000
_U8 = 255


class FaultWatch:
    """Notices faults, answers them, and tells the modes: `start` once, then `tick` after the drivers' own.

    `fault` is why the payload must be off, `safe` why the satellite must be SAFE: each at least until the next tick.
    """

    def __init__(
        self,
        mission: Mission,
        recalled: Memory,
        boards: tuple[PayloadController, PowerBoard, PayloadComputer],
        journal: Journal,
        telemetry: Telemetry,
    ) -> None:
        self._controller, self._board, self._computer = boards
        self._debounces = mission.faults.debounces_s
        self._signs = FaultSigns(mission, self._controller, self._board)
        self._journal = journal
        self._telemetry = telemetry
        self._boot_fault = None if recalled.safe is None else _BOOT_FAULTS.get(recalled.safe[1])
        self.state: FaultState = recalled.faults
        self._asked: set[Response] = set()
        self._seen: tuple[object, ...] = ()
        self._has_contact = False
        self._due_us: int | None = 0
        self._note_us = 0
        self._now_us = 0
        self.fault: ModeReason | None = None
        self.safe: ModeReason | None = None

    @property
    def power(self) -> Power | None:
        """What the modes depend on, as far as it is believed."""
        return self._signs.power

    @property
    def lasting(self) -> ModeReason | None:
        """Why the payload must be off for longer than a back-off."""
        return payload_off_by(self.state, None)

    @property
    def distrusted(self) -> int:
        """Sensors that are not believed, bit s for sensor s."""
        charge, warmth = self._signs.charge, self._signs.warmth
        doubted: frozenset[int] = charge.beyond | charge.stuck | charge.outvoted | warmth.beyond | warmth.outvoted
        return sum(1 << sensor for sensor in doubted)

    @property
    def charge_permille(self) -> int:
        """What is believed; 0 while nothing is."""
        return self._signs.charge.permille or 0

    @property
    def silent_us(self) -> int:
        """For how long no telecommand frame has come."""
        track = self.state.tracks.get(_SILENCE)
        return 0 if track is None or track.since_us is None else self._now_us - track.since_us

    def start(self, now_us: int) -> None:
        """Begin at this time; tell what boot has found."""
        self._now_us = now_us
        self.state = resumed(self.state, now_us)
        self._note_us = now_us + NOTE_US
        if self._boot_fault is not None:
            self._tell(self._boot_fault, 0, Level.SYSTEM, Response.SAFE, 1)

    def next_deadline_us(self) -> int | None:
        """When there is something to do though no board shows anything new."""
        return self._note_us if self._due_us is None else min(self._due_us, self._note_us)

    def hear_ground(self) -> None:
        """A telecommand frame has come."""
        self._has_contact = True

    def clear(self) -> None:
        """Ground clears all counts and locks."""
        self.state = clear(self.state)
        self._telemetry.event("faults_cleared")
        self._keep()
        self._due_us = self._now_us

    def clear_rails(self, rails: int) -> None:
        """Ground clears counts and locks of some rails, bit r for rail r."""
        self.state = clear_rails(self.state, rails)
        self._keep()
        self._due_us = self._now_us

    def take_asked(self) -> frozenset[Response]:
        """The responses since the last call, for those that are the flight software's own: TELEMETRY_ON, RESTART."""
        asked, self._asked = frozenset(self._asked), set()
        return asked

    def tick(self, now_us: int) -> None:
        """Look, if there is anything new, and answer."""
        self._now_us = now_us
        happened = self._happened()
        controller, board = self._controller, self._board
        seen = (controller.reading, controller.is_silent, board.reading, board.is_silent)
        is_new = len(seen) != len(self._seen) or any(now is not was for now, was in zip(seen, self._seen, strict=True))
        is_due = self._due_us is not None and now_us >= self._due_us
        self._seen = seen
        if self._has_contact:
            self._take_contact()
        if happened or is_new or is_due:
            self._answer(self._signs.look(now_us) | {_SILENCE}, happened)
            self._act_elsewhere()
        if now_us >= self._note_us:
            self._note_us = now_us + NOTE_US
            self._keep()

    def _happened(self) -> list[Key]:
        happened: list[Key] = [(_ALARMS[cause], rail) for cause, rail in self._controller.take_alarms()]
        if self._controller.take_reset():
            happened.append((Fault.CONTROLLER_RESET, 0))
        if self._controller.take_damage():
            happened.append((Fault.MEMORY_DAMAGED, 0))
        if (failed := self._computer.take_fault()) is not None:
            happened.append((_COMPUTER_FAULTS[failed], 0))
        return happened

    def _take_contact(self) -> None:
        """Ground's silence ends, and begins anew."""
        self._has_contact = False
        is_noted = self.silent_us >= NOTE_US
        held = self._signs.look(self._now_us)
        self._answer(held, ())
        self._answer(held | {_SILENCE}, ())
        if is_noted:
            self._keep()

    def _answer(self, held: Collection[Key], happened: Collection[Key]) -> None:
        now_us = self._now_us
        self.state, effects = step(self._debounces, self.state, held, happened, now_us)
        self.fault, self.safe = payload_off_by(self.state, now_us), safe_by(self.state)
        self._due_us = deadline_us(self._debounces, self.state, now_us)
        for effect in effects:
            self._carry_out(effect)
        if effects:
            self._keep()

    def _act_elsewhere(self) -> None:
        """Let the power board cut the payload off while its controller is silent; arm again what has tripped."""
        self._board.is_payload_cut = self._controller.is_silent
        if self._controller.is_tripped and self.fault is None:  # its back-off has passed
            self._controller.clear_fault()

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Over):
            self._telemetry.event("fault_over", {"fault": effect.fault, "part": effect.part})
            return
        self._tell(effect.fault, effect.part, effect.level, effect.response, effect.count)
        self._asked.add(effect.response)
        if effect.response is Response.SAFE:
            self.safe = ROWS[effect.fault].reason

    def _tell(self, fault: Fault, part: int, level: Level, response: Response, count: int) -> None:
        values = {"fault": fault, "part": part, "response": response, "count": min(count, _U8)}
        self._telemetry.event(_EVENTS[level], values)

    def _keep(self) -> None:
        self._journal.fact(memory.fault_record(kept(self.state, self._now_us)), _nothing)


def _nothing() -> None:
    """Nothing follows from the record."""
