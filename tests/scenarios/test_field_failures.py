"""What has cost other satellites dearly, on this one.

Compass-1 lost its thresholds at every reset, browned out its bus with a heater in a loop, and took hardly a command in
its emergency mode; it was recovered after months. UPSat had one threshold for both ways, and strict comparisons whose
equality fell through to "chargers off".
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flightsw.mission import DICTIONARY, elements_arguments, load_mission
from flightsw.orbit import sun_synchronous
from flightsw.payload import Fault, PowerMode, Refusal
from hil.bench import LockstepBench
from hil.bench.config import Devices
from hil.ground import EventReceived

Bench = LockstepBench
ARGUMENTS: dict[str, dict[str, object]] = {
    "ask": {"question": "Well?"},
    "cancel": {"job": 1},
    "job_status": {"job": 1},
    "resend": {"job": 1, "first": 0, "count": 1},
    "set_ceiling": {"mode": "ECO"},
    "set_time": {"time_us": 10**15},
    "clear_lockout": {"rails": 1},
    "read_registers": {"device": "PAYLOAD_CTRL", "address": 0},
    "set_threshold": {"mode": "ECO", "threshold": "ENTER_CHARGE_PERMILLE", "value": 450},
    "upload_elements": dict(elements_arguments(sun_synchronous(550.0, 10.5, 2.1e9))),
    "switch_load": {"load": "AUXILIARY", "is_on": False},
    "report_housekeeping": {"structure": "POWER"},
    "enable_housekeeping": {"structure": "POWER"},
    "disable_housekeeping": {"structure": "POWER"},
    "enable_event": {"event": 3},
    "disable_event": {"event": 3},
}
FORBIDDEN_IN_SAFE = {"ask": Refusal.MODE_FORBIDS, "leave_safe": Refusal.LOW_CHARGE}


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """Booted, with shorter debounces and back-offs unchanged."""
    mission = load_mission(None)
    limits = {fault: replace(limit, debounce_s=1.0) for fault, limit in mission.faults.limits.items()}
    mission = replace(
        mission,
        power=replace(mission.power, debounce_s=1.0),
        faults=replace(mission.faults, limits=limits),
    )
    bench = make_bench(mission=mission, devices=Devices(payload_ctrl="model://payload_ctrl"))
    bench.boot()
    bench.run_for(1)
    return bench


def events(bench: Bench, name: str) -> list[dict[str, Any]]:
    return [dict(e.parameters) for e in bench.events if isinstance(e, EventReceived) and e.event.name == name]


def send(bench: Bench, name: str, **arguments: object) -> Any:
    request = bench.ground.send(name, **arguments)
    bench.run_until(lambda: not request.is_waiting)
    return request


def mode(bench: Bench) -> str:
    changes = events(bench, "mode_changed")
    return changes[-1]["new"].name if changes else "STANDBY"


def restart_everything(bench: Bench) -> None:
    """Flight software and payload controller lose their power for a moment."""
    bench.kill_flight_software()
    bench.reset_controller()
    bench.run_for(1)
    bench.start_flight_software()
    bench.run_for(2)


@pytest.mark.req("FSW-035")
def test_compass_1_thresholds_outlive_every_reset(bench: Bench) -> None:
    send(bench, "set_threshold", mode="NOMINAL", threshold="ENTER_CHARGE_PERMILLE", value=950)
    for _ in range(2):
        restart_everything(bench)
    assert events(bench, "thresholds_rejected") == []
    assert bench.ask("What is the capital of France?", 4).is_whole
    assert "NOMINAL" not in {change["new"].name for change in events(bench, "mode_changed")}


@pytest.mark.req("FSW-035")
def test_compass_1_a_load_that_browns_out_the_bus_in_a_loop_is_switched_ever_more_rarely(bench: Bench) -> None:
    bench.ground.ask("What is the capital of France?", 64)
    for _ in range(30):  # whenever the payload is on, the bus breaks down
        bench.offset_sensor("battery_mv", -1800 if bench.world.environment.power_good else 0)
        bench.run_for(5)
    began = [event for event in events(bench, "mode_changed") if event["new"] is PowerMode.IDLE]
    off = [e for e in events(bench, "fault_subsystem") if e["fault"] is Fault.BATTERY_VOLTAGE]
    assert 1 <= len(began) <= 4
    assert [event["count"] for event in off] == list(range(1, len(off) + 1))
    assert not send(bench, "ping").is_refused


@pytest.mark.req("FSW-035")
def test_compass_1_in_an_emergency_every_command_but_questions_is_taken(bench: Bench) -> None:
    bench.set_charge(150)
    bench.run_until(lambda: mode(bench) == "SAFE")
    refused = {}
    for telecommand in DICTIONARY.telecommands:
        if telecommand.name != "restart":
            request = send(bench, telecommand.name, **ARGUMENTS.get(telecommand.name, {}))
            if request.refusal in (Refusal.MODE_FORBIDS, Refusal.LOW_CHARGE, Refusal.DEVICE_FAILED):
                refused[telecommand.name] = request.refusal
    assert refused == FORBIDDEN_IN_SAFE


@pytest.mark.req("FSW-035")
def test_upsat_a_voltage_that_trembles_at_its_limit_switches_once(bench: Bench) -> None:
    low_mv = bench.mission.faults.limits[Fault.BATTERY_VOLTAGE].low
    for number in range(20):
        bench.stick_sensor("battery_mv", low_mv + number % 3 - 1)
        bench.run_for(1.1)
    answers = [e for e in events(bench, "fault_subsystem") if e["fault"] is Fault.BATTERY_VOLTAGE]
    assert len(answers) == 1
    assert not [e for e in events(bench, "fault_over") if e["fault"] is Fault.BATTERY_VOLTAGE]


@pytest.mark.req("FSW-035")
def test_upsat_a_charge_exactly_at_a_threshold_is_decided(bench: Bench) -> None:
    policy = bench.mission.power
    bench.set_charge(policy.safe_charge_permille)
    bench.run_until(lambda: mode(bench) == "SAFE")
    bench.set_charge(policy.safe_exit_charge_permille)
    bench.run_until(lambda: mode(bench) == "STANDBY")
    bench.set_charge(policy.guards[PowerMode.ECO].enter_charge_permille)
    bench.run_for(2)
    assert bench.ask("What is the capital of France?", 4).is_whole
