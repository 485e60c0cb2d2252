"""CRC, deframer, responder, and the two together, against the Python ends of the link."""

from typing import Any

import cocotb
from benches.common import clocks, rising_octets, seeded, start, tick
from cocotb.triggers import FallingEdge, RisingEdge, Timer

from firmware_bindings.codec import crc16
from firmware_bindings.devicelink import Deframer, Frame, Nak, NakReason, Operation, Slave, execute_registers

MAX_DATA = 64
DEVICE_ID = 0xBEEF
GAP = 9  # clocks between octets; on the wire there are 100


class Bank:
    """Sixty-four registers at 0x0000, of which every eighth refuses."""

    def __init__(self) -> None:
        self.words = [0x01020304 * i & 0xFFFF_FFFF for i in range(64)]

    def check(self, address: int) -> int:
        index = address // 4
        if address >= 0x100:
            raise Nak(NakReason.BAD_ADDRESS)
        if index % 8 == 7:
            raise Nak(NakReason.REFUSED)
        return index

    def read(self, address: int) -> int:
        return self.words[self.check(address)]

    def write(self, address: int, value: int) -> None:
        self.words[self.check(address)] = value


async def serve(dut: Any, block: Any, bank: Bank) -> None:
    """Be the register bus: answer in the clock of the request."""
    while True:
        await FallingEdge(dut.clk_i)
        await Timer(1, "ns")
        if not block.req_o.value:
            continue
        try:
            index = bank.check(int(block.addr_o.value))
        except Nak as nak:
            block.reason_i.value = nak.reason
            continue
        block.reason_i.value = 0
        if block.write_o.value:
            await RisingEdge(dut.clk_i)
            bank.words[index] = int(block.wdata_o.value)
        else:
            block.rdata_i.value = bank.words[index]


def requests(count: int) -> list[Frame]:
    """Requests of every kind, right and wrong, some repeated."""
    rng = seeded()
    frames: list[Frame] = []
    for seq in range(count):
        op = rng.choice([Operation.SYNC, Operation.READ, Operation.READ, Operation.WRITE, Operation.WRITE, 0x07, 0x81])
        data = {
            Operation.SYNC: rng.choice([b"", b"", b"\x00"]),
            Operation.READ: rng.choice([bytes([rng.randrange(18)]), b"\x01", b"", b"\x01\x01"]),
            Operation.WRITE: rng.randbytes(rng.choice([4, 8, 64, 0, 3, 62])),
        }.get(op, b"")
        address = rng.choice([0, 4, 16, 28, 0xF8, 0x100, 0xFFFC, 4 * rng.randrange(64)])
        frames.append(Frame(seq=seq % 256, op=op, address=address, data=data))
        if rng.random() < 0.2:
            frames.append(frames[-1])
    return frames


@cocotb.test()
async def crc16_is_the_codecs(dut: Any) -> None:
    crc = dut.g_crc16
    data = seeded().randbytes(300)
    crc.crc_i.value = 0xFFFF
    for n, octet in enumerate(data, 1):
        crc.data_i.value = octet
        await Timer(1, "ns")
        value = int(crc.crc_o.value)
        assert value == crc16(data[:n])
        crc.crc_i.value = value


async def read_frame(dut: Any, deframer: Any) -> Frame:
    """The frame that is held, its data looked up octet by octet."""
    data = bytearray()
    for index in range(int(deframer.length_o.value)):
        deframer.data_index_i.value = index
        await Timer(1, "ns")
        data.append(int(deframer.data_o.value))
    values = {name: int(getattr(deframer, f"{name}_o").value) for name in ("seq", "op", "address")}
    deframer.done_i.value = 1
    await FallingEdge(dut.clk_i)
    deframer.done_i.value = 0
    return Frame(**values, data=bytes(data))


async def collect(dut: Any, deframer: Any, into: list[Frame]) -> None:
    while True:
        if not deframer.frame_valid_o.value:
            await RisingEdge(deframer.frame_valid_o)
            await FallingEdge(dut.clk_i)
        into.append(await read_frame(dut, deframer))


async def feed(dut: Any, octet: Any, valid: Any, data: bytes, gap: int) -> None:
    for value in data:
        octet.value = value
        valid.value = 1
        await FallingEdge(dut.clk_i)
        valid.value = 0
        await clocks(dut, gap)


@cocotb.test()
async def deframer_finds_what_the_python_one_finds(dut: Any) -> None:
    deframer = await start(dut, "deframer", octet_valid_i=0, octet_i=0, done_i=0, data_index_i=0)
    rng = seeded()
    reference = Deframer(MAX_DATA)
    found: list[Frame] = []
    expected: list[Frame] = []
    cocotb.start_soon(collect(dut, deframer, found))
    now_us = 0
    for _ in range(80):
        whole = Frame(
            seq=rng.randrange(256), op=1, address=rng.randrange(65_536), data=rng.randbytes(rng.randrange(65))
        )
        damaged = bytearray(whole.encode())
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        pieces = [whole.encode(), bytes(damaged), whole.encode()[: rng.randrange(12)], b"\xa5\x5a", rng.randbytes(9)]
        chunk = b"".join(rng.sample(pieces, rng.randrange(1, 5)))
        expected += reference.receive(chunk, now_us)
        await feed(dut, deframer.octet_i, deframer.octet_valid_i, chunk, GAP)
        await clocks(dut, 400)
        if rng.random() < 0.5:
            for _ in range(21):
                await tick(dut)
            await clocks(dut, 400)
            now_us += 21_000
            expected += reference.receive(b"", now_us)
        assert found == expected
    assert len(found) > 30


@cocotb.test()
async def deframer_loses_what_does_not_fit_and_recovers(dut: Any) -> None:
    deframer = await start(dut, "deframer", octet_valid_i=0, octet_i=0, done_i=0, data_index_i=0)
    frame = Frame(seq=1, op=1, data=bytes(20))
    await feed(dut, deframer.octet_i, deframer.octet_valid_i, 20 * frame.encode(), 0)
    assert deframer.frame_valid_o.value
    found: list[Frame] = []
    cocotb.start_soon(collect(dut, deframer, found))
    await clocks(dut, 4000)
    assert found == [frame] * 8
    for _ in range(21):
        await tick(dut)
    await clocks(dut, 400)
    assert deframer.idle_o.value
    await feed(dut, deframer.octet_i, deframer.octet_valid_i, frame.encode(), GAP)
    assert found == [frame] * 9


@cocotb.test()
async def responder_answers_as_the_python_slave(dut: Any) -> None:
    responder = await start(dut, "responder", frame_valid_i=0, octet_ready_i=0, reason_i=0, rdata_i=0, data_i=0)
    bank, twin = Bank(), Bank()
    slave = Slave(DEVICE_ID, execute_registers(twin), MAX_DATA)
    cocotb.start_soon(serve(dut, responder, bank))
    out = bytearray()
    cocotb.start_soon(rising_octets(dut, responder.octet_valid_o, responder.octet_o, out, responder.octet_ready_i))
    rng = seeded()
    for frame in requests(120):
        expected = slave.receive(frame.encode(), 0)
        for name in ("seq", "op", "address"):
            getattr(responder, f"{name}_i").value = getattr(frame, name)
        responder.length_i.value = len(frame.data)
        responder.frame_valid_i.value = 1
        out.clear()
        latency = 0
        while True:
            await Timer(1, "ns")
            index = int(responder.data_index_o.value)
            responder.data_i.value = frame.data[index] if index < len(frame.data) else 0
            responder.octet_ready_i.value = rng.random() < 0.5
            await Timer(1, "ns")
            is_done = bool(responder.done_o.value)
            latency += not responder.octet_valid_o.value
            await FallingEdge(dut.clk_i)
            if is_done:
                break
        responder.frame_valid_i.value = 0
        responder.octet_ready_i.value = 0
        assert bytes(out) == expected, frame
        assert latency <= 5 * 16 + 3
        await clocks(dut, 1)
        assert bank.words == twin.words


@cocotb.test()
async def device_link_survives_noise_and_answers_as_the_python_slave(dut: Any) -> None:
    link = await start(dut, "device_link", rx_valid_i=0, rx_data_i=0, tx_ready_i=1, reason_i=0, rdata_i=0)
    bank, twin = Bank(), Bank()
    slave = Slave(DEVICE_ID, execute_registers(twin), MAX_DATA)
    cocotb.start_soon(serve(dut, link, bank))
    out = bytearray()
    cocotb.start_soon(rising_octets(dut, link.tx_valid_o, link.tx_data_o, out, link.tx_ready_i))
    rng = seeded()
    expected = b""
    for frame in requests(60):
        octets = bytearray(frame.encode())
        if rng.random() < 0.3:
            octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
        chunk = rng.randbytes(rng.randrange(6)) + bytes(octets)
        expected += slave.receive(chunk, 0)
        await feed(dut, link.rx_data_i, link.rx_valid_i, chunk, GAP)
        await clocks(dut, 400)
        assert out == expected
        assert bank.words == twin.words
        assert link.idle_o.value
