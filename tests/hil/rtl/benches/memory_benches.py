"""The memory's code, the mailbox memory, its scrubber and what damages it on purpose, against their Python twins."""

import random
from itertools import combinations
from typing import Any

import cocotb
from benches.common import arcs, clocks, pulse, seeded, start, tick
from cocotb.triggers import FallingEdge, Timer

from firmware_bindings.devicelink import Nak
from hil.devices import secded
from hil.devices.mailbox import Finding, Mailbox
from hil.devices.mailbox_errors import MailboxErrors
from hil.devices.secded import Verdict

WORDS = 16
FILL, READY, ANSWER, SCRUB, FLIP = range(5)
IDLE_INPUTS = {
    **{"req_i": 0, "write_i": 0, "addr_i": 0, "wdata_i": 0, "scrub_ms_i": 3},
    **{"inject_i": 0, "inject_addr_i": 0, "inject_first_i": 0, "inject_second_i": 0},
}


@cocotb.test()
async def secded_encode_adds_the_bits_of_the_python_one(dut: Any) -> None:
    encoder = dut.g_secded_encode
    for data in [0, 0xFFFF_FFFF, *(1 << bit for bit in range(32)), *(seeded().getrandbits(32) for _ in range(200))]:
        encoder.data_i.value = data
        await Timer(1, "ns")
        assert encoder.word_o.value == secded.encode(data)


@cocotb.test()
async def secded_decode_corrects_every_single_error_and_finds_every_double_one(dut: Any) -> None:
    decoder = dut.g_secded_decode
    rng = seeded()

    async def check(wrong: int, is_right: bool, corrected: bool, uncorrectable: bool) -> None:
        word = secded.encode(rng.getrandbits(32))
        decoder.word_i.value = word ^ wrong
        await Timer(1, "ns")
        assert (decoder.corrected_o.value, decoder.uncorrectable_o.value) == (corrected, uncorrectable)
        assert (decoder.word_o.value == word) == is_right

    for _ in range(100):
        await check(0, True, False, False)
    for bit in range(39):
        for _ in range(4):
            await check(1 << bit, True, True, False)
    for one, other in combinations(range(39), 2):
        await check(1 << one | 1 << other, False, False, True)


@cocotb.test()
async def secded_decode_judges_any_word_as_the_python_one(dut: Any) -> None:
    decoder = dut.g_secded_decode
    rng = seeded()
    for word in [0, (1 << 39) - 1, *(rng.getrandbits(39) for _ in range(1000))]:
        decoder.word_i.value = word
        await Timer(1, "ns")
        expected, verdict = secded.decode(word)
        assert decoder.word_o.value == expected
        assert decoder.corrected_o.value == (verdict is Verdict.CORRECTED)
        assert decoder.uncorrectable_o.value == (verdict is Verdict.DAMAGED)


async def findings(dut: Any, memory: Any, into: list[Finding]) -> None:
    while True:
        await FallingEdge(dut.clk_i)
        if memory.corrected_o.value or memory.damaged_o.value:
            into.append(Finding(int(memory.error_addr_o.value), is_corrected=bool(memory.corrected_o.value)))


def served(asked_at: dict[str, int]) -> list[str]:
    """The order in which the memory does what it is asked in these clocks: two clocks each, an injection first."""
    waiting, order, clock = {what: at + (what != "bus") for what, at in asked_at.items()}, [], 0
    while waiting:
        ready = [what for what in ("inject", "bus", "scrub") if waiting.get(what, clock + 1) <= clock]
        if ready:
            order.append(ready[0])
            del waiting[ready[0]]
        clock += 2 if ready else 1
    return order


class Access:
    """One bus access, its twin's answer and the chip's."""

    def __init__(self, rng: random.Random) -> None:
        self.is_write = rng.random() < 0.4
        self.word = rng.randrange(WORDS)
        self.data = rng.getrandbits(32)
        self.answer: tuple[bool, int] | None = None
        self.latency = 0

    def expected(self, twin: Mailbox) -> tuple[bool, int] | None:
        if self.is_write:
            twin.write(self.word, self.data)
            return None
        try:
            return True, twin.read(self.word)
        except Nak:
            return False, 0

    async def perform(self, dut: Any, memory: Any) -> None:
        memory.write_i.value, memory.addr_i.value, memory.wdata_i.value = self.is_write, self.word, self.data
        memory.req_i.value = 1
        while not memory.ack_o.value:
            await FallingEdge(dut.clk_i)
            self.latency += 1
        if not self.is_write:
            is_good = not memory.uncorrectable_o.value
            self.answer = (is_good, int(memory.rdata_o.value) if is_good else 0)
        await FallingEdge(dut.clk_i)
        memory.req_i.value = 0


@cocotb.test()
async def mailbox_ram_does_what_the_python_one_does(dut: Any) -> None:
    memory = await start(dut, "mailbox_ram", **IDLE_INPUTS)
    went: set[tuple[int, int]] = set()
    found: list[Finding] = []
    cocotb.start_soon(arcs(dut, memory.dut.state_q, went))
    cocotb.start_soon(findings(dut, memory, found))
    rng, twin = seeded(), Mailbox(WORDS)
    twin.scrub_ms = 3
    verdicts, latencies = set(), set()
    await clocks(dut, WORDS)
    assert memory.idle_o.value
    for _ in range(1500):
        access = Access(rng)
        asked_at = {what: rng.randrange(6) for what in ("bus", "inject", "tick") if rng.random() < 0.6}
        flipped = (rng.randrange(WORDS), rng.randrange(39), rng.randrange(39))
        if rng.random() < 0.05:
            twin.scrub_ms = rng.choice([0, 1, 2, 3, 5])
            memory.scrub_ms_i.value = twin.scrub_ms
        if rng.random() < 0.5:
            flipped = (*flipped[:2], flipped[1])
        is_scrub_due = twin.scrub_ms and twin.next_read_ms == 1
        jobs = {what: clock for what, clock in asked_at.items() if what != "tick"}
        if "tick" in asked_at and is_scrub_due:
            jobs["scrub"] = asked_at["tick"]

        for clock in range(7):
            if asked_at.get("bus") == clock:
                performing = cocotb.start_soon(access.perform(dut, memory))
            memory.inject_i.value = asked_at.get("inject") == clock
            if asked_at.get("inject") == clock:
                memory.inject_addr_i.value, memory.inject_first_i.value, memory.inject_second_i.value = flipped
            dut.tick_1ms_i.value = asked_at.get("tick") == clock
            await FallingEdge(dut.clk_i)
        await clocks(dut, 6)
        assert memory.idle_o.value

        if "tick" in asked_at and not is_scrub_due:
            twin.tick(1)
        for what in served(jobs):
            if what == "inject":
                twin.inject(*flipped)
            elif what == "scrub":
                twin.tick(1)
            else:
                await performing
                assert access.answer == access.expected(twin)
                latencies.add(access.latency)
        expected_found = twin.take_found()
        verdicts |= {finding.is_corrected for finding in expected_found}
        assert found == expected_found
        found.clear()
    assert verdicts == {False, True}
    assert latencies == {1, 2, 3, 4}
    assert went == {
        (FILL, FILL),
        (FILL, READY),
        *((READY, after) for after in (READY, ANSWER, SCRUB, FLIP)),
        *((before, READY) for before in (ANSWER, SCRUB, FLIP)),
    }


@cocotb.test()
async def mailbox_ram_fills_itself_before_it_answers(dut: Any) -> None:
    memory = await start(dut, "mailbox_ram", **IDLE_INPUTS)
    assert not memory.idle_o.value
    for word in range(WORDS):
        access = Access(seeded())
        access.is_write, access.word = False, word
        await access.perform(dut, memory)
        assert access.answer == (True, 0)
        assert access.latency <= (WORDS + 1 if word == 0 else 1)


@cocotb.test()
async def mailbox_ram_is_scrubbed_within_its_period(dut: Any) -> None:
    memory = await start(dut, "mailbox_ram", **IDLE_INPUTS)
    found: list[Finding] = []
    cocotb.start_soon(findings(dut, memory, found))
    await clocks(dut, WORDS)
    for word in range(WORDS):
        memory.inject_addr_i.value, memory.inject_first_i.value, memory.inject_second_i.value = word, 2 * word, 2 * word
        await pulse(dut, memory.inject_i)
        await clocks(dut, 3)
    for _ in range(3 * WORDS):
        await tick(dut)
    assert found == [Finding(word, is_corrected=True) for word in range(WORDS)]


@cocotb.test()
async def mailbox_keeps_the_record_of_the_python_one(dut: Any) -> None:
    mailbox = await start(dut, "mailbox_memory", **IDLE_INPUTS, clear_i=0)
    rng, twin, errors = seeded(), Mailbox(WORDS), MailboxErrors()
    twin.scrub_ms = 3
    found: list[Finding] = []
    cocotb.start_soon(findings(dut, mailbox, found))
    await clocks(dut, WORDS)
    told: list[Finding] = []
    most_damaged = 0
    for _ in range(1000):
        match rng.randrange(8):
            case 0:
                word, first = rng.randrange(WORDS), rng.randrange(39)
                second = rng.choice([first, rng.randrange(39)])
                mailbox.inject_addr_i.value = word
                mailbox.inject_first_i.value, mailbox.inject_second_i.value = first, second
                twin.inject(word, first, second)
                await pulse(dut, mailbox.inject_i)
            case 1:
                access = Access(rng)
                await access.perform(dut, mailbox)
                assert access.answer == access.expected(twin)
            case 2 if rng.random() < 0.1:
                errors.clear()
                await pulse(dut, mailbox.clear_i)
        await clocks(dut, 4)
        told += errors.note(twin.take_found())
        twin.tick(1)
        await tick(dut)
        told += errors.note(twin.take_found())
        assert found == told
        assert (mailbox.corrected_count_o.value, mailbox.damaged_count_o.value) == (errors.corrected, errors.damaged)
        most_damaged = max(most_damaged, errors.damaged)
        if errors.last is not None:
            last = Finding(int(mailbox.last_addr_o.value), is_corrected=not mailbox.last_damaged_o.value)
            assert last == errors.last
    assert most_damaged > 1
    assert {finding.is_corrected for finding in told} == {False, True}
