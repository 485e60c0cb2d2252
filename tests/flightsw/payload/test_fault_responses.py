"""Fault responses on plain values: the table's shape, and how a fault climbs it."""

from collections import Counter

import pytest

from flightsw.mission import DICTIONARY
from flightsw.payload import (
    FAULT_RESPONSES,
    Answer,
    Fault,
    FaultState,
    Level,
    ModeReason,
    Over,
    Response,
    Rung,
    Watcher,
    clear,
    payload_off_by,
    safe_by,
)
from flightsw.payload.fault_responses import deadline_us, kept, resumed, step
from flightsw.payload.fault_table import End, Row

S_US = 1_000_000
DEBOUNCES = {row.fault: 10.0 for row in FAULT_RESPONSES if row.debounce_s is None}


class Watch:
    """A fault state and a clock in seconds."""

    def __init__(self) -> None:
        self.state = FaultState()
        self.now_s = 0.0
        self.log: list[tuple[str, str]] = []

    def see(self, seconds: float = 0, holding: tuple[Fault, ...] = (), happened: tuple[Fault, ...] = ()) -> None:
        """`seconds` later this holds, or happens in part 0."""
        self.now_s += seconds
        keys = [[(fault, 0) for fault in faults] for faults in (holding, happened)]
        self.state, effects = step(DEBOUNCES, self.state, *keys, round(self.now_s * S_US))
        self.log += [(e.response.name if isinstance(e, Answer) else "OVER", e.fault.name) for e in effects]

    def answers(self) -> list[str]:
        log, self.log = self.log, []
        return [response for response, _ in log]

    @property
    def off(self) -> ModeReason | None:
        return payload_off_by(self.state, round(self.now_s * S_US))

    @property
    def due_s(self) -> float | None:
        due_us = deadline_us(DEBOUNCES, self.state, round(self.now_s * S_US))
        return None if due_us is None else due_us / S_US


@pytest.mark.req("PWR-031")
def test_every_fault_has_one_row_and_what_it_watches_is_in_the_dictionary() -> None:
    assert Counter(row.fault for row in FAULT_RESPONSES) == Counter(Fault)
    parameters = {field.name for report in DICTIONARY.reports for field in report.parameters.fields}
    known = parameters | {event.name for event in DICTIONARY.events}
    assert not [row.fault.name for row in FAULT_RESPONSES if row.watched not in known]


@pytest.mark.req("PWR-031")
def test_rungs_that_do_not_climb_do_not_exist() -> None:
    low, high = Rung(Level.UNIT, Response.REPORT), Rung(Level.SYSTEM, Response.SAFE)
    for rungs in ((), (high, low), (low, low)):
        with pytest.raises(ValueError, match="do not climb"):
            Row(Fault.HOT, "payload", "temperature", 1.0, rungs, End.RECOVERY, ModeReason.HOT)


@pytest.mark.req("PWR-032")
def test_a_condition_counts_after_its_debounce_and_climbs_while_it_stays() -> None:
    watch, low = Watch(), (Fault.BATTERY_VOLTAGE,)
    watch.see(holding=low)
    assert (watch.due_s, watch.off) == (10, None)
    watch.see(9, holding=low)
    watch.see(0.5)
    watch.see(0.5, holding=low)
    watch.see(9.9, holding=low)
    assert watch.answers() == []
    watch.see(0.1, holding=low)
    assert watch.answers() == ["PAYLOAD_OFF"]
    assert (watch.off, safe_by(watch.state), watch.due_s) == (ModeReason.UNDER_VOLTAGE, None, 70)
    watch.see(50, holding=low)
    assert watch.answers() == ["SAFE"]
    assert safe_by(watch.state) is ModeReason.UNDER_VOLTAGE
    watch.see(1)
    assert watch.due_s == 80
    watch.see(10)
    assert watch.answers() == ["OVER"]
    assert safe_by(watch.state) is None


@pytest.mark.req("PWR-033")
def test_what_comes_back_waits_twice_as_long_and_is_locked_in_the_end() -> None:
    watch, waits = Watch(), []
    for _ in range(5):
        watch.see(1, happened=(Fault.COMPUTER_FAILED,))
        began_s = watch.now_s
        while watch.off is not None:
            watch.see(1)
        waits.append(watch.now_s - began_s)
    assert (waits, watch.answers()) == ([5, 10, 20, 40, 80], ["PAYLOAD_OFF"] * 5)
    watch.see(1, happened=(Fault.COMPUTER_FAILED,))
    watch.see(7200)
    assert watch.answers() == ["PAYLOAD_LOCKED"]
    assert watch.off is ModeReason.COMPUTER_FAILED
    watch.state = clear(watch.state)
    assert (watch.off, watch.state) == (None, FaultState())


@pytest.mark.req("PWR-033")
def test_what_comes_rarely_is_never_locked() -> None:
    watch = Watch()
    for _ in range(10):
        watch.see(3600, happened=(Fault.COMPUTER_FAILED,))
    assert set(watch.answers()) == {"PAYLOAD_OFF"}


@pytest.mark.req("PWR-034")
def test_clearing_does_not_hide_what_still_holds() -> None:
    watch, silent = Watch(), (Fault.CONTROLLER_SILENT,)
    watch.see(holding=silent)
    watch.state = clear(watch.state)
    watch.see(1, holding=silent)
    assert safe_by(watch.state) is ModeReason.CONTROLLER_SILENT
    assert watch.answers() == ["SAFE"]


@pytest.mark.req("PWR-035")
def test_a_silent_ground_is_answered_step_by_step_and_one_contact_ends_it() -> None:
    watch, silent = Watch(), (Fault.GROUND_SILENT,)
    for _ in range(65):
        watch.see(1, holding=silent)
    assert watch.answers() == ["TELEMETRY_ON", "PAYLOAD_OFF", "SAFE", "RESTART", "RESTART", "RESTART"]
    assert safe_by(watch.state) is ModeReason.GROUND_SILENT
    watch.see(1)
    watch.see(0, holding=silent)
    assert watch.answers() == ["OVER"]
    assert (watch.off, safe_by(watch.state)) == (None, None)


@pytest.mark.req("PWR-032")
@pytest.mark.parametrize(
    "row", [row for row in FAULT_RESPONSES if row.watcher is Watcher.FAULTS], ids=lambda row: row.fault.name
)
def test_every_row_gives_all_its_responses_and_ends(row: Row) -> None:
    watch, pause_s = Watch(), row.debounce_s or 10
    for _ in range(6):
        watch.see(pause_s, happened=(row.fault,) if row.end is End.PASSED else ())
        for _ in range(65):
            watch.see(pause_s, holding=() if row.end is End.PASSED else (row.fault,))
        watch.see(pause_s)
        watch.see(pause_s)
    responses = {rung.response for rung in row.rungs}
    assert {Response[name] for name in watch.answers() if name != "OVER"} == responses
    watch.see(4000)
    assert watch.off is (row.reason if Response.PAYLOAD_LOCKED in responses else None)
    assert safe_by(watch.state) is None


@pytest.mark.req("PWR-032")
def test_parts_are_counted_apart() -> None:
    state = FaultState()
    for rail in range(6):
        state, effects = step(DEBOUNCES, state, [], [(Fault.POWER_GOOD_LOST, rail)], 0)
        assert [(e.part, e.count) for e in effects if isinstance(e, Answer)] == [(rail, 1)]
    stuck = (Fault.SENSOR_STUCK, 3)
    for now_s in (0, 10, 11):
        state, effects = step(DEBOUNCES, state, [stuck], [], now_s * S_US)
        assert [e.part for e in effects if isinstance(e, Answer)] == ([3] if now_s == 10 else [])
    for now_s in (12, 22):
        state, effects = step(DEBOUNCES, state, [], [], now_s * S_US)
    assert effects == (Over(fault=Fault.SENSOR_STUCK, part=3),)


@pytest.mark.req("FSW-033")
def test_counts_locks_and_silence_outlive_a_restart_and_nothing_else_does() -> None:
    watch, silent = Watch(), Fault.GROUND_SILENT
    watch.see(0, holding=(silent,))
    for _ in range(3):
        watch.see(7, holding=(silent, Fault.POWER_BOARD_SILENT), happened=(Fault.CONTROLLER_RESET,))
    after = Watch()
    after.now_s = 1000
    after.state = resumed(kept(watch.state, round(watch.now_s * S_US)), 1000 * S_US)
    assert after.off is ModeReason.CONTROLLER_RESET
    board = after.state.tracks[Fault.POWER_BOARD_SILENT, 0]
    assert (board.raised_us, board.rung, len(board.times_us)) == (None, -1, 1)
    after.see(9, holding=(silent,))
    assert after.answers() == ["SAFE"]
    after.see(3600)
    assert after.off is ModeReason.CONTROLLER_RESET
    assert after.state.tracks[Fault.CONTROLLER_RESET, 0].times_us == ()
