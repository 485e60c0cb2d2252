"""Synchroniser and UART."""

from typing import Any

import cocotb
from benches.common import clocks, rising_octets, seeded, start
from cocotb.triggers import FallingEdge

BIT = 10


def bits(octet: int, stop: int = 1) -> list[int]:
    return [0, *(octet >> i & 1 for i in range(8)), stop]


async def send(dut: Any, rx: Any, levels: list[int], bit_clocks: float = BIT) -> None:
    """Put levels on the line, each for `bit_clocks` on average."""
    done = 0
    for i, level in enumerate(levels, 1):
        rx.value = level
        await clocks(dut, round(i * bit_clocks) - done)
        done = round(i * bit_clocks)
    rx.value = 1


@cocotb.test()
async def synchronizer_delays_by_two_clocks(dut: Any) -> None:
    sync = await start(dut, "synchronizer", d_i=0)
    for level in (1, 0, 1):
        sync.d_i.value = level
        seen = []
        for _ in range(3):
            await FallingEdge(dut.clk_i)
            seen.append((int(sync.d_o.value), int(sync.settled_o.value)))
        assert seen == [(1 - level, 0), (level, 1), (level, 1)]


@cocotb.test()
async def uart_tx_sends_octets_without_a_gap(dut: Any) -> None:
    tx = await start(dut, "uart_tx", valid_i=0, data_i=0)
    assert tx.idle_o.value
    assert tx.tx_o.value
    assert tx.ready_o.value
    octets = seeded().randbytes(20)
    line = []
    tx.valid_i.value = 1
    sent = 0
    while len(line) < 100 * len(octets):
        if sent < len(octets):
            tx.data_i.value = octets[sent]
        else:
            tx.valid_i.value = 0
        is_taken = tx.ready_o.value and sent < len(octets)
        await FallingEdge(dut.clk_i)
        sent += bool(is_taken)
        line.append(int(tx.tx_o.value))
    assert line == [level for octet in octets for level in bits(octet) for _ in range(BIT)]
    await clocks(dut, 2)
    assert tx.idle_o.value
    assert tx.tx_o.value


@cocotb.test()
async def uart_rx_takes_octets_at_rates_off_by_three_percent(dut: Any) -> None:
    rx = await start(dut, "uart_rx", rx_i=1)
    got = bytearray()
    cocotb.start_soon(rising_octets(dut, rx.valid_o, rx.data_o, got))
    expected = b""
    for bit_clocks in (BIT, 0.97 * BIT, 1.03 * BIT):
        octets = seeded().randbytes(20)
        for octet in octets:
            await send(dut, rx.rx_i, bits(octet), bit_clocks)
        await clocks(dut, 3 * BIT)
        expected += octets
    assert got == expected
    assert rx.idle_o.value


@cocotb.test()
async def uart_rx_drops_glitches_breaks_and_octets_without_stop_bit(dut: Any) -> None:
    rx = await start(dut, "uart_rx", rx_i=1)
    got = bytearray()
    cocotb.start_soon(rising_octets(dut, rx.valid_o, rx.data_o, got))
    for width in range(1, BIT // 2):
        await send(dut, rx.rx_i, [0], width)
        await clocks(dut, 2 * BIT)
        assert rx.idle_o.value
    await send(dut, rx.rx_i, bits(0x55, stop=0))
    await send(dut, rx.rx_i, [1, 1])
    await send(dut, rx.rx_i, [0] * 30)
    assert not rx.idle_o.value
    await send(dut, rx.rx_i, [1, 1])
    assert got == b""
    await send(dut, rx.rx_i, bits(0xA5))
    await clocks(dut, BIT)
    assert got == b"\xa5"
