"""Measurements: the reader with three ADC128S102 at its pins, what becomes of their codes, and the energy."""

from itertools import pairwise
from typing import Any

import cocotb
from benches.common import clocks, pulse, seeded, start, tick
from cocotb.triggers import FallingEdge

from hil.devices.rail_meter import ADC_LSB, TEMPERATURE_OFFSET_CENTIDEGC, measured
from hil.devices.rail_power import RAILS

PARTS = 3


class Adc128s102:
    """One part at its pins, looked at each falling edge of our clock; `codes` stand at its inputs."""

    def __init__(self, address: int = 0) -> None:
        self.codes = [0] * 8
        self.dout = 0
        self._address = self._next_address = address
        self._falls = 0
        self._held = 0
        self._levels = (1, 1)

    def see(self, cs_n: int, sclk: int, din: int) -> None:
        """The levels of its inputs now."""
        (was_cs_n, was_sclk), self._levels = self._levels, (cs_n, sclk)
        if cs_n:
            return
        if was_cs_n:
            self._falls = 0
        if was_sclk and not sclk:
            if self._falls == 16:
                self._falls, self._address = 0, self._next_address
            self._falls += 1
            if self._falls == 4:
                self._held = self.codes[self._address]
            self.dout = self._held >> 16 - self._falls & 1 if self._falls > 4 else 0
        if sclk and not was_sclk and 3 <= self._falls <= 5:
            self._next_address = (self._next_address << 1 | din) & 7


async def converters(dut: Any, pins: Any, names: tuple[str, str, str, str], parts: list[Adc128s102]) -> None:
    """Forever be the parts at these pins: CS, SCLK, DIN, DOUT."""
    cs_n, sclk, din, dout = (getattr(pins, name) for name in names)
    while True:
        await FallingEdge(dut.clk_i)
        for part in parts:
            part.see(int(cs_n.value), int(sclk.value), int(din.value))
        dout.value = sum(part.dout << index for index, part in enumerate(parts))


@cocotb.test()
async def reader_reads_every_channel_whatever_was_asked_for_last(dut: Any) -> None:
    rng = seeded()
    reader = await start(dut, "adc128s102_reader", start_i=0, dout_i=0)
    parts = [Adc128s102(rng.randrange(8)) for _ in range(PARTS)]
    cocotb.start_soon(converters(dut, reader, ("cs_no", "sclk_o", "din_o", "dout_i"), parts))
    for _ in range(12):
        for part in parts:
            part.codes = [rng.choice([0, 4095, rng.randrange(4096)]) for _ in range(8)]
        await pulse(dut, reader.start_i)
        seen: dict[int, int] = {}
        clocks_taken = 0
        while reader.busy_o.value:
            clocks_taken += 1
            if reader.valid_o.value:
                seen[int(reader.channel_o.value)] = int(reader.codes_o.value)
                assert bool(reader.last_o.value) == (len(seen) == 8)
            await clocks(dut)
        assert clocks_taken == 32 * 9
        assert list(seen) == list(range(8))
        for channel, codes in seen.items():
            assert codes == sum(part.codes[channel] << 12 * index for index, part in enumerate(parts))
        assert (reader.cs_no.value, reader.sclk_o.value) == (1, 1)
        await clocks(dut, rng.randrange(1, 9))


@cocotb.test()
async def reader_changes_din_only_while_sclk_is_low(dut: Any) -> None:
    reader = await start(dut, "adc128s102_reader", start_i=0, dout_i=0)
    await pulse(dut, reader.start_i)
    levels = []
    while reader.busy_o.value:
        levels.append((int(reader.sclk_o.value), int(reader.din_o.value)))
        await clocks(dut)
    for (sclk, din), (next_sclk, next_din) in pairwise(levels):
        assert din == next_din or (sclk == 1 and next_sclk == 0)


@cocotb.test()
async def rail_meter_measures_each_period(dut: Any) -> None:
    rng = seeded()
    meter = await start(dut, "rail_meter", period_ms_i=3, adc_dout_i=0)
    parts = [Adc128s102() for _ in range(PARTS)]
    names = ("adc_cs_no", "adc_sclk_o", "adc_din_o", "adc_dout_i")
    cocotb.start_soon(converters(dut, meter, names, parts))
    for sample in range(1, 8):
        inputs = [rng.randrange(-6000, 30_000) if c % 3 == 2 else rng.randrange(20_000) for c in range(3 * RAILS)]
        for channel, value in enumerate(inputs):
            zero = TEMPERATURE_OFFSET_CENTIDEGC if channel % 3 == 2 else 0
            parts[channel % 3].codes[channel // 3] = (measured(channel, value) - zero) // ADC_LSB[channel]
        for _ in range(2):
            await tick(dut, 20)
            assert not meter.busy_o.value
        await tick(dut, 0)
        assert meter.busy_o.value
        while not meter.sampled_o.value:
            await clocks(dut)
        assert (meter.samples_o.value, meter.elapsed_ms_o.value) == (sample, 3)
        for part, name in enumerate(("voltage_mv_o", "current_ma_o", "temperature_centidegc_o")):
            expected = [measured(3 * rail + part, inputs[3 * rail + part]) & 0xFFFF for rail in range(RAILS)]
            assert getattr(meter, name).value == sum(value << 16 * rail for rail, value in enumerate(expected))
        await clocks(dut, 2)
        assert not meter.busy_o.value
    meter.period_ms_i.value = 1
    await tick(dut, 0)
    assert meter.busy_o.value


@cocotb.test()
async def energy_counter_adds_exactly_and_latches_the_high_halves(dut: Any) -> None:
    inputs = {"sample_i": 0, "elapsed_ms_i": 0, "voltage_mv_i": 0, "current_ma_i": 0, "low_read_i": 0}
    counter = await start(dut, "energy_counter", **inputs)
    rng = seeded()
    totals, latched = [0] * (RAILS + 1), [0] * (RAILS + 1)
    for i in range(400):
        volts, amps = ([rng.choice([0, 1, 65_535, rng.randrange(65_536)]) for _ in range(RAILS)] for _ in range(2))
        elapsed_ms = rng.choice([1, 50, 65_535])
        counter.voltage_mv_i.value = sum(value << 16 * rail for rail, value in enumerate(volts))
        counter.current_ma_i.value = sum(value << 16 * rail for rail, value in enumerate(amps))
        counter.elapsed_ms_i.value = elapsed_ms
        await pulse(dut, counter.sample_i)
        assert counter.busy_o.value
        await clocks(dut, 3 * RAILS - 1)
        assert counter.busy_o.value
        await clocks(dut)
        assert not counter.busy_o.value
        for rail in range(RAILS):
            totals[rail] += volts[rail] * amps[rail] * elapsed_ms
        totals[RAILS] += sum(v * a for v, a in zip(volts, amps, strict=True)) * elapsed_ms
        assert counter.low_o.value == sum((total & 0xFFFF_FFFF) << 32 * c for c, total in enumerate(totals))
        if i % 7 == 0:
            which = rng.randrange(1 << (RAILS + 1))
            counter.low_read_i.value = which
            await clocks(dut)
            counter.low_read_i.value = 0
            latched = [
                total >> 32 if which >> c & 1 else old
                for c, (total, old) in enumerate(zip(totals, latched, strict=True))
            ]
        assert counter.high_o.value == sum(high << 32 * c for c, high in enumerate(latched))
    assert totals[RAILS] >> 32 > 100
