"""A small world around the flight software: the shipped devices on ideal serial lines, and a ground that only listens.

Nothing here knows a rate: octets arrive in the millisecond in which they are sent. The bench has real lines.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from firmware_bindings.devicelink.payload_computer import FinishReason
from firmware_bindings.engine import Checkpoint, EngineError, Finish, Prompt, Question, Step, Token
from flightsw import Completion, Effect, FlightSoftware, Restart, Store, Stored
from flightsw.ccsds import TcSender, TmReceiver
from flightsw.core import PORTS
from flightsw.mission import DICTIONARY, Event, Mission, Value, load_mission
from flightsw.pus import AckFlags, RequestId, TcPacket, TmPacket, VerificationReport
from hil.devices.payload_computer import KernelPayloadComputer
from hil.devices.payload_ctrl_model import ModelPayloadController
from hil.devices.power_board import ModelPowerBoard, Readings

MS_NS = 1_000_000
ALL_ACKS = AckFlags.ACCEPTANCE | AckFlags.START | AckFlags.COMPLETION
WORDS = ("The ", "capital ", "of ", "France ", "is ", "Paris", ".")
FULL_SUN = Readings(battery_mv=8200, battery_charge_permille=900, is_sunlit=True, array_mw=20_000, load_mw=4_000)


@dataclass
class ScriptedEngine:
    """Answers every question with the same words, one token each; or fails as it is told.

    What it has kept of an answer need not be read again.
    """

    words: tuple[str, ...] = WORDS
    prompt_tokens: int = 30
    load_error: str = ""
    answer_error: str = ""
    save_error: str = ""
    asked: list[Question] = field(default_factory=list)
    kept: dict[int, int] = field(default_factory=dict)
    """Tokens by job."""

    def load(self, name: str, context_tokens: int) -> Iterator[None]:
        if self.load_error:
            raise EngineError(self.load_error)
        yield from ()

    def answer(self, question: Question, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        self.asked.append(question)
        first, end = len(question.received), question.start.max_tokens
        kept = self.kept.get(question.start.job)
        yield Prompt(tokens=self.prompt_tokens, unread=self.prompt_tokens + first if kept is None else first - kept + 1)
        if self.answer_error:
            raise EngineError(self.answer_error)
        self.made = first
        for number in range(first, min(end, len(self.words))):
            self.made = number + 1
            yield Token(id=1000 + number, text=self.words[number].encode())
        yield Finish(reason=FinishReason.LENGTH if end < len(self.words) else FinishReason.STOP)

    def save(self) -> Checkpoint | None:
        if self.save_error:
            raise EngineError(self.save_error)
        self.kept[self.asked[-1].start.job] = self.made
        return Checkpoint(tokens=self.made, octets=1000 * self.made, digest=self.made.to_bytes(8, "big"))


@dataclass(frozen=True, slots=True)
class Heard:
    """One telemetry packet, decoded, and the millisecond in which it was pulled."""

    at_ms: int
    name: str
    values: dict[str, Any]
    packet: TmPacket


@dataclass
class World:
    """Flight software and its boards. `run` steps them together, 1 ms at a time, skipping what nobody is due in."""

    mission: Mission
    records: dict[str, str] = field(default_factory=dict)
    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    now_ms: int = 0
    store_works: bool = True
    pulls: bool = True
    cut: set[str] = field(default_factory=set)
    """Ports whose line is cut."""
    restarts: bool = True

    def __post_init__(self) -> None:
        craft = self.mission.spacecraft
        compute = self.mission.compute
        self.controller = ModelPayloadController()
        self.board = ModelPowerBoard()
        self.readings = FULL_SUN
        self.board.sensors = lambda: self.readings
        self.computer = KernelPayloadComputer(
            self.engine, boot_ns=int(compute.boot_s * 1e9), load_us=int(compute.load_s * 1e6)
        )
        self.dead_rails = 0
        self.devices = {
            "payload_ctrl": self.controller,
            "power_board": self.board,
            "payload_computer": self.computer,
        }
        self.sender = TcSender(craft.scid, craft.tc_vcid)
        self.receiver = TmReceiver(craft.scid, craft.tm_vcid)
        self.heard: list[Heard] = []
        self.effects: list[Effect] = []
        self._seq_count = 0
        self.boot()

    def boot(self, stored: Stored | None = None) -> None:
        """Flight software begins anew from the records; the boards keep running."""
        self.fsw = FlightSoftware(self.mission, stored or Stored(records=dict(self.records)))
        craft = self.mission.spacecraft
        self.receiver = TmReceiver(craft.scid, craft.tm_vcid)

    def send(self, name: str, ack: AckFlags = ALL_ACKS, **arguments: object) -> RequestId:
        """Uplink a telecommand now."""
        telecommand = DICTIONARY.telecommand(name)
        return self.send_packet(
            telecommand.service, telecommand.subtype, telecommand.encode(telecommand.arguments.complete(arguments)), ack
        )

    def send_packet(self, service: int, subtype: int, data: bytes, ack: AckFlags = ALL_ACKS) -> RequestId:
        packet = TcPacket(
            apid=self.mission.spacecraft.apid,
            seq_count=self._seq_count,
            ack=ack,
            service=service,
            subtype=subtype,
            source_id=self.mission.spacecraft.ground_source_id,
            data=data,
        )
        self._seq_count += 1
        self.fsw.receive("ground", self.sender.cltu(packet.encode()))
        return packet.request_id

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end_ms = self.now_ms + round(seconds * 1000)
        while self.now_ms < end_ms:
            self.now_ms = max(self.now_ms + 1, min(end_ms, self._next_ms()))
            self._step()

    def until(self, condition: Callable[[], bool], within_s: float = 60) -> None:
        """Let time pass until the condition holds."""
        end_ms = self.now_ms + round(within_s * 1000)
        while not condition():
            assert self.now_ms < end_ms, f"not within {within_s} s; heard {self.names()[-20:]}"
            self.now_ms = max(self.now_ms + 1, min(end_ms, self._next_ms()))
            self._step()

    def settle(self) -> None:
        """Carry out effects until there are none."""
        while effects := self.fsw.effects():
            self.effects += effects
            stores = [effect for effect in effects if isinstance(effect, Store)]
            for effect in stores:
                if self.store_works and effect.value is None:
                    self.records.pop(effect.key, None)
                elif self.store_works and effect.value is not None:
                    self.records[effect.key] = effect.value
            for effect in stores:
                self.fsw.notify(Completion(id=effect.id, is_stored=self.store_works))
            if any(isinstance(effect, Restart) for effect in effects) and self.restarts:
                self.boot()
            self.fsw.tick(self.now_ms * 1000)

    def named(self, name: str) -> list[dict[str, Any]]:
        """The values of every report or event of that name, in order."""
        return [heard.values for heard in self.heard if heard.name == name]

    def names(self) -> list[str]:
        return [heard.name for heard in self.heard]

    def verifications(self, request_id: RequestId) -> list[tuple[str, int | None]]:
        """Subtype and failure code of every report about a request, in order."""
        reports = [
            VerificationReport.decode(heard.packet.subtype, heard.packet.data)
            for heard in self.heard
            if heard.packet.service == 1
        ]
        return [
            (report.subtype.name, report.failure.code if report.failure else None)
            for report in reports
            if report.request_id == request_id
        ]

    @property
    def mode(self) -> str:
        return self.fsw.mode.observed.mode.name

    def sense(self, **changes: object) -> None:
        """Change what the power board measures; the battery's voltage follows its charge, as the mission says."""
        if "battery_charge_permille" in changes:
            changes = {"battery_mv": 6400 + 2 * int(changes["battery_charge_permille"]), **changes}  # type: ignore[call-overload]
        self.readings = replace(self.readings, **changes)  # type: ignore[arg-type]

    def _next_ms(self) -> int:
        deadline_us = self.fsw.next_deadline_us()
        due_us = [] if deadline_us is None else [deadline_us]
        due_us += [at // 1000 for d in self.devices.values() if (at := d.next_event_ns()) is not None]
        return -(-min(due_us, default=(self.now_ms + 1000) * 1000) // 1000)

    def _step(self) -> None:
        self._follow_rails()
        for port, device in self.devices.items():
            device.advance(self.now_ms * MS_NS)
            data = device.read()
            if data and port not in self.cut:
                self.fsw.receive(port, data)
        self.fsw.tick(self.now_ms * 1000)
        self.settle()
        for port in PORTS[1:]:
            data = self.fsw.transmit(port, 4096)
            if data and port not in self.cut:
                self.devices[port].write(data)
        self._follow_rails()
        if self.pulls:
            self._pull()

    def _follow_rails(self) -> None:
        good = self.controller.rails & ~self.dead_rails
        is_computing = bool(self.computer.rate_mtokens_per_s)
        rails = tuple(self.mission.rails.values())
        for rail in range(8):
            self.controller.set_adc(3 * rail, rails[rail].voltage_mv if good >> rail & 1 else 0)
            self.controller.set_adc(3 * rail + 1, (300 if is_computing else 76) if good >> rail & 1 else 0)
            self.controller.set_adc(3 * rail + 2, self.readings.temperature_centidegc)
        self.controller.set_power_good(good)
        self.computer.set_power(good == 0xFF)

    def _pull(self) -> None:
        """Frames until one brings nothing."""
        while True:
            before = self.receiver.counters.idle_frames
            packets = self.receiver.receive(self.fsw.transmit("ground", 260))
            for octets in packets:
                self._hear(TmPacket.decode(octets))
            if self.receiver.counters.idle_frames > before:
                return

    def _hear(self, packet: TmPacket) -> None:
        name, values = f"tm({packet.service},{packet.subtype})", {}
        if packet.service != 1:
            declared, values = DICTIONARY.decode_report(packet.service, packet.subtype, packet.data)
            name = declared.name
            assert not isinstance(declared, Event) or declared.describe(values)
        self.heard.append(Heard(self.now_ms, name, dict[str, Value](values), packet))


@pytest.fixture(scope="session")
def mission() -> Mission:
    return load_mission(None)


@pytest.fixture(scope="session")
def make_world(mission: Mission) -> Callable[..., World]:
    def make(**options: Any) -> World:
        return World(options.pop("mission", mission), **options)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Booted to STANDBY in full sun."""
    world = make_world()
    world.until(lambda: world.mode == "STANDBY")
    world.run(1.5)
    return world
