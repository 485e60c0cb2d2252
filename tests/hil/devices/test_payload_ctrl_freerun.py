"""Every payload controller on the wall clock, behind a pty, with the flight software's end of the link."""

import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest
import serial

from firmware_bindings.devicelink import Failure, Master, NakReason, Request, Result, read, words, write
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.bench.pty_port import PtyPort

DEADLINE_S = 30.0
pytestmark = pytest.mark.freerun


class Station:
    """Asks a device on a serial port, and waits for what it says."""

    def __init__(self, port: serial.Serial) -> None:
        self.port = port
        self.master = Master(regs.DEVICE_ID, reply_timeout_us=2_000_000)
        self.deadline_s = time.monotonic() + DEADLINE_S

    def ask(self, request: Request) -> Result:
        self.master.request(request)
        while not (results := self.master.results()):
            assert time.monotonic() < self.deadline_s, "no answer in time"
            now_us = time.monotonic_ns() // 1000
            self.master.tick(now_us)
            self.port.write(self.master.transmit(256))
            self.master.receive(self.port.read(max(1, self.port.in_waiting)), time.monotonic_ns() // 1000)
        return results[0]

    def status(self) -> dict[str, int]:
        return regs.STATUS.unpack(words(self.ask(read(regs.STATUS.address)).data)[0])

    def rails_seen_until(self, state: regs.State, rails: int) -> list[int]:
        """The rails in the order in which STATUS showed them, up to that state."""
        seen: list[int] = []
        while True:
            status = self.status()
            if status["rails"] not in seen[-1:]:
                seen.append(status["rails"])
            if (status["state"], status["rails"]) == (state, rails):
                return seen


@pytest.fixture
def station(make_device, tmp_path) -> Iterator[Station]:
    """A controller that lives on the wall clock, power-good following its switches, and a station at its port."""
    device, pty, is_over = make_device(), PtyPort(tmp_path / "payload_ctrl"), Event()

    def live() -> None:
        start_ns = time.monotonic_ns()
        while not is_over.wait(0.001):
            device.write(pty.read(1 << 12))
            device.set_power_good(device.rails)
            device.advance(time.monotonic_ns() - start_ns)
            pty.write(device.read())

    thread = Thread(target=live)
    thread.start()
    try:
        with serial.Serial(str(pty.link), timeout=0.01) as port:
            yield Station(port)
    finally:
        is_over.set()
        thread.join()
        pty.close()


def is_in_order(seen: list[int], steps: list[int]) -> bool:
    """Whether what was seen are some of the steps, in their order; a slow machine may look away for a while."""
    return seen == [rails for rails in steps if rails in seen]


@pytest.mark.req("RTL-002")
def test_it_says_who_it_is(station: Station) -> None:
    assert words(station.ask(read(regs.ID.address)).data) == (regs.DEVICE_ID,)
    assert station.master.identity is not None
    assert station.master.identity.device_id == regs.DEVICE_ID


@pytest.mark.req("RTL-001")
def test_registers_hold_what_is_written(station: Station) -> None:
    start = regs.RAIL_STAGGER_MS[2].address
    assert station.ask(write(start, 5, 50)).failure is None
    assert words(station.ask(read(start, 2)).data) == (5, 50)


@pytest.mark.req("RTL-002")
def test_refusals_have_a_reason(station: Station) -> None:
    refusal = station.ask(write(regs.TARGET.address, 9))
    assert (refusal.failure, refusal.reason) == (Failure.REFUSED, NakReason.BAD_VALUE)
    assert station.ask(read(regs.WATCHDOG_KICK.address)).reason == NakReason.BAD_ADDRESS


@pytest.mark.req("RTL-003")
def test_rails_rise_in_order_and_fall_in_reverse(station: Station) -> None:
    for rail in range(4):
        station.ask(write(regs.RAIL_STAGGER_MS[rail].address, 200))
    station.ask(write(regs.TARGET.address, 4))
    assert is_in_order(station.rails_seen_until(regs.State.STEADY, 0b1111), [0, 0b1, 0b11, 0b111, 0b1111])
    station.ask(write(regs.TARGET.address, 0))
    assert is_in_order(station.rails_seen_until(regs.State.STEADY, 0), [0b1111, 0b111, 0b11, 0b1, 0])


@pytest.mark.req("RTL-006")
def test_a_silent_master_is_bitten(station: Station) -> None:
    station.ask(write(regs.TARGET.address, 2))
    station.rails_seen_until(regs.State.STEADY, 0b11)
    station.ask(write(regs.WATCHDOG_CLOSE_MS.address, 300))
    station.ask(write(regs.WATCHDOG_CTRL.address, 1))
    assert is_in_order(station.rails_seen_until(regs.State.TRIPPED, 0), [0b11, 0])
    assert regs.FAULT.unpack(words(station.ask(read(regs.FAULT.address)).data)[0])["cause"] == regs.FaultCause.WATCHDOG


@pytest.mark.req("RTL-010")
def test_garbage_costs_at_most_a_retry(station: Station) -> None:
    station.port.write(b"\xa5\x5a\x00\x01\x00\x00\x00\x40" + bytes(range(9)))
    assert words(station.ask(read(regs.ID.address)).data) == (regs.DEVICE_ID,)
