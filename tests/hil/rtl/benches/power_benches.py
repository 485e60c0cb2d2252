"""Sequencer, watchdog, monitor, energy counter and register guard, against the Python chip or by their rules."""

from typing import Any

import cocotb
from benches.common import clocks, pulse, seeded, start, tick
from cocotb.triggers import FallingEdge, Timer

from firmware_bindings.devicelink import Nak, NakReason
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import FaultCause, State
from hil.devices.payload_ctrl_chip import Chip


@cocotb.test()
async def rail_sequencer_does_what_the_python_chip_does(dut: Any) -> None:
    sequencer = await start(
        dut, "rail_sequencer", target_i=0, stagger_ms_i=3, timeout_ms_i=9, clear_i=0, bite_i=0, power_good_i=0
    )
    rng = seeded()
    twin = Chip()
    twin.settings[regs.STAGGER_MS.address] = 3
    twin.settings[regs.POWER_GOOD_TIMEOUT_MS.address] = 9
    visited = set()
    for _ in range(3000):
        match rng.randrange(12):
            case 0:
                twin.target = rng.randrange(5) if twin.fault_cause == FaultCause.NONE else 0
                twin.settle()
            case 1 | 2 | 3 | 4:
                twin.power_good = twin.rails
                twin.settle()
            case 5:
                twin.power_good &= rng.choice([15, 15, 15, 14, 13, 11, 7, 0])
                twin.settle()
            case 6 if rng.random() < 0.1:
                twin.watchdog_bitten = True
                twin.settle()
            case 7 | 8 if twin.state == State.TRIPPED:
                twin.write(regs.FAULT_CLEAR.address, regs.FaultClearKey.CLEAR)
                sequencer.clear_i.value = 1
        sequencer.target_i.value = twin.target
        sequencer.power_good_i.value = twin.power_good
        sequencer.bite_i.value = twin.watchdog_bitten
        await FallingEdge(dut.clk_i)
        sequencer.clear_i.value = 0
        await clocks(dut, 4)
        visited.add(compare(sequencer, twin))
        sequencer.target_i.value = twin.target
        twin.tick(1)
        await tick(dut)
        visited.add(compare(sequencer, twin))
        sequencer.target_i.value = twin.target
        await clocks(dut)
        assert sequencer.settled_o.value
    assert visited == set(State)


def compare(sequencer: Any, twin: Chip) -> State:
    seen = [int(getattr(sequencer, f"{name}_o").value) for name in ("state", "rails", "fault_cause", "fault_rail")]
    assert seen == [twin.state, twin.rails, twin.fault_cause, twin.fault_rail]
    return twin.state


@cocotb.test()
async def rail_sequencer_drops_all_rails_in_the_clock_of_the_bite(dut: Any) -> None:
    sequencer = await start(
        dut, "rail_sequencer", target_i=2, stagger_ms_i=0, timeout_ms_i=9, clear_i=0, bite_i=0, power_good_i=15
    )
    await clocks(dut, 20)
    assert sequencer.rails_o.value == 0b0011
    sequencer.bite_i.value = 1
    await Timer(1, "ns")
    assert sequencer.rails_o.value == 0


@cocotb.test()
async def rail_sequencer_opens_a_lost_rail_in_the_next_clock(dut: Any) -> None:
    sequencer = await start(
        dut, "rail_sequencer", target_i=4, stagger_ms_i=0, timeout_ms_i=9, clear_i=0, bite_i=0, power_good_i=15
    )
    await clocks(dut, 40)
    assert sequencer.rails_o.value == 0b1111
    sequencer.power_good_i.value = 0b1101
    await clocks(dut)
    assert sequencer.rails_o.value == 0b1101


@cocotb.test()
async def window_watchdog_bites_exactly_outside_its_window(dut: Any) -> None:
    for age, bites in [(0, True), (4, True), (5, False), (9, False)]:
        watchdog = await start(dut, "window_watchdog", enable_i=1, open_ms_i=5, close_ms_i=10, kick_i=0, clear_i=0)
        for _ in range(age):
            await tick(dut)
        await pulse(dut, watchdog.kick_i)
        assert bool(watchdog.bite_o.value) == bites
        assert watchdog.age_ms_o.value == (age if bites else 0)
    for _ in range(9):
        await tick(dut)
    assert not watchdog.bite_o.value
    await tick(dut, 0)
    assert watchdog.bite_o.value  # in the clock after the tick
    await pulse(dut, watchdog.kick_i)
    assert watchdog.bite_o.value
    assert watchdog.age_ms_o.value == 10
    await pulse(dut, watchdog.clear_i)
    assert not watchdog.bite_o.value
    assert watchdog.age_ms_o.value == 0


@cocotb.test()
async def window_watchdog_does_what_the_python_chip_does(dut: Any) -> None:
    watchdog = await start(dut, "window_watchdog", enable_i=0, open_ms_i=3, close_ms_i=9, kick_i=0, clear_i=0)
    rng = seeded()
    twin = Chip()
    twin.settings[regs.WATCHDOG_OPEN_MS.address] = 3
    twin.settings[regs.WATCHDOG_CLOSE_MS.address] = 9
    for _ in range(2000):
        match rng.randrange(6):
            case 0:
                enable = rng.random() < 0.8
                twin.write(regs.WATCHDOG_CTRL.address, enable)
                watchdog.enable_i.value = enable
                await clocks(dut)
            case 1:
                twin.write(regs.WATCHDOG_KICK.address, regs.WatchdogKickKey.KICK)
                await pulse(dut, watchdog.kick_i)
            case 2:
                twin.write(regs.FAULT_CLEAR.address, regs.FaultClearKey.CLEAR)
                await pulse(dut, watchdog.clear_i)
        twin.tick(1)
        await tick(dut)
        assert (bool(watchdog.bite_o.value), int(watchdog.age_ms_o.value)) == (
            twin.watchdog_bitten,
            twin.watchdog_age_ms,
        )
        assert bool(watchdog.armed_o.value) == twin.watchdog_enabled


@cocotb.test()
async def rail_monitor_samples_at_the_tick(dut: Any) -> None:
    monitor = await start(dut, "rail_monitor", adc_i=0)
    values = [1000 * channel + 7 for channel in range(8)]
    monitor.adc_i.value = sum(value << 16 * channel for channel, value in enumerate(values))
    await clocks(dut, 5)
    assert monitor.voltage_mv_o.value == 0
    assert monitor.current_ma_o.value == 0
    await tick(dut, 0)
    assert monitor.sampled_o.value
    assert monitor.voltage_mv_o.value == sum(value << 16 * rail for rail, value in enumerate(values[0::2]))
    assert monitor.current_ma_o.value == sum(value << 16 * rail for rail, value in enumerate(values[1::2]))
    monitor.adc_i.value = 0
    await clocks(dut, 2)
    assert not monitor.sampled_o.value
    assert monitor.voltage_mv_o.value != 0


@cocotb.test()
async def energy_counter_adds_exactly_and_latches_the_high_half(dut: Any) -> None:
    counter = await start(dut, "energy_counter", sample_i=0, low_read_i=0, voltage_mv_i=0, current_ma_i=0)
    rng = seeded()
    total = 0
    for i in range(400):
        volts = [rng.choice([0, 1, 65_535, rng.randrange(65_536)]) for _ in range(4)]
        amps = [rng.choice([0, 1, 65_535, rng.randrange(65_536)]) for _ in range(4)]
        counter.voltage_mv_i.value = sum(value << 16 * rail for rail, value in enumerate(volts))
        counter.current_ma_i.value = sum(value << 16 * rail for rail, value in enumerate(amps))
        await pulse(dut, counter.sample_i)
        assert counter.busy_o.value
        before = int(counter.low_o.value)
        await clocks(dut, 4)
        assert counter.low_o.value == before
        await clocks(dut)
        assert not counter.busy_o.value
        total += sum(v * a for v, a in zip(volts, amps, strict=True))
        assert counter.low_o.value == total & 0xFFFF_FFFF
        if i % 7 == 0:
            await pulse(dut, counter.low_read_i)
            latched = total >> 32
        assert counter.high_o.value == latched
    assert total >> 32 > 100


@cocotb.test()
async def register_guard_keeps_the_rules_of_the_python_chip(dut: Any) -> None:
    guard = await start(
        dut,
        "register_guard",
        req_i=0,
        write_i=0,
        addr_i=0,
        wdata_i=0,
        error_i=0,
        is_faulted_i=0,
        is_tripping_i=0,
        is_watchdog_armed_i=0,
    )
    known = {register.address: register for register in regs.REGISTERS}
    values = [0, 1, 2, 4, 5, 0xFFFF, 0x1_0000, 0xFFFF_FFFF, *regs.FaultClearKey, *regs.WatchdogKickKey]
    states = [
        (State.STEADY, FaultCause.NONE),
        (State.TRIPPING, FaultCause.WATCHDOG),
        (State.TRIPPED, FaultCause.WATCHDOG),
    ]
    for address in [*range(0, 0x88, 2), 0x1010, 0xFFFC]:
        for value in values:
            for is_write in (False, True):
                for state, cause in states:
                    for is_armed in (False, True):
                        twin = Chip(state=state, fault_cause=cause, rails=int(state != State.TRIPPED))
                        twin.power_good = twin.good = twin.rails
                        twin.target = twin.rails if cause == FaultCause.NONE else 0
                        twin.timer_ms = 5
                        twin.watchdog_enabled = is_armed
                        register = known.get(address)
                        allowed = register is not None and register.access != ("ro" if is_write else "wo")
                        guard.addr_i.value = address
                        guard.wdata_i.value = value
                        guard.write_i.value = is_write
                        guard.req_i.value = 1
                        guard.error_i.value = not allowed
                        guard.is_faulted_i.value = cause != FaultCause.NONE
                        guard.is_tripping_i.value = state == State.TRIPPING
                        guard.is_watchdog_armed_i.value = is_armed
                        await Timer(1, "ns")
                        expected = refusal(twin, address, value, is_write)
                        assert guard.reason_o.value == expected, (hex(address), hex(value), is_write, state)
                        assert guard.req_o.value == (
                            expected == 0 or (expected == NakReason.BAD_ADDRESS and is_near(address))
                        )


def refusal(twin: Chip, address: int, value: int, is_write: bool) -> int:
    try:
        twin.write(address, value) if is_write else twin.read(address)
    except Nak as nak:
        return nak.reason
    return 0


def is_near(address: int) -> bool:
    """The register block itself refuses these."""
    return address < 0x80 and address % 4 == 0
