"""What the benches share: a running clock, reset, ticks."""

import os
import random
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge, RisingEdge, Timer

from hil.rtl.build import COVERAGE_FOLDER
from hil.rtl.coverage.machines import MACHINES

CLOCK_NS = 868  # 1.152 MHz


async def start(dut: Any, block: str, **inputs: int) -> Any:
    """Start the clock and reset with these inputs; the block named, out of reset, at a falling edge."""
    scope = getattr(dut, f"g_{block}")
    dut.rst_ni.value = 0
    dut.tick_1ms_i.value = 0
    for name, value in inputs.items():
        getattr(scope, name).value = value
    cocotb.start_soon(Clock(dut.clk_i, CLOCK_NS, "ns").start())
    await ClockCycles(dut.clk_i, 2)
    await FallingEdge(dut.clk_i)
    dut.rst_ni.value = 1
    await FallingEdge(dut.clk_i)
    if COVERAGE_FOLDER in os.environ:
        if block in MACHINES:
            cocotb.start_soon(note_arcs(dut, block, scope.dut.state_q))
        if block == "rail_power":
            cocotb.start_soon(note_arcs(dut, "rail_sequencer", scope.dut.u_sequencer.state_q))
    return scope


async def note_arcs(dut: Any, module: str, state: Any) -> None:
    """Forever note each step of a state machine that is new; `hil.rtl.coverage` reads them."""
    seen = set()
    before = int(state.value)
    while True:
        await FallingEdge(dut.clk_i)
        arc = before, int(state.value)
        if arc[0] != arc[1] and arc not in seen:
            seen.add(arc)
            with Path(os.environ[COVERAGE_FOLDER], f"{module}.arcs").open("a") as file:
                file.write(f"{module} {arc[0]} {arc[1]}\n")
        before = arc[1]


async def clocks(dut: Any, n: int = 1) -> None:
    """`n` clocks on, from one falling edge to another: there outputs have settled, and inputs may change."""
    if n > 1:
        await Timer((n - 1) * CLOCK_NS + CLOCK_NS // 4, "ns")
    if n > 0:
        await FallingEdge(dut.clk_i)


async def tick(dut: Any, settle: int = 8) -> None:
    """One tick and the clocks that it needs."""
    dut.tick_1ms_i.value = 1
    await FallingEdge(dut.clk_i)
    dut.tick_1ms_i.value = 0
    await clocks(dut, settle)


async def pulse(dut: Any, signal: Any) -> None:
    """The signal high for one clock."""
    signal.value = 1
    await FallingEdge(dut.clk_i)
    signal.value = 0


async def rising_octets(dut: Any, valid: Any, data: Any, into: bytearray, ready: Any = None) -> None:
    """Forever note an octet at each clock in which `valid` (and `ready`) is high."""
    while True:
        await RisingEdge(dut.clk_i)
        if valid.value and (ready is None or ready.value):
            into.append(int(data.value))


def seeded() -> random.Random:
    """The same random numbers in every run."""
    return random.Random(cocotb.RANDOM_SEED)


async def arcs(dut: Any, state: Any, into: set[tuple[int, int]]) -> None:
    """Forever note from which state a machine went to which, staying included, reset not."""
    before = int(state.value)
    while True:
        await FallingEdge(dut.clk_i)
        if dut.rst_ni.value:
            after = int(state.value)
            into.add((before, after))
            before = after
