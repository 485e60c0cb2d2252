"""Reports: what the satellite answers, and what it says by itself at regular times."""

from flightsw.mission.dictionary import ASK, BOARDS, Report
from flightsw.mission.fields import Field, Kind, choice, number, record
from flightsw.mission.vocabulary import Device, Housekeeping, RailFault
from flightsw.payload import COMPUTING_MODES, EndReason, JobState, ModeReason, PowerMode

_JOB = number("job", Kind.U32, doc="the number that `ask` was accepted with")
_RAIL = number("rail", Kind.U8, doc="0 is the first to come up")


def _rails(name: str, unit: str, kind: Kind = Kind.U16) -> tuple[Field, ...]:
    return tuple(number(f"rail{rail}_{name}", kind, unit) for rail in range(8))


REPORTS: tuple[Report, ...] = (
    Report(name="pong", service=17, subtype=2, parameters=record(), doc="The satellite is there."),
    Report(
        name="power",
        service=3,
        subtype=25,
        key=Housekeeping.POWER,
        parameters=record(
            choice("mode", PowerMode, "observed"),
            choice("commanded", PowerMode),
            choice("ceiling", PowerMode),
            choice("reason", ModeReason, "of the last change"),
            number("battery_mv", Kind.U16, "mV"),
            number("battery_ma", Kind.I32, "mA", "positive while charging"),
            number("charge_permille", Kind.U16, "‰"),
            Field(name="sunlight", kind=Kind.FLAG),
            number("temperature_centidegc", Kind.I16, "0.01 °C", "of the power board"),
            number("battery_centidegc", Kind.I16, "0.01 °C"),
            number("panel_centidegc", Kind.I16, "0.01 °C"),
            number("bus_mv", Kind.U16, "mV", "0: down"),
            number("array_mv", Kind.U16, "mV"),
            number("array_ma", Kind.U32, "mA"),
            number("array_mw", Kind.U32, "mW"),
            number("load_mw", Kind.U32, "mW"),
            number("heater_mw", Kind.U32, "mW"),
            Field(name="payload_switch", kind=Kind.FLAG),
            Field(name="heater_switch", kind=Kind.FLAG),
            Field(name="auxiliary_switch", kind=Kind.FLAG),
            Field(name="shed", kind=Kind.FLAG, doc="the power board has shed every load that has a switch"),
            Field(name="heater_held", kind=Kind.FLAG, doc="the power board holds the heater off: low charge"),
            number("trips", Kind.U8, doc="bits 0 to 2: shed, heater held off, bus down, since they were cleared"),
        ),
        doc="Battery, sun and power mode.",
    ),
    Report(
        name="payload",
        service=3,
        subtype=25,
        key=Housekeeping.PAYLOAD,
        parameters=record(
            *_rails("mv", "mV"),
            *_rails("ma", "mA"),
            *_rails("centidegc", "0.01 °C", Kind.I16),
            number("rails", Kind.U8, doc="bit r: rail r is driven"),
            number("power_good", Kind.U8, doc="bit r: rail r is good"),
            number("warnings", Kind.U8, doc="bit r: rail r's averaged current has reached its limit"),
            number("locked_out", Kind.U8, doc="bit r: rail r is off until `clear_fault`"),
            choice("fault", RailFault),
            _RAIL,
            number("controller_energy_mj", Kind.U64, "mJ", "the controller's own counter"),
            number("energy_mj", Kind.U64, "mJ", "integral of the reported voltage and current"),
            number("mailbox_corrected", Kind.U16, doc="words of the controller's mailbox with one bit corrected"),
            number("mailbox_damaged", Kind.U16, doc="words of it beyond correction"),
            number("events_lost", Kind.U16, doc="of the controller's, which found its queue full"),
            number("computer_state", Kind.U8, doc="as the payload computer reports it"),
            number("generated_tokens", Kind.U16, doc="of the present job"),
        ),
        doc="Rails, energy and the payload computer.",
    ),
    Report(
        name="software",
        service=3,
        subtype=25,
        key=Housekeeping.SOFTWARE,
        parameters=record(
            number("uptime_s", Kind.U32, "s"),
            number("unclean_boots", Kind.U8),
            number("queued_jobs", Kind.U8),
            number("last_job", Kind.U32),
            number("frames_accepted", Kind.U32, doc="telecommand frames since boot"),
            number("frames_rejected", Kind.U32, doc="telecommand frames since boot"),
            number("commands_rejected", Kind.U32, doc="telecommands since boot"),
            number("reports_dropped", Kind.U32, doc="reports that no link pulled in time, since boot"),
            number("link_errors", Kind.U32, doc="device-link frames lost to noise since boot"),
        ),
        doc="The flight software itself.",
    ),
    Report(
        name="orbit",
        service=3,
        subtype=25,
        key=Housekeeping.ORBIT,
        parameters=record(
            Field(name="is_predicted", kind=Kind.FLAG, doc="elements are there, fresh, and used"),
            Field(name="is_sunlit", kind=Kind.FLAG, doc="as predicted"),
            number("eclipse_in_s", Kind.I32, "s", "as predicted; -1: none is foreseen"),
            number("sunlight_in_s", Kind.I32, "s", "as predicted; -1: none is foreseen"),
            number("epoch_us", Kind.U64, "µs", "of the elements, TAI since 1958-01-01; 0: there are none"),
        ),
        doc="The Earth's shadow, as predicted on board.",
    ),
    Report(
        name="compute",
        service=3,
        subtype=25,
        key=Housekeeping.COMPUTE,
        parameters=record(
            *(
                number(f"{mode.name.lower()}_{name}", Kind.U32, unit, doc)
                for mode in sorted(COMPUTING_MODES)
                for name, unit, doc in (
                    ("tokens", "", "answered in this mode since boot"),
                    ("mtokens_per_s", "1/1000 s", "measured over them"),
                    ("uj_per_token", "µJ", "measured over them"),
                )
            )
        ),
        doc="What each mode's power cap has given: speed, and energy a token.",
    ),
    Report(
        name="faults",
        service=3,
        subtype=25,
        key=Housekeeping.FAULTS,
        parameters=record(
            number("lasting", Kind.U32, doc="bit f: fault f lasts"),
            number("locking", Kind.U32, doc="bit f: fault f keeps the payload off until `clear_fault`"),
            choice("off_by", ModeReason, "why the payload may not be on; BOOT: it may"),
            number("believed_permille", Kind.U16, "‰", "charge as it is believed"),
            number("distrusted", Kind.U16, doc="bit s: sensor s is not believed"),
            number("silent_s", Kind.U32, "s", "since the last telecommand frame"),
        ),
        doc="What is wrong, and what is believed.",
    ),
    Report(
        name="registers",
        service=BOARDS,
        subtype=129,
        parameters=record(
            choice("device", Device),
            number("address", Kind.U16, doc="of the first"),
            Field(name="words", kind=Kind.WORDS),
        ),
        doc="Registers of a board, as it answered.",
    ),
    Report(
        name="ask_accepted",
        service=ASK,
        subtype=129,
        parameters=record(
            number("request_id", Kind.U32, doc="packet identification and sequence control of the ask"), _JOB
        ),
        doc="The question is queued under this number.",
    ),
    Report(
        name="answer_segment",
        service=ASK,
        subtype=130,
        parameters=record(
            _JOB,
            number("segment", Kind.U16, doc="counts from 0"),
            number("first_token", Kind.U16, doc="index of the first token in it"),
            Field(name="token_ids", kind=Kind.WORDS),
            Field(name="text", kind=Kind.TEXT),
        ),
        doc="A piece of an answer.",
    ),
    Report(
        name="answer_end",
        service=ASK,
        subtype=131,
        parameters=record(
            _JOB,
            choice("end_reason", EndReason),
            choice("cause", ModeReason, "what interrupted it"),
            number("segments", Kind.U16, doc="of the whole answer"),
            number("prompt_tokens", Kind.U16),
            number("generated_tokens", Kind.U16),
            number("energy_mj", Kind.U32, "mJ", "payload energy while the job ran"),
            number("prompt_ms", Kind.U32, "ms", "time from start to the first token"),
            number("decode_ms", Kind.U32, "ms", "time from the first token to the last"),
        ),
        doc="An answer is complete, or has ended with a reason.",
    ),
    Report(
        name="job_report",
        service=ASK,
        subtype=132,
        parameters=record(
            _JOB,
            choice("state", JobState),
            choice("cause", ModeReason, "what interrupted it"),
            number("position", Kind.U8, doc="among those that wait, from 1; 0 when it does not"),
            number("segments", Kind.U16, doc="so far"),
            number("generated_tokens", Kind.U16, doc="so far"),
        ),
        doc="Where a job stands.",
    ),
)
