"""Rails, limiters, under-voltage, watchdog and register guard, against their Python twins or by their rules."""

from typing import Any

import cocotb
from benches.common import clocks, pulse, seeded, start, tick
from cocotb.triggers import FallingEdge, Timer

from firmware_bindings.devicelink import Nak, NakReason
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import FaultCause, State
from hil.devices.payload_ctrl_chip import Chip
from hil.devices.rail_power import RAILS
from hil.devices.window_watchdog import WindowWatchdog

SETTINGS = {
    "fast_trip_i": 1,
    "slow_trip_i": 1,
    "retries_i": 3,
    "limit_ma_i": 16,
    "trip_clocks_i": 8,
    "blanking_ms_i": 16,
    "stagger_ms_i": 16,
    "timeout_ms_i": 16,
    "retry_ms_i": 16,
}
"""Inputs of rail_power with a value for each rail, and its width in bits."""


def packed(values: list[int], width: int) -> int:
    """One value for each rail, rail 0 lowest."""
    return sum(value << width * rail for rail, value in enumerate(values))


@cocotb.test()
async def rail_power_does_what_its_python_twin_does(dut: Any) -> None:
    twin_chip = Chip()
    rng = seeded()
    twin = twin_chip.power
    per_rail = {
        "retries_i": [rng.randrange(3) for _ in range(RAILS)],
        "fast_trip_i": [1] * RAILS,
        "slow_trip_i": [rng.randrange(2) for _ in range(RAILS)],
        "limit_ma_i": [rng.randrange(300, 900) for _ in range(RAILS)],
        "trip_clocks_i": [0] * RAILS,  # the twin knows no shorter time than a millisecond
        "blanking_ms_i": [rng.randrange(4) for _ in range(RAILS)],
        "stagger_ms_i": [rng.randrange(4) for _ in range(RAILS)],
        "timeout_ms_i": [rng.randrange(3, 9) for _ in range(RAILS)],
        "retry_ms_i": [rng.randrange(9) for _ in range(RAILS)],
    }
    for rail in range(RAILS):
        ctrl = {name: per_rail[f"{name}_i"][rail] for name in ("fast_trip", "slow_trip", "retries")}
        twin_chip.settings[regs.RAIL_CTRL[rail].address] = regs.RAIL_CTRL[rail].pack(**ctrl)
        for name, registers in (
            ("limit_ma_i", regs.RAIL_LIMIT_MA),
            ("blanking_ms_i", regs.RAIL_BLANKING_MS),
            ("stagger_ms_i", regs.RAIL_STAGGER_MS),
            ("timeout_ms_i", regs.RAIL_POWER_GOOD_TIMEOUT_MS),
            ("retry_ms_i", regs.RAIL_RETRY_MS),
        ):
            twin_chip.settings[registers[rail].address] = per_rail[name][rail]
    twin_chip.settings[regs.AVERAGE_SHIFT.address] = 1
    twin.apply_settings()
    rest = ("target_i", "clear_fault_i", "clear_lockout_i", "power_good_i", "overcurrent_i", "bite_i", "sampled_i")
    power = await start(
        dut,
        "rail_power",
        **{name: packed(per_rail[name], width) for name, width in SETTINGS.items()},
        **dict.fromkeys(rest, 0),
        average_shift_i=1,
        bus_limit_mv_i=6000,
        bus_hysteresis_mv_i=500,
        bus_good_i=1,
        current_ma_i=0,
    )
    visited = set()
    for _ in range(2000):
        match rng.randrange(16):
            case 0 | 1:
                twin.target = min(rng.choice([0, 3, 8, 8, 8, 8, 8]), twin.highest_target)
            case 2 | 3 | 4 | 5 | 6 | 7:
                twin.power_good = twin.switches
            case 8 if rng.random() < 0.1:
                twin.power_good &= ~(1 << rng.randrange(RAILS) | 1 << rng.randrange(RAILS))
            case 9 if rng.random() < 0.1:
                twin.overcurrent = 1 << rng.randrange(RAILS) | 1 << rng.randrange(RAILS)
            case 10 if rng.random() < 0.03:
                twin.is_bitten = True
            case 11 if rng.random() < 0.03:
                twin.bus_mv = rng.choice([5999, 6499])
            case 12:
                twin.bus_mv, twin.overcurrent = 6500, 0
            case 13 if twin.state is not State.TRIPPING and not twin.is_under_voltage:
                twin.is_bitten = False
                power.bite_i.value = 0
                twin.clear_fault()
                power.clear_fault_i.value = 1
            case 14 if twin.state is not State.TRIPPING:
                mask = rng.choice([0xFF, 0xFF, rng.randrange(256)])
                twin.clear_lockout(mask)
                power.clear_lockout_i.value = mask
            case 15:
                currents = [rng.randrange(700) for _ in range(RAILS)]
                for rail, current_ma in enumerate(currents):
                    twin.sample(rail, current_ma)
                power.current_ma_i.value = packed(currents, 16)
                power.sampled_i.value = 1
        power.bite_i.value = twin.is_bitten
        power.target_i.value = twin.target
        power.power_good_i.value = twin.power_good
        power.overcurrent_i.value = twin.overcurrent
        power.bus_good_i.value = twin.bus_mv >= int(power.bus_threshold_mv_o.value)
        await FallingEdge(dut.clk_i)
        power.sampled_i.value = power.clear_fault_i.value = power.clear_lockout_i.value = 0
        twin.settle()
        await settle(dut, power, twin)
        visited.add(compare(power, twin))
        twin.tick(1)
        twin.settle()
        dut.tick_1ms_i.value = 1
        await FallingEdge(dut.clk_i)
        dut.tick_1ms_i.value = 0
        await settle(dut, power, twin)
        visited.add(compare(power, twin))
    assert visited == set(State)
    assert sum(trips > 0 for trips in twin.trips) >= 4
    power.target_i.value = 0  # from here on nobody keeps it at or below highest_target_o
    await clocks(dut)


async def settle(dut: Any, power: Any, twin: Any) -> None:
    """Let the register of TARGET and the comparator of the bus follow, as the controller around it does."""
    for _ in range(14):
        power.target_i.value = min(int(power.target_i.value), int(power.highest_target_o.value))
        power.bus_good_i.value = twin.bus_mv >= int(power.bus_threshold_mv_o.value)
        await clocks(dut)
    assert power.settled_o.value


def compare(power: Any, twin: Any) -> State:
    names = ("state", "rails", "fault_cause", "fault_rail", "highest_target", "locked_out", "warnings", "under_voltage")
    seen = {name: int(getattr(power, f"{name}_o").value) for name in names}
    assert seen == {
        "state": twin.state,
        "rails": twin.rails,
        "fault_cause": twin.fault_cause,
        "fault_rail": twin.fault_rail,
        "highest_target": twin.highest_target,
        "locked_out": twin.locked_out,
        "warnings": twin.warnings,
        "under_voltage": twin.is_under_voltage,
    }
    assert int(power.attempts_o.value) == packed(twin.attempts, 3)
    assert int(power.causes_o.value) == packed(list(twin.causes), 4)
    assert int(power.trips_o.value) == packed(twin.trips, 8)
    assert int(power.rail_states_o.value) == packed([twin.rail_state(rail) for rail in range(RAILS)], 3)
    assert int(power.average_ma_o.value) == packed([twin.average_ma(rail) for rail in range(RAILS)], 16)
    assert int(power.lockouts_o.value) == twin.lockouts
    assert int(power.target_i.value) == twin.target
    return State(twin.state)


def sequencer_inputs(**changes: int) -> dict[str, int]:
    names = ("clear_i", "stagger_ms_i", "retry_ms_i", "bite_i", "brownout_i", "fast_trip_i", "slow_trip_i")
    rest = ("locked_out_i", "attempts_i")
    inputs = {"target_i": 8, "timeout_ms_i": packed([9] * RAILS, 16), "power_good_i": 0xFF}
    return dict.fromkeys((*names, *rest), 0) | inputs | changes


@cocotb.test()
async def rail_sequencer_drops_all_rails_in_the_clock_of_a_bite_or_a_brownout(dut: Any) -> None:
    for name, cause in (("bite_i", FaultCause.WATCHDOG), ("brownout_i", FaultCause.UNDER_VOLTAGE)):
        sequencer = await start(dut, "rail_sequencer", **sequencer_inputs(target_i=2))
        await clocks(dut, 20)
        assert sequencer.rails_o.value == 0b0011
        getattr(sequencer, name).value = 1
        await Timer(1, "ns")
        assert sequencer.rails_o.value == 0
        await clocks(dut)
        assert (sequencer.state_o.value, sequencer.fault_cause_o.value) == (State.TRIPPED, cause)


@cocotb.test()
async def rail_sequencer_opens_a_faulty_rail_in_the_next_clock(dut: Any) -> None:
    for name, value, cause in (
        ("power_good_i", 0b1111_1101, FaultCause.POWER_GOOD_LOST),
        ("fast_trip_i", 0b0000_0010, FaultCause.OVERCURRENT),
        ("slow_trip_i", 0b0000_0010, FaultCause.SLOW_OVERCURRENT),
    ):
        inputs = sequencer_inputs(locked_out_i=0, stagger_ms_i=packed([0] * 7 + [1], 16), attempts_i=packed([1] * 8, 3))
        sequencer = await start(dut, "rail_sequencer", **inputs)
        await clocks(dut, 60)
        await tick(dut)
        assert sequencer.rails_o.value == 0xFF
        getattr(sequencer, name).value = value
        await Timer(1, "ns")
        assert (sequencer.trip_o.value, sequencer.trip_rail_o.value, sequencer.trip_cause_o.value) == (1, 1, cause)
        await clocks(dut)
        assert sequencer.rails_o.value == 0b1111_1101


@cocotb.test()
async def rail_sequencer_leaves_falling_tripping_and_backoff_for_what_comes_first(dut: Any) -> None:
    waits = {
        "stagger_ms_i": packed([5] * RAILS, 16),
        "retry_ms_i": packed([5] * RAILS, 16),
        "attempts_i": packed([1] * RAILS, 3),
    }
    lost, bitten = ("power_good_i", 0b1111_1110), ("bite_i", 1)
    for steps, expected in (
        ([("target_i", 1), lost], (State.FALLING, State.TRIPPING)),
        ([("target_i", 1), bitten], (State.FALLING, State.TRIPPED)),
        ([lost, bitten], (State.TRIPPING, State.TRIPPED)),
        ([("power_good_i", 0b1111_1011), bitten], (State.BACKOFF, State.TRIPPED)),
        ([("power_good_i", 0b1111_1011), ("target_i", 0)], (State.BACKOFF, State.FALLING)),
    ):
        sequencer = await start(dut, "rail_sequencer", **sequencer_inputs(target_i=3, **waits))
        for _ in range(20):
            await tick(dut)
        assert sequencer.rails_o.value == 0b0111
        for (name, value), state in zip(steps, expected, strict=True):
            getattr(sequencer, name).value = value
            await clocks(dut, 3)
            assert sequencer.state_o.value == state


@cocotb.test()
async def trip_ledger_counts_and_locks_out(dut: Any) -> None:
    rng = seeded()
    retries = [rng.randrange(8) for _ in range(RAILS)]
    inputs = {"trip_i": 0, "rail_i": 0, "cause_i": 0, "clear_i": 0, "retries_i": packed(retries, 3)}
    ledger = await start(dut, "trip_ledger", **inputs)
    attempts, trips, causes, locked_out = [0] * RAILS, [0] * RAILS, [0] * RAILS, 0
    for _ in range(6000):
        mask = rng.randrange(256) if rng.random() < 0.02 else 0
        rail = rng.choice([0, 0, 0, rng.randrange(RAILS)])
        cause = rng.randrange(1, 7)
        trips_now = rng.random() < 0.5
        for cleared in range(RAILS):
            if mask >> cleared & 1:
                attempts[cleared], causes[cleared] = 0, 0
        locked_out &= ~mask
        if trips_now:
            trips[rail], causes[rail] = min(255, trips[rail] + 1), cause
            if attempts[rail] < retries[rail]:
                attempts[rail] += 1
            else:
                locked_out |= 1 << rail
        ledger.trip_i.value, ledger.rail_i.value, ledger.cause_i.value, ledger.clear_i.value = (
            trips_now,
            rail,
            cause,
            mask,
        )
        await clocks(dut)
        assert ledger.attempts_o.value == packed(attempts, 3)
        assert ledger.trips_o.value == packed(trips, 8)
        assert ledger.causes_o.value == packed(causes, 4)
        assert ledger.locked_out_o.value == locked_out
    assert trips[0] == 255


LIMITER = {
    "on_i": 1,
    "fast_enable_i": 1,
    "overcurrent_i": 0,
    "trip_clocks_i": 5,
    "blanking_ms_i": 0,
    "slow_enable_i": 1,
}
SLOW = {"sampled_i": 0, "current_ma_i": 0, "average_shift_i": 3, "limit_ma_i": 1000}


@cocotb.test()
async def current_limiter_trips_after_its_clocks(dut: Any) -> None:
    for trip_clocks in (0, 1, 7, 255):
        limiter = await start(dut, "current_limiter", **LIMITER | SLOW | {"trip_clocks_i": trip_clocks})
        for seen in range(max(0, trip_clocks - 1), trip_clocks + 1):
            limiter.overcurrent_i.value = 1
            await Timer(1, "ns")
            for _ in range(seen):
                assert not limiter.fast_trip_o.value
                assert not limiter.settled_o.value
                await clocks(dut)
            await Timer(1, "ns")
            assert bool(limiter.fast_trip_o.value) == (seen == trip_clocks)
            limiter.overcurrent_i.value = 0
            await clocks(dut, 2)
            assert limiter.settled_o.value


@cocotb.test()
async def current_limiter_is_deaf_while_off_disabled_or_blanked(dut: Any) -> None:
    for name in ("on_i", "fast_enable_i"):
        limiter = await start(dut, "current_limiter", **LIMITER | SLOW | {name: 0, "overcurrent_i": 1})
        await clocks(dut, 20)
        assert not limiter.fast_trip_o.value
    limiter = await start(
        dut, "current_limiter", **LIMITER | SLOW | {"on_i": 0, "overcurrent_i": 1, "blanking_ms_i": 3}
    )
    await clocks(dut, 2)
    limiter.on_i.value = 1
    for _ in range(2):
        await tick(dut, 20)
        assert not limiter.fast_trip_o.value
    await tick(dut, 5)
    assert limiter.fast_trip_o.value


@cocotb.test()
async def current_limiter_averages_and_warns(dut: Any) -> None:
    rng = seeded()
    limiter = await start(dut, "current_limiter", **LIMITER | SLOW)
    for shift in range(8):
        limiter.average_shift_i.value = shift
        limiter.on_i.value = 0
        await clocks(dut)
        limiter.on_i.value = 1
        average = 0
        for _ in range(300):
            current_ma = rng.choice([0, 65_535, 999, 1000, rng.randrange(65_536)])
            limiter.current_ma_i.value = current_ma
            await pulse(dut, limiter.sampled_i)
            average += (128 * current_ma - average) >> shift
            assert limiter.average_ma_o.value == average >> 7
            assert limiter.warning_o.value == limiter.slow_trip_o.value == ((average >> 7) >= 1000)


@cocotb.test()
async def under_voltage_needs_the_hysteresis_to_end(dut: Any) -> None:
    rng = seeded()
    lockout = await start(dut, "under_voltage", bus_good_i=1, limit_mv_i=6000, hysteresis_mv_i=500)
    locked_out, count = False, 0
    for _ in range(3000):
        bus_mv = rng.randrange(5800, 6701)
        was, locked_out = locked_out, bus_mv < (6500 if locked_out else 6000)
        count = min(255, count + (locked_out and not was))
        for _ in range(3):
            lockout.bus_good_i.value = bus_mv >= int(lockout.threshold_mv_o.value)
            await Timer(1, "ns")
            assert lockout.locked_out_o.value or lockout.bus_good_i.value
            await clocks(dut)
        assert lockout.locked_out_o.value == locked_out
        assert lockout.count_o.value == count
    assert count == 255
    lockout.limit_mv_i.value, lockout.bus_good_i.value = 65_400, 0
    await clocks(dut, 2)
    assert lockout.threshold_mv_o.value == 65_535


NO_KICK = dict.fromkeys(("kick_i", "wrong_kick_i", "clear_i"), 0)


@cocotb.test()
async def window_watchdog_bites_exactly_outside_its_window(dut: Any) -> None:
    for age, bites in [(0, True), (4, True), (5, False), (9, False)]:
        watchdog = await start(dut, "window_watchdog", enable_i=1, open_ms_i=5, close_ms_i=10, **NO_KICK)
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
async def window_watchdog_does_what_the_python_one_does(dut: Any) -> None:
    watchdog = await start(dut, "window_watchdog", enable_i=0, open_ms_i=3, close_ms_i=9, **NO_KICK)
    rng = seeded()
    twin = WindowWatchdog(open_ms=3, close_ms=9)
    causes = set()
    for _ in range(2000):
        match rng.randrange(8):
            case 0:
                twin.enable(rng.random() < 0.8)
                watchdog.enable_i.value = twin.is_enabled
                await clocks(dut)
            case 1:
                twin.kick()
                await pulse(dut, watchdog.kick_i)
            case 2 if rng.random() < 0.2:
                twin.kick(is_key_right=False)
                await pulse(dut, watchdog.wrong_kick_i)
            case 3:
                twin.clear()
                await pulse(dut, watchdog.clear_i)
        twin.tick(1)
        await tick(dut)
        assert (bool(watchdog.bite_o.value), int(watchdog.age_ms_o.value)) == (
            twin.is_bitten,
            twin.age_ms,
        )
        assert bool(watchdog.armed_o.value) == twin.is_enabled
        assert watchdog.cause_o.value == twin.cause
        causes.add(twin.cause)
    assert causes == set(regs.WatchdogCause)


@cocotb.test()
async def register_guard_keeps_the_rules_of_the_python_chip(dut: Any) -> None:
    guard = await start(dut, "register_guard", **dict.fromkeys(GUARD_INPUTS, 0))
    known = {register.address: register for register in regs.REGISTERS}
    lockout_key = regs.LOCKOUT_CLEAR.pack(key=regs.LockoutClearKey.CLEAR, rails=0x55)
    limit = regs.UNDER_VOLTAGE_LIMIT.pack(limit_mv=65_000, hysteresis_mv=535)
    values = [0, 1, 3, 8, 9, 0x73, 0x80, 256, 257, 4999, 5000, 0xFFFF, 0x1_0000, limit, limit + (1 << 16), 0xFFFF_FFFF]
    values += [*regs.FaultClearKey, *regs.WatchdogKickKey, *regs.WatchdogDisarmKey, *regs.CountersClearKey, lockout_key]
    values += [256 << 16, 257 << 16, 38 << 16, 39 << 16, 38 << 24, 39 << 24]
    addresses = sorted({register.address for register in regs.REGISTERS if not register.name[-1:].isdigit()})
    addresses += [r.address for r in (*regs.RAIL_CTRL, *regs.CAP_DUTY)] + [0x02, 0x6C, 0x21C, 0x2010, 0xFFFC]
    for address in addresses:
        for value in values:
            for is_write in (False, True):
                for situation in SITUATIONS:
                    twin = make_twin(situation)
                    register = known.get(address)
                    allowed = register is not None and register.access != ("ro" if is_write else "wo")
                    guard.addr_i.value = address
                    guard.wdata_i.value = value
                    guard.write_i.value = is_write
                    guard.req_i.value = 1
                    guard.error_i.value = not allowed
                    guard.is_tripping_i.value = twin.power.state == State.TRIPPING
                    guard.is_under_voltage_i.value = twin.power.is_under_voltage
                    guard.is_limit_written_i.value = twin.is_limit_written
                    guard.is_watchdog_armed_i.value = twin.watchdog.is_enabled
                    guard.highest_target_i.value = twin.power.highest_target
                    await Timer(1, "ns")
                    expected = refusal(twin, address, value, is_write)
                    assert guard.reason_o.value == expected, (hex(address), hex(value), is_write, situation)
                    is_kick = is_write and address == regs.WATCHDOG_KICK.address
                    assert guard.wrong_kick_o.value == (is_kick and value != regs.WatchdogKickKey.KICK)
                    if expected != NakReason.BAD_ADDRESS:
                        assert guard.req_o.value == (expected == 0)


GUARD_INPUTS = (
    *("req_i", "write_i", "addr_i", "wdata_i", "error_i", "is_tripping_i", "is_under_voltage_i"),
    *("is_limit_written_i", "is_watchdog_armed_i", "highest_target_i"),
)
SITUATIONS = ("at rest", "armed", "limit written", "tripping", "locked out", "bitten", "under-voltage")


def make_twin(situation: str) -> Chip:
    """A chip in that situation."""
    twin = Chip()
    power = twin.power
    match situation:
        case "armed":
            twin.watchdog.enable(True)
        case "limit written":
            twin.is_limit_written = True
        case "tripping":
            power.state, power.switches, power.good, power.power_good = State.TRIPPING, 0b1011, 0b1011, 0b1011
            power.target, power.tripped_rail, power.timer_ms = 3, 2, 5
            power.locked_out = 0b0100
        case "locked out":
            power.locked_out = 0b0010_1000
        case "bitten":
            power.state = State.TRIPPED
            twin.watchdog.is_bitten = power.is_bitten = True
        case "under-voltage":
            power.state, power.bus_mv, power.is_under_voltage = State.TRIPPED, 0, True
    return twin


def refusal(twin: Chip, address: int, value: int, is_write: bool) -> int:
    try:
        twin.write(address, value) if is_write else twin.read(address)
    except Nak as nak:
        return nak.reason
    return 0
