"""A ground station against a satellite end in memory, over a link that loses what a test tells it to."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from flightsw.ccsds import Clcw, TcReceiver, TmSender
from flightsw.mission import DICTIONARY, Housekeeping, Mission, Value, load_mission
from flightsw.payload import EndReason, JobState, ModeReason, Refusal
from flightsw.pus import FailureNotice, RequestId, TcPacket, TmPacket, VerificationReport, VerificationSubtype
from hil.ground import GroundEvent, GroundStation

MISSION = load_mission(None)
FRAME_US = 2_080  # of 260 octets at 1 Mbit/s
BEFORE_INTERRUPTION = 3
"""Segments that an interrupted answer has."""


def words(question: str) -> tuple[str, ...]:
    """What the satellite answers."""
    if question == "What is the capital of France?":
        return ("The ", "capital ", "of France ", "is ", "Paris.")
    return tuple(f"{question}{n} " for n in range(9))


@dataclass
class Satellite:
    """Answers each question in segments of one token, as fast as the link carries them."""

    mission: Mission
    refusal: Refusal | None = None
    is_silent: bool = False
    """Executes what comes, and reports nothing about it."""
    drops: set[int] = field(default_factory=set)
    """Numbers of the packets, from 0, that never leave it."""
    loses_segment: int | None = None
    miscounts: int = 0
    """How many tokens too many it says that it generated."""
    answers_at_once: bool = True
    interruption: ModeReason | None = None
    """Puts each answer off after three segments, until it is told to go on."""
    cause: ModeReason = ModeReason.QUESTION
    end_reason: EndReason = EndReason.STOP
    last_job: int = 7
    executed: list[tuple[str, dict[str, Value]]] = field(default_factory=list)
    now_us: int = 1_000_000_000_000

    def __post_init__(self) -> None:
        craft = self.mission.spacecraft
        self.tc = TcReceiver(craft.scid, craft.tc_vcid)
        self.tm = TmSender(craft.scid, craft.tm_vcid)
        self.queue: list[bytes] = []
        self.answers: dict[int, tuple[str, ...]] = {}
        self._count = 0

    def receive(self, data: bytes) -> None:
        for packet in self.tc.receive(data):
            self._execute(TcPacket.decode(packet))

    def frame(self) -> bytes:
        self.now_us += FRAME_US
        clcw: Clcw = self.tc.clcw()
        return self.tm.next_frame(lambda: self.queue.pop(0) if self.queue else None, clcw.encode())

    def report(self, name: str, **values: object) -> None:
        report = DICTIONARY.report(name)
        self.packet(report.service, report.subtype, report.encode(values))

    def event(self, name: str, **values: object) -> None:
        event = DICTIONARY.event(name)
        self.packet(5, event.severity, event.encode(values))

    def verify(self, id: RequestId, subtype: VerificationSubtype, refusal: Refusal | None = None) -> None:
        notice = None if refusal is None else FailureNotice(code=refusal)
        self.packet(1, subtype, VerificationReport(request_id=id, subtype=subtype, failure=notice).encode())

    def packet(self, service: int, subtype: int, data: bytes) -> None:
        if self.is_silent:
            return
        self._count += 1
        if self._count - 1 in self.drops:
            return
        packet = TmPacket(
            apid=self.mission.spacecraft.apid,
            seq_count=self._count % 16384,
            service=service,
            subtype=subtype,
            message_count=0,
            time_us=self.now_us,
            data=data,
        )
        self.queue.append(packet.encode())

    def segments(self, job: int, wanted: range) -> None:
        for number in wanted:
            if number == self.loses_segment:
                continue
            word = self.answers[job][number]
            self.report("answer_segment", job=job, segment=number, first_token=number, token_ids=(number,), text=word)

    def end(self, job: int) -> None:
        count = len(self.answers[job])
        values = {"segments": count, "prompt_tokens": 9, "generated_tokens": count + self.miscounts, "energy_mj": 5}
        times = {"prompt_ms": 1, "decode_ms": 2}
        self.report("answer_end", job=job, end_reason=self.end_reason, cause=self.cause, **values, **times)

    def stand(self, job: int) -> None:
        count = self._made(job)
        state = JobState.DONE if count else JobState.QUEUED
        place = {"position": 0, "segments": count, "generated_tokens": count}
        self.report(
            "job_report", job=job, state=JobState.INTERRUPTED if self.interruption else state, cause=self.cause, **place
        )

    def go_on(self, job: int) -> None:
        """After an interruption."""
        self.interruption = None
        self.event("job_resumed", job=job, generated_tokens=BEFORE_INTERRUPTION)
        self.segments(job, range(BEFORE_INTERRUPTION, len(self.answers[job])))
        self.end(job)

    def _made(self, job: int) -> int:
        if self.interruption is not None:
            return BEFORE_INTERRUPTION
        return len(self.answers[job]) if self.answers_at_once else 0

    def _execute(self, packet: TcPacket) -> None:
        declared, values = DICTIONARY.decode_telecommand(packet.service, packet.subtype, packet.data)
        self.executed.append((declared.name, values))
        if self.refusal is not None:
            self.verify(packet.request_id, VerificationSubtype.ACCEPTANCE_FAILED, self.refusal)
            return
        self.verify(packet.request_id, VerificationSubtype.ACCEPTED)
        self.verify(packet.request_id, VerificationSubtype.STARTED)
        job = values.get("job")
        if declared.name == "ask":
            self._answer(packet.request_id, words(str(values["question"])))
        elif declared.name == "report_housekeeping" and values["structure"] is Housekeeping.SOFTWARE:
            names = [field.name for field in DICTIONARY.report("software").parameters.fields]
            self.report("software", **{**dict.fromkeys(names, 0), "last_job": self.last_job})
        elif isinstance(job, int) and job not in self.answers:
            self.verify(packet.request_id, VerificationSubtype.COMPLETION_FAILED, Refusal.UNKNOWN_JOB)
            return
        elif declared.name == "resend" and isinstance(job, int):
            first, count = values["first"], values["count"]
            assert isinstance(first, int)
            assert isinstance(count, int)
            self.segments(job, range(first, min(first + count, len(self.answers[job]))))
            self.end(job)
        elif declared.name == "job_status" and isinstance(job, int):
            self.stand(job)
        self.verify(packet.request_id, VerificationSubtype.COMPLETED)

    def _answer(self, id: RequestId, answer: tuple[str, ...]) -> None:
        self.last_job += 1
        self.answers[self.last_job] = answer
        number = int.from_bytes(id.encode(), "big")
        self.report("ask_accepted", request_id=number, job=self.last_job)
        if self.interruption is not None:
            self.cause = self.interruption
            self.segments(self.last_job, range(BEFORE_INTERRUPTION))
            self.event("job_interrupted", job=self.last_job, cause=self.cause)
            self.stand(self.last_job)
        elif self.answers_at_once:
            self.segments(self.last_job, range(len(answer)))
            self.end(self.last_job)


@dataclass
class Link:
    """Carries a telecommand at once and a frame every 2.08 ms; `loses` says which of the frames with packets."""

    ground: GroundStation
    satellite: Satellite
    now_us: int = 0
    loses: Callable[[int], bool] = lambda _: False
    loses_up: bool = False
    is_up_open: bool = True
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    bit_error_rate: float = 0.0
    frames: int = 0

    def run(self, seconds: float = 0.1) -> list[GroundEvent]:
        """Let time pass, skipping what neither end has anything to do in."""
        end_us = self.now_us + round(seconds * 1e6)
        events = []
        while self.now_us < end_us:
            self.ground.tick(self.now_us)
            up = self.noisy(self.ground.transmit(10_000)) if self.is_up_open else b""
            self.satellite.receive(b"" if self.loses_up else up)
            is_idle = not (self.satellite.queue or self.satellite.tm.pending)
            frame = self.satellite.frame()
            self.frames += not is_idle
            if is_idle or not self.loses(self.frames):
                self.ground.receive(self.noisy(frame))
            events += self.ground.events()
            self.now_us += FRAME_US
            deadline_us = self.ground.next_deadline_us() or end_us
            if is_idle and not (self.is_up_open and self.ground.uplink_pending) and deadline_us > self.now_us:
                self.satellite.now_us += min(deadline_us, end_us) - self.now_us
                self.now_us = min(deadline_us, end_us)
        return events

    def noisy(self, data: bytes) -> bytes:
        """With each bit flipped at the bit error rate."""
        if not self.bit_error_rate:
            return data
        bits = sum(1 << n for n in range(8 * len(data)) if self.chance.random() < self.bit_error_rate)
        return (int.from_bytes(data, "big") ^ bits).to_bytes(len(data), "big")


@pytest.fixture
def mission() -> Mission:
    return MISSION


@pytest.fixture
def satellite(mission: Mission) -> Satellite:
    return Satellite(mission)


@pytest.fixture
def link(mission: Mission, satellite: Satellite) -> Link:
    return Link(GroundStation(mission), satellite)


@pytest.fixture(scope="session")
def make_link() -> Callable[[], Link]:
    """For a property, which needs a new link for each example."""
    return lambda: Link(GroundStation(MISSION), Satellite(MISSION))


@pytest.fixture(scope="session")
def right_answer() -> Callable[[str], str]:
    return lambda question: "".join(words(question))
