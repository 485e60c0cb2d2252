"""How the flight software begins: what it trusts, what it puts in order, and where it ends up."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw import FlightSoftware, Stored
from flightsw.core import CLEAN_UPTIME_US
from flightsw.mission import DICTIONARY, StoreFault, load_mission
from flightsw.payload import PowerMode

World = Any


@pytest.mark.req("FSW-011")
def test_a_first_boot_ends_in_standby(world: World) -> None:
    assert world.names()[:3] == ["boot", "controller_boot", "mode_changed"]
    assert world.named("boot") == [{"mode": PowerMode.STANDBY, "unclean_boots": 0}]
    assert world.mode == "STANDBY"


@pytest.mark.req("FSW-011")
def test_rails_found_on_are_off_before_standby_and_the_job_is_interrupted(world: World) -> None:
    world.send("ask", question="What?")
    world.until(lambda: world.named("first_token"))
    world.heard.clear()
    world.boot()
    assert world.controller.rails == 0xFF
    world.until(lambda: world.named("job_interrupted"))
    assert world.controller.rails == 0
    world.until(lambda: world.mode == "STANDBY")
    assert [(e["job"], e["cause"].name) for e in world.named("job_interrupted")] == [(1, "BOOT")]
    assert world.named("device_silent") == []
    world.send("ask", question="What?")
    world.until(lambda: len(world.named("answer_end")) == 2)
    assert [(e["job"], e["end_reason"].name, e["cause"].name) for e in world.named("answer_end")] == [
        (1, "STOP", "BOOT"),
        (2, "STOP", "QUESTION"),
    ]


@pytest.mark.req("FSW-011")
def test_without_a_controller_the_job_is_interrupted_too(world: World) -> None:
    world.send("ask", question="What?")
    world.until(lambda: world.named("first_token"))
    world.cut.add("payload_ctrl")
    world.boot()
    world.until(lambda: world.named("job_interrupted"))
    assert [(e["state"].name, e["cause"].name) for e in world.named("job_report")] == [("INTERRUPTED", "BOOT")]


@pytest.mark.req("FSW-011")
def test_the_watchdog_drops_the_rails_of_dead_flight_software_and_its_bite_is_cleared(world: World) -> None:
    world.send("ask", question="What?")
    world.until(lambda: world.named("first_token"))
    for _ in range(6000):  # nobody kicks
        world.now_ms += 1
        world._follow_rails()
        world.controller.advance(world.now_ms * 1_000_000)
    assert (world.controller.rails, world.controller.peek("watchdog_bitten")) == (0, 1)
    world.boot()
    world.until(lambda: world.mode == "STANDBY")
    world.run(12)
    assert world.controller.peek("watchdog_bitten") == 0
    world.send("ask", question="What?")
    world.until(lambda: [end["end_reason"].name for end in world.named("answer_end")] == ["STOP", "STOP"])


@pytest.mark.req("FSW-011")
def test_questions_that_waited_are_answered_after_a_restart(world: World) -> None:
    world.send("ask", question="What?")
    world.run(0.5)
    world.boot()
    world.until(lambda: world.named("answer_end"))
    assert world.named("answer_end")[0]["end_reason"].name == "STOP"


@pytest.mark.req("FSW-011")
def test_a_question_is_taken_while_booting(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.send("ask", question="What?")
    world.until(lambda: world.named("answer_end"))
    assert world.named("answer_end")[0]["end_reason"].name == "STOP"


@pytest.mark.req("FSW-011")
@pytest.mark.parametrize("mode", ["SAFE", "SURVIVAL"])
def test_safe_is_kept_whatever_waits(make_world: Callable[..., World], mode: str) -> None:
    world = make_world(records={"safe": json.dumps([mode, "CONTROLLER_SILENT"])})
    if mode == "SURVIVAL":
        world.sense(battery_charge_permille=150)
    world.run(60)
    assert (world.mode, world.controller.rails) == (mode, 0)
    assert world.named("boot")[0]["mode"].name == mode


@pytest.mark.req("FSW-011")
def test_a_low_battery_safe_recovers_over_a_restart(make_world: Callable[..., World]) -> None:
    world = make_world(records={"safe": json.dumps(["SAFE", "LOW_CHARGE"])})
    world.until(lambda: world.mode == "STANDBY")
    assert "safe" not in world.records


@pytest.mark.req("FSW-012")
def test_the_third_unclean_boot_is_safe_and_stays(make_world: Callable[..., World]) -> None:
    world = make_world()
    for unclean in (0, 1, 2):
        world.run(1)
        assert (world.named("boot")[-1]["unclean_boots"], world.mode) == (unclean, "STANDBY")
        world.boot()
    world.run(30)
    assert (world.named("boot")[-1]["unclean_boots"], world.mode) == (3, "SAFE")
    assert json.loads(world.records["safe"]) == ["SAFE", "UNCLEAN_BOOTS"]


@pytest.mark.req("FSW-012")
def test_a_clean_stop_does_not_count(make_world: Callable[..., World]) -> None:
    world = make_world()
    for _ in range(5):
        world.run(1)
        world.fsw.stop()
        world.settle()
        world.boot()
    world.run(1)
    assert [event["unclean_boots"] for event in world.named("boot")] == [0] * 6


@pytest.mark.req("FSW-012")
def test_ten_minutes_of_uptime_clear_the_count(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.run(1)
    world.boot()
    world.pulls = False
    world.run(CLEAN_UPTIME_US / 1e6 - 1)
    assert json.loads(world.records["boot"])["unclean_boots"] == 1
    world.run(2)
    assert json.loads(world.records["boot"]) == {"unclean_boots": 0, "is_running": True}


@pytest.mark.req("FSW-013")
@pytest.mark.parametrize("fault", [StoreFault.MISSING, StoreFault.CORRUPT, StoreFault.VERSION])
def test_a_bad_store_is_safe_with_an_event_until_ground_leaves_it(
    make_world: Callable[..., World], fault: StoreFault
) -> None:
    world = make_world()
    world.boot(Stored(fault=fault))
    world.run(60)
    assert [event["fault"] for event in world.named("store_fault")] == [fault]
    assert world.mode == "SAFE"
    assert json.loads(world.records["safe"]) == ["SAFE", "STORE_FAULT"]
    world.send("leave_safe")
    world.run(0.1)
    world.send("ask", question="What?")
    world.until(lambda: world.named("answer_end"))


@pytest.mark.req("FSW-013")
@pytest.mark.parametrize(
    "records",
    [
        {"ceiling": "not json"},
        {"ceiling": '"HIGHEST"'},
        {"boot": "[]"},
        {"boot": '{"unclean_boots":-1,"is_running":true}'},
        {"safe": '["BURST","GROUND"]'},
        {"jobs": '"many"'},
        {"job/0000000001": "{}"},
        {"clock": "1.5"},
        {"job/0000000001": "[" * 5000},
    ],
)
def test_a_record_that_makes_no_sense_is_a_corrupt_store(
    make_world: Callable[..., World], records: dict[str, str]
) -> None:
    world = make_world(records=records)
    world.run(1)
    assert [event["fault"] for event in world.named("store_fault")] == [StoreFault.CORRUPT]
    assert world.mode == "SAFE"


@pytest.mark.req("FSW-022")
@pytest.mark.parametrize(
    "thresholds",
    [
        '{"ECO":{"ENTER_CHARGE_PERMILLE":100}}',
        '{"ECO":{"ENTER_CHARGE_PERMILLE":"high"}}',
        '{"SAFE":{"ENTER_CHARGE_PERMILLE":500}}',
        '{"ECO":{"COLOUR":500}}',
        '{"ECO":5}',
        "[]",
    ],
)
def test_thresholds_out_of_range_are_not_taken(make_world: Callable[..., World], thresholds: str) -> None:
    world = make_world(records={"thresholds": thresholds})
    world.run(1)
    assert len(world.named("thresholds_rejected")) == 1
    assert (world.mode, world.named("store_fault")) == ("STANDBY", [])
    world.send("ask", question="What?")
    world.until(lambda: world.named("answer_end"))


@pytest.mark.req("FSW-013")
@given(
    st.dictionaries(
        st.sampled_from(["boot", "ceiling", "safe", "thresholds", "clock", "jobs", "job/0000000001", "other"]),
        st.text()
        | st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ).map(json.dumps),
    )
)
def test_whatever_the_store_holds_it_boots(records: dict[str, str]) -> None:
    flight_software = FlightSoftware(load_mission(None), Stored(records=records))
    flight_software.tick(0)
    assert flight_software.transmit("ground", 2600)


@pytest.mark.req("FSW-011")
def test_boot_says_what_it_finds_in_words() -> None:
    event = DICTIONARY.event("boot")
    assert event.describe({"mode": PowerMode.SAFE, "unclean_boots": 3}) == "booting towards SAFE, 3 unclean boots"
