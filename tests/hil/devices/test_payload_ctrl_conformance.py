"""What every payload controller does, model and RTL alike: registers, rails, watchdog, energy."""

import pytest

from firmware_bindings.devicelink import NakReason, Operation
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import (
    FaultCause,
    FaultClearKey,
    LockoutClearKey,
    RailState,
    State,
    WatchdogDisarmKey,
    WatchdogKickKey,
)
from hil.devices.rail_meter import measured

BY_NAME = {register.name: register for register in regs.REGISTERS}


ALL = 0xFF


@pytest.fixture
def up(controller):
    """All eight rails up, power-good 5 ms after each switch."""
    controller.power_good_follows = 5
    controller.write(regs.TARGET, count=8)
    controller.run(8 * 25 + 5)
    assert controller.device.rails == ALL
    assert controller.read(regs.STATUS)["state"] == State.STEADY
    return controller


@pytest.fixture
def steps(up):
    """Where the list of rail changes stands once all rails are up."""
    return len(up.rail_changes)


def configure(controller, rail: int, **values: int) -> None:
    """Settings of a rail by the names of their registers, in one run of writes or singly."""
    for name, value in values.items():
        register = BY_NAME[f"RAIL{rail}_{name.upper()}"]
        controller.write_word(register.address, value)


def lose(controller, rail: int) -> None:
    """Let a rail lose power-good for good."""
    controller.power_good_follows = None
    controller.device.set_power_good(controller.device.rails & ~(1 << rail))


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
    counting = {"UPTIME_MS", "LINK_FRAMES", "EVENT", "EVENT_STATUS"}  # the start is an event
    if register.access == "wo":
        with pytest.raises(refused, match="BAD_ADDRESS"):
            controller.read_word(register.address)
    elif name not in counting:
        assert controller.read_word(register.address) == register.reset
    if register.access == "ro":
        with pytest.raises(refused, match="BAD_ADDRESS"):
            controller.write_word(register.address, register.reset)
    elif register.access == "rw":
        value = regs.UNDER_VOLTAGE_LIMIT.pack(limit_mv=7000) if register is regs.UNDER_VOLTAGE_LIMIT else 1
        controller.write_word(register.address, value)
        assert controller.read_word(register.address) == value


@pytest.mark.req("RTL-001")
@pytest.mark.parametrize("address", [0x01, 0x02, 0x6C, 0xFC, 0x1A0, 0x200 + 0x1C, 0x2FC, 0x340, 0x400, 0xFFFC])
def test_nothing_lives_elsewhere(controller, refused, address: int) -> None:
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.read_word(address)
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.write_word(address, 0)


@pytest.mark.req("RTL-001")
@pytest.mark.parametrize("register", [r for r in regs.REGISTERS if r.access != "ro"], ids=lambda r: r.name)
def test_what_does_not_fit_into_the_fields_is_refused_and_changes_nothing(controller, refused, register) -> None:
    fitting = sum(field.mask << field.lsb for field in register.fields)
    for bit in range(32):
        if not fitting >> bit & 1:
            with pytest.raises(refused, match="BAD_VALUE"):
                controller.write_word(register.address, register.reset | 1 << bit)
            break
    if register.access == "rw":
        assert controller.read_word(register.address) == register.reset


@pytest.mark.req("RTL-001")
@pytest.mark.parametrize(
    ("register", "value"),
    [
        (regs.TARGET, 9),
        (regs.TARGET, 0x8000_0001),
        (regs.FAULT_CLEAR, 0),
        (regs.FAULT_CLEAR, FaultClearKey.CLEAR | 1 << 31),
        (regs.LOCKOUT_CLEAR, FaultClearKey.CLEAR << 12 | ALL),
        (regs.WATCHDOG_KICK, FaultClearKey.CLEAR),
        (regs.SAMPLE_PERIOD_MS, 0),
        (regs.UNDER_VOLTAGE_LIMIT, 4999),
        (regs.UNDER_VOLTAGE_LIMIT, 1000 << 16 | 65_000),
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
    words = (0x12, 34, 5, 6, 7, 8, 9)
    settings = regs.RAIL_CTRL[3].address
    controller.request(Operation.WRITE, settings, b"".join(w.to_bytes(4, "big") for w in words))
    assert controller.request(Operation.READ, settings, b"\x07") == b"".join(w.to_bytes(4, "big") for w in words)
    for start in (regs.ID, regs.VOLTAGE_MV[0], regs.TEMPERATURE_CENTIDEGC[0], regs.RAIL_ENERGY_LO_NJ[0]):
        assert len(controller.request(Operation.READ, start.address, b"\x10")) == 64
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.request(Operation.READ, regs.CAP_STATUS.address, b"\x02")  # FAULT_CLEAR, behind it, is write-only


@pytest.mark.req("RTL-001")
def test_a_refused_run_keeps_what_came_before(controller, refused) -> None:
    words = (7, 8, 9)
    start = regs.RAIL_POWER_GOOD_TIMEOUT_MS[1]
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.request(Operation.WRITE, start.address, b"".join(w.to_bytes(4, "big") for w in words))
    assert controller.read(start) == {"value": 7}
    assert controller.read(regs.RAIL_RETRY_MS[1]) == {"value": 8}


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
    assert up.changes_since(0) == [(25 * n, (2 << n) - 1) for n in range(8)]
    start = len(up.rail_changes)
    up.write(regs.TARGET, count=0)
    up.run(160)
    falls = [ALL >> n for n in range(1, 9)]
    assert up.changes_since(start) == list(zip([0, *range(19, 140, 20)], falls, strict=True))
    assert up.read(regs.STATUS) == dict.fromkeys((field.name for field in regs.STATUS.fields), 0)


@pytest.mark.req("RTL-003")
@pytest.mark.parametrize("stagger_ms", [0, 1, 7, 300])
def test_each_rail_has_its_own_stagger(controller, stagger_ms: int) -> None:
    controller.power_good_follows = 0
    configure(controller, 0, stagger_ms=stagger_ms)
    configure(controller, 1, stagger_ms=3)
    controller.write(regs.TARGET, count=3)
    controller.run(2 * stagger_ms + 8)
    gap = stagger_ms or 1  # power-good of this bench comes with the next look at the switch
    assert controller.changes_since(0) == [(0, 0b001), (gap, 0b011), (gap + 3, 0b111)]
    start = len(controller.rail_changes)
    controller.write(regs.TARGET, count=0)
    controller.run(60)
    assert controller.changes_since(start)[1:] in ([(19, 0b001), (22, 0b000)], [(20, 0b001), (23, 0b000)])


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
@pytest.mark.parametrize("rail", range(8))
def test_a_late_power_good_opens_that_rail_and_leaves_the_rest(controller, refused, rail: int) -> None:
    timeout_ms = 90
    configure(controller, rail, power_good_timeout_ms=timeout_ms)
    controller.write(regs.TARGET, count=8)
    controller.run(2)
    for good in range(rail):
        controller.device.set_power_good((2 << good) - 1)
        controller.run(20)
    start = len(controller.rail_changes) - 1
    controller.run(timeout_ms + 30)
    below = (1 << rail) - 1
    assert controller.changes_since(start) == [(0, 2 * below + 1), (timeout_ms if rail else timeout_ms - 1, below)]
    assert controller.read(regs.FAULT) == {"cause": FaultCause.POWER_GOOD_TIMEOUT, "rail": rail}
    assert controller.read(regs.RAIL_STATUS[rail]) == {
        "state": RailState.LOCKED_OUT,
        "cause": FaultCause.POWER_GOOD_TIMEOUT,
        "warning": 0,
        "overcurrent": 0,
        "attempts": 0,
        "trips": 1,
    }
    assert controller.read(regs.STATUS)["state"] == State.STEADY
    assert controller.read(regs.TARGET) == {"count": rail}
    with pytest.raises(refused, match="REFUSED"):
        controller.write(regs.TARGET, count=rail + 1)


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
@pytest.mark.parametrize("rail", range(8))
def test_a_lost_power_good_opens_that_rail_at_once_and_those_above_in_reverse(up, steps, rail: int) -> None:
    lose(up, rail)
    up.run(1)
    left = ALL & ~(1 << rail)
    expected = [(0, left)]
    for other in range(7, rail, -1):
        left &= ~(1 << other)
        expected.append((20 * len(expected) - 1, left))
    up.run(150)
    assert up.changes_since(steps) == expected
    assert left == (1 << rail) - 1
    assert up.read(regs.FAULT) == {"cause": FaultCause.POWER_GOOD_LOST, "rail": rail}
    assert up.read(regs.TARGET) == {"count": rail}


@pytest.mark.req("RTL-004")
def test_what_happens_above_a_tripped_rail_is_its_consequence(up, steps) -> None:
    up.power_good_follows = None
    up.device.set_power_good(0b1101_0111)
    up.run(1)
    assert up.device.rails == 0b1101_0111
    up.device.set_power_good(0b0101_0111)
    up.run(150)
    assert [rails for _, rails in up.changes_since(steps)] == [0b1101_0111, 0b0101_0111, 0b0001_0111, 0b0000_0111]
    assert up.read(regs.FAULT) == {"cause": FaultCause.POWER_GOOD_LOST, "rail": 3}
    assert [up.read(status)["trips"] for status in regs.RAIL_STATUS] == [0, 0, 0, 1, 0, 0, 0, 0]


@pytest.mark.req("RTL-004")
def test_a_fault_below_a_tripping_rail_counts_and_takes_over(up) -> None:
    lose(up, 5)
    up.run(1)
    lose(up, 2)
    up.run(150)
    assert up.device.rails == 0b0011
    assert up.read(regs.FAULT) == {"cause": FaultCause.POWER_GOOD_LOST, "rail": 5}
    assert [up.read(status)["trips"] for status in regs.RAIL_STATUS] == [0, 0, 1, 0, 0, 1, 0, 0]
    assert up.read(regs.STATUS)["locked_out"] == 1
    assert up.read(regs.TARGET) == {"count": 2}


# Retries and lock-out


@pytest.mark.req("RTL-016")
def test_a_retriggerable_rail_is_tried_again_later_and_later_and_then_locked_out(controller) -> None:
    controller.power_good_follows = 2
    configure(controller, 1, ctrl=regs.RAIL_CTRL[1].pack(fast_trip=1, retries=3), retry_ms=40, blanking_ms=0)
    controller.write(regs.TARGET, count=2)
    controller.run(60)
    controller.device.set_overcurrent(0b10)
    start = len(controller.rail_changes)
    controller.run(1)
    assert controller.read(regs.RAIL_STATUS[1])["state"] == RailState.TRIPPED
    controller.run(400)
    assert {rails for _, rails in controller.rail_changes[start:]} == {0b01}  # closed and opened within a millisecond
    assert controller.read(regs.RAIL_STATUS[1]) == {
        "state": RailState.LOCKED_OUT,
        "cause": FaultCause.OVERCURRENT,
        "warning": 0,
        "overcurrent": 1,
        "attempts": 3,
        "trips": 4,
    }
    assert controller.read(regs.TARGET) == {"count": 1}


@pytest.mark.req("RTL-016")
def test_the_pause_before_a_retry_doubles(controller) -> None:
    controller.power_good_follows = 2
    configure(controller, 1, ctrl=regs.RAIL_CTRL[1].pack(fast_trip=1, retries=3), retry_ms=40, blanking_ms=4)
    controller.write(regs.TARGET, count=2)
    controller.run(60)
    start = len(controller.rail_changes)
    controller.device.set_overcurrent(0b10)
    controller.run(350)
    opened = [ms for ms, rails in controller.rail_changes[start:] if rails == 0b01]
    closed = [ms for ms, rails in controller.rail_changes[start:] if rails == 0b11]
    assert [after - before for before, after in zip(opened, closed, strict=False)] == [39, 80, 160]
    assert [after - before for before, after in zip(closed, opened[1:], strict=True)] == [4, 4, 4]


@pytest.mark.req("RTL-016")
def test_a_retry_that_holds_brings_up_the_rest(up) -> None:
    configure(up, 3, ctrl=regs.RAIL_CTRL[3].pack(fast_trip=1, retries=1))
    up.device.set_overcurrent(0b1000)
    up.run(1)
    up.device.set_overcurrent(0)
    up.run(90)
    assert up.device.rails == 0b0111
    assert up.read(regs.STATUS)["state"] == State.BACKOFF
    up.run(260)
    assert up.device.rails == ALL
    assert up.read(regs.FAULT) == {"cause": FaultCause.OVERCURRENT, "rail": 3}
    assert up.read(regs.RAIL_STATUS[3])["attempts"] == 1
    up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    assert up.read(regs.FAULT) == {"cause": FaultCause.NONE, "rail": 0}
    assert up.device.rails == ALL


@pytest.mark.req("RTL-016")
def test_a_target_below_the_waiting_rail_is_taken_at_once(up) -> None:
    configure(up, 3, ctrl=regs.RAIL_CTRL[3].pack(fast_trip=1, retries=1), retry_ms=5000)
    lose(up, 3)
    up.run(100)
    up.write(regs.TARGET, count=1)
    up.run(60)
    assert up.device.rails == 0b0001
    assert up.read(regs.RAIL_STATUS[3])["state"] == RailState.OFF


@pytest.mark.req("RTL-016")
def test_only_the_key_ends_a_lockout(up, refused) -> None:
    lose(up, 2)
    up.run(1)
    with pytest.raises(refused, match="BUSY"):
        up.write(regs.LOCKOUT_CLEAR, key=LockoutClearKey.CLEAR, rails=0b100)
    with pytest.raises(refused, match="BUSY"):
        up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    up.run(160)
    for count in (1, 0, 2):
        up.write(regs.TARGET, count=count)
        up.run(60)
    up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    up.write(regs.LOCKOUT_CLEAR, key=LockoutClearKey.CLEAR, rails=0b1111_1011)
    with pytest.raises(refused, match="REFUSED"):
        up.write(regs.TARGET, count=3)
    up.write(regs.LOCKOUT_CLEAR, key=LockoutClearKey.CLEAR, rails=0b0000_0100)
    assert up.read(regs.RAIL_STATUS[2])["cause"] == FaultCause.NONE
    up.power_good_follows = 5
    up.run(1)
    up.write(regs.TARGET, count=3)
    up.run(60)
    assert up.device.rails == 0b0111
    assert up.read(regs.RAIL_STATUS[2])["trips"] == 1


# Limiters


@pytest.mark.req("RTL-017")
@pytest.mark.parametrize("rail", range(8))
def test_too_much_current_opens_its_rail_within_the_millisecond(up, rail: int) -> None:
    up.device.set_overcurrent(1 << rail)
    up.run(1)
    assert not up.device.rails >> rail & 1
    assert up.read(regs.RAIL_STATUS[rail])["cause"] == FaultCause.OVERCURRENT


@pytest.mark.req("RTL-017")
def test_a_comparator_that_is_not_enabled_is_only_shown(up) -> None:
    configure(up, 6, ctrl=0)
    up.device.set_overcurrent(0b0100_0000)
    up.run(20)
    assert up.device.rails == ALL
    assert up.read(regs.RAIL_STATUS[6])["overcurrent"] == 1
    configure(up, 6, ctrl=1)
    up.run(1)
    assert up.device.rails & 0b0100_0000 == 0


@pytest.mark.req("RTL-017")
@pytest.mark.parametrize("blanking_ms", [0, 1, 12])
def test_inrush_is_blanked(controller, blanking_ms: int) -> None:
    configure(controller, 0, blanking_ms=blanking_ms)
    controller.device.set_overcurrent(1)
    controller.write(regs.TARGET, count=1)
    controller.run(blanking_ms + 4)
    controller.run(3)
    on_ms = [ms for ms, _ in controller.rail_changes]
    assert on_ms == [] if blanking_ms < 2 else on_ms[1] - on_ms[0] == blanking_ms - 1
    assert controller.read(regs.RAIL_STATUS[0])["trips"] == 1


@pytest.mark.req("RTL-017")
def test_the_averaged_current_warns_and_trips_only_if_told_to(up) -> None:
    up.write(regs.SAMPLE_PERIOD_MS, value=10)
    configure(up, 4, limit_ma=1000)
    up.device.set_adc(3 * 4 + 1, 1200)
    up.run(52)
    assert 0 < up.read(regs.AVERAGE_MA[4])["value"] < 1000
    assert up.read(regs.RAIL_STATUS[4])["warning"] == 0
    up.run(300)
    assert 1000 <= up.read(regs.AVERAGE_MA[4])["value"] <= 1200
    assert up.read(regs.STATUS)["warnings"] == 0b0001_0000
    assert up.device.rails == ALL
    configure(up, 4, ctrl=0b11)
    up.run(200)
    assert up.device.rails == 0b0000_1111
    assert up.read(regs.FAULT) == {"cause": FaultCause.SLOW_OVERCURRENT, "rail": 4}
    assert up.read(regs.AVERAGE_MA[4]) == {"value": 0}


@pytest.mark.req("RTL-017")
@pytest.mark.parametrize("shift", [0, 1, 4, 7])
def test_the_average_moves_by_a_fraction_of_the_distance(up, shift: int) -> None:
    up.write(regs.SAMPLE_PERIOD_MS, value=100)
    up.write(regs.AVERAGE_SHIFT, value=shift)
    average = 128 * up.read(regs.AVERAGE_MA[0])["value"]
    assert average == 0
    for current_ma in (4000, 4000, 100, 0, 3000):
        up.device.set_adc(1, current_ma)
        samples = up.device.peek("samples")
        while up.device.peek("samples") == samples:
            up.run(1)
        average += (128 * current_ma - average) >> shift
        assert up.read(regs.AVERAGE_MA[0])["value"] == average >> 7


# Under-voltage


@pytest.mark.req("RTL-018")
def test_a_bus_that_is_too_low_opens_every_rail_at_once(up, refused, steps) -> None:
    up.device.set_bus_mv(6000)
    up.run(5)
    assert up.device.rails == ALL
    up.device.set_bus_mv(5999)
    up.run(1)
    assert up.rail_changes[steps:] == [(up.now_ms, 0)]
    assert up.read(regs.FAULT) == {"cause": FaultCause.UNDER_VOLTAGE, "rail": 0}
    assert up.read(regs.STATUS)["state"] == State.TRIPPED
    assert up.read(regs.TARGET) == {"count": 0}
    for key, register in ((FaultClearKey.CLEAR, regs.FAULT_CLEAR), (1, regs.TARGET)):
        with pytest.raises(refused, match="REFUSED"):
            up.write_word(register.address, key)
    up.device.set_bus_mv(6499)
    up.run(1)
    assert up.read(regs.UNDER_VOLTAGE_STATUS) == {"is_below": 1, "locked_out": 1, "is_limit_written": 0, "count": 1}
    up.device.set_bus_mv(6500)
    up.run(1)
    assert up.read(regs.UNDER_VOLTAGE_STATUS) == {"is_below": 0, "locked_out": 0, "is_limit_written": 0, "count": 1}
    up.run(500)
    assert up.device.rails == 0
    with pytest.raises(refused, match="REFUSED"):
        up.write(regs.TARGET, count=1)
    up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    up.write(regs.TARGET, count=1)
    up.run(1)
    assert up.device.rails == 1


@pytest.mark.req("RTL-018")
def test_the_limit_is_written_once(up, refused) -> None:
    up.write(regs.UNDER_VOLTAGE_LIMIT, limit_mv=7000, hysteresis_mv=200)
    assert up.read(regs.UNDER_VOLTAGE_STATUS)["is_limit_written"] == 1
    for limit_mv in (5000, 7000, 7001):
        with pytest.raises(refused, match="REFUSED"):
            up.write(regs.UNDER_VOLTAGE_LIMIT, limit_mv=limit_mv)
    assert up.read(regs.UNDER_VOLTAGE_LIMIT) == {"limit_mv": 7000, "hysteresis_mv": 200}
    up.device.set_bus_mv(6999)
    up.run(1)
    assert up.device.rails == 0
    up.device.set_bus_mv(7200)
    up.run(1)
    assert up.read(regs.UNDER_VOLTAGE_STATUS)["locked_out"] == 0


@pytest.mark.req("RTL-018")
def test_a_limit_above_the_bus_acts_at_once(up) -> None:
    up.write(regs.UNDER_VOLTAGE_LIMIT, limit_mv=8001, hysteresis_mv=0)
    assert up.device.rails == 0


@pytest.mark.req("RTL-005")
def test_after_a_bite_only_the_key_brings_rails_back(up, refused) -> None:
    up.write(regs.WATCHDOG_OPEN_MS, value=60_000)
    up.write(regs.WATCHDOG_CTRL, enable=1)
    kick(up)
    up.run(1)
    assert up.device.rails == 0
    with pytest.raises(refused, match="REFUSED"):
        up.write(regs.TARGET, count=1)
    up.write(regs.TARGET, count=0)
    up.write(regs.FAULT_CLEAR, key=FaultClearKey.CLEAR)
    assert up.read(regs.FAULT) == {"cause": FaultCause.NONE, "rail": 0}
    assert up.read(regs.STATUS)["state"] == State.STEADY
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
    assert up.device.rails == ALL
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
    assert up.device.rails == ALL


@pytest.mark.req("RTL-006")
@pytest.mark.parametrize(("open_ms", "bites"), [(30, True), (20, False)], ids=["before", "after"])
def test_a_kick_before_the_window_opens_bites(up, open_ms: int, bites: bool) -> None:
    up.write(regs.WATCHDOG_OPEN_MS, value=open_ms)
    up.write(regs.WATCHDOG_CTRL, enable=1)
    age_to(up, 24)
    kick(up)
    assert up.device.peek("watchdog_bitten") == bites
    assert up.device.rails == (0 if bites else ALL)


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
    controller.write(regs.WATCHDOG_DISARM, key=WatchdogDisarmKey.DISARM)
    assert controller.read(regs.WATCHDOG_AGE_MS) == {"value": 0}
    controller.run(6000)
    assert controller.read(regs.FAULT)["cause"] == FaultCause.NONE


# Measurements


def set_inputs(controller, values: list[int]) -> None:
    for channel, value in enumerate(values):
        controller.device.set_adc(channel, value)


@pytest.mark.req("RTL-007")
def test_rails_are_sampled_each_period(controller) -> None:
    values = [1000 * channel + 8 if channel % 3 == 0 else 40 * channel for channel in range(24)]
    set_inputs(controller, values)
    controller.write(regs.SAMPLE_PERIOD_MS, value=30)
    controller.run(30 - controller.now_ms)
    assert controller.device.peek("samples") == 0
    controller.run(1)
    assert controller.device.peek("samples") == 1
    expected = [measured(channel, value) for channel, value in enumerate(values)]
    for rail in range(8):
        registers = (regs.VOLTAGE_MV, regs.CURRENT_MA, regs.TEMPERATURE_CENTIDEGC)
        assert [controller.read(r[rail])["value"] for r in registers] == expected[3 * rail : 3 * rail + 3]
    controller.run(-controller.now_ms % 30)
    samples = controller.now_ms // 30
    assert controller.device.peek("samples") == samples - 1
    controller.run(1)
    assert controller.device.peek("samples") == samples
    assert controller.read(regs.SAMPLES) == {"count": samples}


@pytest.mark.req("RTL-007")
def test_an_input_that_nobody_has_set_is_zero_in_its_unit(controller) -> None:
    controller.write(regs.SAMPLE_PERIOD_MS, value=1)
    controller.run(3)
    for registers in (regs.VOLTAGE_MV, regs.CURRENT_MA, regs.TEMPERATURE_CENTIDEGC):
        assert [controller.read(register)["value"] for register in registers] == [0] * 8


@pytest.mark.req("RTL-007")
@pytest.mark.parametrize("value", [-27_315, -5004, -5000, -4997, 0, 3, 4, 2500, 27_756, 27_760, 27_761, 100_000])
def test_a_measurement_is_the_nearest_code_within_the_range(controller, value: int) -> None:
    controller.write(regs.SAMPLE_PERIOD_MS, value=1)
    for channel in range(24):
        controller.device.set_adc(channel, value if channel % 3 == 2 else abs(value))
    controller.run(3)
    for rail in range(8):
        assert controller.read(regs.VOLTAGE_MV[rail])["value"] == measured(3 * rail, abs(value))
        assert controller.read(regs.CURRENT_MA[rail])["value"] == measured(3 * rail + 1, abs(value))
        temperature = controller.read(regs.TEMPERATURE_CENTIDEGC[rail])["value"]
        assert temperature == measured(3 * rail + 2, value)
        assert abs(temperature - min(max(value, -5000), 27_760)) <= 4


@pytest.mark.req("RTL-008")
@pytest.mark.parametrize("period_ms", [1, 7])
def test_energy_is_the_exact_sum(controller, period_ms: int) -> None:
    controller.write(regs.SAMPLE_PERIOD_MS, value=period_ms)
    controller.run(100)
    expected = [0] * 9
    assert controller.device.peek("energy_nj") == 0
    controller.run(-controller.now_ms % period_ms)
    for n in range(150):
        inputs = [(n * 7919 + channel * 104_729) % 16_384 for channel in range(24)]
        set_inputs(controller, inputs)
        samples = controller.device.peek("samples")
        controller.run(1)
        if controller.device.peek("samples") != samples:
            for rail in range(8):
                energy = measured(3 * rail, inputs[3 * rail]) * measured(3 * rail + 1, inputs[3 * rail + 1]) * period_ms
                expected[rail] += energy
                expected[8] += energy
        assert controller.device.peek("energy_nj") == expected[8]
    set_inputs(controller, [0] * 24)
    for rail in range(8):
        low = controller.read(regs.RAIL_ENERGY_LO_NJ[rail])["value"]
        assert controller.read(regs.RAIL_ENERGY_HI_NJ[rail])["value"] << 32 | low == expected[rail]


@pytest.mark.req("RTL-008")
def test_the_high_half_is_of_the_same_instant_as_the_low(controller) -> None:
    set_inputs(controller, [65_535] * 24)
    controller.write(regs.SAMPLE_PERIOD_MS, value=1)
    controller.run(2)
    power = sum(measured(3 * rail, 65_535) * measured(3 * rail + 1, 65_535) for rail in range(8))
    seen = set()
    for _ in range(40):
        before = controller.device.peek("energy_nj")
        low = controller.read(regs.ENERGY_LO_NJ)["value"]
        controller.run(7)
        high = controller.read(regs.ENERGY_HI_NJ)["value"]
        energy = high << 32 | low
        assert before <= energy <= before + 4 * power
        seen.add(high)
    assert len(seen) > 5


@pytest.mark.req("RTL-012")
def test_saved_state_runs_the_same_again(up) -> None:
    up.device.set_adc(0, 4000)
    up.device.set_adc(1, 100)
    up.write(regs.WATCHDOG_CTRL, enable=1)
    saved, now_ms = up.device.save(), up.now_ms
    first = up.read_word(regs.STATUS.address), up.run(5000), up.device.peek("energy_nj"), up.device.rails
    up.device.restore(saved)
    up.now_ms = now_ms
    again = up.read_word(regs.STATUS.address), up.run(5000), up.device.peek("energy_nj"), up.device.rails
    assert first == again
    assert up.device.peek("watchdog_bitten") == 1


@pytest.mark.parametrize(("channel", "value"), [(-1, 0), (24, 0), (0, -1), (0, 1_000_001), (2, -27_316)])
def test_inputs_out_of_range_are_refused(controller, channel: int, value: int) -> None:
    with pytest.raises(ValueError, match="ADC channel"):
        controller.device.set_adc(channel, value)
    for set_mask in (controller.device.set_power_good, controller.device.set_overcurrent):
        with pytest.raises(ValueError, match="of rails"):
            set_mask(256)
    with pytest.raises(ValueError, match="bus"):
        controller.device.set_bus_mv(-1)
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
