"""CRC, deframer, responder, and the two together, against the Python ends of the link."""

import random
from typing import Any

import cocotb
from benches.common import arcs, clocks, pulse, rising_octets, seeded, start, tick
from cocotb.triggers import FallingEdge, RisingEdge, Timer

from firmware_bindings.codec import crc16
from firmware_bindings.devicelink import Deframer, Frame, Nak, NakReason, Operation, Slave, execute_registers
from hil.devices.link_statistics import LinkStatistics

MAX_DATA = 64
DEVICE_ID = 0xBEEF
FIRST_SYNC, SECOND_SYNC, HEADER, BODY, HELD = range(5)
IDLE, IDENTIFY, READ, COLLECT, WRITE, SEND = range(6)
GAP = 9  # clocks between octets; on the wire there are 100


class Bank:
    """Sixty-four registers at 0x0000, of which every eighth refuses."""

    def __init__(self) -> None:
        self.words = [0x01020304 * i & 0xFFFF_FFFF for i in range(64)]
        self.clocks_waited = 0

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


async def serve(dut: Any, block: Any, bank: Bank, slowest: int = 0) -> None:
    """Be the register bus: be ready at most `slowest` clocks after the request began; counts the clocks waited."""
    rng = seeded()
    left = rng.randrange(slowest + 1)
    while True:
        await FallingEdge(dut.clk_i)
        await Timer(1, "ns")
        block.ready_i.value = 0
        if not block.req_o.value:
            continue
        if left:
            left -= 1
            bank.clocks_waited += 1
            continue
        left = rng.randrange(slowest + 1)
        block.ready_i.value = 1
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


async def rises(dut: Any, signal: Any, into: list[int]) -> None:
    """Forever note a 1 for each clock in which the signal is high."""
    while True:
        await RisingEdge(dut.clk_i)
        if signal.value:
            into.append(1)


@cocotb.test()
async def deframer_loses_what_does_not_fit_and_recovers(dut: Any) -> None:
    deframer = await start(dut, "deframer", octet_valid_i=0, octet_i=0, done_i=0, data_index_i=0)
    lost: list[int] = []
    cocotb.start_soon(rises(dut, deframer.overrun_o, lost))
    frame = Frame(seq=1, op=1, data=bytes(20))
    await feed(dut, deframer.octet_i, deframer.octet_valid_i, 20 * frame.encode(), 0)
    assert deframer.frame_valid_o.value
    assert lost == [1] * (20 * 30 - 255)
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
    responder = await start(
        dut, "responder", frame_valid_i=0, octet_ready_i=0, ready_i=0, reason_i=0, rdata_i=0, data_i=0
    )
    bank, twin = Bank(), Bank()
    ended: list[bool] = []
    slave = Slave(DEVICE_ID, execute_registers(twin), MAX_DATA, ended.append)
    cocotb.start_soon(serve(dut, responder, bank, slowest=6))
    answered: list[int] = []
    refused: list[int] = []
    went: set[tuple[int, int]] = set()
    cocotb.start_soon(rises(dut, responder.answered_o, answered))
    cocotb.start_soon(rises(dut, responder.refused_o, refused))
    cocotb.start_soon(arcs(dut, responder.dut.state_q, went))
    out = bytearray()
    cocotb.start_soon(rising_octets(dut, responder.octet_valid_o, responder.octet_o, out, responder.octet_ready_i))
    rng = seeded()
    for frame in requests(400):
        expected = slave.receive(frame.encode(), 0)
        for name in ("seq", "op", "address"):
            getattr(responder, f"{name}_i").value = getattr(frame, name)
        responder.length_i.value = len(frame.data)
        responder.frame_valid_i.value = 1
        out.clear()
        latency, waited = 0, bank.clocks_waited
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
        assert latency <= 3 + 5 * 16 + bank.clocks_waited - waited
        await clocks(dut, 1)
        assert bank.words == twin.words
        assert (len(answered), len(refused)) == (ended.count(False), ended.count(True))
    assert went == {
        *((IDLE, after) for after in (IDLE, IDENTIFY, READ, COLLECT, SEND)),
        (IDENTIFY, SEND),
        *((READ, after) for after in (READ, SEND)),
        *((COLLECT, after) for after in (COLLECT, WRITE)),
        *((WRITE, after) for after in (WRITE, COLLECT, SEND)),
        *((SEND, after) for after in (SEND, IDLE)),
    }


async def device_link(dut: Any, bank: Bank, out: bytearray) -> Any:
    """The link out of reset, with a slow bus behind it, its replies going to `out`."""
    inputs = dict.fromkeys(("rx_valid_i", "rx_data_i", "ready_i", "reason_i", "rdata_i", "clear_i"), 0)
    link = await start(dut, "device_link", tx_ready_i=1, **inputs)
    cocotb.start_soon(serve(dut, link, bank, slowest=6))
    cocotb.start_soon(rising_octets(dut, link.tx_valid_o, link.tx_data_o, out, link.tx_ready_i))
    return link


@cocotb.test()
async def device_link_begins_its_reply_in_time(dut: Any) -> None:
    bank, out = Bank(), bytearray()
    link = await device_link(dut, bank, out)
    for frame in requests(300):
        waited, out[:] = bank.clocks_waited, b""
        registers = frame.data[0] if frame.op == Operation.READ and frame.data else len(frame.data) // 4
        await feed(dut, link.rx_data_i, link.rx_valid_i, frame.encode(), 0)
        latency = 1
        while not link.tx_valid_o.value:
            await clocks(dut)
            latency += 1
        assert latency <= 15 + 5 * registers + bank.clocks_waited - waited
        while link.tx_valid_o.value:
            await clocks(dut)


def line_noise(rng: random.Random, frame: Frame) -> bytes:
    """What a bad line makes of a frame: damaged, cut, after a false beginning, or octets from nowhere."""
    whole = frame.encode()
    damaged = bytearray(whole)
    damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    false_header = b"\xa5\x5a" + rng.randbytes(4) + rng.choice([0, 1, 8, 64, 65, 0xFFFF]).to_bytes(2, "big")
    return rng.choice(
        [bytes(damaged), whole[: rng.randrange(len(whole))], false_header, b"\xa5\x5a", b"\xa5", rng.randbytes(9)]
    )


@cocotb.test()
async def device_link_survives_noise_and_answers_as_the_python_slave(dut: Any) -> None:
    bank, twin, out, seen = Bank(), Bank(), bytearray(), LinkStatistics()
    rows: list[bool] = []
    slave = Slave(
        DEVICE_ID, execute_registers(twin), MAX_DATA, lambda is_refused: rows.append(seen.ended(is_refused=is_refused))
    )
    link = await device_link(dut, bank, out)
    went: set[tuple[int, int]] = set()
    told: list[int] = []
    cocotb.start_soon(arcs(dut, link.dut.u_deframer.state_q, went))
    cocotb.start_soon(rises(dut, link.refusals_o, told))
    rng = seeded()
    expected, now_us = b"", 0
    for frame in requests(200):
        pieces = [line_noise(rng, frame) for _ in range(rng.choice([0, 0, 1, 3]))]
        if rng.random() < 0.8:
            pieces.insert(rng.randrange(len(pieces) + 1), frame.encode())
        chunk = b"".join(pieces)
        expected += slave.receive(chunk, now_us)
        await feed(dut, link.rx_data_i, link.rx_valid_i, chunk, GAP)
        await settle(dut, link)
        if rng.random() < 0.3:
            for _ in range(21):
                await tick(dut)
            now_us += 21_000
            expected += slave.receive(b"", now_us)
            await settle(dut, link)
        seen.follow(slave.deframer.counters)
        assert out == expected
        assert bank.words == twin.words
        assert [link.frames_o.value, link.naks_o.value, link.crc_errors_o.value, link.timeouts_o.value] == [
            *(seen.frames, seen.naks, seen.crc_errors, seen.timeouts)
        ]
        assert len(told) == rows.count(True)
        if rng.random() < 0.02:
            await pulse(dut, link.clear_i)
            seen.clear()
    assert told
    assert link.overruns_o.value == 0
    counters = slave.deframer.counters
    assert min(counters.frames, counters.crc_errors, counters.timeouts) > 20
    assert went == {
        *((FIRST_SYNC, after) for after in (FIRST_SYNC, SECOND_SYNC)),
        *((SECOND_SYNC, after) for after in (SECOND_SYNC, FIRST_SYNC, HEADER)),
        *((HEADER, after) for after in (HEADER, FIRST_SYNC, BODY)),
        *((BODY, after) for after in (BODY, FIRST_SYNC, HELD)),
        *((HELD, after) for after in (HELD, FIRST_SYNC)),
    }


async def settle(dut: Any, link: Any) -> None:
    """Until nothing is left to do before the next octet or tick."""
    await clocks(dut, 2)
    while not link.idle_o.value:
        await clocks(dut)
