"""What each telecommand of the mission dictionary means: who may do it now, and what doing it is."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flightsw import memory
from flightsw.commanding import Handler, Plan, Refused, Resolve
from flightsw.housekeeping import HousekeepingSchedule
from flightsw.mission import DICTIONARY, Device, Housekeeping, Load, Value, read_elements
from flightsw.operations import Operations
from flightsw.orbit import ElementsError
from flightsw.payload import (
    ENDED,
    Job,
    JobRefused,
    ModeReason,
    PolicyError,
    PowerMode,
    Refusal,
    Threshold,
    Urgency,
    answered_within_s,
    question_blocked_by,
)
from flightsw.pus import TcPacket
from flightsw.telemetry import TIME_MODULUS_US, Telemetry

_REFUSAL_OF = {
    ModeReason.GROUND: Refusal.CEILING_FORBIDS,
    ModeReason.LOW_CHARGE: Refusal.LOW_CHARGE,
    ModeReason.HOT: Refusal.HOT,
    ModeReason.COLD: Refusal.COLD,
    ModeReason.ECLIPSE: Refusal.ECLIPSE,
    ModeReason.POWER_BOARD_SILENT: Refusal.POWER_UNKNOWN,
}
"""What blocks a question → how it is refused; anything else is a device's failure."""

Arguments = Mapping[str, Value]


class Services:
    """The handlers, over what they act on.

    Args:
        unclean_boots: how many there were, to be kept.
        send_housekeeping: sends one report of a structure.
        begin_anew: restarts, soon.
    """

    def __init__(
        self,
        operations: Operations,
        telemetry: Telemetry,
        schedule: HousekeepingSchedule,
        unclean_boots: Callable[[], int],
        send_housekeeping: Callable[[Housekeeping], None],
        begin_anew: Callable[[], None],
    ) -> None:
        self._operations = operations
        self._telemetry = telemetry
        self._schedule = schedule
        self._unclean_boots = unclean_boots
        self._send_housekeeping = send_housekeeping
        self._begin_anew = begin_anew

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """By the telecommand's name; one for each that is declared."""
        return {telecommand.name: getattr(self, f"_{telecommand.name}") for telecommand in DICTIONARY.telecommands}

    def _ping(self, _packet: TcPacket, _arguments: Arguments) -> Plan:
        return Plan(do=lambda: self._telemetry.report("pong", {}))

    def _ask(self, packet: TcPacket, arguments: Arguments) -> Plan:
        operations = self._operations
        modes = operations.modes
        if modes.commanded.mode < PowerMode.STANDBY and modes.safe_cause is not ModeReason.BOOT:
            raise Refused(Refusal.MODE_FORBIDS)
        inputs = replace(operations.inputs, fault=operations.faults.lasting)
        blocked = question_blocked_by(operations.policy, modes, inputs)
        is_booting = operations.board.reading is None and not operations.board.is_silent
        if blocked is not None and not (blocked is ModeReason.POWER_BOARD_SILENT and is_booting):
            raise Refused(_REFUSAL_OF.get(blocked, Refusal.DEVICE_FAILED))
        try:
            jobs = operations.answers.jobs.accept(
                str(arguments["question"]),
                _number(arguments, "max_tokens"),
                urgency=Urgency(_number(arguments, "urgency")),
                temperature_permille=_number(arguments, "temperature_permille"),
                seed=_number(arguments, "seed"),
            )
        except JobRefused as refused:
            raise Refused(refused.refusal) from None
        deadline_s = _number(arguments, "deadline_s")
        if deadline_s and deadline_s < self._answered_within_s(jobs.jobs[-1]):
            raise Refused(Refusal.TOO_LATE)
        request_id = int.from_bytes(packet.request_id.encode(), "big")

        def do() -> None:
            operations.answers.set_jobs(jobs)
            self._telemetry.report("ask_accepted", {"request_id": request_id, "job": jobs.last_id})

        return Plan(records=memory.job_records(operations.answers.jobs, jobs), do=do)

    def _answered_within_s(self, newest: Job) -> float:
        computer = self._operations.computer
        is_powered = computer.cap is not None
        return answered_within_s(computer.profile, self._operations.answers.jobs, newest, is_powered=is_powered)

    def _cancel(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        id = _number(arguments, "job")
        try:
            jobs = self._operations.answers.cancelled(id)
        except JobRefused as refused:
            raise Refused(refused.refusal) from None

        def do() -> None:
            self._operations.answers.set_jobs(jobs)
            if (job := jobs.find(id)) is not None:
                self._operations.answers.report_ended(job)

        return Plan(records=memory.job_records(self._operations.answers.jobs, jobs), do=do)

    def _job_status(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        job = self._job(arguments)
        return Plan(do=lambda: self._operations.answers.report_job(job))

    def _resend(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        job = self._job(arguments)
        first, count = _number(arguments, "first"), _number(arguments, "count")

        def do() -> None:
            for number in range(first, min(first + count, len(job.segments))):
                self._operations.answers.report_segment(job, number)
            if job.state in ENDED:
                self._operations.answers.report_end(job)

        return Plan(do=do)

    def _set_ceiling(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        ceiling = PowerMode(_number(arguments, "mode"))
        if ceiling < PowerMode.SAFE:
            raise Refused(Refusal.BAD_ARGUMENT)  # SURVIVAL is the battery's, not ground's
        below = self._safe_records() if ceiling is PowerMode.SAFE else {}

        def do() -> None:
            self._operations.set_ceiling(ceiling)
            if below:
                self._operations.enter_safe()

        return Plan(records={**memory.ceiling_record(ceiling), **below}, do=do)

    def _enter_safe(self, _packet: TcPacket, _arguments: Arguments) -> Plan:
        return Plan(records=self._safe_records(), do=self._operations.enter_safe, is_vital=True)

    def _safe_records(self) -> memory.Records:
        mode = min(self._operations.modes.commanded.mode, PowerMode.SAFE)
        return memory.safe_record((mode, ModeReason.GROUND))

    def _leave_safe(self, _packet: TcPacket, _arguments: Arguments) -> Plan:
        operations = self._operations
        modes, power = operations.modes, operations.faults.power
        if modes.commanded.mode is not PowerMode.SAFE or modes.safe_cause is ModeReason.BOOT:
            raise Refused(Refusal.MODE_FORBIDS)
        if modes.ceiling < PowerMode.STANDBY:
            raise Refused(Refusal.CEILING_FORBIDS)
        if operations.faults.safe is not None:
            raise Refused(Refusal.DEVICE_FAILED)
        if power is None or power.charge_permille is None:
            raise Refused(Refusal.POWER_UNKNOWN)
        if power.charge_permille <= operations.policy.safe_charge_permille:
            raise Refused(Refusal.LOW_CHARGE)
        return Plan(records=memory.safe_record(None), do=operations.leave_safe)

    def _set_time(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        time_us = _number(arguments, "time_us")
        if time_us >= TIME_MODULUS_US:
            raise Refused(Refusal.BAD_ARGUMENT)
        offset_us = time_us - self._telemetry.now_us

        def do() -> None:
            self._telemetry.clock_offset_us = offset_us

        return Plan(records=memory.clock_record(offset_us), do=do)

    def _clear_fault(self, _packet: TcPacket, _arguments: Arguments) -> Plan:
        return Plan(run=self._operations.clear_fault)

    def _clear_lockout(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        rails = _number(arguments, "rails")
        return Plan(run=lambda resolve: self._operations.clear_lockout(rails, resolve))

    def _read_registers(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        boards = {Device.PAYLOAD_CTRL: self._operations.controller, Device.POWER_BOARD: self._operations.board}
        device, address = Device(_number(arguments, "device")), _number(arguments, "address")
        board = boards.get(device)
        if board is None:
            raise Refused(Refusal.BAD_ARGUMENT)

        def run(resolve: Resolve) -> None:
            def tell(words: tuple[int, ...] | None) -> None:
                if words is not None:
                    self._telemetry.report("registers", {"device": device, "address": address, "words": words})
                resolve(words is not None)

            board.look(address, _number(arguments, "count"), tell)

        return Plan(run=run)

    def _set_threshold(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        modes = self._operations.modes
        if max(modes.commanded.mode, modes.observed.mode) > PowerMode.STANDBY:
            raise Refused(Refusal.MODE_FORBIDS)  # not under a payload that is lit
        mode, limit = PowerMode(_number(arguments, "mode")), Threshold(_number(arguments, "threshold"))
        try:
            policy = self._operations.policy.with_threshold(mode, limit, _number(arguments, "value"))
        except PolicyError:
            raise Refused(Refusal.BAD_ARGUMENT) from None

        def do() -> None:
            self._operations.policy = policy

        return Plan(records=memory.threshold_record(policy), do=do)

    def _upload_elements(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        try:
            elements = read_elements({name: _number(arguments, name) for name in arguments})
        except ElementsError:
            raise Refused(Refusal.BAD_ARGUMENT) from None
        return Plan(
            records=memory.elements_record(elements),
            do=lambda: self._operations.prediction.set_elements(elements),
        )

    def _switch_load(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        board = self._operations.board
        load, is_on = Load(_number(arguments, "load")), bool(arguments["is_on"])
        loads = board.loads_on | {load} if is_on else board.loads_on - {load}

        def do() -> None:
            board.loads_on = loads

        return Plan(records=memory.loads_record(loads), do=do)

    def _clear_trips(self, _packet: TcPacket, _arguments: Arguments) -> Plan:
        if self._operations.board.is_silent:
            raise Refused(Refusal.DEVICE_FAILED)
        return Plan(do=self._operations.board.clear_trips)

    def _restart(self, _packet: TcPacket, _arguments: Arguments) -> Plan:
        return Plan(records=memory.boot_record(self._unclean_boots(), is_running=False), do=self._begin_anew)

    def _report_housekeeping(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        structure = Housekeeping(_number(arguments, "structure"))
        return Plan(do=lambda: self._send_housekeeping(structure))

    def _enable_housekeeping(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        return self._schedule_plan(arguments, is_enabled=True)

    def _disable_housekeeping(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        return self._schedule_plan(arguments, is_enabled=False)

    def _enable_event(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        return self._event_plan(arguments, is_enabled=True)

    def _disable_event(self, _packet: TcPacket, arguments: Arguments) -> Plan:
        return self._event_plan(arguments, is_enabled=False)

    def _schedule_plan(self, arguments: Arguments, *, is_enabled: bool) -> Plan:
        structure = Housekeeping(_number(arguments, "structure"))
        now_us = self._telemetry.now_us
        return Plan(do=lambda: self._schedule.enable(structure, now_us, is_enabled=is_enabled))

    def _event_plan(self, arguments: Arguments, *, is_enabled: bool) -> Plan:
        id = _number(arguments, "event")
        if DICTIONARY.event_of(id) is None:
            raise Refused(Refusal.BAD_ARGUMENT)
        return Plan(do=lambda: self._telemetry.enable_event(id, is_enabled=is_enabled))

    def _job(self, arguments: Arguments) -> Job:
        job = self._operations.answers.jobs.find(_number(arguments, "job"))
        if job is None:
            raise Refused(Refusal.UNKNOWN_JOB)
        return job


def _number(arguments: Arguments, name: str) -> int:
    value = arguments[name]
    assert isinstance(value, int)
    return value
