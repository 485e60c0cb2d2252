"""The power board's driver: its settings, and what it tells."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from firmware_bindings.devicelink.registers import power_board as regs
from flightsw.mission import DEFAULT_MISSION_TOML, TomlError, read_mission
from hil.devices.power_board import Readings

SETTINGS = (regs.SWITCHES, regs.HEATER_LIMITS_CENTIDEGC, regs.HEATER_CHARGES_PERMILLE, regs.BUS_LIMITS_MV)
LIMITS = """
[power_board]
heater_on_centidegc = -300
heater_off_centidegc = 100
heater_hold_permille = 300
heater_release_permille = 400
shed_bus_mv = 6100
connect_bus_mv = 6900
"""


def _settings(world: object) -> list[dict[str, int]]:
    return [register.unpack(world.board._word(register)) for register in SETTINGS]


@pytest.mark.req("FSW-040")
def test_the_board_is_told_the_missions_limits(make_world: Callable[..., object]) -> None:
    world = make_world(mission=read_mission(DEFAULT_MISSION_TOML + LIMITS))
    world.run(3)
    told = [
        {"payload": 1, "heater": 1, "auxiliary": 1},
        {"on": -300, "off": 100},
        {"hold": 300, "release": 400},
        {"shed": 6100, "connect": 6900},
    ]
    assert _settings(world) == told
    assert "power_board_reset" not in world.names()
    world.board.restart()
    world.run(12)
    assert _settings(world) == told
    assert world.names().count("power_board_reset") == 1


@pytest.mark.req("FSW-041")
def test_loads_that_the_board_sheds_and_lets_on_are_reported(make_world: Callable[..., object]) -> None:
    world = make_world()
    world.run(2)
    for bus_mv, loops in ((6000, 3), (7500, 3)):
        world.readings = replace(world.readings, bus_mv=bus_mv)
        for _ in range(loops):
            world.board.control()
        world.run(2)
    events = [(one.name, one.values) for one in world.heard if one.name.startswith("loads_")]
    assert events == [("loads_shed", {"bus_mv": 6000}), ("loads_connected", {"bus_mv": 7500})]


@pytest.mark.req("FSW-041")
def test_housekeeping_shows_array_temperatures_heater_and_switches(make_world: Callable[..., object]) -> None:
    world = make_world()
    world.readings = Readings(
        battery_temperature_centidegc=-1250,
        panel_temperature_centidegc=6400,
        array_mv=17_500,
        array_ma=1714,
        battery_ma=-40_000,
        heater_mw=5000,
    )
    world.board.control()
    world.run(3)
    power = [one.values for one in world.heard if one.name == "power"][-1]
    expected = {
        "battery_centidegc": -1250,
        "panel_centidegc": 6400,
        "array_mv": 17_500,
        "array_ma": 1714,
        "battery_ma": -40_000,
        "bus_mv": 7400,
        "heater_mw": 5000,
        "payload_switch": True,
        "heater_switch": True,
        "auxiliary_switch": True,
        "shed": False,
        "heater_held": False,
        "trips": 0,
    }
    assert {name: power[name] for name in expected} == expected


@pytest.mark.req("FSW-042")
def test_ground_switches_loads_and_clears_trips(make_world: Callable[..., object]) -> None:
    world = make_world()
    world.run(3)
    request = world.send("switch_load", load="AUXILIARY", is_on=False)
    world.run(3)
    assert world.verifications(request)[-1] == ("COMPLETED", None)
    assert _settings(world)[0] == {"payload": 1, "heater": 1, "auxiliary": 0}
    world.boot()
    world.run(3)
    assert _settings(world)[0] == {"payload": 1, "heater": 1, "auxiliary": 0}
    world.send("switch_load", load="AUXILIARY", is_on=True)
    world.readings = replace(world.readings, bus_mv=0)
    world.board.control()
    world.run(3)
    assert _settings(world)[0] == {"payload": 1, "heater": 1, "auxiliary": 1}
    assert [one.values["trips"] for one in world.heard if one.name == "power"][-1] == 4
    world.readings = replace(world.readings, bus_mv=7400)
    world.send("clear_trips")
    world.run(3)
    assert [one.values["trips"] for one in world.heard if one.name == "power"][-1] == 0
    world.cut.add("power_board")
    world.run(20)
    request = world.send("clear_trips")
    world.run(1)
    assert world.verifications(request)[-1][0] == "COMPLETION_FAILED" or world.verifications(request)[-1][1] is not None


@pytest.mark.req("FSW-043")
def test_heater_and_auxiliary_load_stay_off_while_power_is_scarce(make_world: Callable[..., object]) -> None:
    world = make_world()
    world.until(lambda: world.mode == "STANDBY")
    world.run(2)
    world.sense(battery_charge_permille=150)
    world.until(lambda: world.mode == "SAFE")
    world.send("switch_load", load="HEATER", is_on=True)
    world.run(3)
    assert _settings(world)[0] == {"payload": 1, "heater": 0, "auxiliary": 0}
    assert world.named("loads_held") == [{}]
    world.boot()
    world.run(3)
    assert _settings(world)[0] == {"payload": 1, "heater": 0, "auxiliary": 0}
    world.sense(battery_charge_permille=600)
    world.until(lambda: world.mode == "STANDBY")
    world.run(3)
    assert _settings(world)[0] == {"payload": 1, "heater": 1, "auxiliary": 1}
    assert world.named("loads_released") == [{}]


@pytest.mark.req("FSW-040")
@pytest.mark.parametrize(
    "change",
    [
        "heater_off_centidegc = -250",
        "heater_on_centidegc = -4500",
        "heater_release_permille = 310",
        "shed_bus_mv = 6850",
        "connect_bus_mv = 61_000",
    ],
)
def test_limits_are_range_checked(change: str) -> None:
    name = change.split(" = ")[0]
    lines = [change if line.startswith(name) else line for line in LIMITS.splitlines()]
    with pytest.raises(TomlError, match=r"\[power_board\]: .* are from .* or more apart"):
        read_mission(DEFAULT_MISSION_TOML + "\n".join(lines))
