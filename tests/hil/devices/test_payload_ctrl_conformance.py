"""What every payload controller does, model and RTL alike: registers, rails, watchdog, energy."""

import pytest

from firmware_bindings.devicelink import NakReason, Operation
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import FaultCause, FaultClearKey, State, WatchdogKickKey

BY_NAME = {register.name: register for register in regs.REGISTERS}


@pytest.fixture
def up(controller):
    """All four rails up, power-good 5 ms after each switch."""
    controller.power_good_follows = 5
    controller.write(regs.TARGET, count=4)
    controller.run(4 * 25 + 5)
    assert controller.device.rails == 0b1111
    assert controller.read(regs.STATUS)["state"] == State.STEADY
    return controller


@pytest.fixture
def steps(up):
    """Where the list of rail changes stands once all rails are up."""
    return len(up.rail_changes)


# Registers


@pytest.mark.req("RTL-002")
def test_it_says_who_it_is(controller) -> None:
    assert controller.request(Operation.SYNC).hex() == "504300010040"
    assert controller.read(regs.ID) == {"device_id": regs.DEVICE_ID}
    assert controller.read_word(regs.VERSION.address) == regs.VERSION.reset


@pytest.mark.req("RTL-001")
@pytest.mark.parametrize("name", BY_NAME)
def test_reset_value_and_access(controller, refused, name: str) -> None:
    register = BY_NAME[name]
    uptime = {"UPTIME_MS"}
    if register.access == "wo":
        with pytest.raises(refused, match="BAD_ADDRESS"):
            controller.read_word(register.address)
    elif name not in uptime:
        assert controller.read_word(register.address) == register.reset
    if register.access == "ro":
        with pytest.raises(refused, match="BAD_ADDRESS"):
            controller.write_word(register.address, register.reset)
    elif register.access == "rw":
        controller.write_word(register.address, 1)
        assert controller.read_word(register.address) == 1


@pytest.mark.req("RTL-001")
@pytest.mark.parametrize("address", [0x01, 0x02, 0x48, 0x4C, 0x78, 0x7C, 0x80, 0x84, 0x1000, 0xFFFC])
def test_nothing_lives_elsewhere(controller, refused, address: int) -> None:
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.read_word(address)
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.write_word(address, 0)


@pytest.mark.req("RTL-001")
@pytest.mark.parametrize(
    ("register", "value"),
    [
        (regs.TARGET, 5),
        (regs.TARGET, 8),
        (regs.TARGET, 0x8000_0001),
        (regs.FAULT_CLEAR, 0),
        (regs.FAULT_CLEAR, FaultClearKey.CLEAR | 1 << 31),
        (regs.WATCHDOG_KICK, FaultClearKey.CLEAR),
        (regs.WATCHDOG_CTRL, 2),
        (regs.WATCHDOG_OPEN_MS, 0x1_0000),
        (regs.WATCHDOG_CLOSE_MS, 0x1_0000),
        (regs.STAGGER_MS, 0xFFFF_FFFF),
        (regs.POWER_GOOD_TIMEOUT_MS, 0x1_0000),
    ],
)
def test_a_value_out_of_range_is_refused_and_changes_nothing(controller, refused, register, value: int) -> None:
    with pytest.raises(refused, match="BAD_VALUE"):
        controller.write_word(register.address, value)
    if register.access == "rw":
        assert controller.read_word(register.address) == register.reset
    assert controller.device.rails == 0


@pytest.mark.req("RTL-001")
def test_runs_of_registers(controller, refused) -> None:
    words = (7, 8)
    controller.request(Operation.WRITE, regs.STAGGER_MS.address, b"".join(w.to_bytes(4, "big") for w in words))
    data = controller.request(Operation.READ, regs.WATCHDOG_AGE_MS.address, b"\x03")
    assert data == b"".join(w.to_bytes(4, "big") for w in (0, *words))
    assert len(controller.request(Operation.READ, 0x1C + 8, b"\x08")) == 32
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.request(Operation.READ, 0, b"\x10")  # FAULT_CLEAR, in the run, is write-only


@pytest.mark.req("RTL-001")
def test_a_refused_run_keeps_what_came_before(controller, refused) -> None:
    words = (7, 8, 9)
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.request(Operation.WRITE, regs.STAGGER_MS.address, b"".join(w.to_bytes(4, "big") for w in words))
    assert controller.read(regs.STAGGER_MS) == {"value": 7}
    assert controller.read(regs.POWER_GOOD_TIMEOUT_MS) == {"value": 8}


@pytest.mark.req("RTL-009")
def test_uptime_counts_milliseconds(controller) -> None:
    for ms in (0, 1, 1234):
        controller.run(ms)
        assert controller.device.peek("uptime_ms") == controller.now_ms
        asked_ms = controller.now_ms
        assert asked_ms <= controller.read(regs.UPTIME_MS)["value"] <= controller.now_ms


# Rails. What a command or an input does is seen at the end of that millisecond, whose tick counts for the timer that it
# started: hence 19 ms to the second step of a fall, and 20 between the others.


@pytest.mark.req("RTL-003")
def test_rails_rise_in_order_and_fall_in_reverse(up) -> None:
    assert up.changes_since(0) == [(0, 0b0001), (25, 0b0011), (50, 0b0111), (75, 0b1111)]
    start = len(up.rail_changes)
    up.write(regs.TARGET, count=0)
    up.run(80)
    assert up.changes_since(start) == [(0, 0b0111), (19, 0b0011), (39, 0b0001), (59, 0b0000)]
    assert up.read(regs.STATUS) == {
        "state": State.STEADY,
        "busy": 0,
        "fault": 0,
        "watchdog_bitten": 0,
        "rails": 0,
        "power_good": 0,
    }


@pytest.mark.req("RTL-003")
@pytest.mark.parametrize("stagger_ms", [0, 1, 7, 300])
def test_the_stagger_is_as_set(controller, stagger_ms: int) -> None:
    controller.power_good_follows = 0
    controller.write(regs.STAGGER_MS, value=stagger_ms)
    controller.write(regs.TARGET, count=2)
    controller.run(2 * stagger_ms + 3)
    gap = stagger_ms or 1  # power-good of this bench comes with the next look at the switch
    assert controller.changes_since(0) == [(0, 0b01), (gap, 0b11)]


@pytest.mark.req("RTL-003")
def test_a_target_can_change_on_the_way(controller) -> None:
    controller.power_good_follows = 5
    controller.write(regs.TARGET, count=4)
    controller.run(28)
    assert controller.device.rails == 0b0011
    start = len(controller.rail_changes)
    controller.write(regs.TARGET, count=1)
    controller.run(60)
    assert controller.rail_changes[start:][-1][1] == 0b0001
    assert controller.read(regs.STATUS)["state"] == State.STEADY
    controller.write(regs.TARGET, count=2)
    controller.run(60)
    assert controller.device.rails == 0b0011


@pytest.mark.req("RTL-004")
@pytest.mark.parametrize("rail", range(4))
def test_a_late_power_good_trips(controller, refused, rail: int) -> None:
    controller.write(regs.TARGET, count=4)
    controller.run(2)
    for good in range(rail):
        controller.device.set_power_good((2 << good) - 1)
        controller.run(20)
    start = len(controller.rail_changes) - 1
    controller.run(200 + 20 * rail)
    on = [(1 << n) - 1 for n in range(rail + 1, -1, -1)]
    first = 200 if rail else 199
    times = [0, *(first + 20 * n for n in range(rail + 1))]
    assert controller.changes_since(start) == list(zip(times, on, strict=True))
    assert controller.read(regs.FAULT) == {"cause": FaultCause.POWER_GOOD_TIMEOUT, "rail": rail}
    assert controller.read(regs.STATUS)["state"] == State.TRIPPED
    assert controller.read(regs.TARGET) == {"count": 0}


@pytest.mark.req("RTL-004")
def test_power_good_in_the_last_millisecond_counts(controller) -> None:
    controller.write(regs.TARGET, count=1)
    controller.run(2)
    controller.run(198 - (controller.now_ms - controller.rail_changes[0][0]))
    controller.device.set_power_good(1)
    controller.run(30)
    assert controller.device.rails == 1
    assert controller.read(regs.FAULT)["cause"] == FaultCause.NONE


@pytest.mark.req("RTL-004")
@pytest.mark.parametrize("rail", range(4))
def test_a_lost_power_good_opens_that_rail_at_once_and_the_rest_in_reverse(up, steps, rail: int) -> None:
    up.power_good_follows = None
    up.device.set_power_good(0b1111 & ~(1 << rail))
    up.run(1)
    left = 0b1111 & ~(1 << rail)
    expected = [(0, left)]
    for other in (r for r in (3, 2, 1, 0) if r != rail):
        left &= ~(1 << other)
        expected.append((20 * len(expected) - 1, left))
    up.run(65)
    assert up.changes_since(steps) == expected
    assert up.read(regs.FAULT) == {"cause": FaultCause.POWER_GOOD_LOST, "rail": rail}
    assert up.read(regs.TARGET) == {"count": 0}


@pytest.mark.req("RTL-004")
def test_rails_lost_together_open_together(up, steps) -> None:
    up.power_good_follows = None
    up.device.set_power_good(0b0101)
    up.run(45)
    assert up.changes_since(steps) == [(0, 0b0101), (19, 0b0001), (39, 0b0000)]
    assert up.read(regs.FAULT) == {"cause": FaultCause.POWER_GOOD_LOST, "rail": 1}


@pytest.mark.req("RTL-005")
def test_a_fault_locks_the_rails_until_it_is_cleared(up, refused) -> None:
    up.power_good_follows = None
    up.device.set_power_good(0b0111)
    up.run(1)
    with pytest.raises(refused, match="BUSY"):
        up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    up.run(80)
    with pytest.raises(refused, match="REFUSED"):
        up.write(regs.TARGET, count=1)
    up.write(regs.TARGET, count=0)
    up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    assert up.read(regs.FAULT) == {"cause": FaultCause.NONE, "rail": 0}
    assert up.read(regs.STATUS)["state"] == State.STEADY
    assert up.device.rails == 0
    up.power_good_follows = 5
    up.run(1)
    up.write(regs.TARGET, count=1)
    up.run(30)
    assert up.device.rails == 1


# Watchdog


def kick(controller) -> None:
    controller.write(regs.WATCHDOG_KICK, key=WatchdogKickKey.KICK)


def age_to(controller, age_ms: int) -> None:
    """Run until the watchdog has that age."""
    controller.run(age_ms - controller.device.peek("watchdog_age_ms"))
    assert controller.device.peek("watchdog_age_ms") == age_ms


@pytest.mark.req("RTL-006")
def test_the_watchdog_bites_at_its_close_and_drops_all_rails_at_once(up, steps) -> None:
    up.write(regs.WATCHDOG_CTRL, enable=1)
    age_to(up, 4999)
    assert up.device.rails == 0b1111
    up.run(1)
    assert up.device.rails == 0
    assert len(up.rail_changes) == steps + 1
    assert up.read(regs.FAULT) == {"cause": FaultCause.WATCHDOG, "rail": 0}
    assert up.read(regs.STATUS)["watchdog_bitten"] == 1
    assert up.read(regs.WATCHDOG_AGE_MS) == {"value": 5000}


@pytest.mark.req("RTL-006")
def test_kicks_inside_the_window_keep_it_quiet(up) -> None:
    up.write(regs.WATCHDOG_OPEN_MS, value=10)
    up.write(regs.WATCHDOG_CLOSE_MS, value=20)
    up.write(regs.WATCHDOG_CTRL, enable=1)
    for _ in range(20):
        age_to(up, 13)
        kick(up)
        assert up.device.peek("watchdog_age_ms") <= 2
    assert up.device.rails == 0b1111


@pytest.mark.req("RTL-006")
@pytest.mark.parametrize(("open_ms", "bites"), [(30, True), (20, False)], ids=["before", "after"])
def test_a_kick_before_the_window_opens_bites(up, open_ms: int, bites: bool) -> None:
    up.write(regs.WATCHDOG_OPEN_MS, value=open_ms)
    up.write(regs.WATCHDOG_CTRL, enable=1)
    age_to(up, 24)
    kick(up)
    assert up.device.peek("watchdog_bitten") == bites
    assert up.device.rails == (0 if bites else 0b1111)


@pytest.mark.req("RTL-006")
def test_after_a_bite_clearing_starts_a_new_window(up) -> None:
    up.write(regs.WATCHDOG_CLOSE_MS, value=50)
    up.write(regs.WATCHDOG_CTRL, enable=1)
    up.run(60)
    assert up.device.peek("watchdog_bitten") == 1
    up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    assert up.device.peek("watchdog_bitten") == 0
    assert up.device.peek("watchdog_age_ms") <= 2
    assert up.read(regs.WATCHDOG_CTRL) == {"enable": 1}
    up.run(60)
    assert up.device.peek("watchdog_bitten") == 1


@pytest.mark.req("RTL-006")
def test_clearing_without_a_bite_is_no_kick(controller) -> None:
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    controller.run(50)
    controller.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    assert controller.device.peek("watchdog_age_ms") > 50


@pytest.mark.req("RTL-006")
def test_a_disabled_watchdog_is_silent(controller, refused) -> None:
    kick(controller)
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    with pytest.raises(refused, match="REFUSED"):
        controller.write(regs.WATCHDOG_CLOSE_MS, value=60_000)
    controller.run(50)
    controller.write(regs.WATCHDOG_CTRL, enable=0)
    assert controller.read(regs.WATCHDOG_AGE_MS) == {"value": 0}
    controller.run(6000)
    assert controller.read(regs.FAULT)["cause"] == FaultCause.NONE


# Measurements


@pytest.mark.req("RTL-007")
def test_voltage_and_current_are_sampled_each_millisecond(controller) -> None:
    values = [12_000, 1_500, 5_000, 900, 3_300, 65_535, 0, 1]
    for channel, value in enumerate(values):
        controller.device.set_adc(channel, value)
    controller.run(1)
    names = [f"RAIL{r}_{what}" for r in range(4) for what in ("VOLTAGE_MV", "CURRENT_MA")]
    assert [controller.read(BY_NAME[name])["value"] for name in names] == values


@pytest.mark.req("RTL-008")
def test_energy_is_the_exact_sum(controller) -> None:
    expected = 0
    for ms in range(300):
        inputs = [(ms * 7919 + channel * 104_729) % 65_536 for channel in range(8)]
        for channel, value in enumerate(inputs):
            controller.device.set_adc(channel, value)
        controller.run(1)
        expected += sum(inputs[2 * r] * inputs[2 * r + 1] for r in range(4))
        assert controller.device.peek("energy_nj") == expected


@pytest.mark.req("RTL-008")
def test_the_high_half_is_of_the_same_instant_as_the_low(controller) -> None:
    for channel in range(8):
        controller.device.set_adc(channel, 65_535)
    power = 4 * 65_535**2
    seen = set()
    for _ in range(40):
        before = controller.device.peek("energy_nj")
        low = controller.read(regs.ENERGY_LO_NJ)["value"]
        controller.run(3)
        high = controller.read(regs.ENERGY_HI_NJ)["value"]
        energy = high << 32 | low
        assert energy % power == 0
        assert before <= energy <= before + 3 * power
        seen.add(high)
    assert len(seen) > 20


@pytest.mark.req("RTL-012")
def test_saved_state_runs_the_same_again(up) -> None:
    up.device.set_adc(0, 12_000)
    up.device.set_adc(1, 100)
    up.write(regs.WATCHDOG_CTRL, enable=1)
    saved, now_ms = up.device.save(), up.now_ms
    first = up.read_word(regs.STATUS.address), up.run(5000), up.device.peek("energy_nj"), up.device.rails
    up.device.restore(saved)
    up.now_ms = now_ms
    again = up.read_word(regs.STATUS.address), up.run(5000), up.device.peek("energy_nj"), up.device.rails
    assert first == again
    assert up.device.peek("watchdog_bitten") == 1


@pytest.mark.parametrize(("channel", "value"), [(-1, 0), (8, 0), (0, -1), (0, 65_536)])
def test_inputs_out_of_range_are_refused(controller, channel: int, value: int) -> None:
    with pytest.raises(ValueError, match="ADC channel"):
        controller.device.set_adc(channel, value)
    with pytest.raises(ValueError, match="power-good"):
        controller.device.set_power_good(16)
    with pytest.raises(ValueError, match="is not one of"):
        controller.device.peek("colour")


def test_it_says_when_something_is_due(up) -> None:
    up.run(1)
    assert up.device.next_event_ns() is None
    up.write(regs.WATCHDOG_CTRL, enable=1)
    up.run(1)
    until_bite_ms = 5000 - up.device.peek("watchdog_age_ms")
    assert up.device.next_event_ns() == (up.now_ms + until_bite_ms) * 1_000_000
    assert NakReason.BUSY == 6
