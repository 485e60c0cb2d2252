"""The proofs, how each is done, and for each property an edit of the RTL that must break it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hil.rtl.build import sources

__all__ = ["BDD", "INDUCTION", "PDR", "PROOFS", "Mutation", "MutationError", "Proof", "Property"]

FOLDER = Path(__file__).parent
INDUCTION = "smtbmc boolector"
PDR = "abc pdr"
BDD = "abc collapse; strash; pdr"

_labelled = re.compile(r" *(?P<label>\w+): *(?P<kind>assert|cover)\b")


class MutationError(ValueError):
    """The text to be edited does not stand in the module exactly once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A comment of a `_fv.sv` file and what stands directly under it: labelled assertions, which always hold, or
    covers, which can happen (`is_cover`).
    """

    text: str
    labels: tuple[str, ...]
    is_cover: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """An edit of one module after which the property `breaks` must not hold any more."""

    breaks: str
    module: str
    old: str
    new: str

    def apply(self, text: str) -> str:
        """The module's text, edited. Raises MutationError."""
        if text.count(self.old) != 1:
            raise MutationError(f"{self.module}.sv has {text.count(self.old)} times, not once: {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The properties of one `NAME_fv.sv`.

    `engine` INDUCTION tries k-induction for k up to `depth`; PDR needs no depth. What is covered, and what refutes a
    mutated module, is looked for within `reach` clocks. `is_long`: takes more than a test may, so only `make prove`
    does it. `instead`: a module or package -> what of this folder takes its place. `with_own`: the assertions of the
    modules themselves are proven, too; not where other proofs do that.
    """

    name: str
    engine: str = INDUCTION
    depth: int = 4
    reach: int = 20
    is_long: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)
    with_own: bool = True
    mutations: tuple[Mutation, ...] = ()

    @property
    def properties(self) -> tuple[Property, ...]:
        return tuple(_properties((FOLDER / f"{self.name}_fv.sv").read_text()))

    def files(self) -> dict[str, str]:
        """File name -> text of the proof and of all RTL that it is about, packages first."""
        known: Mapping[str, Path] = {path.stem: path for path in sources()}
        known = {**known, **{stem: FOLDER / f"{other}.sv" for stem, other in self.instead.items()}}
        found = {f"{self.name}_fv": (FOLDER / f"{self.name}_fv.sv").read_text()}
        pending = [f"{self.name}_fv"]
        while pending:
            words = set(re.findall(r"\w+", re.sub(r"//.*", "", found[pending.pop()])))
            for stem in sorted(words & known.keys() - found.keys()):
                found[stem] = known[stem].read_text()
                pending.append(stem)
        order = [*(path.stem for path in sources() if path.stem in found), f"{self.name}_fv"]
        return {f"{stem}.sv": found[stem] for stem in order}


def _properties(text: str) -> Iterator[Property]:
    for block in re.split(r"\n\s*\n", text):
        comment = " ".join(re.findall(r"^ *// (.*)", block, re.M))
        if comment and (found := _labelled.findall(block)):
            yield Property(text=comment, labels=tuple(label for label, _ in found), is_cover=found[0][1] == "cover")


def _mutations(module: str, *rows: tuple[str, str, str]) -> tuple[Mutation, ...]:
    return tuple(Mutation(breaks=breaks, module=module, old=old, new=new) for breaks, old, new in rows)


PROOFS = (
    Proof(
        name="window_watchdog",
        mutations=_mutations(
            "window_watchdog",
            ("EarlyBites", "bite_d = age_q < open_ms_i;", "bite_d = age_q + 1'b1 < open_ms_i;"),
            ("LateBites", "bite_d = age_d >= close_ms_i;", "bite_d = age_d > close_ms_i;"),
            ("NeverHeldOff", "bite_d = age_q < open_ms_i;\n      if (!bite_d) age_d", "if (!bite_d) age_d"),
            ("OnlyOutside", "end else if (enable_i && tick_1ms_i) begin", "end else if (tick_1ms_i) begin"),
            ("WrongKeyBites", "bite_d  = 1'b1;", "bite_d  = 1'b0;"),
            ("EarlyIsTold", "if (bite_d) cause_d = WatchdogCause__TOO_EARLY;", ""),
            ("StaysBitten", "bite_d = !clear_i;", "bite_d = !clear_i && !kick_i;"),
            ("AgeCounts", "if (!bite_d) age_d = '0;", "age_d = '0;"),
            ("BitesAgain", "bite_d = !clear_i;", "bite_d = 1'b1;"),
        ),
    ),
    Proof(
        name="secded",
        engine=BDD,
        reach=1,
        mutations=_mutations(
            "secded_encode",
            ("DataIsPlain", "word_o[DataBits-1:0] = data_i;", "word_o[DataBits-1:0] = data_i ^ 32'd1;"),
            ("NoErrorPasses", "^ Inverted[c];", ";"),
            ("DeadIsNoWord", "word_o[WordBits-1:DataBits] = Inverted;", "word_o[WordBits-1:DataBits] = '0;"),
        )
        + _mutations(
            "secded_decode",
            ("SingleIsCorrected", "b < WordBits; b++) wrong", "b < WordBits - 1; b++) wrong"),
            ("DoubleIsFlagged", "syndrome != '0 && !corrected_o", "syndrome == '1 && !corrected_o"),
        ),
    ),
    Proof(
        name="rail_power",
        depth=3,
        reach=14,
        mutations=_mutations(
            "rail_sequencer",
            ("PredecessorsGood", "if (faults != '0) begin", "if (faults != '0 && state_q != State__STEADY) begin"),
            ("OneAtATime", "{switches_q[Rails-2:0], 1'b1}", "{switches_q[Rails-3:0], 2'b11}"),
            ("LostIsOpen", "lost         = good_q & ~power_good_i;", "lost         = good_q & ~power_good_i & rising;"),
            ("TrippedIsOpen", "(fast_trip_i | slow_trip_i)", "(fast_trip_i & slow_trip_i)"),
            ("UnderVoltageIsDark", "(bite_i || brownout_i) ? '0", "bite_i ? '0"),
            ("BiteIsDark", "(bite_i || brownout_i) ? '0", "brownout_i ? '0"),
            ("DarkUntilCleared", "if (clear_i) state_d = State__STEADY;", "if (tick_1ms_i) state_d = State__STEADY;"),
            ("HighestFirst", "highest      = highest_of(switches_q);", "highest      = lowest_of(switches_q);"),
            (
                "DependantsFollow",
                "if ((switches_q & above) != '0) begin\n          if (expired)",
                "if ((switches_q & above) != '0) begin\n          if (expired && target_i == '0)",
            ),
            (
                "StatesEnd",
                "if (expired) state_d = State__STEADY;",
                "if (expired && target_i != on) state_d = State__STEADY;",
            ),
            (
                "TimerRuns",
                "timer_d      = (tick_1ms_i && !expired) ?",
                "timer_d      = (tick_1ms_i && !expired && on != '0) ?",
            ),
            ("CauseIsOwn", "trip_cause_o = FaultCause__SLOW_OVERCURRENT;", "trip_cause_o = FaultCause__UNDER_VOLTAGE;"),
            ("ReachesBackoff", "state_d = State__BACKOFF;", "state_d = State__STEADY;"),
            ("TriesAgain", "retry_o = target_i > on;", "retry_o = target_i < on;"),
        )
        + _mutations(
            "trip_ledger",
            ("LockedOutIsOff", "if (clear_i[r]) begin", "if (clear_i[r]) begin\n            locked_out_o[0] <= 1'b1;"),
            ("LockedOutStays", "if (clear_i[r]) begin", "if (clear_i[0]) begin"),
        ),
    ),
    Proof(
        name="current_limiter",
        reach=8,
        mutations=_mutations(
            "current_limiter",
            ("TripsInTime", "is_counting && seen_q >= trip_clocks_i;", "is_counting && seen_q > trip_clocks_i;"),
            ("NeverEarlier", "overcurrent_i && blanking_q == '0;", "overcurrent_i && blanking_q <= 16'd1;"),
            ("OpenIsQuiet", "warning_o   = 1'b0;", "warning_o   = average_ma_o >= limit_ma_i;"),
            ("AverageInRange", "(distance >>> average_shift_i)", "(distance >> average_shift_i)"),
            ("Trips", "seen_q <= is_counting ? seen_q + 1'b1 : '0;", "seen_q <= '0;"),
        ),
    ),
    Proof(
        name="uart_rx",
        depth=2,
        reach=50,
        mutations=_mutations(
            "uart_rx",
            ("OctetIsWhole", "valid_o = rx_i;", "valid_o = 1'b1;"),
            ("DataEnds", "if (index_q == 3'd7) state_d = Stop;", "if (index_q == 3'd7 && rx_i) state_d = Stop;"),
            ("BreakEnds", "if (rx_i) state_d = Idle;", "if (rx_i && index_q == 3'd1) state_d = Idle;"),
            ("ReachesBreak", "state_d = rx_i ? Idle : Break;", "state_d = Idle;"),
        ),
    ),
    Proof(
        name="responder",
        depth=2,
        reach=30,
        mutations=_mutations(
            "responder",
            ("SixteenAtMost", "data_i > 8'(MaxRegisters)", "data_i > 8'(2 * MaxRegisters)"),
            ("RefusalEnds", "if (nak != NakNone) begin\n      state_d     = Send;", "if (nak != NakNone) begin"),
            (
                "RepeatIsSilent",
                "stored_q && seq_i == seq_q && op_i",
                "stored_q && seq_i == seq_q && op_i != OpWrite && op_i",
            ),
            (
                "StatesEnd",
                "if (octet_q == 2'd3) state_d = Write;",
                "if (octet_q == 2'd3 && data_i != '0) state_d = Write;",
            ),
            ("ReachesIdentify", "state_d     = Identify;", "state_d     = Send;"),
        ),
    ),
    Proof(
        name="deframer",
        depth=2,
        reach=32,
        mutations=_mutations(
            "deframer",
            (
                "HeldIsShort",
                "is_false = header_d[15:0] > 16'(MaxData);",
                "is_false = header_d[15:0] > 16'(MaxData + 1);",
            ),
            ("LongestFits", "is_false = header_d[15:0] > 16'(MaxData);", "is_false = 1'b0;"),
            ("SilenceEnds", "is_false    = 1'b1;\n      timeout_o", "is_false    = count_q != 8'd1;\n      timeout_o"),
            ("StatesEnd", "if (done_i) begin", "if (done_i && !octet_valid_i) begin"),
            ("ReachesHeld", "crc_error_o = crc_next != '0;", "crc_error_o = 1'b1;"),
            (
                "GivesUp",
                "end else if (is_silent && count_q != '0) begin",
                "end else if (is_silent && count_q == '1) begin",
            ),
        ),
    ),
    Proof(
        name="payload_ctrl",
        depth=3,
        reach=5,
        with_own=False,
        mutations=_mutations(
            "rail_sequencer",
            ("UnderVoltageIsDark", "(bite_i || brownout_i) ? '0", "bite_i ? '0"),
            ("BiteIsDark", "(bite_i || brownout_i) ? '0", "brownout_i ? '0"),
        )
        + _mutations(
            "register_guard",
            ("TargetFollows", "else if (wdata_i > 32'(highest_target_i)) rule = NakRefused;", ""),
            ("WindowStays", "WatchdogOpenMs, WatchdogCloseMs: begin", "WatchdogCloseMs: begin"),
        ),
    ),
    Proof(
        name="mailbox_ram",
        depth=2,
        reach=14,
        instead={"secded_pkg": "small_secded_pkg"},
        mutations=_mutations(
            "mailbox_ram",
            ("StoredIsKnown", "ram_write  = is_checked && corrected;", "ram_write  = is_checked && uncorrectable;"),
            ("ReadIsWritten", "rdata_o         = decoded[DataBits-1:0];", "rdata_o         = word_q[DataBits-1:0];"),
            (
                "DoubleIsFlagged",
                "assign uncorrectable_o = damaged_o;",
                "assign uncorrectable_o = damaged_o && scrub_q;",
            ),
            ("SingleIsMended", "ram_wdata  = decoded;", "ram_wdata  = word_q;"),
            ("NoFalseAlarm", "corrected_o     = is_checked && corrected;", "corrected_o     = corrected;"),
            ("AnsweredInTime", "end else if (req_i) begin", "end else if (req_i && !scrub_q) begin"),
            ("ReadyEnds", "end else if (scrub_q) begin", "end else if (scrub_q && !write_i) begin"),
            ("ScrubberMends", "ram_write  = corrected;", "ram_write  = 1'b0;"),
            ("ReachesScrub", "state_d  = Scrub;", "state_d  = Ready;"),
            ("FillEnds", "if (state_q inside {Fill, Scrub}) pointer_q", "if (state_q == Scrub) pointer_q"),
        ),
    ),
    Proof(
        name="adc128s102_reader",
        depth=2,
        reach=72,
        mutations=_mutations(
            "adc128s102_reader",
            ("CodesAreRight", "{codes_q[p][10:0], dout_i[p]}", "{dout_i[p], codes_q[p][11:1]}"),
            ("ChannelsInOrder", "3'(frame_q - 4'd2)", "3'(frame_q - 4'd1)"),
            ("LastIsMarked", "assign last_o    = !busy_q;", "assign last_o    = busy_q;"),
            ("AllAreThere", "localparam int unsigned Frames = 9;", "localparam int unsigned Frames = 2;"),
            ("RoundLasts", "localparam int unsigned Frames = 9;", "localparam int unsigned Frames = 2;"),
            ("RestIsQuiet", "sclk_q  <= !start_i;", "sclk_q  <= 1'b0;"),
            ("DinIsSteady", "assign din_o     = din_q;", "assign din_o     = din_d;"),
            ("ReadsFirst", "valid_q <= frame_q != '0;", "valid_q <= 1'b0;"),
        ),
    ),
    Proof(
        name="event_fifo",
        depth=2,
        reach=20,
        mutations=_mutations(
            "event_fifo",
            ("ComesAsItWent", "head_q <= ram_q[read_d];", "head_q <= ram_q[read_q];"),
            ("SeenInTime", "valid_d  = count_q != count_t'(is_popped);", "valid_d  = count_d != '0;"),
            ("TimeIsIts", "if (pop_i) popped_d", "if (pop_i && count_q != count_t'(1)) popped_d"),
            ("LostIsFull", "count_q != count_t'(Depth);", "count_q < count_t'(Depth - 1);"),
            ("CountIsInside", "count_t'(is_pushed) - count_t'(is_popped);", "count_t'(push_i) - count_t'(is_popped);"),
            ("FillsAndEmpties", "count_q != count_t'(Depth);", "count_q < count_t'(Depth - 1);"),
        ),
    ),
    Proof(
        name="event_collector",
        depth=2,
        mutations=_mutations(
            "event_collector",
            ("OneAClock", "kept       = pending_q & ~(Sources'(1) << first);", "kept       = pending_q;"),
            (
                "LowestFirst",
                "for (int unsigned s = Sources; s > 0; s--) if",
                "for (int unsigned s = 1; s <= Sources; s++) if",
            ),
            ("ArgumentIsKept", "if (raise_i[s] && !kept[s])", "if (raise_i[s])"),
            ("LostIsCounted", "$countones(raise_i & kept & ~Merged)", "$countones(raise_i & pending_q & ~Merged)"),
            ("TwoLost", "raise_i & kept & ~Merged", "raise_i & kept & ~Merged & Sources'(8)"),
        ),
    ),
    Proof(
        name="cap_output",
        depth=2,
        mutations=_mutations(
            "cap_output",
            ("OnIsDue", "{1'b0, owed_q} + duty;", "{1'b0, owed_q} + duty_q;"),
            ("DutyIsHeld", "(phase_q == '0) ? duty_i : duty_q;", "duty_i;"),
            ("ChangesWithTick", "end else if (tick_1ms_i) begin", "end else begin"),
            ("DarkIsOff", "assign on_o      = on_q && is_powered_i;", "assign on_o      = on_q;"),
            ("HalfIsOn", "{on_q, owed_q} <= {1'b0, owed_q} + duty;", "{on_q, owed_q} <= '0;"),
        ),
    ),
    Proof(
        name="boot_cause",
        depth=2,
        mutations=_mutations(
            "boot_cause",
            ("BeginsOnce", "was_reset_q && !reset;", "!was_reset_q && reset;"),
            ("FirstIsPower", "booted_q    <= booted_q || boot_o;", "booted_q    <= booted_q || reset;"),
            ("ResetIsTold", "if (is_reset) cause_d", "if (is_reset && !bite_i) cause_d"),
            ("LowIsTold", "if (under_voltage_i) cause_d", "if (under_voltage_i && !is_bitten) cause_d"),
            ("BiteIsTold", "if (is_bitten) cause_d", "if (is_bitten && !reset) cause_d"),
            ("NothingElse", "assign is_bitten    = bite_i && !bite_q;", "assign is_bitten    = bite_i;"),
            ("EachIsCounted", "is_reset || is_bitten || under_voltage_i),", "is_reset || is_bitten),"),
            ("Remembers", "booted_q    <= booted_q || boot_o;", "booted_q    <= 1'b0;"),
        ),
    ),
    Proof(
        name="energy_counter",
        depth=2,
        reach=16,
        mutations=_mutations(
            "energy_counter",
            ("EnergyIsProduct", "48'(product_q[31:0])", "48'(product_q[30:0])"),
            (
                "AllGrows",
                "total_q          <= total_q + 64'(product_q);",
                "total_q          <= total_q + 64'(product_q[46:0]);",
            ),
            ("PowerIsProduct", "48'(current_ma_i[rail_q]);", "48'(current_ma_i[0]);"),
            ("SecondGrows", "energy_q[rail_q] <= energy_q[rail_q]", "energy_q[rail_q] <= energy_q[0]"),
            ("TurnIsIts", "rail_d  = rail_q + 1'b1;", "rail_d  = rail_q;"),
            ("DoneInTime", "rail_t'(Rails - 1)) ? Idle", "rail_t'(Rails - 2)) ? Idle"),
            ("HighIsThen", "if (low_read_i[r]) high_q[r] <=", "high_q[r] <="),
            ("LowIsNow", "low_o[Rails] = total_q[31:0];", "low_o[Rails] = high_q[Rails];"),
            ("StatesEnd", "if (sample_i) state_d = Multiply;", "if (sample_i && !low_read_i[0]) state_d = Multiply;"),
            ("ReachesAdd", "state_d   = Scale;", "state_d   = Idle;"),
        ),
    ),
    Proof(
        name="register_guard",
        depth=1,
        reach=2,
        mutations=_mutations(
            "register_guard",
            ("TargetMayBe", "else if (wdata_i > 32'(highest_target_i)) rule = NakRefused;", ""),
            ("WindowStays", "WatchdogOpenMs, WatchdogCloseMs: begin", "WatchdogCloseMs: begin"),
            ("ArmedStays", "if (wdata_i == '0 && is_watchdog_armed_i) rule = NakRefused;", ""),
            ("LimitOnce", "else if (is_limit_written_i) rule = NakRefused;", ""),
            ("LimitIsLow", "wdata_i[15:0] < MinLimitMv ||", ""),
            ("NoClearWhileLow", "else if (is_under_voltage_i) rule = NakRefused;", ""),
            (
                "NoClearInTrip",
                "else if (is_tripping_i) rule = NakBusy;\n          else if (is_under",
                "else if (is_under",
            ),
            ("KeyClearsFault", "if (wdata_i != FaultClearKey) rule = NakBadValue;\n          else if", "if"),
            ("KeyDisarms", "if (wdata_i != WatchdogDisarmKey) rule = NakBadValue;", ""),
        ),
    ),
    Proof(
        name="crc16",
        engine=BDD,
        reach=1,
        mutations=_mutations("crc16", ("RestOfDivision", "{3'h0, divided, 5'h00}", "{2'h0, divided, 6'h00}")),
    ),
)
