"""The whole controller at its pins."""

from typing import Any

import cocotb
from benches.common import clocks, seeded, start, tick
from benches.serial_benches import bits, send
from cocotb.triggers import FallingEdge

from firmware_bindings.devicelink import Deframer, Frame, Operation
from firmware_bindings.devicelink.registers import payload_ctrl as regs


async def listen(dut: Any, tx: Any, into: bytearray) -> None:
    """Be the far end of the serial output."""
    while True:
        while tx.value:
            await FallingEdge(dut.clk_i)
        await clocks(dut, 15)
        octet = 0
        for bit in range(8):
            octet |= int(tx.value) << bit
            await clocks(dut, 10)
        assert tx.value, "no stop bit"
        into.append(octet)


class Controller:
    def __init__(self, dut: Any, pins: Any) -> None:
        self.dut, self.pins = dut, pins
        self.out = bytearray()
        self.seq = 0
        cocotb.start_soon(listen(dut, pins.uart_tx_o, self.out))

    @classmethod
    async def new(cls, dut: Any) -> "Controller":
        return cls(dut, await start(dut, "payload_ctrl", uart_rx_i=1, adc_i=0, power_good_i=0))

    async def request(self, op: int, address: int, data: bytes) -> Frame:
        self.seq += 1
        self.out.clear()
        for octet in Frame(seq=self.seq, op=op, address=address, data=data).encode():
            await send(self.dut, self.pins.uart_rx_i, bits(octet))
        for _ in range(800):
            await clocks(self.dut, 10)
            if frames := Deframer().receive(bytes(self.out), 0):
                break
        assert frames[0].seq == self.seq
        return frames[0]

    async def read(self, register: Any) -> int:
        reply = await self.request(Operation.READ, register.address, b"\x01")
        return int.from_bytes(reply.data, "big")

    async def write(self, register: Any, value: int) -> None:
        reply = await self.request(Operation.WRITE, register.address, value.to_bytes(4, "big"))
        assert reply.op == 0x82

    async def ms(self, n: int) -> None:
        for _ in range(n):
            await tick(self.dut, 12)


@cocotb.test()
async def every_readable_register_has_its_reset_value(dut: Any) -> None:
    controller = await Controller.new(dut)
    for register in regs.REGISTERS:
        if register.access != "wo":
            assert await controller.read(register) == register.reset, register.name


@cocotb.test()
async def rails_rise_and_a_bite_drops_them(dut: Any) -> None:
    controller = await Controller.new(dut)
    pins = controller.pins
    await controller.write(regs.TARGET, 4)
    for rails in (0b0001, 0b0011, 0b0111, 0b1111):
        assert pins.rails_o.value == rails
        pins.power_good_i.value = rails
        await clocks(dut, 5)
        await controller.ms(20)
    await controller.write(regs.WATCHDOG_CLOSE_MS, 10)
    await controller.write(regs.WATCHDOG_CTRL, 1)
    await controller.ms(9)
    assert pins.rails_o.value == 0b1111
    assert not pins.irq_o.value
    await tick(dut, 0)
    assert pins.rails_o.value == 0
    await clocks(dut, 2)
    assert pins.irq_o.value
    assert regs.FAULT.unpack(await controller.read(regs.FAULT))["cause"] == regs.FaultCause.WATCHDOG


@cocotb.test()
async def a_lost_power_good_opens_its_rail_within_three_clocks(dut: Any) -> None:
    controller = await Controller.new(dut)
    pins = controller.pins
    pins.power_good_i.value = 0b1111
    await controller.write(regs.STAGGER_MS, 0)
    await controller.write(regs.TARGET, 4)
    await clocks(dut, 40)
    assert pins.rails_o.value == 0b1111
    pins.power_good_i.value = 0b1011
    await clocks(dut, 3)
    assert pins.rails_o.value == 0b1011


@cocotb.test()
async def energy_is_read_over_the_wire(dut: Any) -> None:
    controller = await Controller.new(dut)
    volts, amps = [12_000, 5_000, 3_300, 1_800], [2_000, 900, 400, 50]
    channels = [value for pair in zip(volts, amps, strict=True) for value in pair]
    controller.pins.adc_i.value = sum(value << 16 * channel for channel, value in enumerate(channels))
    await controller.ms(250)
    low = await controller.read(regs.ENERGY_LO_NJ)
    high = await controller.read(regs.ENERGY_HI_NJ)
    assert high << 32 | low == 250 * sum(v * a for v, a in zip(volts, amps, strict=True))
    assert high == 1


@cocotb.test()
async def it_is_quiescent_but_while_something_moves(dut: Any) -> None:
    controller = await Controller.new(dut)
    pins = controller.pins
    assert pins.quiescent_o.value
    pins.uart_rx_i.value = 0
    await clocks(dut, 1)
    assert not pins.quiescent_o.value
    pins.uart_rx_i.value = 1
    await clocks(dut, 30)
    assert pins.quiescent_o.value
    pins.power_good_i.value = 1
    await FallingEdge(dut.clk_i)
    assert not pins.quiescent_o.value
    await clocks(dut, 5)
    assert pins.quiescent_o.value
    await tick(dut, 0)
    assert not pins.quiescent_o.value
    await clocks(dut, 10)
    assert pins.quiescent_o.value


@cocotb.test()
async def noise_at_the_pin_moves_no_rail(dut: Any) -> None:
    controller = await Controller.new(dut)
    rng = seeded()
    for _ in range(400):
        controller.pins.uart_rx_i.value = rng.randrange(2)
        await clocks(dut, rng.randrange(1, 40))
    controller.pins.uart_rx_i.value = 1
    await clocks(dut, 100)
    await controller.ms(21)
    await clocks(dut, 400)
    assert controller.pins.rails_o.value == 0
    assert await controller.read(regs.ID) == regs.ID.reset
