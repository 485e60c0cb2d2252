"""The ground station against the real flight software, with model devices on ideal serial lines."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from firmware_bindings.devicelink.payload_computer import FinishReason
from firmware_bindings.engine import Checkpoint, EngineError, Finish, Prompt, Question, Step, Token
from flightsw import FlightSoftware
from flightsw.core import PORTS
from flightsw.mission import load_mission
from flightsw.payload import PowerMode, Refusal
from flightsw.shell import EffectRunner, RecordStore
from hil.devices.payload_computer import KernelPayloadComputer
from hil.devices.payload_ctrl_model import ModelPayloadController
from hil.devices.power_board import ModelPowerBoard, Readings
from hil.ground import GroundEvent, GroundStation, ReportReceived, RequestState

MISSION = load_mission(None)
MS_NS = 1_000_000
FRAME_OCTETS = 260
WORDS = tuple(f"word{n} " for n in range(40))
SUN = Readings(battery_mv=8200, battery_charge_permille=900, is_sunlit=True, array_mw=20_000, load_mw=4_000)


class ScriptedEngine:
    """Answers every question with WORDS, one token each."""

    def load(self, name: str, context_tokens: int) -> Iterator[None]:
        yield from ()

    def answer(self, question: Question, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        yield Prompt(tokens=20, unread=20)
        first, end = len(question.received), question.start.max_tokens
        yield from (Token(id=number, text=WORDS[number].encode()) for number in range(first, min(end, len(WORDS))))
        yield Finish(reason=FinishReason.LENGTH if end < len(WORDS) else FinishReason.STOP)

    def save(self) -> Checkpoint | None:
        raise EngineError("it keeps nothing")


@dataclass
class Sky:
    """Ground, flight software and boards, 2 ms and one frame at a time; `loss` of frames is left to chance."""

    runner: EffectRunner
    loss: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    now_ms: int = 0

    def __post_init__(self) -> None:
        self.ground = GroundStation(MISSION)
        self.controller, board = ModelPayloadController(), ModelPowerBoard()
        board.sensors = lambda: SUN
        self.computer = KernelPayloadComputer(ScriptedEngine(), boot_ns=500 * MS_NS, load_us=1000)
        self.devices = dict(zip(PORTS[1:], (self.controller, board, self.computer), strict=True))
        self.events: list[GroundEvent] = []

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 500)):
            self.step()

    def until(self, condition: Callable[[], bool], within_s: float = 300) -> None:
        end_ms = self.now_ms + within_s * 1000
        while not condition():
            assert self.now_ms < end_ms, self.events[-10:]
            self.step()

    def step(self) -> None:
        self.now_ms += 2
        self.ground.tick(self.now_ms * 1000)
        received = {"ground": self.ground.transmit(16)}
        for port, device in self.devices.items():
            device.advance(self.now_ms * MS_NS)
            received[port] = device.read()
        self.runner.turn(self.now_ms * 1000, {port: data for port, data in received.items() if data})
        for port, device in self.devices.items():
            if data := self.runner.pull(port, 1024):
                device.write(data)
        rails = self.controller.rails
        for rail, plan in enumerate(MISSION.rails.values()):
            self.controller.set_adc(3 * rail, plan.voltage_mv if rails >> rail & 1 else 0)
        self.controller.set_power_good(rails)
        self.computer.set_power(rails == 0xFF)
        frame = self.runner.pull("ground", FRAME_OCTETS)
        if self.chance.random() >= self.loss:
            self.ground.receive(frame)
        self.events += self.ground.events()


@pytest.fixture
def sky(tmp_path) -> Iterator[Sky]:
    store = RecordStore.init(tmp_path)
    runner = EffectRunner(lambda stored: FlightSoftware(MISSION, stored), store)
    sky = Sky(runner)
    sky.run(3)
    yield sky
    runner.stop(sky.now_ms * 1000)


@pytest.mark.req("GND-001", "GND-008")
def test_telecommands_end_as_the_flight_software_says(sky):
    requests = {
        "ping": sky.ground.send("ping"),
        "report": sky.ground.send("report_housekeeping", structure="POWER"),
        "ceiling": sky.ground.send("set_ceiling", mode="NOMINAL"),
        "unknown": sky.ground.send("cancel", job=99),
        "too low": sky.ground.send("set_ceiling", mode="SURVIVAL"),
    }
    sky.run(1)
    assert {name: request.outcome for name, request in requests.items()} == {
        "ping": "completed",
        "report": "completed",
        "ceiling": "completed",
        "unknown": "rejected: UNKNOWN_JOB",
        "too low": "rejected: BAD_ARGUMENT",
    }
    power = [e.parameters for e in sky.events if isinstance(e, ReportReceived) and e.report.name == "power"][-1]
    assert power["ceiling"] is PowerMode.NOMINAL
    assert sky.ground.counters.unknown_packets == 0
    assert sky.ground.counters.unmatched_reports == 0


@pytest.mark.req("GND-004")
def test_an_answer_comes_down(sky):
    ask = sky.ground.ask("Why?")
    sky.until(lambda: ask.ended)
    assert ask.answer == "".join(WORDS)
    assert ask.finish_reason == "stop"
    assert ask.end.prompt_tokens == 20
    assert sky.ground.counters.tm.frames_lost == 0


@pytest.mark.req("GND-001")
def test_a_question_in_safe_is_refused_with_the_reason(sky):
    sky.ground.send("enter_safe")
    ask = sky.ground.ask("Why?")
    sky.until(lambda: ask.ended)
    assert ask.request.state is RequestState.REJECTED
    assert ask.request.refusal is Refusal.MODE_FORBIDS
    assert ask.finish_reason == "refused"


@pytest.mark.req("GND-005", "GND-006", "GND-007")
@pytest.mark.parametrize(("loss", "seed"), [(0.02, 1), (0.3, 1), (0.3, 2), (0.88, 1)])
def test_over_a_lossy_link_the_answer_is_whole_or_said_not_to_be(sky, loss, seed):
    sky.loss, sky.chance = loss, random.Random(seed)
    ask = sky.ground.ask("Why?")
    sky.until(lambda: ask.ended, within_s=900)
    assert ask.answer == ("".join(WORDS) if ask.is_whole else None)
    assert ask.finish_reason in ("stop", "incomplete", "unacknowledged")
    assert ask.is_whole or loss > 0.1
