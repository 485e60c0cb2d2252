"""What goes wrong on the boards, and what the flight software makes of it."""

from collections.abc import Callable
from typing import Any

import pytest

from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers import power_board
from flightsw.mission import RailFault
from flightsw.payload import Refusal

World = Any


@pytest.fixture
def answering(world: World) -> World:
    """In the middle of a long answer."""
    world.engine.words = ("word ",) * 100
    world.send("ask", question="What?", max_tokens=100)
    world.until(lambda: len(world.named("answer_segment")) == 5)
    return world


def interrupted(world: World) -> list[str]:
    return [event["cause"].name for event in world.named("job_interrupted")]


def ended(world: World) -> list[tuple[str, str]]:
    return [(end["end_reason"].name, end["cause"].name) for end in world.named("answer_end")]


@pytest.mark.req("FSW-044")
def test_one_rail_s_lock_out_is_cleared_and_no_other_rail_s(answering: World) -> None:
    world = answering
    world.dead_rails = 0b0100
    world.until(lambda: world.mode == "STANDBY")
    world.dead_rails = 0
    for rails, outcome in ((0b1011, ("ACCEPTANCE_FAILED", Refusal.DEVICE_FAILED)), (0b0100, ("COMPLETED", None))):
        cleared = world.send("clear_lockout", rails=rails)
        world.run(2)
        assert world.verifications(cleared)[-1] == ("COMPLETED", None)
        asked = world.send("ask", question="And?", max_tokens=3)
        world.run(1)
        assert world.verifications(asked)[-1] == outcome
    world.until(lambda: len(ended(world)) == 2)


@pytest.mark.req("FSW-045")
def test_ground_reads_a_board_s_registers(world: World) -> None:
    for device, register in (("PAYLOAD_CTRL", regs.ID), ("POWER_BOARD", power_board.ID)):
        asked = world.send("read_registers", device=device, address=register.address, count=2)
        world.run(0.2)
        assert world.verifications(asked)[-1] == ("COMPLETED", None)
        report = world.named("registers")[-1]
        assert (report["device"].name, report["address"]) == (device, register.address)
        assert report["words"][0] == register.reset
        assert len(report["words"]) == 2


@pytest.mark.req("FSW-045")
def test_registers_that_no_board_shows_are_refused_and_nothing_waits(world: World) -> None:
    none = world.send("read_registers", device="PAYLOAD_COMPUTER", address=0)
    missing = world.send("read_registers", device="PAYLOAD_CTRL", address=0x0FFC)
    world.run(0.5)
    assert world.verifications(none) == [("ACCEPTANCE_FAILED", Refusal.BAD_ARGUMENT)]
    assert world.verifications(missing)[-1] == ("COMPLETION_FAILED", Refusal.DEVICE_FAILED)
    world.cut.add("power_board")
    silent = world.send("read_registers", device="POWER_BOARD", address=0)
    world.run(5)
    assert world.verifications(silent)[-1] == ("COMPLETION_FAILED", Refusal.DEVICE_FAILED)
    assert world.named("registers") == []
    assert "device_silent" not in [heard.name for heard in world.heard if heard.values.get("device") == 1]


@pytest.mark.req("FSW-014")
def test_a_rail_that_came_up_is_told_with_the_voltage_measured_since(answering: World) -> None:
    told = answering.named("rail_on")
    nominal = [rail.voltage_mv for rail in answering.mission.rails.values()]
    assert [event["rail"] for event in told] == list(range(8))
    assert [event["voltage_mv"] for event in told] == pytest.approx(nominal, rel=0.05)


@pytest.mark.req("FSW-014")
def test_a_lost_rail_interrupts_the_answer_and_locks_the_payload_until_ground_clears_it(answering: World) -> None:
    world = answering
    began_ms = world.now_ms
    world.dead_rails = 0b0100
    world.until(lambda: world.mode == "STANDBY")
    assert world.now_ms - began_ms < 6000  # the controller tries again by itself
    lost, *tried = ((event["rail"], event["fault"]) for event in world.named("rail_fault"))
    assert lost == (2, RailFault.POWER_GOOD_LOST)
    assert tried == [(2, RailFault.POWER_GOOD_TIMEOUT)] * 3
    assert set(interrupted(world)) == {"RAIL_FAULT"}
    assert [event["reason"].name for event in world.named("mode_changed")][-1] == "RAIL_FAULT"
    world.dead_rails = 0
    asked = world.send("ask", question="And?")
    world.run(1)
    assert world.verifications(asked) == [("ACCEPTANCE_FAILED", Refusal.DEVICE_FAILED)]
    cleared = world.send("clear_fault")
    world.run(2)
    assert world.verifications(cleared)[-1] == ("COMPLETED", None)
    world.send("ask", question="And?", max_tokens=3)
    world.until(lambda: len(ended(world)) == 2)
    assert ended(world) == [("STOP", "RAIL_FAULT"), ("LENGTH", "QUESTION")]


@pytest.mark.req("FSW-014")
def test_a_rail_that_does_not_come_up_costs_the_job_that_wanted_it(world: World) -> None:
    world.dead_rails = 0b0010
    world.send("ask", question="What?")
    world.send("ask", question="And?")
    world.until(lambda: interrupted(world))
    assert world.named("rail_fault") == [{"rail": 1, "fault": RailFault.POWER_GOOD_TIMEOUT}] * 3
    assert interrupted(world) == ["RAIL_FAULT"]
    world.dead_rails = 0
    world.run(30)
    assert ended(world) == []
    world.send("clear_fault")
    world.until(lambda: len(ended(world)) == 2)
    assert [end["job"] for end in world.named("answer_end")] == [1, 2]
    assert ended(world) == [("STOP", "RAIL_FAULT"), ("STOP", "QUESTION")]


@pytest.mark.req("FSW-014")
def test_a_controller_that_begins_anew_costs_the_answer_and_nothing_else(answering: World) -> None:
    world = answering
    fresh = type(world.controller)()
    fresh.advance(world.now_ms * 1_000_000)
    world.devices["payload_ctrl"] = world.controller = fresh
    world.until(lambda: ended(world))
    assert interrupted(world) == ["RAIL_FAULT"]
    assert ended(world) == [("STOP", "RAIL_FAULT")]


@pytest.mark.req("FSW-014")
def test_clearing_is_refused_by_a_controller_that_does_not_answer(world: World) -> None:
    world.cut.add("payload_ctrl")
    cleared = world.send("clear_fault")
    world.run(3)
    assert world.verifications(cleared)[-1] == ("COMPLETION_FAILED", Refusal.DEVICE_FAILED)


@pytest.mark.req("FSW-015")
def test_a_computer_that_falls_silent_is_power_cycled_for_the_next_question(answering: World) -> None:
    world = answering
    world.send("ask", question="And?", max_tokens=3)
    world.cut.add("payload_computer")
    world.until(lambda: interrupted(world))
    assert interrupted(world) == ["COMPUTER_SILENT"]
    world.cut.clear()
    world.until(lambda: len(ended(world)) == 2)
    assert ended(world) == [("STOP", "COMPUTER_SILENT"), ("LENGTH", "QUESTION")]
    assert len(world.named("computer_ready")) == 2
    assert [event["rail"] for event in world.named("rail_off")][:8] == [*range(7, -1, -1)]


@pytest.mark.req("FSW-015")
def test_a_computer_that_never_answers_is_tried_three_times_for_each_job(world: World) -> None:
    world.cut.add("payload_computer")
    world.send("ask", question="What?")
    world.send("ask", question="And?")
    world.until(lambda: len(ended(world)) == 2, within_s=600)
    assert interrupted(world) == ["COMPUTER_SILENT"] * 4
    given_up = [(e["job"], e["attempts"], e["cause"].name) for e in world.named("job_given_up")]
    assert given_up == [(1, 3, "COMPUTER_SILENT"), (2, 3, "COMPUTER_SILENT")]
    assert ended(world) == [("FAILED", "COMPUTER_SILENT")] * 2
    world.run(60)
    assert (world.mode, world.controller.rails) == ("STANDBY", 0)


@pytest.mark.req("FSW-015")
def test_a_model_that_does_not_load_is_reported_with_the_computers_words(world: World) -> None:
    world.engine.load_error = "model.gguf: not a GGUF file"
    world.send("ask", question="What?")
    world.until(lambda: interrupted(world))
    assert world.named("computer_failed") == [{"message": "model.gguf: not a GGUF file"}]
    assert interrupted(world) == ["COMPUTER_FAILED"]
    world.engine.load_error = ""
    world.until(lambda: ended(world))
    assert ended(world) == [("STOP", "COMPUTER_FAILED")]


@pytest.mark.req("FSW-015")
def test_an_answer_that_fails_ends_the_job_and_not_the_payload(world: World) -> None:
    world.engine.answer_error = "the prompt is too long"
    world.send("ask", question="What?")
    world.until(lambda: ended(world))
    assert ended(world) == [("FAILED", "QUESTION")]
    world.engine.answer_error = ""
    world.send("ask", question="And?")
    world.until(lambda: len(ended(world)) == 2)
    assert len(world.named("computer_ready")) == 1


@pytest.mark.req("FSW-015")
def test_a_computer_that_begins_anew_costs_the_answer(answering: World) -> None:
    world = answering
    world.computer.set_power(False)
    world.computer.set_power(True)
    world.until(lambda: ended(world))
    assert interrupted(world) in (["COMPUTER_FAILED"], ["COMPUTER_SILENT"])
    assert ended(world) == [("STOP", interrupted(world)[0])]


@pytest.mark.req("FSW-016")
def test_a_silent_controller_is_safe_and_its_watchdog_takes_the_rails(answering: World) -> None:
    world = answering
    world.cut.add("payload_ctrl")
    world.until(lambda: world.mode == "SAFE")
    assert interrupted(world) == ["CONTROLLER_SILENT"]
    world.until(lambda: world.controller.rails == 0)
    assert world.controller.peek("fault_cause") == regs.FaultCause.WATCHDOG
    world.cut.clear()
    world.run(30)
    assert [event["device"].name for event in world.named("device_found")] == ["PAYLOAD_CTRL"]
    assert world.mode == "SAFE"
    world.send("leave_safe")
    world.send("clear_fault")
    world.run(2)
    world.send("ask", question="And?", max_tokens=3)
    world.until(lambda: len(ended(world)) == 2)


@pytest.mark.req("FSW-016")
def test_boot_without_a_controller_is_safe(make_world: Callable[..., World]) -> None:
    world = make_world(cut={"payload_ctrl"})
    world.run(30)
    assert world.mode == "SAFE"
    assert world.fsw.mode.safe_cause.name == "CONTROLLER_SILENT"
    asked = world.send("ask", question="What?")
    left = world.send("leave_safe")
    world.run(0.1)
    assert world.verifications(asked) == [("ACCEPTANCE_FAILED", Refusal.MODE_FORBIDS)]
    assert world.verifications(left) == [("ACCEPTANCE_FAILED", Refusal.DEVICE_FAILED)]


@pytest.mark.req("FSW-016")
def test_a_line_that_nobody_carries_is_as_silent_as_its_device(world: World) -> None:
    world.fsw.transmit = lambda port, max_bytes, real=world.fsw.transmit: (
        real(port, max_bytes) if port == "ground" else b""
    )
    world.run(10)
    assert {event["device"].name for event in world.named("device_silent")} == {"PAYLOAD_CTRL", "POWER_BOARD"}
    assert world.mode == "SAFE"


@pytest.mark.req("FSW-016")
def test_a_command_on_a_line_that_nobody_carries_ends(world: World) -> None:
    real, ports = world.fsw.transmit, ["ground"]
    world.fsw.transmit = lambda port, max_bytes: real(port, max_bytes) if port in ports else b""
    cleared = world.send("clear_fault")
    world.run(10)
    assert world.verifications(cleared)[-1] == ("COMPLETION_FAILED", Refusal.DEVICE_FAILED)
    ports += world.devices
    world.run(5)
    assert {event["device"].name for event in world.named("device_found")} == {"PAYLOAD_CTRL", "POWER_BOARD"}


@pytest.mark.req("FSW-021")
def test_a_watchdog_that_was_not_heard_to_be_disarmed_is_disarmed_later(answering: World) -> None:
    world = answering
    world.until(lambda: ended(world))
    world.until(lambda: world.fsw.mode.commanded.mode.name == "STANDBY")
    world.cut.add("payload_ctrl")
    world.run(1.5)
    world.cut.clear()
    world.run(20)
    assert world.controller.peek("watchdog_age_ms") == 0


@pytest.mark.req("FSW-017")
def test_a_silent_power_board_takes_the_payload_off_and_refuses_questions(answering: World) -> None:
    world = answering
    world.cut.add("power_board")
    world.until(lambda: world.mode == "STANDBY")
    assert interrupted(world) == ["POWER_BOARD_SILENT"]
    asked = world.send("ask", question="And?")
    world.run(0.1)
    assert world.verifications(asked) == [("ACCEPTANCE_FAILED", Refusal.POWER_UNKNOWN)]
    world.cut.clear()
    world.run(3)
    world.send("ask", question="And?", max_tokens=3)
    world.until(lambda: len(ended(world)) == 2)


@pytest.mark.req("FSW-032")
@pytest.mark.parametrize("charge_permille", [1001, 0xFFFF_FFFF])
def test_a_charge_beyond_full_is_not_believed(world: World, charge_permille: int) -> None:
    world.sense(battery_charge_permille=charge_permille, battery_mv=7000)
    world.run(5)
    assert [(event["fault"].name, event["response"].name) for event in world.named("fault_unit")] == [
        ("SENSOR_RANGE", "DISTRUST")
    ]
    assert world.fsw.faults.power.charge_permille == 300


@pytest.mark.req("FSW-020")
def test_eclipse_slows_the_answer_and_sunlight_speeds_it_up(answering: World) -> None:
    world = answering
    world.sense(is_sunlit=False)
    world.until(lambda: world.mode == "ECO")
    assert world.computer.rate_mtokens_per_s == 5000
    world.run(3)
    world.sense(is_sunlit=True)
    world.until(lambda: world.mode == "NOMINAL")
    assert world.computer.rate_mtokens_per_s == 12000
    world.until(lambda: ended(world))
    assert (ended(world), world.named("answer_end")[0]["generated_tokens"]) == ([("STOP", "QUESTION")], 100)
    reasons = [event["reason"].name for event in world.named("mode_changed")]
    assert reasons.index("ECLIPSE") < reasons.index("SUNLIGHT")


@pytest.mark.req("FSW-020")
def test_a_low_ceiling_pauses_the_answer_and_a_high_one_resumes_it(answering: World) -> None:
    world = answering
    world.send("set_ceiling", mode="IDLE")
    world.until(lambda: world.mode == "IDLE")
    world.run(1)
    count = len(world.named("answer_segment"))
    world.run(60)
    assert len(world.named("answer_segment")) == count
    assert ended(world) == []
    world.send("set_ceiling", mode="NOMINAL")
    world.until(lambda: ended(world))
    assert (ended(world), world.named("answer_end")[0]["generated_tokens"]) == ([("STOP", "QUESTION")], 100)


@pytest.mark.req("FSW-020")
def test_a_battery_that_sinks_takes_the_payload_off_and_safe_ends_by_itself(answering: World) -> None:
    world = answering
    world.engine.prompt_tokens = 100_000
    world.sense(battery_charge_permille=150)
    world.until(lambda: world.mode == "SAFE")
    assert ended(world) in ([("INTERRUPTED", "LOW_CHARGE")], [("STOP", "QUESTION")])
    world.sense(battery_charge_permille=500)
    world.until(lambda: world.mode == "STANDBY")


@pytest.mark.req("FSW-021")
def test_the_watchdog_is_armed_and_kicked_while_the_payload_is_on_and_disarmed_after(answering: World) -> None:
    world = answering
    ages = []
    while not ended(world):
        world.run(0.05)
        ages.append(world.controller.peek("watchdog_age_ms"))
    assert 900 < max(ages) < 2000
    world.until(lambda: world.mode == "STANDBY")
    world.run(20)
    assert world.controller.peek("watchdog_age_ms") == 0
    assert world.named("rail_fault") == []


@pytest.mark.req("FSW-025")
def test_both_energy_counts_agree(answering: World) -> None:
    world = answering
    world.until(lambda: ended(world))
    world.run(10)
    payload = world.named("payload")[-1]
    assert payload["energy_mj"] == pytest.approx(payload["controller_energy_mj"], rel=0.02)
