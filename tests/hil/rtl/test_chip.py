"""The Verilated chip as a Python object, and that leaving out idle clocks changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bindings.devicelink import Frame, Operation
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.payload_ctrl_model import PEEKS
from hil.devices.payload_ctrl_rtl import RtlPayloadController
from hil.rtl.chip import CLOCKS_PER_MS, Chip, Stop

MS_NS = 1_000_000
READ_ID = Frame(seq=1, op=Operation.READ, data=b"\x01").encode()


def write(register, value: int, seq: int = 1) -> bytes:
    return Frame(seq=seq, op=Operation.WRITE, address=register.address, data=value.to_bytes(4, "big")).encode()


# Skipping

inputs = st.one_of(
    st.tuples(st.just("power_good"), st.integers(0, 255)),
    st.tuples(st.just("overcurrent"), st.integers(0, 255)),
    st.tuples(st.just("bus_mv"), st.integers(5990, 6510)),
    st.tuples(st.just("adc"), st.integers(0, 23), st.integers(0, 0xFFFF)),
    st.tuples(st.just("write"), st.just(regs.TARGET), st.integers(0, 9)),
    st.tuples(st.just("write"), st.just(regs.SAMPLE_PERIOD_MS), st.integers(0, 20)),
    st.tuples(st.just("write"), st.sampled_from(regs.RAIL_CTRL), st.sampled_from([0, 1, 3, 0x33])),
    st.tuples(st.just("write"), st.sampled_from(regs.RAIL_LIMIT_MA), st.integers(0, 40)),
    st.tuples(st.just("write"), st.sampled_from(regs.RAIL_STAGGER_MS), st.integers(0, 9)),
    st.tuples(st.just("write"), st.sampled_from(regs.RAIL_BLANKING_MS), st.integers(0, 9)),
    st.tuples(st.just("write"), st.sampled_from(regs.RAIL_RETRY_MS), st.integers(0, 9)),
    st.tuples(st.just("write"), st.sampled_from(regs.RAIL_POWER_GOOD_TIMEOUT_MS), st.integers(0, 30)),
    st.tuples(st.just("write"), st.just(regs.WATCHDOG_CLOSE_MS), st.integers(0, 60)),
    st.tuples(st.just("write"), st.just(regs.WATCHDOG_CTRL), st.integers(0, 1)),
    st.tuples(st.just("write"), st.just(regs.WATCHDOG_DISARM), st.just(regs.WatchdogDisarmKey.DISARM)),
    st.tuples(st.just("write"), st.just(regs.MAILBOX_SCRUB_MS), st.integers(0, 3)),
    st.tuples(st.just("write"), st.just(regs.MAILBOX_INJECT), st.sampled_from([1, 1 | 5 << 16, 2 | 38 << 24])),
    st.tuples(st.just("write"), st.just(regs.CAP_RAILS), st.integers(0, 3)),
    st.tuples(st.just("write"), st.just(regs.CAP_MODE), st.integers(0, 3)),
    st.tuples(st.just("write"), st.sampled_from(regs.CAP_DUTY), st.integers(0, 256)),
    st.tuples(st.just("write"), st.just(regs.WATCHDOG_KICK), st.just(regs.WatchdogKickKey.KICK)),
    st.tuples(st.just("write"), st.just(regs.FAULT_CLEAR), st.just(regs.FaultClearKey.CLEAR)),
    st.tuples(st.just("noise"), st.binary(min_size=1, max_size=12)),
)


def apply(chip: Chip, what, seq: int) -> None:
    match what:
        case "power_good", mask:
            chip.set_power_good(mask)
        case "overcurrent", mask:
            chip.set_overcurrent(mask)
        case "bus_mv", bus_mv:
            chip.set_bus_mv(bus_mv)
        case "adc", channel, value:
            chip.set_adc(channel, value)
        case "write", register, value:
            chip.uart_write(write(register, value, seq))
        case "noise", octets:
            chip.uart_write(octets)


@pytest.mark.req("RTL-011")
@settings(max_examples=150)
@given(st.lists(st.tuples(inputs, st.integers(1, 40), st.booleans()), max_size=12))
def test_skipping_idle_clocks_leaves_every_flip_flop_the_same(script) -> None:
    every, skipping = Chip(), Chip()
    skipping.restore(every.save())  # the same in the gaps between its members, too
    for seq, (what, ms, is_split) in enumerate(script):
        apply(every, what, seq)
        apply(skipping, what, seq)
        every.run(ms * CLOCKS_PER_MS)
        for step in [1] * ms if is_split else [ms]:
            assert skipping.tick(step) == step
        assert skipping.cycles == every.cycles
        assert skipping.uart_read() == every.uart_read()
        assert {name: skipping.peek(name) for name in PEEKS} == {name: every.peek(name) for name in PEEKS}
        is_same = skipping.save() == every.save()
        assert is_same


@pytest.mark.req("RTL-011")
def test_a_chip_at_rest_skips_almost_everything() -> None:
    chip = Chip()
    chip.run(CLOCKS_PER_MS)
    assert chip.is_quiescent
    chip.uart_write(READ_ID)
    assert not chip.is_quiescent
    assert chip.run(10 * CLOCKS_PER_MS, Stop.QUIESCENT) < 3 * CLOCKS_PER_MS
    assert chip.is_quiescent
    chip.set_power_good(1)
    assert not chip.is_quiescent


# Stopping


@pytest.mark.req("RTL-012")
def test_run_stops_at_what_it_is_asked_to() -> None:
    chip = Chip()
    chip.uart_write(write(regs.TARGET, 2))
    chip.run(10 * CLOCKS_PER_MS, Stop.RAILS)
    assert chip.rails == 1
    chip.run(10 * CLOCKS_PER_MS, Stop.BYTE)
    assert chip.uart_read() == b"\xa5"
    assert chip.tick(1000, Stop.IRQ) < 210
    assert chip.peek("fault_cause") == regs.FaultCause.POWER_GOOD_TIMEOUT
    assert chip.tick(5) == 5


@pytest.mark.req("RTL-012")
def test_time_is_exact_to_the_clock() -> None:
    device = RtlPayloadController()
    for until_ns in (0, 1, 999_999, 1_000_000, 1_500_000, 7_250_000, 7_250_000):
        device.advance(until_ns)
        assert device.cycles == until_ns * CLOCKS_PER_MS // MS_NS


@pytest.mark.req("RTL-012")
def test_reset_is_like_new() -> None:
    chip = Chip()
    new = chip.save()
    chip.uart_write(write(regs.TARGET, 2) + READ_ID)
    chip.run(3 * CLOCKS_PER_MS)
    chip.reset()
    assert (chip.cycles, chip.rails, chip.uart_read(), chip.peek("uptime_ms")) == (0, 0, b"", 0)
    chip.run(CLOCKS_PER_MS)
    assert len(chip.save()) == len(new)


@pytest.mark.req("RTL-012")
def test_two_chips_share_nothing() -> None:
    one, other = Chip(), Chip()
    one.uart_write(write(regs.TARGET, 1))
    one.run(4 * CLOCKS_PER_MS)
    other.run(4 * CLOCKS_PER_MS)
    assert (one.rails, other.rails) == (1, 0)


@pytest.mark.req("RTL-012")
@pytest.mark.parametrize("saved", [b"", bytes(10_000), b"whole minus one"])
def test_what_is_no_saved_state_is_refused(saved: bytes) -> None:
    chip = Chip()
    chip.uart_write(READ_ID)
    if saved == b"whole minus one":
        saved = chip.save()[:-1]
    with pytest.raises(ValueError, match="no saved state"):
        chip.restore(saved)
    assert chip.run(4 * CLOCKS_PER_MS) == 4 * CLOCKS_PER_MS
    assert len(chip.uart_read()) == 14


def test_an_unknown_signal_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        Chip().peek("colour")
