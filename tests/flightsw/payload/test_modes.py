"""The mode machine on plain values: no board, no octet, no clock."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.mission import load_mission
from flightsw.payload import (
    FAULTS,
    POWERED_MODES,
    SAFE_CAUSES,
    Command,
    Demand,
    IllegalTransition,
    Inputs,
    ModeReason,
    ModeState,
    Overdue,
    Power,
    PowerMode,
    PowerPolicy,
    Rails,
    Reached,
    Sky,
    boot,
    deadline_us,
    enter_safe,
    kept_safe,
    leave_safe,
    question_blocked_by,
    step,
)
from flightsw.payload.transitions import TRANSITIONS

POLICY = load_mission(None).power
DEBOUNCE_S, IDLE_HOLD_S, TIMEOUT_S = POLICY.debounce_s, POLICY.idle_hold_s, POLICY.transition_timeout_s
SUN = Power(charge_permille=900, payload_centidegc=2000, battery_centidegc=2000, is_sunlit=True)


class Machine:
    """The machine with boards that do at once what they are told, unless a test says otherwise."""

    def __init__(
        self,
        ceiling: PowerMode = PowerMode.BURST,
        mode: PowerMode = PowerMode.SAFE,
        policy: PowerPolicy = POLICY,
        **inputs: object,
    ) -> None:
        self.policy = policy
        self.inputs = replace(Inputs(now_us=0, power=SUN, rails=Rails.DARK), **inputs)  # type: ignore[arg-type]
        self.state: ModeState = boot(ceiling, 0, mode)
        self.log: list[Command | Reached | Overdue] = []
        self.obeys = True

    @property
    def mode(self) -> PowerMode:
        return self.state.commanded.mode

    def give(self, seconds: float = 0, *, power: Power | None = None, **changes: object) -> None:
        """Change the inputs `seconds` later, and step until content."""
        if power is not None:
            changes["power"] = power
        self.inputs = replace(
            self.inputs,
            now_us=self.inputs.now_us + round(seconds * 1e6),
            **changes,  # type: ignore[arg-type]
        )
        for _ in range(50):
            self.state, effects = step(self.policy, self.state, self.inputs)
            self.log += effects
            if self.obeys:
                is_on = self.mode in POWERED_MODES
                rails, cap = (Rails.GOOD, self.mode) if is_on else (Rails.DARK, None)
                self.inputs = replace(self.inputs, rails=rails, cap=cap)
            if not effects:
                return
        raise AssertionError(f"never content: {self.log[-6:]}")

    def sense(self, seconds: float = 0, **changes: object) -> None:
        """The power board shows something else `seconds` later."""
        self.give(seconds, power=replace(self.inputs.power or SUN, **changes))  # type: ignore[arg-type]

    def ground_safe(self) -> None:
        self.state, effects = enter_safe(self.state, self.inputs.now_us)
        self.log += effects
        self.give()

    def commands(self) -> list[tuple[str, str]]:
        commands = [(e.mode.name, e.reason.name) for e in self.log if isinstance(e, Command)]
        self.log.clear()
        return commands


def at(mode: PowerMode, *, demand: Demand = Demand.RUNNING) -> Machine:
    """A machine that has come up to a mode."""
    machine = Machine(ceiling=mode)
    machine.give(demand=demand)
    machine.give()
    assert machine.mode is mode
    machine.log.clear()
    return machine


@pytest.mark.req("PWR-003", "PWR-005")
def test_a_question_raises_the_mode_level_by_level() -> None:
    machine = Machine()
    machine.give(demand=Demand.QUEUED)
    names = [e.new.name for e in machine.log if isinstance(e, Reached)]
    assert names == ["STANDBY", "IDLE", "ECO", "NOMINAL", "BURST"]
    assert machine.commands()[1:] == [(name, "QUESTION") for name in names[1:]]


@pytest.mark.req("PWR-003")
def test_the_next_level_waits_for_the_one_before() -> None:
    machine = Machine()
    machine.give()
    machine.obeys = False
    machine.give(demand=Demand.QUEUED)
    assert machine.mode is PowerMode.IDLE
    machine.give(1, rails=Rails.MOVING)
    machine.give(1, rails=Rails.GOOD)
    assert (machine.mode, machine.state.observed.mode) == (PowerMode.IDLE, PowerMode.STANDBY)
    machine.give(1, cap=PowerMode.IDLE)
    assert (machine.mode, machine.state.observed.mode) == (PowerMode.ECO, PowerMode.IDLE)


@pytest.mark.req("PWR-004")
@pytest.mark.parametrize("ceiling", [PowerMode.STANDBY, PowerMode.ECO, PowerMode.NOMINAL])
def test_autonomy_stays_at_or_below_the_ceiling(ceiling: PowerMode) -> None:
    machine = Machine(ceiling)
    machine.give(demand=Demand.QUEUED)
    assert machine.mode is ceiling


@pytest.mark.req("PWR-004")
def test_a_lowered_ceiling_lowers_the_mode_and_pauses_at_idle() -> None:
    machine = at(PowerMode.NOMINAL)
    machine.state = replace(machine.state, ceiling=PowerMode.IDLE)
    machine.give()
    assert machine.commands() == [("ECO", "GROUND"), ("IDLE", "GROUND")]
    machine.give(3600)
    assert machine.commands() == []


@pytest.mark.req("PWR-004")
def test_a_ceiling_below_the_payload_takes_it_off() -> None:
    machine = at(PowerMode.ECO)
    machine.state = replace(machine.state, ceiling=PowerMode.STANDBY)
    machine.give()
    assert machine.commands() == [("IDLE", "GROUND"), ("STANDBY", "GROUND")]


@pytest.mark.req("PWR-005")
@pytest.mark.parametrize(
    ("charge_permille", "reached"),
    [(399, "STANDBY"), (400, "ECO"), (499, "ECO"), (500, "NOMINAL"), (799, "NOMINAL"), (800, "BURST")],
)
def test_charge_at_or_above_its_entry_enters_a_mode(charge_permille: int, reached: str) -> None:
    machine = Machine(power=replace(SUN, charge_permille=charge_permille))
    machine.give(demand=Demand.QUEUED)
    assert machine.mode.name == reached


@pytest.mark.req("PWR-005")
@pytest.mark.parametrize(
    ("payload_centidegc", "reached"),
    [(4501, "STANDBY"), (4500, "ECO"), (4001, "ECO"), (4000, "NOMINAL"), (3501, "NOMINAL"), (3500, "BURST")],
)
def test_temperature_at_or_below_its_entry_enters_a_mode(payload_centidegc: int, reached: str) -> None:
    machine = Machine(power=replace(SUN, payload_centidegc=payload_centidegc))
    machine.give(demand=Demand.QUEUED)
    assert machine.mode.name == reached


@pytest.mark.req("PWR-006")
@pytest.mark.parametrize(
    ("mode", "charge_permille", "expected"),
    [
        (PowerMode.BURST, 701, []),
        (PowerMode.BURST, 700, [("NOMINAL", "LOW_CHARGE")]),
        (PowerMode.NOMINAL, 401, []),
        (PowerMode.NOMINAL, 400, [("ECO", "LOW_CHARGE")]),
        (PowerMode.ECO, 301, []),
        (PowerMode.ECO, 300, [("IDLE", "LOW_CHARGE"), ("STANDBY", "LOW_CHARGE")]),
    ],
)
def test_charge_at_or_below_its_limit_sheds_after_the_debounce(
    mode: PowerMode, charge_permille: int, expected: list[tuple[str, str]]
) -> None:
    machine = at(mode)
    machine.sense(charge_permille=charge_permille)
    machine.give(DEBOUNCE_S - 0.001)
    assert machine.commands() == []
    machine.give(0.001)
    assert machine.commands() == expected


@pytest.mark.req("PWR-006")
def test_a_limit_crossed_for_less_than_the_debounce_is_forgotten() -> None:
    machine = at(PowerMode.NOMINAL)
    for _ in range(5):
        machine.sense(1, charge_permille=390)
        machine.sense(DEBOUNCE_S - 1, charge_permille=450)
    assert machine.commands() == []


@pytest.mark.req("PWR-006")
def test_heat_sheds_and_cooling_raises_only_below_the_entry() -> None:
    machine = at(PowerMode.NOMINAL)
    machine.sense(payload_centidegc=5000)
    machine.give(DEBOUNCE_S)
    assert machine.commands() == [("ECO", "HOT")]
    machine.sense(100, payload_centidegc=4001)
    assert machine.commands() == []
    machine.sense(payload_centidegc=4000)
    assert machine.commands() == [("NOMINAL", "COOLED")]


@pytest.mark.req("PWR-006")
def test_what_was_shed_is_not_entered_again_before_the_debounce() -> None:
    machine = at(PowerMode.NOMINAL)
    machine.sense(is_sunlit=False)
    machine.commands()
    machine.sense(DEBOUNCE_S - 0.001, is_sunlit=True)
    assert machine.commands() == []
    machine.give(0.001)
    assert machine.commands() == [("NOMINAL", "SUNLIGHT")]


@pytest.mark.req("PWR-007")
def test_eclipse_takes_modes_that_need_sunlight_at_once() -> None:
    machine = at(PowerMode.BURST)
    machine.sense(is_sunlit=False)
    assert machine.commands() == [("NOMINAL", "ECLIPSE"), ("ECO", "ECLIPSE")]


def eclipse_in(machine: Machine, seconds: float, *, is_sunlit: bool = True) -> None:
    """The prediction has the next eclipse so far away."""
    machine.give(sky=Sky(is_sunlit=is_sunlit, eclipse_us=machine.inputs.now_us + round(seconds * 1e6)))


@pytest.mark.req("PWR-007")
@pytest.mark.parametrize(
    ("seconds", "expected"), [(20.001, []), (20, [("ECO", "ECLIPSE")]), (-1, [("ECO", "ECLIPSE")])]
)
def test_a_predicted_eclipse_takes_them_before_it_comes(seconds: float, expected: list[tuple[str, str]]) -> None:
    machine = at(PowerMode.NOMINAL)
    eclipse_in(machine, seconds)
    assert machine.commands() == expected


@pytest.mark.req("PWR-007")
def test_time_alone_brings_the_predicted_eclipse() -> None:
    machine = at(PowerMode.NOMINAL)
    eclipse_in(machine, 100)
    due_us = deadline_us(POLICY, machine.state, machine.inputs)
    assert due_us == machine.inputs.now_us + 80_000_000
    machine.give(79.999)
    assert machine.commands() == []
    machine.give(0.001)
    assert machine.commands() == [("ECO", "ECLIPSE")]


@pytest.mark.req("PWR-005", "PWR-007")
@pytest.mark.parametrize(
    ("sky", "is_sunlit", "reached"),
    [
        (Sky(is_sunlit=True), True, "BURST"),
        (Sky(is_sunlit=True, eclipse_us=120_000_000), True, "BURST"),
        (Sky(is_sunlit=True, eclipse_us=118_999_999), True, "ECO"),
        (Sky(is_sunlit=True), False, "ECO"),
        (Sky(is_sunlit=True), None, "ECO"),
        (Sky(is_sunlit=False, sunlight_us=60_000_000), True, "ECO"),
        (None, True, "BURST"),
        (None, False, "ECO"),
    ],
)
def test_sunlight_is_what_sensor_and_prediction_both_show(
    sky: Sky | None, is_sunlit: bool | None, reached: str
) -> None:
    machine = Machine(power=replace(SUN, is_sunlit=is_sunlit), sky=sky)
    machine.give(demand=Demand.QUEUED)
    machine.give(0)
    assert machine.mode.name == reached


@pytest.mark.req("PWR-021")
@pytest.mark.parametrize(
    ("unknown", "reasons"),
    [
        ("charge_permille", ["LOW_CHARGE", "LOW_CHARGE", "LOW_CHARGE", "LOW_CHARGE", "LOW_CHARGE"]),
        ("payload_centidegc", ["HOT", "HOT", "HOT"]),
        ("battery_centidegc", ["HOT", "HOT", "HOT"]),
        ("is_sunlit", ["ECLIPSE"]),
    ],
)
def test_a_sensor_that_nobody_believes_counts_as_its_worst(unknown: str, reasons: list[str]) -> None:
    machine = at(PowerMode.NOMINAL)
    machine.sense(**{unknown: None})
    machine.give(DEBOUNCE_S)
    assert [reason for _, reason in machine.commands()] == reasons


@pytest.mark.req("PWR-006")
@pytest.mark.parametrize(("centidegc", "reason", "back"), [(6000, "HOT", "COOLED"), (-1000, "COLD", "WARMED")])
def test_a_battery_out_of_its_window_takes_the_payload_off(centidegc: int, reason: str, back: str) -> None:
    machine = at(PowerMode.NOMINAL, demand=Demand.QUEUED)
    machine.sense(battery_centidegc=centidegc)
    machine.give(DEBOUNCE_S)
    assert machine.commands() == [("ECO", reason), ("IDLE", reason), ("STANDBY", reason)]
    machine.sense(3600, battery_centidegc=2500)
    assert machine.commands()[0] == ("IDLE", back)


@pytest.mark.req("PWR-018")
def test_the_payload_stays_on_until_its_answer_is_kept() -> None:
    machine = at(PowerMode.ECO)
    machine.give(is_saved=False)
    machine.sense(charge_permille=290)
    machine.give(DEBOUNCE_S)
    assert machine.commands() == [("IDLE", "LOW_CHARGE")]
    machine.give(POLICY.save_timeout_s - 0.001)
    assert machine.commands() == []
    machine.give(is_saved=True)
    assert machine.commands() == [("STANDBY", "LOW_CHARGE")]


@pytest.mark.req("PWR-018")
def test_it_does_not_wait_for_that_for_ever() -> None:
    machine = at(PowerMode.ECO)
    machine.state = replace(machine.state, ceiling=PowerMode.STANDBY)
    machine.give(is_saved=False)
    assert machine.commands() == [("IDLE", "GROUND")]
    machine.give(POLICY.save_timeout_s)
    assert machine.commands() == [("STANDBY", "GROUND")]


@pytest.mark.req("PWR-018")
@pytest.mark.parametrize("cause", ["fault", "safe"])
def test_a_fault_does_not_wait_for_that(cause: str) -> None:
    machine = at(PowerMode.ECO)
    machine.give(is_saved=False, **{cause: ModeReason.UNDER_VOLTAGE})
    assert machine.mode < PowerMode.IDLE


@pytest.mark.req("PWR-019")
def test_a_higher_mode_waits_for_the_least_time_in_the_one_before() -> None:
    policy = replace(
        POLICY,
        guards={**POLICY.guards, PowerMode.ECO: replace(POLICY.guards[PowerMode.ECO], min_time_s=5.0)},
    )
    machine = Machine(ceiling=PowerMode.NOMINAL, policy=policy)
    machine.give(demand=Demand.QUEUED)
    assert machine.mode is PowerMode.ECO
    machine.give(4.999)
    assert machine.mode is PowerMode.ECO
    machine.give(0.001)
    assert machine.mode is PowerMode.NOMINAL


@pytest.mark.req("PWR-009", "PWR-020")
@pytest.mark.parametrize("mode", [PowerMode.STANDBY, PowerMode.ECO, PowerMode.BURST])
@pytest.mark.parametrize("cause", sorted(SAFE_CAUSES))
def test_a_fault_of_the_satellite_is_safe_at_once_until_ground_ends_it(mode: PowerMode, cause: ModeReason) -> None:
    machine = at(mode)
    machine.give(safe=cause)
    assert (machine.mode, machine.state.safe_cause) == (PowerMode.SAFE, cause)
    machine.give(3600, safe=None)
    assert machine.mode is PowerMode.SAFE
    assert kept_safe(machine.state) == (PowerMode.SAFE, cause)


@pytest.mark.req("PWR-009", "PWR-020")
@pytest.mark.parametrize("mode", [PowerMode.SAFE, PowerMode.SURVIVAL])
def test_what_goes_wrong_in_a_low_battery_safe_makes_it_permanent(mode: PowerMode) -> None:
    machine = Machine(mode=mode)
    machine.state = boot(PowerMode.BURST, 0, mode, ModeReason.LOW_CHARGE)
    machine.give(safe=ModeReason.SENSOR_FAULT)
    machine.give(safe=None)
    machine.give(3600)
    assert (machine.mode, machine.state.safe_cause) == (PowerMode.SAFE, ModeReason.SENSOR_FAULT)


@pytest.mark.req("PWR-008")
def test_a_low_battery_ends_in_safe_and_survival_and_comes_back_to_standby() -> None:
    machine = at(PowerMode.ECO, demand=Demand.QUEUED)
    machine.sense(charge_permille=100)
    machine.give(DEBOUNCE_S)
    assert [mode for mode, _ in machine.commands()] == ["IDLE", "STANDBY", "SAFE", "SURVIVAL"]
    machine.sense(charge_permille=249)
    machine.give(1000)
    assert machine.commands() == []
    machine.sense(charge_permille=250)
    machine.give(DEBOUNCE_S)
    assert machine.commands() == [("SAFE", "CHARGE_RECOVERED")]
    machine.sense(charge_permille=350)
    machine.give(DEBOUNCE_S)
    assert machine.commands() == [("STANDBY", "CHARGE_RECOVERED")]


@pytest.mark.req("PWR-008")
@pytest.mark.parametrize(("charge_permille", "expected"), [(201, []), (200, [("SAFE", "LOW_CHARGE")])])
def test_equality_enters_safe(charge_permille: int, expected: list[tuple[str, str]]) -> None:
    machine = Machine()
    machine.give()
    machine.commands()
    machine.sense(charge_permille=charge_permille)
    machine.give(DEBOUNCE_S)
    assert machine.commands() == expected


@pytest.mark.req("PWR-009")
@pytest.mark.parametrize("cause", [r for r in ModeReason if r not in (ModeReason.BOOT, ModeReason.LOW_CHARGE)])
def test_no_other_safe_ends_by_itself(cause: ModeReason) -> None:
    machine = Machine()
    machine.state = boot(PowerMode.BURST, 0, PowerMode.SAFE, cause)
    machine.give(demand=Demand.QUEUED)
    for _ in range(100):
        machine.give(60)
    assert machine.commands() == []
    machine.state, _ = leave_safe(machine.state, machine.inputs.now_us)
    machine.give()
    assert machine.mode is PowerMode.BURST


@pytest.mark.req("PWR-009")
def test_survival_does_not_wash_the_cause_of_safe_off() -> None:
    machine = at(PowerMode.ECO)
    machine.ground_safe()
    machine.sense(charge_permille=50)
    machine.give(DEBOUNCE_S)
    assert machine.mode is PowerMode.SURVIVAL
    machine.sense(charge_permille=900)
    machine.give(DEBOUNCE_S)
    machine.give(3600)
    assert machine.mode is PowerMode.SAFE


@pytest.mark.req("PWR-009")
def test_ground_makes_a_low_battery_safe_permanent() -> None:
    machine = Machine()
    machine.give()
    machine.sense(charge_permille=150)
    machine.give(DEBOUNCE_S)
    machine.commands()
    machine.ground_safe()
    assert machine.commands() == [("SAFE", "GROUND")]
    machine.sense(charge_permille=900)
    machine.give(3600)
    assert machine.commands() == []


@pytest.mark.req("PWR-010")
def test_without_the_power_board_nothing_is_powered() -> None:
    machine = at(PowerMode.NOMINAL)
    machine.inputs = replace(machine.inputs, power=None)
    machine.give()
    assert machine.commands() == [("STANDBY", "POWER_BOARD_SILENT")]
    machine.give(3600)
    assert machine.commands() == []
    machine.give(power=SUN)
    assert machine.mode is PowerMode.NOMINAL


@pytest.mark.req("PWR-006", "PWR-010")
def test_a_power_board_that_comes_and_goes_does_not_switch_the_payload_with_it() -> None:
    machine = at(PowerMode.NOMINAL)
    machine.inputs = replace(machine.inputs, power=None)
    machine.give()
    machine.give(DEBOUNCE_S - 0.001, power=SUN)
    assert machine.mode is PowerMode.STANDBY
    machine.give(0.001)
    assert machine.mode is PowerMode.NOMINAL


@pytest.mark.req("PWR-011")
def test_a_mode_that_is_not_reached_in_time_is_given_up() -> None:
    machine = Machine()
    machine.give()
    machine.commands()
    machine.obeys = False
    machine.give(demand=Demand.QUEUED, rails=Rails.DARK)
    machine.give(TIMEOUT_S - 0.001, rails=Rails.MOVING)
    assert machine.commands() == [("IDLE", "QUESTION")]
    machine.give(0.001)
    assert machine.commands() == [("STANDBY", "TRANSITION_TIMEOUT")]


@pytest.mark.req("PWR-011")
def test_a_way_up_that_is_given_up_is_not_over_before_the_rails_are_dark() -> None:
    machine = Machine()
    machine.give()
    machine.obeys = False
    machine.give(demand=Demand.QUEUED)
    machine.give(1, rails=Rails.MOVING)
    machine.log.clear()
    machine.give(fault=ModeReason.RAIL_FAULT)
    machine.give(1, fault=None)
    assert machine.state.observed.mode is PowerMode.IDLE
    machine.give(1, rails=Rails.DARK, demand=Demand.NONE)
    assert machine.log[-1] == Reached(old=PowerMode.IDLE, new=PowerMode.STANDBY, reason=ModeReason.RAIL_FAULT)


@pytest.mark.req("PWR-011")
def test_rails_that_do_not_go_dark_end_in_safe() -> None:
    machine = at(PowerMode.ECO)
    machine.obeys = False
    machine.give(fault=ModeReason.RAIL_FAULT, rails=Rails.MOVING)
    machine.give(TIMEOUT_S)
    assert machine.commands() == [("STANDBY", "RAIL_FAULT"), ("SAFE", "TRANSITION_TIMEOUT")]


@pytest.mark.req("PWR-011")
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_takes_the_payload_off_and_the_next_question_powers_it_again(fault: ModeReason) -> None:
    machine = at(PowerMode.ECO)
    machine.obeys = False
    machine.give(fault=fault, rails=Rails.MOVING, cap=None)
    machine.give(0.05, demand=Demand.QUEUED, fault=None)
    assert machine.commands() == [("STANDBY", fault.name)]
    machine.give(DEBOUNCE_S - 0.051, rails=Rails.DARK)
    assert machine.commands() == []
    machine.give(0.001)
    assert machine.commands() == [("IDLE", "QUESTION")]


@pytest.mark.req("PWR-011")
@pytest.mark.parametrize("rails", [Rails.DARK, Rails.MOVING, Rails.GOOD])
def test_rails_or_a_cap_that_are_lost_may_come_back_as_long_as_for_a_transition(rails: Rails) -> None:
    machine = at(PowerMode.ECO)
    machine.obeys = False
    machine.give(rails=rails, cap=None)
    machine.give(TIMEOUT_S - 0.001)
    machine.give(rails=Rails.GOOD, cap=PowerMode.ECO)
    machine.give(rails=rails, cap=None)
    machine.give(TIMEOUT_S - 0.001)
    assert machine.commands() == []
    machine.give(0.001)
    assert machine.commands() == [("STANDBY", "TRANSITION_TIMEOUT")]


@pytest.mark.req("PWR-011")
@pytest.mark.parametrize("mode", [PowerMode.SAFE, PowerMode.SURVIVAL])
def test_a_payload_that_is_lit_in_safe_is_said_once(mode: PowerMode) -> None:
    machine = Machine(mode=mode)
    machine.state = boot(PowerMode.BURST, 0, mode, ModeReason.LOW_CHARGE)
    machine.obeys = False
    for rails in (Rails.MOVING, Rails.DARK, Rails.GOOD):
        machine.sense(charge_permille=150, is_sunlit=True)
        machine.give(rails=rails)
        for _ in range(4):
            machine.give(TIMEOUT_S / 2)
    said = [effect for effect in machine.log if isinstance(effect, Overdue)]
    assert [effect.rails for effect in said] == [Rails.MOVING, Rails.GOOD]
    assert machine.state.safe_cause is ModeReason.TRANSITION_TIMEOUT


@pytest.mark.req("PWR-011")
def test_a_latched_fault_keeps_the_payload_off() -> None:
    machine = Machine(fault=ModeReason.RAIL_FAULT)
    machine.give(demand=Demand.QUEUED)
    machine.give(3600)
    assert machine.mode is PowerMode.STANDBY
    assert question_blocked_by(POLICY, machine.state, machine.inputs) is ModeReason.RAIL_FAULT


@pytest.mark.req("PWR-012")
def test_boot_ends_when_the_rails_are_seen_dark() -> None:
    machine = Machine(rails=Rails.UNKNOWN)
    machine.obeys = False
    machine.give(1)
    machine.give(1, rails=Rails.GOOD)
    assert machine.log == []
    machine.give(1, rails=Rails.DARK)
    assert machine.log == [
        Command(mode=PowerMode.STANDBY, reason=ModeReason.BOOT),
        Reached(old=PowerMode.SAFE, new=PowerMode.STANDBY, reason=ModeReason.BOOT),
    ]


@pytest.mark.req("PWR-012")
@pytest.mark.parametrize(
    ("rails", "reason"), [(Rails.UNKNOWN, "CONTROLLER_SILENT"), (Rails.MOVING, "TRANSITION_TIMEOUT")]
)
def test_boot_without_dark_rails_stays_safe(rails: Rails, reason: str) -> None:
    machine = Machine(rails=rails)
    machine.obeys = False
    machine.give()
    machine.give(TIMEOUT_S)
    assert machine.commands() == [("SAFE", reason)]
    machine.give(rails=Rails.DARK)
    machine.give(3600)
    assert machine.commands() == []


@pytest.mark.req("PWR-013")
def test_the_payload_goes_off_some_time_after_the_last_answer() -> None:
    machine = at(PowerMode.NOMINAL)
    machine.give(demand=Demand.NONE)
    assert machine.commands() == [("ECO", "QUEUE_EMPTY"), ("IDLE", "QUEUE_EMPTY")]
    machine.give(IDLE_HOLD_S - 0.001)
    assert machine.commands() == []
    machine.give(0.001)
    assert machine.commands() == [("STANDBY", "QUEUE_EMPTY")]


@pytest.mark.req("PWR-013")
def test_another_question_in_that_time_finds_it_on() -> None:
    machine = at(PowerMode.NOMINAL)
    machine.give(demand=Demand.NONE)
    machine.commands()
    machine.give(1, demand=Demand.QUEUED)
    assert machine.commands() == [("ECO", "QUESTION"), ("NOMINAL", "QUESTION")]


@pytest.mark.req("PWR-013")
def test_a_question_that_can_not_be_answered_waits_with_the_payload_off() -> None:
    machine = at(PowerMode.ECO, demand=Demand.QUEUED)
    machine.state = replace(machine.state, ceiling=PowerMode.IDLE)
    machine.give()
    machine.give(IDLE_HOLD_S)
    assert machine.mode is PowerMode.STANDBY
    assert question_blocked_by(POLICY, machine.state, machine.inputs) is ModeReason.GROUND


@pytest.mark.req("PWR-002")
def test_an_illegal_pair_raises_and_moves_nothing() -> None:
    machine = at(PowerMode.ECO)
    before = machine.state
    with pytest.raises(IllegalTransition):
        leave_safe(machine.state, 0)
    assert machine.state is before


@pytest.mark.req("PWR-002")
def test_the_table_moves_up_one_level_and_never_down_by_a_recovery() -> None:
    ups = {pair: new for pair, new in TRANSITIONS.items() if new > pair[0]}
    assert all(new == mode + 1 for (mode, _), new in ups.items())
    assert not {reason for _, reason in ups} & (FAULTS | {ModeReason.LOW_CHARGE, ModeReason.HOT, ModeReason.ECLIPSE})


powers = st.none() | st.builds(
    Power,
    charge_permille=st.none()
    | st.sampled_from([0, 99, 100, 101, 200, 201, 250, 299, 300, 301, 350, 400, 401, 500, 700, 800, 1000]),
    payload_centidegc=st.none() | st.sampled_from([-4000, 3500, 3501, 4000, 4500, 5000, 5500, 6000]),
    battery_centidegc=st.none() | st.sampled_from([-1001, -1000, -1, 0, 2000, 5000, 5001, 6000]),
    is_sunlit=st.none() | st.booleans(),
)
moments = st.builds(
    dict,
    seconds=st.sampled_from([0.0, 0.001, 1.0, 2.0, 9.999, 10.0, 20.0, 600.0]),
    power=powers,
    rails=st.sampled_from(Rails),
    cap=st.none() | st.sampled_from(sorted(POWERED_MODES)),
    demand=st.sampled_from(Demand),
    is_saved=st.booleans(),
    eclipse_in_s=st.none() | st.sampled_from([0.0, 19.999, 20.0, 20.001, 119.999, 120.0, 1000.0]),
    fault=st.none() | st.sampled_from(sorted(FAULTS - {ModeReason.TRANSITION_TIMEOUT})),
    safe=st.none() | st.sampled_from(sorted(SAFE_CAUSES)),
)


def walk(sequence: list[dict[str, object]], check: Callable[[ModeState, ModeState, Inputs], None]) -> None:
    """Step through arbitrary inputs, obeying nothing."""
    state, now_us = boot(PowerMode.NOMINAL, 0), 0
    for moment in sequence:
        changes = dict(moment)
        seconds = changes.pop("seconds")
        assert isinstance(seconds, float)
        now_us += round(seconds * 1e6)
        eclipse_in_s = changes.pop("eclipse_in_s")
        sky = (
            None if eclipse_in_s is None else Sky(is_sunlit=True, eclipse_us=now_us + round(float(eclipse_in_s) * 1e6))
        )  # type: ignore[arg-type]
        inputs = Inputs(now_us=now_us, sky=sky, **changes)  # type: ignore[arg-type]
        for _ in range(50):
            before = state
            state, effects = step(POLICY, state, inputs)
            check(before, state, inputs)
            if not effects:
                break
        else:
            raise AssertionError("never content")


@pytest.mark.req("PWR-002", "PWR-004", "PWR-009")
@given(st.lists(moments, max_size=30))
def test_whatever_the_boards_show_the_rules_hold(sequence: list[dict[str, object]]) -> None:
    def check(before: ModeState, after: ModeState, inputs: Inputs) -> None:
        old, new = before.commanded.mode, after.commanded.mode
        if new > old:
            assert new <= after.ceiling or new is PowerMode.STANDBY
            assert old is PowerMode.SAFE or new == old + 1
            if old is PowerMode.SAFE:
                assert before.safe_cause in (ModeReason.BOOT, ModeReason.LOW_CHARGE)
        if new in POWERED_MODES:
            assert inputs.power is not None
        assert (after.safe_cause is None) == (new >= PowerMode.STANDBY)

    walk(sequence, check)


@pytest.mark.req("PWR-016")
@given(st.lists(moments, max_size=30))
def test_nothing_changes_before_the_deadline(sequence: list[dict[str, object]]) -> None:
    def check(before: ModeState, after: ModeState, inputs: Inputs) -> None:
        state, effects = step(POLICY, after, inputs)
        if effects:
            return
        due_us = deadline_us(POLICY, state, inputs)
        last_us = inputs.now_us + 3_600_000_000 if due_us is None else due_us - 1
        assert step(POLICY, state, replace(inputs, now_us=last_us))[1] == ()

    walk(sequence, check)
