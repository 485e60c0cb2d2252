"""Telecommands: what the ground may ask of the satellite."""

from flightsw.mission.dictionary import ASK, BOARDS, FUNCTIONS, Telecommand
from flightsw.mission.fields import Field, Kind, choice, number, record
from flightsw.mission.vocabulary import Device, Housekeeping, Load
from flightsw.payload import PowerMode, Threshold, Urgency

MAX_ANSWER_TOKENS = 1024
MAX_READ_REGISTERS = 16
"""As many as the device link reads at a time."""

_JOB = number("job", Kind.U32, doc="the number that `ask` was accepted with")
_MODE = choice("mode", PowerMode)
_STRUCTURE = choice("structure", Housekeeping)

TELECOMMANDS: tuple[Telecommand, ...] = (
    Telecommand(name="ping", service=17, subtype=1, arguments=record(), doc="Ask whether the satellite is there."),
    Telecommand(
        name="ask",
        service=ASK,
        subtype=1,
        arguments=record(
            Field(
                name="max_tokens",
                kind=Kind.U16,
                minimum=1,
                maximum=MAX_ANSWER_TOKENS,
                default=128,
                doc="where the answer is cut off at the latest",
            ),
            Field(
                name="deadline_s",
                kind=Kind.U16,
                unit="s",
                default=0,
                doc="refuse a question that may not be answered within this; 0: none",
            ),
            Field(
                name="urgency",
                kind=Kind.U8,
                choices=Urgency,
                default=Urgency.NORMAL,
                doc="a more urgent question interrupts a less urgent answer, which goes on afterwards",
            ),
            Field(
                name="temperature_permille",
                kind=Kind.U16,
                unit="‰",
                default=0,
                doc="of sampling; 0: always the likeliest token",
            ),
            Field(name="seed", kind=Kind.U32, default=0, doc="of sampling: the same seed gives the same answer"),
            Field(name="question", kind=Kind.TEXT, minimum=1, doc="what the language model is asked"),
        ),
        doc="Queue a question for the language model; it raises the power mode by itself.",
    ),
    Telecommand(name="cancel", service=ASK, subtype=2, arguments=record(_JOB), doc="Cancel a job that has not ended."),
    Telecommand(name="job_status", service=ASK, subtype=3, arguments=record(_JOB), doc="Report where a job stands."),
    Telecommand(
        name="resend",
        service=ASK,
        subtype=4,
        arguments=record(
            _JOB,
            number("first", Kind.U16, doc="the first segment wanted"),
            number("count", Kind.U16, doc="how many", minimum=1),
        ),
        doc="Send an answer's segments, and its end, again.",
    ),
    Telecommand(
        name="set_ceiling",
        service=FUNCTIONS,
        subtype=1,
        key=1,
        arguments=record(_MODE),
        doc="Set the highest power mode that autonomy may choose, SAFE at the lowest. It survives a restart.",
    ),
    Telecommand(
        name="enter_safe", service=FUNCTIONS, subtype=1, key=2, arguments=record(), doc="Go to SAFE: payload off."
    ),
    Telecommand(
        name="leave_safe",
        service=FUNCTIONS,
        subtype=1,
        key=3,
        arguments=record(),
        doc="Go from SAFE to STANDBY, if the battery allows.",
    ),
    Telecommand(
        name="set_time",
        service=FUNCTIONS,
        subtype=1,
        key=4,
        arguments=record(number("time_us", Kind.U64, "µs", "TAI since 1958-01-01")),
        doc="Set on-board time. The monotonic clock below it does not move.",
    ),
    Telecommand(
        name="clear_fault",
        service=FUNCTIONS,
        subtype=1,
        key=5,
        arguments=record(),
        doc="Clear what the payload controller has latched, and all counts and locks of faults.",
    ),
    Telecommand(
        name="clear_lockout",
        service=FUNCTIONS,
        subtype=1,
        key=8,
        arguments=record(number("rails", Kind.U8, doc="bit r: rail r", minimum=1)),
        doc="Clear the lock-out of these rails alone, and what is counted against them.",
    ),
    Telecommand(
        name="set_threshold",
        service=FUNCTIONS,
        subtype=1,
        key=6,
        arguments=record(_MODE, choice("threshold", Threshold), number("value", Kind.I16)),
        doc="Change a limit of a mode. Range-checked, survives a restart, and only while the payload is off.",
    ),
    Telecommand(
        name="restart",
        service=FUNCTIONS,
        subtype=1,
        key=7,
        arguments=record(),
        doc="Restart the flight software cleanly.",
    ),
    Telecommand(
        name="switch_load",
        service=FUNCTIONS,
        subtype=1,
        key=20,
        arguments=record(choice("load", Load), Field(name="is_on", kind=Kind.FLAG)),
        doc="Let a load of the power board be on, or off. It survives a restart; saving power in SAFE wins.",
    ),
    Telecommand(
        name="clear_trips",
        service=FUNCTIONS,
        subtype=1,
        key=21,
        arguments=record(),
        doc="Have the power board forget what it has shed and held off.",
    ),
    Telecommand(
        name="upload_elements",
        service=FUNCTIONS,
        subtype=1,
        key=30,
        arguments=record(
            number("epoch_us", Kind.U64, "µs", "TAI since 1958-01-01"),
            number("mean_motion_e8_rev_per_day", Kind.U32, "1e-8 rev/day"),
            number("eccentricity_e9", Kind.U32, "1e-9"),
            number("inclination_e7_deg", Kind.U32, "1e-7 °"),
            number("raan_e7_deg", Kind.U32, "1e-7 °"),
            number("argument_of_perigee_e7_deg", Kind.U32, "1e-7 °"),
            number("mean_anomaly_e7_deg", Kind.U32, "1e-7 °"),
            number("bstar_e9", Kind.I32, "1e-9 / Earth radius"),
        ),
        doc="Predict eclipses from these mean elements, as sgp4 takes them. Range-checked; survives a restart.",
    ),
    Telecommand(
        name="read_registers",
        service=BOARDS,
        subtype=1,
        arguments=record(
            choice("device", Device, "PAYLOAD_CTRL or POWER_BOARD: the computer has no registers"),
            number("address", Kind.U16, doc="of the first; each has four"),
            Field(name="count", kind=Kind.U8, minimum=1, maximum=MAX_READ_REGISTERS, default=1),
        ),
        doc="Report registers of a board as they are; reading some has effects, as their documentation says.",
    ),
    Telecommand(
        name="report_housekeeping",
        service=3,
        subtype=27,
        arguments=record(_STRUCTURE),
        doc="Send one housekeeping report now.",
    ),
    Telecommand(
        name="enable_housekeeping",
        service=3,
        subtype=5,
        arguments=record(_STRUCTURE),
        doc="Send a housekeeping report periodically.",
    ),
    Telecommand(
        name="disable_housekeeping",
        service=3,
        subtype=6,
        arguments=record(_STRUCTURE),
        doc="Stop the periodic housekeeping report.",
    ),
    Telecommand(
        name="enable_event",
        service=5,
        subtype=5,
        arguments=record(number("event", Kind.U16, doc="an event's id")),
        doc="Report an event again.",
    ),
    Telecommand(
        name="disable_event",
        service=5,
        subtype=6,
        arguments=record(number("event", Kind.U16, doc="an event's id")),
        doc="Stop reporting an event.",
    ),
)
