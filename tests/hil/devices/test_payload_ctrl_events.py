"""The events of every payload controller, model and RTL alike: what is told, in which order, when, and what is lost."""

import pytest

from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import (
    BootCause,
    CountersClearKey,
    EventCode,
    WatchdogCause,
    WatchdogDisarmKey,
    WatchdogKickKey,
)

DEPTH = 32


@pytest.fixture
def quiet(controller):
    """A controller whose start has been read."""
    assert take(controller) == [(EventCode.BOOT, BootCause.POWER_ON)]
    return controller


@pytest.fixture
def up(quiet):
    """Rails 0 to 2 up."""
    for rail in regs.RAIL_STAGGER_MS[:3]:
        quiet.write(rail, value=1)
    quiet.device.set_power_good(0b111)
    quiet.write(regs.TARGET, count=3)
    quiet.run(10)
    assert quiet.device.rails == 0b111
    return quiet


def take(controller) -> list[tuple[int, int]]:
    """Code and argument of the events that wait."""
    events = []
    while (event := controller.read(regs.EVENT))["code"] != EventCode.NONE:
        events.append((event["code"], event["argument"]))
    return events


@pytest.mark.req("RTL-032")
def test_reading_takes_an_event_out_and_keeps_its_time(quiet) -> None:
    assert quiet.read_word(regs.EVENT.address) == 0
    assert quiet.read(regs.EVENT_TIME_MS) == {"value": 0}
    quiet.run(100 - quiet.now_ms)
    quiet.device.set_bus_mv(5000)
    quiet.run(50)
    assert quiet.read(regs.EVENT_STATUS) == {"count": 1, "lost": 0}
    assert quiet.read(regs.EVENT) == {"code": EventCode.UNDER_VOLTAGE, "argument": 0}
    assert quiet.read(regs.EVENT_STATUS) == {"count": 0, "lost": 0}
    assert quiet.read(regs.EVENT_TIME_MS) == {"value": 100}
    assert quiet.read(regs.EVENT)["code"] == EventCode.NONE
    assert quiet.read(regs.EVENT_TIME_MS) == {"value": 0}


@pytest.mark.req("RTL-032")
def test_a_repeated_request_takes_no_second_event(quiet) -> None:
    quiet.device.set_bus_mv(5000)
    quiet.run(2)
    quiet.device.set_bus_mv(8000)
    quiet.run(2)
    quiet.device.set_bus_mv(5000)
    quiet.run(2)
    assert quiet.read(regs.EVENT_STATUS)["count"] == 2


@pytest.mark.req("RTL-032")
def test_a_lost_power_good_and_the_lock_out_that_follows(up) -> None:
    up.device.set_power_good(0b101)
    up.run(20)
    assert take(up) == [(EventCode.POWER_GOOD_LOST, 0b010), (EventCode.RAIL_LOCKED_OUT, 0b010)]


@pytest.mark.req("RTL-032")
def test_a_trip_its_retry_and_a_late_power_good(up) -> None:
    up.write(regs.RAIL_CTRL[2], fast_trip=1, retries=1)
    up.write(regs.RAIL_RETRY_MS[2], value=5)
    up.write(regs.RAIL_POWER_GOOD_TIMEOUT_MS[2], value=9)
    up.device.set_overcurrent(0b100)
    up.run(1)
    up.device.set_overcurrent(0)
    up.device.set_power_good(0b011)
    up.run(40)
    assert take(up) == [
        (EventCode.RAIL_TRIPPED, 0b100),
        (EventCode.RAIL_RETRIED, 0b100),
        (EventCode.POWER_GOOD_TIMEOUT, 0b100),
        (EventCode.RAIL_LOCKED_OUT, 0b100),
    ]


@pytest.mark.req("RTL-032")
def test_a_warning_of_each_rail_that_comes_to_its_limit(up) -> None:
    up.write(regs.AVERAGE_SHIFT, value=0)
    for rail, ma in enumerate((900, 100, 900)):
        up.write(regs.RAIL_LIMIT_MA[rail], value=500)
        up.device.set_adc(3 * rail + 1, ma)
    up.run(150)
    assert take(up) == [(EventCode.OVERCURRENT_WARNING, 0b101)]
    up.device.set_adc(4, 900)
    up.run(150)
    assert take(up) == [(EventCode.OVERCURRENT_WARNING, 0b010)]


@pytest.mark.req("RTL-032")
def test_a_bite_with_its_cause(up) -> None:
    up.write(regs.WATCHDOG_CTRL, enable=1)
    up.write(regs.WATCHDOG_KICK, key=WatchdogKickKey.KICK)
    up.write(regs.WATCHDOG_DISARM, key=WatchdogDisarmKey.DISARM)
    assert take(up) == [(EventCode.WATCHDOG_BITE, WatchdogCause.TOO_EARLY)]


@pytest.mark.req("RTL-034")
def test_eight_refusals_in_a_row(quiet, refused) -> None:
    for _ in range(8):
        with pytest.raises(refused, match="BAD_ADDRESS"):
            quiet.read_word(2)
    assert take(quiet) == [(EventCode.LINK_REFUSALS, 0)]
    for _ in range(7):
        with pytest.raises(refused, match="BAD_ADDRESS"):
            quiet.read_word(2)
    assert take(quiet) == []


@pytest.mark.req("RTL-032")
def test_events_that_find_no_room_are_counted(quiet) -> None:
    for _ in range(DEPTH + 3):
        for bus_mv in (5000, 8000):
            quiet.device.set_bus_mv(bus_mv)
            quiet.run(1)
    assert quiet.read(regs.EVENT_STATUS) == {"count": DEPTH, "lost": 3}
    quiet.write(regs.COUNTERS_CLEAR, key=CountersClearKey.CLEAR)
    assert quiet.read(regs.EVENT_STATUS) == {"count": DEPTH, "lost": 0}
    assert take(quiet) == [(EventCode.UNDER_VOLTAGE, 0)] * DEPTH
