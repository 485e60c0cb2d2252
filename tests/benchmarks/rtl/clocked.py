"""A cocotb test that clocks the controller from Python, as cocotb does by itself, and says how long that took."""

import os
import time
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge

CLOCKS_PER_MS = 1152


@cocotb.test()
async def run(dut: Any) -> None:
    for name in ("tick_1ms_i", "por_ni", "rst_ni", "power_good_i"):
        getattr(dut, name).value = 0
    dut.uart_rx_i.value = 1
    cocotb.start_soon(Clock(dut.clk_i, 868, "ns", impl="py").start())
    await ClockCycles(dut.clk_i, 4)
    dut.por_ni.value = dut.rst_ni.value = 1
    start_s = time.perf_counter()
    for _ in range(int(os.environ["BENCH_MS"])):
        await ClockCycles(dut.clk_i, CLOCKS_PER_MS - 1)
        dut.tick_1ms_i.value = 1
        await FallingEdge(dut.clk_i)
        dut.tick_1ms_i.value = 0
    Path(os.environ["BENCH_SECONDS"]).write_text(str(time.perf_counter() - start_s))
