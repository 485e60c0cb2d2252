"""Counters, events on their way into the FIFO and out of it, link statistics and cap outputs."""

from dataclasses import replace
from typing import Any

import cocotb
from benches.common import clocks, pulse, seeded, start, tick
from cocotb.triggers import FallingEdge, Timer

from firmware_bindings.devicelink import DeframerCounters
from firmware_bindings.devicelink.registers.payload_ctrl import BootCause, EventCode, FaultCause
from hil.devices.boot_record import BootRecord
from hil.devices.cap_output import PERIOD_MS, CapOutput
from hil.devices.event_fifo import Event, EventFifo
from hil.devices.link_statistics import LinkStatistics

SOURCES, MERGED = 5, {1, 2}
DEPTH = 5


@cocotb.test()
async def saturating_counter_counts_to_its_end_and_stays(dut: Any) -> None:
    counter = await start(dut, "saturating_counter", clear_i=0, add_i=0)
    rng = seeded()
    expected = 0
    seen = set()
    for _ in range(1000):
        is_cleared, more = rng.random() < 0.05, rng.choice([0, 0, 1, 2, 3])
        counter.clear_i.value, counter.add_i.value = is_cleared, more
        await FallingEdge(dut.clk_i)
        expected = min(15, (0 if is_cleared else expected) + more)
        assert counter.count_o.value == expected
        seen.add(expected)
    assert seen == set(range(16))


@cocotb.test()
async def event_collector_loses_nothing_silently(dut: Any) -> None:
    collector = await start(dut, "event_collector", raise_i=0, argument_i=0)
    rng = seeded()
    waiting: dict[int, int] = {}
    lost = handed_on = 0
    for _ in range(4000):
        raised = {s: rng.choice([1 << rng.randrange(16), rng.getrandbits(16)]) for s in range(SOURCES)}
        raised = {s: argument for s, argument in raised.items() if rng.random() < 0.15}
        collector.raise_i.value = sum(1 << s for s in raised)
        collector.argument_i.value = sum(argument << 16 * s for s, argument in raised.items())
        await Timer(1, "ns")
        assert collector.valid_o.value == bool(waiting)
        if waiting:
            first = min(waiting)
            assert (collector.code_o.value, collector.argument_o.value) == (first, waiting.pop(first))
            handed_on += 1
        again = raised.keys() & waiting.keys()
        assert collector.lost_o.value == len(again - MERGED)
        lost += len(again - MERGED)
        for s, argument in raised.items():
            waiting[s] = waiting.get(s, 0) | argument if s in MERGED else waiting.get(s, argument)
        await FallingEdge(dut.clk_i)
    assert lost > 100
    assert handed_on > 1000


@cocotb.test()
async def event_fifo_hands_out_what_the_python_one_does(dut: Any) -> None:
    fifo = await start(dut, "event_fifo", push_i=0, code_i=0, argument_i=0, time_ms_i=0, pop_i=0)
    rng, twin = seeded(), EventFifo(DEPTH)
    visible_at: list[int] = []  # the clocks from which the events that wait can be seen
    counts, popped_empty = set(), 0
    for now in range(6000):
        eager = (now // 200) % 3  # fills, drains, both
        event = Event(rng.randrange(1, 256), rng.getrandbits(16), rng.getrandbits(32))
        is_pushed, is_popped = rng.random() < (0.6, 0.1, 0.5)[eager], rng.random() < (0.1, 0.6, 0.5)[eager]
        is_visible = bool(visible_at) and visible_at[0] <= now
        fifo.push_i.value, fifo.pop_i.value = is_pushed, is_popped
        fifo.code_i.value, fifo.argument_i.value, fifo.time_ms_i.value = event.code, event.argument, event.time_ms
        await Timer(1, "ns")
        is_full = len(twin) == DEPTH
        seen = int(fifo.code_o.value), int(fifo.argument_o.value)
        assert fifo.lost_o.value == (is_pushed and is_full)
        assert fifo.settled_o.value == (is_visible or not visible_at)
        if not is_visible:
            assert seen == (0, 0)
        if is_popped and is_visible:
            taken = twin.pop()
            assert seen == (taken.code, taken.argument)
            visible_at.pop(0)
        elif is_popped:
            popped_empty += 1
            twin.popped_time_ms = 0
        if is_pushed and is_full:
            twin.lost += 1
        elif is_pushed:
            twin.push(event)
            visible_at.append(now + 2)
        await FallingEdge(dut.clk_i)
        assert fifo.count_o.value == len(twin)
        assert fifo.popped_time_ms_o.value == twin.popped_time_ms
        counts.add(len(twin))
    assert counts == set(range(DEPTH + 1))
    assert twin.lost > 100
    assert popped_empty > 100


SOURCE_INPUTS = (
    *("boot_i", "boot_cause_i", "trip_i", "trip_rail_i", "trip_cause_i", "retry_i", "tripped_i", "locked_out_i"),
    *("warnings_i", "brownout_i", "bite_i", "watchdog_cause_i", "corrected_i", "damaged_i", "error_word_i"),
    "refusals_i",
)
TOLD_AS = {
    FaultCause.OVERCURRENT: EventCode.RAIL_TRIPPED,
    FaultCause.SLOW_OVERCURRENT: EventCode.RAIL_TRIPPED,
    FaultCause.POWER_GOOD_LOST: EventCode.POWER_GOOD_LOST,
    FaultCause.POWER_GOOD_TIMEOUT: EventCode.POWER_GOOD_TIMEOUT,
}


@cocotb.test()
async def event_sources_tell_what_begins_and_once(dut: Any) -> None:
    sources = await start(dut, "event_sources", **dict.fromkeys(SOURCE_INPUTS, 0))
    rng = seeded()
    seen = set()
    before = dict.fromkeys(SOURCE_INPUTS, 0)
    for _ in range(3000):
        now = {name: int(rng.random() < 0.1) for name in SOURCE_INPUTS}
        now |= {"trip_rail_i": rng.randrange(8), "trip_cause_i": rng.choice(list(TOLD_AS))}
        now |= {"boot_cause_i": rng.randrange(2), "watchdog_cause_i": rng.randrange(1, 4)}
        now |= {"tripped_i": 1 << rng.randrange(8), "error_word_i": rng.randrange(1024)}
        now |= {name: rng.choice([before[name], rng.getrandbits(8)]) for name in ("locked_out_i", "warnings_i")}
        now["bite_i"] = rng.choice([before["bite_i"], rng.randrange(2)])
        for name, value in now.items():
            getattr(sources, name).value = value
        await Timer(1, "ns")
        expected = {
            EventCode.BOOT: now["boot_i"] and (1, now["boot_cause_i"]),
            TOLD_AS[now["trip_cause_i"]]: now["trip_i"] and (1, 1 << now["trip_rail_i"]),
            EventCode.RAIL_RETRIED: now["retry_i"] and (1, now["tripped_i"]),
            EventCode.WATCHDOG_BITE: now["bite_i"] and not before["bite_i"] and (1, now["watchdog_cause_i"]),
            EventCode.UNDER_VOLTAGE: now["brownout_i"] and (1, 0),
            EventCode.MAILBOX_CORRECTED: now["corrected_i"] and (1, now["error_word_i"]),
            EventCode.MAILBOX_UNCORRECTABLE: now["damaged_i"] and (1, now["error_word_i"]),
            EventCode.LINK_REFUSALS: now["refusals_i"] and (1, 0),
        }
        for code, name in ((EventCode.RAIL_LOCKED_OUT, "locked_out_i"), (EventCode.OVERCURRENT_WARNING, "warnings_i")):
            new = now[name] & ~before[name]
            expected[code] = new and (1, new)
        arguments = int(sources.argument_o.value)
        told = {code: (1, arguments >> 16 * code & 0xFFFF) for code in EventCode if sources.raise_o.value[code] == 1}
        assert told == {code: event for code, event in expected.items() if event}
        seen |= told.keys()
        before = now
        await FallingEdge(dut.clk_i)
        assert sources.settled_o.value
    assert seen == set(EventCode) - {EventCode.NONE}


@cocotb.test()
async def boot_cause_remembers_what_the_python_record_does(dut: Any) -> None:
    boot = await start(dut, "boot_cause", por_ni=0, reset_ni=0, bite_i=0, under_voltage_i=0)
    boot.por_ni.value = boot.reset_ni.value = 1
    rng, twin = seeded(), BootRecord()
    boots: list[BootCause] = []

    async def watch() -> None:
        while True:
            await FallingEdge(dut.clk_i)
            if boot.boot_o.value:
                boots.append(BootCause(int(boot.boot_cause_o.value)))

    cocotb.start_soon(watch())
    await clocks(dut, 6)
    assert boots == [BootCause.POWER_ON]
    causes = set()
    for _ in range(400):
        match rng.randrange(3):
            case 0:
                boot.reset_ni.value = 0
                await clocks(dut, rng.randrange(1, 9))
                boot.reset_ni.value = 1
                twin.note(BootCause.EXTERNAL_RESET)
            case 1:
                boot.bite_i.value = 1
                await clocks(dut, rng.randrange(1, 9))
                boot.bite_i.value = 0
                twin.note(BootCause.WATCHDOG)
            case 2:
                await pulse(dut, boot.under_voltage_i)
                twin.note(BootCause.UNDER_VOLTAGE)
        await clocks(dut, 6)
        assert boot.settled_o.value
        assert (boot.cause_o.value, boot.count_o.value) == (twin.cause, twin.count)
        causes.add(twin.cause)
    assert causes == set(BootCause) - {BootCause.POWER_ON}
    assert set(boots[1:]) == {BootCause.EXTERNAL_RESET}


@cocotb.test()
async def event_log_keeps_events_with_their_time_and_counts_the_rest(dut: Any) -> None:
    log = await start(dut, "event_log", raise_i=0, argument_i=0, time_ms_i=0, pop_i=0, clear_i=0)
    rng, twin = seeded(), EventFifo()
    for now_ms in range(1500):
        log.time_ms_i.value = now_ms
        raised = [s for s in range(1, SOURCES) if rng.random() < 0.15]
        arguments = {s: rng.getrandbits(16) for s in raised}
        log.raise_i.value = sum(1 << s for s in raised)
        log.argument_i.value = sum(argument << 16 * s for s, argument in arguments.items())
        await FallingEdge(dut.clk_i)
        log.raise_i.value = 0
        await clocks(dut, SOURCES + 2)
        assert log.settled_o.value
        for s in raised:
            twin.push(Event(s, arguments[s], now_ms))
        if rng.random() < (0.1 if now_ms < 700 else 0.8):
            event = twin.pop()
            assert (log.code_o.value, log.argument_o.value) == (event.code, event.argument)
            await pulse(dut, log.pop_i)
            assert log.popped_time_ms_o.value == event.time_ms
        assert (log.count_o.value, log.lost_o.value) == (len(twin), twin.lost)
        if rng.random() < 0.01:
            twin.lost = 0
            await pulse(dut, log.clear_i)


@cocotb.test()
async def event_log_counts_what_the_collector_and_the_fifo_lose_in_one_clock(dut: Any) -> None:
    log = await start(dut, "event_log", raise_i=0, argument_i=0, time_ms_i=0, pop_i=0, clear_i=0)
    log.raise_i.value = 0b11000
    await clocks(dut, 101)
    log.raise_i.value = 0
    await clocks(dut, 8)
    assert log.count_o.value == 32
    assert log.lost_o.value == 2 * 101 - 32


@cocotb.test()
async def cap_output_does_what_the_python_one_does(dut: Any) -> None:
    output = await start(dut, "cap_output", duty_i=0, is_powered_i=0)
    rng, twin = seeded(), CapOutput()
    duties = set()
    duty = 0
    for _ in range(6000):
        if rng.random() < 0.02:
            duty = rng.choice([0, 1, 128, 255, 256, rng.randrange(257)])
            output.duty_i.value = duty
        if rng.random() < 0.003 or (rng.random() < 0.2 and not output.is_powered_i.value):
            is_powered = not output.is_powered_i.value
            output.is_powered_i.value = is_powered
            twin.power(is_powered)
            await Timer(1, "ns")
            assert is_powered or not output.on_o.value  # in the same clock
            await FallingEdge(dut.clk_i)
        before = output.on_o.value
        await clocks(dut, rng.randrange(6, 9))
        assert output.on_o.value == before
        twin.tick(1, duty)
        await tick(dut, 0)
        assert (bool(output.on_o.value), output.duty_o.value) == (twin.is_on, twin.duty)
        duties.add(twin.duty)
    assert {0, 1, 128, 255, 256} <= duties


@cocotb.test()
async def cap_output_is_on_in_exactly_its_duty(dut: Any) -> None:
    output = await start(dut, "cap_output", duty_i=0, is_powered_i=1)
    for duty in (0, 1, 85, 255, 256):
        output.duty_i.value = duty
        on = []
        for _ in range(PERIOD_MS):
            await tick(dut)
            on.append(bool(output.on_o.value))
        assert sum(on) == duty
        if 0 < duty < PERIOD_MS:
            longest = max(len(run) for run in "".join("10"[level] for level in on).split("0"))
            assert longest <= PERIOD_MS // duty  # spread evenly


@cocotb.test()
async def cap_outputs_follow_mode_and_rails(dut: Any) -> None:
    outputs = await start(dut, "cap_outputs", mode_i=0, duty_i=0, needed_i=0b0110_0001, good_i=0)
    duties = [(16 * mode, 256 - 16 * mode) for mode in range(4)]
    outputs.duty_i.value = sum(
        duty << 9 * (2 * mode + output) for mode, both in enumerate(duties) for output, duty in enumerate(both)
    )
    rng = seeded()
    for mode in (0, 1, 2, 3, 1):
        outputs.mode_i.value = mode
        outputs.good_i.value = 0b0110_0001 | rng.getrandbits(8)
        for _ in range(PERIOD_MS + 1):
            await tick(dut)
        assert outputs.duty_o.value == duties[mode][0] | duties[mode][1] << 9
    for rail in range(8):
        outputs.good_i.value = 0xFF & ~(1 << rail)
        await Timer(1, "ns")
        assert (outputs.duty_o.value == 0) == bool(0b0110_0001 >> rail & 1)
        outputs.good_i.value = 0xFF
        await clocks(dut, 1)
        await tick(dut)


@cocotb.test()
async def link_statistics_count_what_the_python_ones_do(dut: Any) -> None:
    inputs = ("frame", "crc_error", "timeout", "overrun", "answered", "refused", "clear")
    statistics = await start(dut, "link_statistics", **{f"{name}_i": 0 for name in inputs})
    rng, twin, counters = seeded(), LinkStatistics(), DeframerCounters()
    overruns = bursts = 0
    for _ in range(3000):
        now = {name: rng.random() < 0.3 for name in inputs}
        now["clear"] = rng.random() < 0.01
        now["answered"], now["refused"] = rng.choice([(0, 0), (0, 1), (0, 1), (0, 1), (0, 1), (1, 0)])
        if now["clear"]:
            twin.clear()
        overruns = (0 if now["clear"] else overruns) + now["overrun"]
        counters = replace(
            counters,
            frames=counters.frames + now["frame"],
            crc_errors=counters.crc_errors + now["crc_error"],
            timeouts=counters.timeouts + now["timeout"],
        )
        twin.follow(counters)
        is_row = twin.ended(is_refused=bool(now["refused"])) if now["answered"] or now["refused"] else False
        bursts += is_row
        for name in inputs:
            getattr(statistics, f"{name}_i").value = now[name]
        await Timer(1, "ns")
        assert statistics.refusals_o.value == is_row
        await FallingEdge(dut.clk_i)
        for name in ("frames", "naks", "crc_errors", "timeouts"):
            assert getattr(statistics, f"{name}_o").value == getattr(twin, name), name
        assert statistics.overruns_o.value == overruns
    assert bursts > 10


@cocotb.test()
async def link_statistics_tell_of_eight_refusals_in_a_row(dut: Any) -> None:
    names = ("frame", "crc_error", "timeout", "overrun", "answered", "refused", "clear")
    statistics = await start(dut, "link_statistics", **{f"{name}_i": 0 for name in names})
    for _ in range(7):
        await pulse(dut, statistics.refused_i)
    await pulse(dut, statistics.answered_i)
    for n in range(16):
        statistics.refused_i.value = 1
        await Timer(1, "ns")
        assert statistics.refusals_o.value == (n % 8 == 7)
        await FallingEdge(dut.clk_i)
