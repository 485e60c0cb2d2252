"""The whole controller at its pins."""

from typing import Any

import cocotb
from benches.common import clocks, seeded, start, tick
from benches.meter_benches import Adc128s102, converters
from benches.serial_benches import bits, send
from cocotb.triggers import FallingEdge

from firmware_bindings.devicelink import Deframer, Frame, Operation
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.rail_meter import ADC_LSB


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
        pins = await start(
            dut, "payload_ctrl", uart_rx_i=1, power_good_i=0, overcurrent_i=0, bus_good_i=1, adc_dout_i=0
        )
        return cls(dut, pins)

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


COUNTING = (regs.UPTIME_MS, regs.LINK_FRAMES, regs.EVENT, regs.EVENT_STATUS)  # the start is an event


@cocotb.test()
async def every_readable_register_has_its_reset_value(dut: Any) -> None:
    controller = await Controller.new(dut)
    for register in regs.REGISTERS:
        if register.access != "wo" and register not in COUNTING:
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
    await tick(dut, 1)
    assert pins.rails_o.value == 0
    await clocks(dut, 2)
    assert pins.irq_o.value
    assert regs.FAULT.unpack(await controller.read(regs.FAULT))["cause"] == regs.FaultCause.WATCHDOG


@cocotb.test()
async def a_lost_power_good_opens_its_rail_within_three_clocks(dut: Any) -> None:
    controller = await Controller.new(dut)
    pins = controller.pins
    pins.power_good_i.value = 0b1111
    await rise_at_once(controller)
    pins.power_good_i.value = 0b1011
    await clocks(dut, 3)
    assert pins.rails_o.value == 0b1011


async def rise_at_once(controller: Controller) -> None:
    """Four rails up, without stagger and blanking."""
    controller.pins.power_good_i.value = 0b1111
    for rail in range(4):
        await controller.write(regs.RAIL_STAGGER_MS[rail], 0)
        await controller.write(regs.RAIL_BLANKING_MS[rail], 0)
    await controller.write(regs.TARGET, 4)
    await clocks(controller.dut, 40)
    assert controller.pins.rails_o.value == 0b1111


@cocotb.test()
async def too_much_current_opens_its_rail_within_its_clocks(dut: Any) -> None:
    for trip_clocks in (0, 8, 200):
        controller = await Controller.new(dut)
        pins = controller.pins
        await controller.write(regs.RAIL_TRIP_CLOCKS[2], trip_clocks)
        await rise_at_once(controller)
        pins.overcurrent_i.value = 0b0100
        await clocks(dut, trip_clocks + 2)
        assert pins.rails_o.value == 0b1111
        await clocks(dut)
        assert pins.rails_o.value == 0b1011


@cocotb.test()
async def a_bus_that_is_too_low_opens_every_rail_within_two_clocks(dut: Any) -> None:
    controller = await Controller.new(dut)
    pins = controller.pins
    await rise_at_once(controller)
    assert pins.bus_threshold_mv_o.value == 6000
    pins.bus_good_i.value = 0
    await clocks(dut, 2)
    assert pins.rails_o.value == 0
    await clocks(dut)
    assert pins.bus_threshold_mv_o.value == 6500


@cocotb.test()
async def energy_is_read_over_the_wire(dut: Any) -> None:
    controller = await Controller.new(dut)
    parts = [Adc128s102() for _ in range(3)]
    names = ("adc_cs_no", "adc_sclk_o", "adc_din_o", "adc_dout_i")
    cocotb.start_soon(converters(dut, controller.pins, names, parts))
    parts[0].codes, parts[1].codes = [3000] * 8, [500 * rail for rail in range(8)]
    for _ in range(2):
        for _ in range(50):
            await tick(dut, 1)
        await clocks(dut, 400)
    energy_nj = 0
    for rail in range(8):
        volts, amps = 3000 * ADC_LSB[3 * rail], 500 * rail * ADC_LSB[3 * rail + 1]
        assert await controller.read(regs.VOLTAGE_MV[rail]) == volts
        assert await controller.read(regs.CURRENT_MA[rail]) == amps
        assert regs.TEMPERATURE_CENTIDEGC[rail].unpack(await controller.read(regs.TEMPERATURE_CENTIDEGC[rail])) == {
            "value": -5000
        }
        energy_nj += volts * amps * 100
    low = await controller.read(regs.ENERGY_LO_NJ)
    assert (await controller.read(regs.ENERGY_HI_NJ)) << 32 | low == energy_nj
    assert energy_nj >> 32 > 0


@cocotb.test()
async def it_is_quiescent_but_while_something_moves(dut: Any) -> None:
    controller = await Controller.new(dut)
    pins = controller.pins
    assert not pins.quiescent_o.value  # the mailbox fills itself
    await clocks(dut, 1026)
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
    for _ in range(50):
        await tick(dut, 1)
    assert not pins.quiescent_o.value  # it measures
    await clocks(dut, 400)
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
