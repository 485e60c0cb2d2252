"""Events: what happened on board, reported once."""

from flightsw.mission.dictionary import Event
from flightsw.mission.fields import Field, Kind, choice, number, record
from flightsw.mission.vocabulary import BootCause, ControllerEvent, Device, RailFault, Severity, StoreFault
from flightsw.payload import EndReason, Fault, ModeReason, PowerMode, Response

_JOB = number("job", Kind.U32, doc="the number that `ask` was accepted with")
_MODE = choice("mode", PowerMode)
_DEVICE = choice("device", Device)
_RAIL = number("rail", Kind.U8, doc="0 is the first to come up")
_FAULT = choice("fault", Fault)
_PART = number("part", Kind.U8, doc="which rail, sensor (0 charge, 1 voltage, 2 current, ...) or 0")
_ANSWER = record(_FAULT, _PART, choice("response", Response), number("count", Kind.U8, doc="within the hour"))
_ANSWERED = "{fault} ({part}), {count} within the hour: {response}"

EVENTS: tuple[Event, ...] = (
    Event(
        name="boot",
        id=1,
        severity=Severity.INFO,
        parameters=record(_MODE, number("unclean_boots", Kind.U8)),
        text="booting towards {mode}, {unclean_boots} unclean boots",
    ),
    Event(
        name="mode_changed",
        id=2,
        severity=Severity.INFO,
        parameters=record(choice("old", PowerMode), choice("new", PowerMode), choice("reason", ModeReason)),
        text="mode {old} → {new} ({reason})",
    ),
    Event(
        name="rail_on",
        id=3,
        severity=Severity.INFO,
        parameters=record(_RAIL, number("voltage_mv", Kind.U16, "mV")),
        text="rail {rail} is good at {voltage_mv} mV",
    ),
    Event(name="rail_off", id=4, severity=Severity.INFO, parameters=record(_RAIL), text="rail {rail} is off"),
    Event(
        name="rail_fault",
        id=5,
        severity=Severity.HIGH,
        parameters=record(_RAIL, choice("fault", RailFault)),
        text="rail {rail}: {fault}",
    ),
    Event(
        name="device_silent",
        id=6,
        severity=Severity.HIGH,
        parameters=record(_DEVICE),
        text="{device} does not answer",
    ),
    Event(
        name="device_found",
        id=7,
        severity=Severity.INFO,
        parameters=record(_DEVICE),
        text="{device} answers",
    ),
    Event(
        name="computer_ready",
        id=8,
        severity=Severity.INFO,
        parameters=record(),
        text="payload computer has its model loaded",
    ),
    Event(
        name="computer_failed",
        id=9,
        severity=Severity.HIGH,
        parameters=record(Field(name="message", kind=Kind.TEXT)),
        text="payload computer: {message}",
    ),
    Event(
        name="job_started",
        id=10,
        severity=Severity.INFO,
        parameters=record(_JOB),
        text="job {job} is being read",
    ),
    Event(
        name="first_token",
        id=11,
        severity=Severity.INFO,
        parameters=record(_JOB, number("prompt_tokens", Kind.U16)),
        text="job {job}: prompt of {prompt_tokens} tokens read, answering",
    ),
    Event(
        name="job_ended",
        id=12,
        severity=Severity.INFO,
        parameters=record(_JOB, choice("end_reason", EndReason), number("generated_tokens", Kind.U16)),
        text="job {job} ended: {end_reason} after {generated_tokens} tokens",
    ),
    Event(
        name="job_interrupted",
        id=13,
        severity=Severity.MEDIUM,
        parameters=record(_JOB, choice("cause", ModeReason)),
        text="job {job} interrupted: {cause}",
    ),
    Event(
        name="job_resumed",
        id=17,
        severity=Severity.INFO,
        parameters=record(_JOB, number("generated_tokens", Kind.U16)),
        text="job {job} goes on behind {generated_tokens} tokens",
    ),
    Event(
        name="job_saved",
        id=18,
        severity=Severity.INFO,
        parameters=record(
            _JOB,
            number("tokens", Kind.U16, doc="of the answer when it was kept"),
            number("octets", Kind.U32),
            number("digest", Kind.U64, doc="the beginning of the SHA-256 of what was kept"),
        ),
        text="job {job} kept with {tokens} tokens: {octets} octets, SHA-256 {digest:016x}…",
    ),
    Event(
        name="job_given_up",
        id=19,
        severity=Severity.MEDIUM,
        parameters=record(_JOB, number("attempts", Kind.U8), choice("cause", ModeReason)),
        text="job {job} given up after {attempts} attempts: {cause}",
    ),
    Event(
        name="store_fault",
        id=14,
        severity=Severity.HIGH,
        parameters=record(choice("fault", StoreFault)),
        text="store: {fault}",
    ),
    Event(
        name="thresholds_rejected",
        id=15,
        severity=Severity.HIGH,
        parameters=record(),
        text="stored thresholds are out of range; the mission's own are used",
    ),
    Event(
        name="restarting",
        id=16,
        severity=Severity.INFO,
        parameters=record(),
        text="restarting on ground's command",
    ),
    Event(
        name="loads_shed",
        id=50,
        severity=Severity.HIGH,
        parameters=record(number("bus_mv", Kind.U16, "mV")),
        text="the power board has shed its loads at {bus_mv} mV",
    ),
    Event(
        name="loads_connected",
        id=51,
        severity=Severity.INFO,
        parameters=record(number("bus_mv", Kind.U16, "mV")),
        text="the power board has let its loads on again at {bus_mv} mV",
    ),
    Event(
        name="loads_held",
        id=53,
        severity=Severity.MEDIUM,
        parameters=record(),
        text="power is scarce: heater and auxiliary load are kept off",
    ),
    Event(
        name="loads_released",
        id=54,
        severity=Severity.INFO,
        parameters=record(),
        text="heater and auxiliary load may be on again",
    ),
    Event(
        name="power_board_reset",
        id=52,
        severity=Severity.MEDIUM,
        parameters=record(),
        text="the power board had lost its settings and is told them again",
    ),
    Event(
        name="mode_overdue",
        id=40,
        severity=Severity.HIGH,
        parameters=record(_MODE),
        text="{mode} is commanded, but the rails do not go dark",
    ),
    Event(
        name="elements_stale",
        id=41,
        severity=Severity.MEDIUM,
        parameters=record(number("age_days", Kind.I32, "d", "of on-board time, since their epoch")),
        text="on-board time is {age_days} days after the epoch of the orbit's elements: eclipses are not predicted",
    ),
    Event(
        name="clock_unset",
        id=42,
        severity=Severity.LOW,
        parameters=record(),
        text="on-board time has not been set: eclipses are not predicted",
    ),
    Event(name="fault_unit", id=20, severity=Severity.LOW, parameters=_ANSWER, text=_ANSWERED),
    Event(name="fault_subsystem", id=21, severity=Severity.MEDIUM, parameters=_ANSWER, text=_ANSWERED),
    Event(name="fault_system", id=22, severity=Severity.HIGH, parameters=_ANSWER, text=_ANSWERED),
    Event(
        name="fault_over",
        id=23,
        severity=Severity.INFO,
        parameters=record(_FAULT, _PART),
        text="{fault} ({part}) is over",
    ),
    Event(
        name="controller_boot",
        id=25,
        severity=Severity.MEDIUM,
        parameters=record(choice("cause", BootCause)),
        text="payload controller has begun: {cause}",
    ),
    Event(
        name="controller_event",
        id=26,
        severity=Severity.INFO,
        parameters=record(
            choice("event", ControllerEvent),
            number("argument", Kind.U16, doc="rails as a mask, or more about the event"),
            number("time_ms", Kind.U32, "ms", "of the controller's own uptime"),
        ),
        text="payload controller at {time_ms} ms: {event} ({argument})",
    ),
    Event(
        name="faults_cleared",
        id=24,
        severity=Severity.INFO,
        parameters=record(),
        text="counts and locks of all faults are cleared on ground's command",
    ),
)
