"""Every row of the fault responses: its fault is made on the bench, and its answer read from the wire.

Each scenario flies on the controller's model, and on its RTL: those of ON_RTL always, the others in `make faults`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flightsw.mission import Mission, load_mission
from flightsw.payload import FAULT_RESPONSES, Fault, Refusal, Sensor
from hil.bench import LockstepBench
from hil.bench.config import Devices
from hil.environment import BatteryAndSun
from hil.ground import Ask, EventReceived
from hil.rtl.build import VerilatorMissingError, verilator_root

MODEL, RTL = Devices(payload_ctrl="model://payload_ctrl"), Devices(payload_ctrl="rtl://payload_ctrl")
ON_RTL = (
    "test_a_controller_that_begins_anew_is_told_again_and_the_third_time_locked",
    "test_a_damaged_word_is_written_anew_and_the_third_one_within_the_hour_locks_the_payload",
    "test_a_rail_that_draws_too_much_is_reported_before_the_payload_goes_off",
    "test_a_bus_that_breaks_down_again_and_again_is_safe",
)
"""What the controller does itself, and quickly."""
PARIS = "What is the capital of France?"
STORY = "Tell me a long story."
Bench = LockstepBench
SCENARIOS: dict[Fault, list[str]] = {}


def scenario(*faults: Fault) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The test is the scenario of these rows."""

    def register(test: Callable[..., None]) -> Callable[..., None]:
        for fault in faults:
            SCENARIOS.setdefault(fault, []).append(test.__name__)
        return pytest.mark.req("FSW-030")(test)

    return register


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "devices" in metafunc.fixturenames:
        marks = () if metafunc.function.__name__ in ON_RTL else pytest.mark.long
        metafunc.parametrize("devices", [pytest.param(MODEL, id="model"), pytest.param(RTL, id="rtl", marks=marks)])


@pytest.fixture
def make(make_bench: Callable[..., Bench], devices: Devices) -> Callable[..., Bench]:
    """A booted bench with one of the simulated controllers; keywords as for `make_bench`."""
    if devices is RTL:
        try:
            verilator_root()
        except VerilatorMissingError as missing:
            pytest.skip(str(missing))

    def booted(**given: Any) -> Bench:
        bench = make_bench(**{"devices": devices, **given})
        bench.boot()
        bench.run_for(1)
        return bench

    return booted


def events(bench: Bench, name: str) -> list[dict[str, Any]]:
    """The parameters of every event of that name that ground has heard."""
    return [dict(e.parameters) for e in bench.events if isinstance(e, EventReceived) and e.event.name == name]


def answers(bench: Bench, fault: Fault, part: int = 0) -> list[str]:
    """The responses to a fault that ground has heard of, in order."""
    heard = [e for e in bench.events if isinstance(e, EventReceived) and e.event.name.startswith("fault_")]
    return [
        e.parameters["response"].name if "response" in e.parameters else "OVER"
        for e in heard
        if (e.parameters["fault"], e.parameters["part"]) == (fault, part)
    ]


def mode(bench: Bench) -> str:
    """The mode that ground was last told."""
    changes = events(bench, "mode_changed")
    return changes[-1]["new"].name if changes else "STANDBY"


def answering(bench: Bench, question: str = STORY) -> Ask:
    """An answer is under way."""
    ask = bench.ground.ask(question, 200)
    bench.run_until(lambda: len(ask.segments) >= 2)
    return ask


def send(bench: Bench, name: str, **arguments: object) -> Any:
    """A telecommand, carried out or refused."""
    request = bench.ground.send(name, **arguments)
    bench.run_until(lambda: not request.is_waiting)
    return request


def quick(mission: Mission, **limits: float) -> Mission:
    """The mission with shorter debounces."""
    faults = {Fault[name]: replace(mission.faults.limits[Fault[name]], debounce_s=s) for name, s in limits.items()}
    return replace(mission, faults=replace(mission.faults, limits={**mission.faults.limits, **faults}))


@pytest.fixture(scope="module")
def mission() -> Mission:
    return load_mission(None)


def test_every_row_has_a_scenario() -> None:
    assert {row.fault for row in FAULT_RESPONSES} == set(SCENARIOS)


@scenario(Fault.LOW_CHARGE)
def test_low_charge_slows_the_answer_and_is_safe_until_it_recovers(make, mission: Mission) -> None:
    bench = make(mission=replace(mission, power=replace(mission.power, debounce_s=1.0)))
    answering(bench)
    bench.set_charge(390)
    bench.run_until(lambda: mode(bench) == "ECO")
    bench.set_charge(150)
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert events(bench, "mode_changed")[-1]["reason"].name == "LOW_CHARGE"
    bench.set_charge(500)
    bench.run_until(lambda: mode(bench) == "STANDBY")


@scenario(Fault.HOT)
def test_heat_slows_the_answer(make, mission: Mission) -> None:
    bench = make(mission=replace(mission, power=replace(mission.power, debounce_s=1.0)))
    answering(bench)
    bench.set_temperature(5200)
    bench.run_until(lambda: mode(bench) == "ECO")
    assert events(bench, "mode_changed")[-1]["reason"].name == "HOT"


@scenario(Fault.MODE_OVERDUE)
def test_a_mode_that_is_not_reached_in_time_is_given_up(make, mission: Mission) -> None:
    bench = make(mission=replace(mission, compute=replace(mission.compute, load_s=60.0)))
    bench.ground.ask(PARIS, 8)
    bench.run_until(lambda: any(e["reason"].name == "TRANSITION_TIMEOUT" for e in events(bench, "mode_changed")))
    assert mode(bench) == "STANDBY"


@scenario(Fault.BATTERY_VOLTAGE)
def test_a_weak_cell_takes_the_payload_off_and_ends_in_safe(make, mission: Mission) -> None:
    bench = make(mission=quick(mission, BATTERY_VOLTAGE=1.0))
    bench.offset_sensor("battery_mv", -1800)
    bench.run_until(lambda: answers(bench, Fault.BATTERY_VOLTAGE) == ["PAYLOAD_OFF"])
    assert send(bench, "ask", question=PARIS).refusal is Refusal.DEVICE_FAILED
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert answers(bench, Fault.BATTERY_VOLTAGE) == ["PAYLOAD_OFF", "SAFE"]
    assert send(bench, "leave_safe").refusal is Refusal.DEVICE_FAILED
    bench.offset_sensor("battery_mv", 0)
    bench.run_until(lambda: answers(bench, Fault.BATTERY_VOLTAGE)[-1] == "OVER")
    assert not send(bench, "leave_safe").is_refused


@scenario(Fault.BATTERY_CURRENT)
def test_too_much_current_three_times_is_safe(make, mission: Mission) -> None:
    bench = make(mission=quick(mission, BATTERY_CURRENT=1.0))
    for count in range(1, 4):
        bench.stick_sensor("battery_ma", -9000)
        bench.run_until(lambda: len(events(bench, "fault_subsystem") + events(bench, "fault_system")) == count)  # noqa: B023
        bench.stick_sensor("battery_ma", None)
        bench.run_for(3)
    assert answers(bench, Fault.BATTERY_CURRENT) == ["PAYLOAD_OFF", "OVER"] * 2 + ["SAFE", "OVER"]
    assert mode(bench) == "SAFE"


@scenario(Fault.BATTERY_TEMPERATURE, Fault.PAYLOAD_TEMPERATURE)
@pytest.mark.parametrize(
    ("node", "fault", "centidegc"),
    [
        ("structure", Fault.PAYLOAD_TEMPERATURE, 7000),
        ("structure", Fault.PAYLOAD_TEMPERATURE, -3000),
        ("battery", Fault.BATTERY_TEMPERATURE, 5500),
        ("battery", Fault.BATTERY_TEMPERATURE, -1500),
    ],
)
def test_heat_and_cold_take_the_payload_off_at_the_limit_itself(
    make, mission: Mission, node: str, fault: Fault, centidegc: int
) -> None:
    bench = make(mission=quick(mission, BATTERY_TEMPERATURE=1.0, PAYLOAD_TEMPERATURE=1.0))
    bench.set_temperature(centidegc - (20 if centidegc > 0 else -20), node)  # the rails' converter counts in steps
    bench.run_for(15)  # a dark controller is asked for its rails' temperatures every ten seconds
    assert answers(bench, fault) == []
    bench.set_temperature(centidegc, node)
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert answers(bench, fault) == ["PAYLOAD_OFF", "SAFE"]


@scenario(Fault.POWER_GOOD_LOST, Fault.POWER_GOOD_TIMEOUT, Fault.RAIL_LOCKED_OUT)
def test_a_rail_that_is_lost_is_tried_again_and_locked_out_until_ground_clears_it(make) -> None:
    bench = make()
    answering(bench)
    bench.cut_rail(2)
    bench.run_until(lambda: events(bench, "job_interrupted"))
    bench.run_until(lambda: answers(bench, Fault.RAIL_LOCKED_OUT, 2))
    assert answers(bench, Fault.POWER_GOOD_LOST, 2) == ["RETRY"]
    assert answers(bench, Fault.POWER_GOOD_TIMEOUT, 2) == ["RETRY", "RETRY", "PAYLOAD_LOCKED"]
    bench.mend_rail(2)
    bench.run_until(lambda: mode(bench) == "STANDBY")
    assert bench.ask(PARIS).request.refusal is Refusal.DEVICE_FAILED
    send(bench, "clear_fault")
    bench.run_for(3)
    assert bench.ask(PARIS, 4).is_whole


@scenario(Fault.RAIL_TRIP)
def test_a_latch_up_costs_a_moment_and_the_third_one_locks_the_payload(make) -> None:
    bench = make()
    ask = answering(bench)
    for count in (1, 2):
        bench.latch_up(4)
        bench.run_until(lambda: len(answers(bench, Fault.RAIL_TRIP, 4)) == count)  # noqa: B023
        bench.run_until(lambda: len(events(bench, "job_resumed")) == count)  # noqa: B023
    bench.run_until(lambda: ask.ended)
    assert ask.is_whole
    answering(bench)
    bench.latch_up(4)
    bench.run_until(lambda: len(answers(bench, Fault.RAIL_TRIP, 4)) == 3)
    assert answers(bench, Fault.RAIL_TRIP, 4) == ["RETRY", "RETRY", "PAYLOAD_LOCKED"]
    bench.run_until(lambda: mode(bench) == "STANDBY")


def with_rail(mission: Mission, name: str, **changes: int) -> Mission:
    """The mission with another idea of one rail."""
    return replace(mission, rails={**mission.rails, name: replace(mission.rails[name], **changes)})


@scenario(Fault.RAIL_CURRENT)
def test_a_rail_that_draws_too_much_is_reported_before_the_payload_goes_off(make, mission: Mission) -> None:
    bench = make(mission=with_rail(mission, "core-b", limit_ma=30))
    bench.ground.ask(STORY, 200)
    bench.run_until(lambda: answers(bench, Fault.RAIL_CURRENT, 5))
    assert answers(bench, Fault.RAIL_CURRENT, 5) == ["REPORT"]
    bench.run_until(lambda: events(bench, "first_token"))


@scenario(Fault.RAIL_VOLTAGE)
def test_a_rail_at_a_wrong_voltage_takes_the_payload_off(make, mission: Mission) -> None:
    bench = make(mission=with_rail(mission, "memory", voltage_mv=13_500))
    bench.ground.ask(PARIS, 4)
    bench.run_until(lambda: answers(bench, Fault.RAIL_VOLTAGE, 3))
    assert answers(bench, Fault.RAIL_VOLTAGE, 3)[0] == "PAYLOAD_OFF"
    bench.run_until(lambda: bench.world.environment.power_good == 0)


@scenario(Fault.UNDER_VOLTAGE)
def test_a_bus_that_breaks_down_again_and_again_is_safe(make) -> None:
    bench = make()
    for count in range(1, 4):
        bench.set_controller_bus(5500)
        bench.run_until(lambda: len(answers(bench, Fault.UNDER_VOLTAGE)) == count)  # noqa: B023
        bench.set_controller_bus(8000)
        bench.run_for(2)
    assert answers(bench, Fault.UNDER_VOLTAGE) == ["PAYLOAD_OFF", "PAYLOAD_OFF", "SAFE"]
    assert mode(bench) == "SAFE"


@scenario(Fault.CONTROLLER_SILENT)
def test_a_silent_controller_is_safe_and_the_power_board_cuts_the_payload_off(make) -> None:
    bench = make()
    answering(bench)
    bench.cut_line("payload_ctrl")
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert answers(bench, Fault.CONTROLLER_SILENT) == ["SAFE"]
    bench.run_until(lambda: bench.world.environment.power_good == 0, 2)
    assert send(bench, "leave_safe").refusal is Refusal.DEVICE_FAILED
    bench.mend_line("payload_ctrl")
    bench.run_until(lambda: answers(bench, Fault.CONTROLLER_SILENT)[-1] == "OVER")
    assert not send(bench, "leave_safe").is_refused
    bench.run_for(1)
    send(bench, "clear_fault")
    bench.run_for(1)
    assert bench.ask(PARIS, 4).is_whole


@scenario(Fault.WATCHDOG)
def test_a_watchdog_that_bites_keeps_the_payload_off_for_a_while_and_the_third_time_is_safe(make) -> None:
    bench = make()
    for count in range(1, 4):
        answering(bench)
        bench.kill_flight_software()
        bench.run_until(lambda: bench.world.environment.power_good == 0, 6)
        bench.start_flight_software()
        bench.run_until(lambda: len(answers(bench, Fault.WATCHDOG)) == count)  # noqa: B023
    assert answers(bench, Fault.WATCHDOG) == ["PAYLOAD_OFF", "PAYLOAD_OFF", "SAFE"]


@scenario(Fault.CONTROLLER_RESET)
def test_a_controller_that_begins_anew_is_told_again_and_the_third_time_locked(make) -> None:
    bench = make()
    answering(bench)
    bench.reset_controller()
    bench.run_until(lambda: answers(bench, Fault.CONTROLLER_RESET))
    bench.run_until(lambda: events(bench, "job_interrupted"))
    for _ in range(2):
        bench.run_for(3)
        bench.reset_controller()
    bench.run_for(3)
    assert answers(bench, Fault.CONTROLLER_RESET) == ["REWRITE", "REWRITE", "PAYLOAD_LOCKED"]
    assert bench.ask(PARIS).request.refusal is Refusal.DEVICE_FAILED


@scenario(Fault.MEMORY_DAMAGED)
def test_a_damaged_word_is_written_anew_and_the_third_one_within_the_hour_locks_the_payload(make) -> None:
    bench = make()
    for count in range(1, 4):
        bench.damage_mailbox(100 * count)
        bench.run_until(lambda: len(answers(bench, Fault.MEMORY_DAMAGED)) == count, 15)  # noqa: B023
        bench.run_for(15)  # the scrubber reads each word every 10.24 s
        assert len(answers(bench, Fault.MEMORY_DAMAGED)) == count
    assert answers(bench, Fault.MEMORY_DAMAGED) == ["REWRITE", "REWRITE", "PAYLOAD_LOCKED"]
    assert bench.ask(PARIS).request.refusal is Refusal.DEVICE_FAILED
    send(bench, "clear_fault")
    bench.run_for(3)
    assert bench.ask(PARIS, 4).is_whole


@scenario(Fault.POWER_BOARD_SILENT)
def test_a_silent_power_board_takes_the_payload_off_and_ends_in_safe(make) -> None:
    bench = make()
    bench.cut_line("power_board")
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert answers(bench, Fault.POWER_BOARD_SILENT) == ["PAYLOAD_OFF", "SAFE"]
    bench.mend_line("power_board")
    bench.run_until(lambda: answers(bench, Fault.POWER_BOARD_SILENT)[-1] == "OVER")
    assert not send(bench, "leave_safe").is_refused


@scenario(Fault.COMPUTER_SILENT)
def test_a_computer_that_is_silent_again_and_again_is_locked(make) -> None:
    bench = make()
    bench.cut_line("payload_computer")
    for _ in range(3):
        bench.ground.ask(PARIS, 4)
    bench.run_until(lambda: "PAYLOAD_LOCKED" in answers(bench, Fault.COMPUTER_SILENT), 300)
    assert answers(bench, Fault.COMPUTER_SILENT) == ["PAYLOAD_OFF"] * 5 + ["PAYLOAD_LOCKED"]
    assert len(events(bench, "job_given_up")) == 2


@scenario(Fault.COMPUTER_FAILED)
def test_a_computer_that_fails_tells_why_and_is_power_cycled(make, mission: Mission) -> None:
    bench = make(mission=replace(mission, compute=replace(mission.compute, model="none.gguf")))
    bench.ground.ask(PARIS, 4)
    bench.run_until(lambda: answers(bench, Fault.COMPUTER_FAILED))
    assert answers(bench, Fault.COMPUTER_FAILED) == ["PAYLOAD_OFF"]
    assert "none.gguf" in events(bench, "computer_failed")[0]["message"]
    bench.run_until(lambda: bench.world.environment.power_good == 0)


@scenario(Fault.SENSOR_RANGE)
@pytest.mark.parametrize(
    ("sensor", "value", "part"),
    [
        ("battery_charge_permille", 1001, 0),
        ("battery_mv", 60_000, 1),
        ("battery_temperature_centidegc", 30_000, 3),
        ("temperature_centidegc", -20_000, 4),
    ],
)
def test_what_cannot_be_is_not_believed(make, sensor: str, value: int, part: int) -> None:
    bench = make()
    bench.stick_sensor(sensor, value)
    bench.run_until(lambda: answers(bench, Fault.SENSOR_RANGE, part) == ["DISTRUST"])
    bench.stick_sensor(sensor, None)
    bench.run_until(lambda: answers(bench, Fault.SENSOR_RANGE, part) == ["DISTRUST", "OVER"])
    assert mode(bench) == "STANDBY"


@scenario(Fault.SENSOR_STUCK)
def test_a_battery_sensor_that_sticks_does_not_hide_a_battery_that_sinks(make, mission: Mission) -> None:
    small = replace(mission, battery=replace(mission.battery, capacity_mwh=1000))
    sun = BatteryAndSun(battery_capacity_wh=1.0, is_sunlit=False, platform_mw=20_000, battery_charge_permille=400)
    bench = make(mission=small, environment=sun)
    bench.stick_sensor("battery_charge_permille", 400)
    bench.run_until(lambda: answers(bench, Fault.SENSOR_STUCK) == ["DISTRUST"])
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert events(bench, "mode_changed")[-1]["reason"].name == "LOW_CHARGE"
    assert bench.world.environment.power.charge_permille > 120


@scenario(Fault.SENSOR_DISAGREES)
def test_a_thermometer_that_all_others_contradict_costs_only_itself(make) -> None:
    bench = make()
    bench.stick_sensor("temperature_centidegc", 9000)
    bench.run_until(lambda: answers(bench, Fault.SENSOR_DISAGREES, Sensor.PAYLOAD_TEMPERATURE) == ["DISTRUST"])
    assert bench.ask(PARIS, 4).is_whole
    assert answers(bench, Fault.PAYLOAD_TEMPERATURE) == []


@scenario(Fault.SENSOR_DISAGREES)
def test_a_battery_sensor_that_two_others_contradict_is_not_believed(make) -> None:
    bench = make()
    bench.stick_sensor("battery_charge_permille", 90)
    bench.run_until(lambda: answers(bench, Fault.SENSOR_DISAGREES) == ["DISTRUST"])
    bench.run_for(15)
    assert mode(bench) == "STANDBY"
    assert bench.ask(PARIS, 4).is_whole


@scenario(Fault.GROUND_SILENT)
def test_a_silent_ground_is_answered_step_by_step_and_one_command_ends_it(make, mission: Mission) -> None:
    bench = make(mission=replace(mission, faults=replace(mission.faults, ground_silent_h=20 / 3600)))
    send(bench, "disable_housekeeping", structure="POWER")
    send(bench, "disable_event", event=23)
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert answers(bench, Fault.GROUND_SILENT) == ["TELEMETRY_ON", "PAYLOAD_OFF", "SAFE"]
    bench.run_until(lambda: events(bench, "restarting"))
    bench.run_for(5)
    assert events(bench, "boot")[-1]["mode"].name == "SAFE"
    send(bench, "ping")
    assert answers(bench, Fault.GROUND_SILENT)[-2:] == ["RESTART", "OVER"]
    assert not send(bench, "leave_safe").is_refused
    bench.run_for(2)
    assert mode(bench) == "STANDBY"


@scenario(Fault.RESET_STORM)
def test_the_third_unclean_boot_is_safe(make) -> None:
    bench = make()
    for _ in range(3):
        bench.kill_flight_software()
        bench.run_for(0.5)
        bench.start_flight_software()
        bench.run_for(2)
    assert answers(bench, Fault.RESET_STORM) == ["SAFE"]
    assert bench.ask(PARIS).request.refusal is Refusal.MODE_FORBIDS


@scenario(Fault.STORE_BROKEN)
def test_a_store_that_breaks_is_reported_and_questions_are_refused(make) -> None:
    bench = make()
    bench.break_store()
    assert bench.ask(PARIS).request.refusal is Refusal.STORE_FAILED
    assert [event["fault"].name for event in events(bench, "store_fault")] == ["WRITE_FAILED"]


@pytest.mark.req("FSW-031")
@pytest.mark.parametrize("unit", ["payload_ctrl", "power_board", "payload_computer", "store"])
def test_safe_is_entered_with_any_single_unit_dead(make, unit: str) -> None:
    bench = make()
    answering(bench)
    kill(bench, unit)
    send(bench, "enter_safe")
    bench.run_until(lambda: mode(bench) == "SAFE")
    bench.run_until(lambda: bench.world.environment.power_good == 0, 6)


@pytest.mark.req("FSW-031")
@pytest.mark.parametrize("unit", ["payload_computer", "store"])
def test_an_empty_battery_is_safe_with_any_single_unit_dead(make, mission: Mission, unit: str) -> None:
    """Without controller or power board it is SAFE already: rows CONTROLLER_SILENT and POWER_BOARD_SILENT."""
    bench = make(mission=replace(mission, power=replace(mission.power, debounce_s=1.0)))
    answering(bench)
    kill(bench, unit)
    bench.set_charge(150)
    bench.run_until(lambda: mode(bench) == "SAFE")
    assert events(bench, "mode_changed")[-1]["reason"].name == "LOW_CHARGE"
    assert bench.world.environment.power_good == 0


def kill(bench: Bench, unit: str) -> None:
    """A device that is never heard of again, or a store that takes nothing."""
    if unit == "store":
        bench.break_store()
    else:
        bench.cut_line(unit)
