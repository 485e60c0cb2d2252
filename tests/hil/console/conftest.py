"""A satellite end that acknowledges everything and answers "Paris.", in memory or at the other end of a port."""

import io
import json
import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import pytest

from flightsw.ccsds import TcReceiver, TmSender
from flightsw.mission import DICTIONARY, Mission, load_mission
from flightsw.payload import EndReason, ModeReason, PowerMode, Refusal
from flightsw.pus import FailureNotice, TcPacket, TmPacket, VerificationReport, VerificationSubtype
from hil.console.script import Script
from hil.ground import GroundEvent, GroundStation

STEP_US = 10_000


@dataclass
class MemorySatellite:
    """`refuses` names a telecommand that it rejects."""

    mission: Mission
    refuses: str = ""
    executed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        craft = self.mission.spacecraft
        self._tc, self._tm = TcReceiver(craft.scid, craft.tc_vcid), TmSender(craft.scid, craft.tm_vcid)
        self._queue: list[bytes] = []

    def receive(self, data: bytes) -> None:
        for packet in self._tc.receive(data):
            self._execute(TcPacket.decode(packet))

    def frame(self) -> bytes:
        return self._tm.next_frame(lambda: self._queue.pop(0) if self._queue else None, self._tc.clcw().encode())

    def report(self, name: str, **values: object) -> None:
        report = DICTIONARY.report(name)
        zeros = {f.name: 0 for f in report.parameters.fields if f.name not in values}
        self._packet(report.service, report.subtype, report.encode({**zeros, **values}))

    def event(self, name: str, **values: object) -> None:
        event = DICTIONARY.event(name)
        self._packet(5, event.severity, event.encode(values))

    def _packet(self, service: int, subtype: int, data: bytes) -> None:
        apid = self.mission.spacecraft.apid
        packet = TmPacket(
            apid=apid, seq_count=0, service=service, subtype=subtype, message_count=0, time_us=0, data=data
        )
        self._queue.append(packet.encode())

    def _execute(self, packet: TcPacket) -> None:
        declared, values = DICTIONARY.decode_telecommand(packet.service, packet.subtype, packet.data)
        self.executed.append(declared.name)
        if declared.name == self.refuses:
            subtype, notice = VerificationSubtype.ACCEPTANCE_FAILED, FailureNotice(code=Refusal.MODE_FORBIDS)
        else:
            subtype, notice = VerificationSubtype.COMPLETED, None
        report = VerificationReport(request_id=packet.request_id, subtype=subtype, failure=notice)
        self._packet(1, subtype, report.encode())
        if declared.name == "report_housekeeping":
            name = values["structure"].name.lower()
            self.report(name, **({"ceiling": PowerMode.BURST} if name == "power" else {}))
        if declared.name == "ask" and notice is None:
            number = int.from_bytes(packet.request_id.encode(), "big")
            self.report("ask_accepted", request_id=number, job=1)
            self.report("answer_segment", job=1, token_ids=(5, 6), text="Paris.")
            end = {"end_reason": EndReason.STOP, "cause": ModeReason.QUESTION}
            self.report("answer_end", job=1, segments=1, generated_tokens=2, **end)


@dataclass
class MemorySession:
    """A session on a satellite in memory, in steps of 10 ms."""

    satellite: MemorySatellite
    is_up: bool = True
    silent_until_us: int = 0
    now_us: int = 0
    is_closed: bool = False

    def __post_init__(self) -> None:
        self.station = GroundStation(self.satellite.mission)

    def advance(self, seconds: float) -> None:
        end_us = self.now_us + round(seconds * 1e6)
        while self.now_us < end_us:
            self.now_us = min(self.now_us + STEP_US, end_us)
            self.station.tick(self.now_us)
            up = self.station.transmit(10_000)
            self.satellite.receive(up if self.is_up else b"")
            if self.now_us >= self.silent_until_us:
                self.station.receive(self.satellite.frame())

    def events(self) -> list[GroundEvent]:
        return self.station.events()

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Ran:
    """What a script did."""

    session: MemorySession
    code: int
    out: str
    errors: str

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def session() -> MemorySession:
    return MemorySession(MemorySatellite(load_mission(None)))


@pytest.fixture
def run_script(session):
    def run(*lines: str, is_json: bool = False) -> Ran:
        out, errors = io.StringIO(), io.StringIO()
        code = Script(session, out, errors, is_json=is_json).run(lines)
        return Ran(session, code, out.getvalue(), errors.getvalue())

    return run


@pytest.fixture
def satellite_on() -> Callable[[int], AbstractContextManager[MemorySatellite]]:
    """Puts the satellite at the other end of a port, for as long as the context lasts."""

    @contextmanager
    def serve(end: int) -> Iterator[MemorySatellite]:
        satellite, stop, wake = MemorySatellite(load_mission(None)), *os.pipe()

        def run() -> None:
            while stop not in (ready := select.select([end, stop], [], [])[0]):
                satellite.receive(os.read(ready[0], 4096))
                os.write(end, satellite.frame())

        thread = threading.Thread(target=run)
        thread.start()
        yield satellite
        os.write(wake, b"x")
        thread.join()
        os.close(stop)
        os.close(wake)

    return serve
