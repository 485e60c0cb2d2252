"""Master and slave over an in-memory wire that may lose, flip and delay."""

from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from firmware_bindings.devicelink import (
    Failure,
    Frame,
    Master,
    Nak,
    NakReason,
    Operation,
    Request,
    Result,
    Slave,
    execute_registers,
    read,
    words,
    write,
)

DEVICE_ID = 0x1234
STEP_US = 1000


class Bank:
    """Eight registers, and how often each was written."""

    def __init__(self) -> None:
        self.registers = [0] * 8
        self.writes: list[tuple[int, int]] = []

    def read(self, address: int) -> int:
        if address % 4 or not 0 <= address < 32:
            raise Nak(NakReason.BAD_ADDRESS)
        return self.registers[address // 4]

    def write(self, address: int, value: int) -> None:
        self.read(address)
        self.registers[address // 4] = value
        self.writes.append((address, value))


class Wire:
    """A master and a slave, and bit errors between them at a seeded rate."""

    def __init__(self, device_id: int = DEVICE_ID, bit_error_rate: float = 0.0, seed: int = 1) -> None:
        self.bank = Bank()
        self.master = Master(device_id, attempts=40)
        self.slave: Slave | None = Slave(DEVICE_ID, execute_registers(self.bank), max_data=64)
        self._random = Random(seed)
        self._bit_error_rate = bit_error_rate
        self._to_master = b""
        self.now_us = 0

    def step(self) -> list[Result]:
        self.now_us += STEP_US
        self.master.receive(self._to_master, self.now_us)
        self.master.tick(self.now_us)
        sent = self._noise(self.master.transmit(12))
        self._to_master = self._noise(self.slave.receive(sent, self.now_us)) if self.slave and sent else b""
        return self.master.results()

    def run(self, *requests: Request) -> list[Result]:
        for request in requests:
            self.master.request(request)
        results: list[Result] = []
        for _ in range(200_000):
            results += self.step()
            if len(results) == len(requests):
                return results
        raise AssertionError("the link came to rest without a result")

    def _noise(self, data: bytes) -> bytes:
        if not self._bit_error_rate:
            return data
        flipped = bytearray(data)
        for bit in range(8 * len(data)):
            if self._random.random() < self._bit_error_rate:
                flipped[bit // 8] ^= 1 << bit % 8
        return bytes(flipped)


@pytest.mark.req("LNK-004")
def test_registers_are_written_and_read() -> None:
    wire = Wire()
    done = wire.run(write(4, 10, 20), read(0, 3))
    assert [r.failure for r in done] == [None, None]
    assert words(done[1].data) == (0, 10, 20)
    assert wire.master.identity is not None
    assert wire.master.identity.max_data == 64


@pytest.mark.req("LNK-006")
@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (read(32), NakReason.BAD_ADDRESS),
        (read(0, 17), NakReason.BAD_LENGTH),
        (Request(op=Operation.WRITE, data=b"123"), NakReason.BAD_LENGTH),
        (Request(op=0x55), NakReason.BAD_OPERATION),
    ],
)
def test_a_refusal_says_why(request_: Request, reason: NakReason) -> None:
    (result,) = Wire().run(request_)
    assert (result.failure, result.reason) == (Failure.REFUSED, reason)


@pytest.mark.req("LNK-005")
def test_a_repeated_sequence_number_executes_nothing() -> None:
    bank = Bank()
    slave = Slave(DEVICE_ID, execute_registers(bank))
    request = Frame(seq=9, op=Operation.WRITE, address=0, data=bytes(4)).encode()
    assert slave.receive(request, 0) == slave.receive(request, 0)
    assert bank.writes == [(0, 0)]
    slave.receive(Frame(seq=0, op=Operation.SYNC).encode(), 0)
    slave.receive(request, 0)
    assert bank.writes == [(0, 0), (0, 0)]


@pytest.mark.req("LNK-005")
@settings(max_examples=25, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 2**32), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=8))
def test_each_write_happens_exactly_once_over_a_noisy_wire(seed: int, values: list[int]) -> None:
    wire = Wire(bit_error_rate=2e-3, seed=seed)
    done = wire.run(*(write(0, value) for value in values), read(0))
    assert all(r.failure is None for r in done)
    assert wire.bank.writes == [(0, value) for value in values]
    assert words(done[-1].data) == (values[-1],)


@pytest.mark.req("LNK-007")
def test_a_silent_device_is_given_up_and_found_again() -> None:
    wire = Wire()
    slave, wire.slave = wire.slave, None
    (result,) = wire.run(read(0))
    assert result.failure is Failure.SILENT
    assert wire.master.identity is None
    wire.slave = slave
    (result,) = wire.run(read(0))
    assert result.failure is None


@pytest.mark.req("LNK-007")
def test_another_device_is_noticed() -> None:
    (result,) = Wire(device_id=0x9999).run(read(0))
    assert result.failure is Failure.WRONG_DEVICE


@pytest.mark.req("LNK-007")
def test_a_deadline_is_announced_only_while_a_reply_is_due() -> None:
    wire = Wire()
    assert wire.master.next_deadline_us() is None
    wire.run(read(0))
    assert wire.master.next_deadline_us() is None
    assert wire.master.idle


@pytest.mark.req("LNK-006")
def test_a_slave_tells_how_each_executed_request_ended() -> None:
    ended: list[bool] = []
    slave = Slave(DEVICE_ID, execute_registers(Bank()), ended=ended.append)
    good = Frame(seq=1, op=Operation.READ, address=0, data=b"\x01").encode()
    bad = Frame(seq=2, op=Operation.READ, address=2, data=b"\x01").encode()
    sync = Frame(seq=3, op=Operation.SYNC).encode()
    slave.receive(good + good + bad + bad + sync + sync, 0)
    assert ended == [False, True, False, False]
