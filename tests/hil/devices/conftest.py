"""A payload controller at the end of its serial line, whichever implementation it is."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_bindings.devicelink import Deframer, Frame, NakReason, Operation
from firmware_bindings.devicelink.registers import Register
from hil.bench.pty_port import PtyPort
from hil.devices.payload_ctrl_model import RAILS, ModelPayloadController
from hil.devices.payload_ctrl_rtl import RtlPayloadController
from hil.rtl.build import COVERAGE_FOLDER, VerilatorMissingError, library
from hil.rtl.coverage.accesses import note

MS_NS = 1_000_000
COVERED = os.environ.get(COVERAGE_FOLDER)  # `make coverage` sets it
REPLY_MS = 60  # the longest frame takes 6.5 ms each way, giving one up 21 ms


class Refused(Exception):  # noqa: N818 - the link's own word
    """The controller answered with a NAK."""

    def __init__(self, reason: NakReason) -> None:
        super().__init__(reason.name)
        self.reason = reason


class Driver:
    """Drives a controller in lock-step, one millisecond at a time, and notes when its rails change."""

    def __init__(self, device: Any) -> None:
        self.device = device
        self.now_ms = 0
        self.power_good_follows: int | None = None
        """Milliseconds from a load switch to its power-good; None leaves the inputs alone."""
        self.rail_changes: list[tuple[int, int]] = []
        self._rails = device.rails
        self._rails_seen_ms = [0] * RAILS
        self._deframer = Deframer()
        self._seq = 0

    def run(self, ms: int) -> bytes:
        """Let `ms` pass; the octets that came out."""
        out = b""
        for _ in range(ms):
            self.now_ms += 1
            self.device.advance(self.now_ms * MS_NS)
            out += self.device.read()
            self._note_rails()
            if self.power_good_follows is not None:
                self.device.set_power_good(self._good_rails(self.power_good_follows))
        return out

    def _note_rails(self) -> None:
        rails = self.device.rails
        for rail in range(RAILS):
            if (rails & ~self._rails) >> rail & 1:
                self._rails_seen_ms[rail] = self.now_ms
        if rails != self._rails:
            self.rail_changes.append((self.now_ms, rails))
            self._rails = rails

    def _good_rails(self, delay_ms: int) -> int:
        on = [rail for rail in range(RAILS) if self._rails >> rail & 1]
        return sum(1 << rail for rail in on if self.now_ms - self._rails_seen_ms[rail] >= delay_ms)

    def changes_since(self, start: int) -> list[tuple[int, int]]:
        """Rail changes from index `start` on, in ms after the first of them."""
        changes = self.rail_changes[start:]
        return [(ms - changes[0][0], rails) for ms, rails in changes]

    def exchange(self, data: bytes, ms: int = REPLY_MS) -> list[Frame]:
        """Send octets; the frames that come back within `ms`, returning as soon as there is one."""
        self.device.write(data)
        frames: list[Frame] = []
        for _ in range(ms):
            frames += self._deframer.receive(self.run(1), self.now_ms * 1000)
            if frames:
                break
        return frames

    def next_seq(self) -> int:
        self._seq = (self._seq + 1) % 256
        return self._seq

    def request(self, op: int, address: int = 0, data: bytes = b"") -> bytes:
        """A request's reply data. Raises Refused."""
        seq = self.next_seq()
        [reply] = self.exchange(Frame(seq=seq, op=op, address=address, data=data).encode())
        assert (reply.seq, reply.address) == (seq, address)
        if reply.op == 0xFF:
            raise Refused(NakReason(reply.data[0]))
        assert reply.op == op | 0x80
        if COVERED:
            self._note_accesses(op, address, data, reply.data)
        return reply.data

    def _note_accesses(self, op: int, address: int, data: bytes, reply: bytes) -> None:
        is_write = op == Operation.WRITE
        words = data if is_write else reply if op == Operation.READ else b""
        for at in range(0, len(words), 4):
            note(Path(COVERED), address + at, int.from_bytes(words[at : at + 4], "big"), is_write=is_write)

    def read_word(self, address: int) -> int:
        return int.from_bytes(self.request(Operation.READ, address, b"\x01"), "big")

    def write_word(self, address: int, value: int) -> None:
        assert self.request(Operation.WRITE, address, value.to_bytes(4, "big")) == b""

    def read(self, register: Register) -> dict[str, int]:
        return register.unpack(self.read_word(register.address))

    def write(self, register: Register, **values: int) -> None:
        self.write_word(register.address, register.pack(**values))


class BehindPty:
    """A device whose octets go through a pty and pyserial on their way; its time stays ours."""

    def __init__(self, device: Any, folder: Path) -> None:
        self._device = device
        self._pty = PtyPort(folder / "payload_ctrl")
        self._port = serial.Serial(str(self._pty.link), timeout=10)

    def write(self, data: bytes) -> None:
        self._port.write(data)
        deadline_s = time.monotonic() + 10
        arrived = b""
        while len(arrived) < len(data):
            assert time.monotonic() < deadline_s, f"{arrived.hex()} of {data.hex()} came through the pty"
            arrived += self._pty.read(1 << 16)
        self._device.write(arrived)

    def read(self) -> bytes:
        data = self._device.read()
        self._pty.write(data)
        return bytes(self._port.read(len(data)))

    def close(self) -> None:
        self._port.close()
        self._pty.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._device, name)


MAKERS: dict[str, Callable[[], Any]] = {"model": ModelPayloadController, "rtl": RtlPayloadController}


@pytest.fixture(params=sorted(MAKERS))
def make_device(request: pytest.FixtureRequest) -> Callable[[], Any]:
    """What makes a payload controller; skips, with the command that installs it, where Verilator is missing."""
    if request.param == "rtl":
        try:
            library()
        except VerilatorMissingError as missing:
            pytest.skip(str(missing))
    return MAKERS[request.param]


@pytest.fixture(params=["lock-step", "pty"])
def controller(request: pytest.FixtureRequest, make_device: Callable[[], Any], tmp_path: Path) -> Iterator[Driver]:
    """A payload controller just out of reset, reached directly and behind a pty."""
    device = make_device()
    if request.param == "lock-step":
        yield Driver(device)
    else:
        with closing(BehindPty(device, tmp_path)) as behind:
            yield Driver(behind)


@pytest.fixture
def make_driver() -> type[Driver]:
    return Driver


@pytest.fixture
def refused() -> type[Refused]:
    return Refused
