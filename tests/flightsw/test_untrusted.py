"""Whatever arrives, in whatever order: nothing raises, and the rules hold."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bindings.devicelink import MAX_DATA_BYTES, Deframer, Frame, Slave
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.registers import payload_ctrl, power_board
from flightsw import PORTS, Completion, FlightSoftware, Restart, Store, Stored
from flightsw.ccsds import TcSender
from flightsw.core import MAX_INBOX_BYTES
from flightsw.mission import load_mission
from flightsw.payload import POWERED_MODES
from flightsw.pus import AckFlags, TcPacket

MISSION = load_mission(None)
SENDER = TcSender(MISSION.spacecraft.scid, MISSION.spacecraft.tc_vcid)
DEVICE_IDS = {
    "payload_ctrl": payload_ctrl.DEVICE_ID,
    "power_board": power_board.DEVICE_ID,
    "payload_computer": link.DEVICE_ID,
}


def cltu(service: int, subtype: int, data: bytes) -> bytes:
    packet = TcPacket(
        apid=MISSION.spacecraft.apid, seq_count=0, ack=AckFlags(15), service=service, subtype=subtype, data=data
    )
    return SENDER.cltu(packet.encode())


telecommands = st.builds(
    cltu,
    st.sampled_from([1, 3, 5, 8, 17, 128, 200]),
    st.sampled_from([1, 2, 3, 4, 5, 6, 7, 27]),
    st.binary(max_size=40) | st.integers(0, 9).map(lambda key: bytes([key, 0, 0, 0, 1, 0])),
)
calls = st.one_of(
    st.tuples(st.just("receive"), st.sampled_from(PORTS), st.binary(max_size=200)),
    st.tuples(st.just("receive"), st.just("ground"), telecommands),
    st.tuples(st.just("tick"), st.integers(-1_000_000, 30_000_000)),
    st.tuples(st.just("transmit"), st.sampled_from(PORTS), st.integers(-1, 600)),
    st.tuples(st.just("notify"), st.integers(0, 30), st.booleans()),
    st.tuples(st.just("effects")),
    st.tuples(st.just("next_deadline_us")),
    st.tuples(st.just("stop")),
)


def do(flight_software: FlightSoftware, now_us: int, call: tuple[Any, ...]) -> int:
    match call:
        case "tick", int(step_us):
            now_us += step_us
            flight_software.tick(now_us)
        case "notify", int(id), bool(is_stored):
            flight_software.notify(Completion(id=id, is_stored=is_stored))
        case name, *arguments:
            getattr(flight_software, name)(*arguments)
    return now_us


@pytest.mark.req("FSW-002")
@settings(max_examples=300)
@given(st.lists(calls, max_size=60))
def test_any_calls_in_any_order(sequence: list[tuple[Any, ...]]) -> None:
    flight_software, now_us = FlightSoftware(MISSION, Stored()), 0
    for call in sequence:
        now_us = do(flight_software, now_us, call)


class Liar:
    """A device that speaks the link perfectly and says whatever a test drew."""

    def __init__(self, device_id: int, replies: list[bytes]) -> None:
        self._replies = replies
        self._next = 0
        self.slave = Slave(device_id, self._execute)

    def _execute(self, op: int, _address: int, data: bytes) -> bytes:
        self._next += 1
        drawn = self._replies[self._next % len(self._replies)]
        if op == 0x01 and data:
            return (drawn * MAX_DATA_BYTES)[: 4 * data[0]]
        return drawn


words = st.sampled_from([0, 1, 4, 0x0F00, 0xFF00, 0x1F10, 0x2F35, 0xFFFF_FFFF]).map(
    lambda word: word.to_bytes(4, "big")
)
status = st.builds(
    link.Status,
    state=st.integers(0, 7),
    job=st.integers(0, 3),
    prompt_tokens=st.integers(0, 0xFFFF),
    generated_tokens=st.integers(0, 0xFFFF),
    uptime_ms=st.integers(0, 2**32 - 1),
    message=st.binary(max_size=20),
).map(link.status.encode)
tokens = st.builds(
    link.Tokens,
    job=st.integers(0, 3),
    finish=st.integers(0, 7),
    first=st.integers(0, 4),
    token_ids=st.lists(st.integers(0, 2**32 - 1), max_size=4).map(tuple),
    text=st.binary(max_size=20),
).map(link.tokens.encode)
replies = st.lists(words | status | tokens | st.binary(max_size=64), min_size=1, max_size=8)


@pytest.mark.req("FSW-002")
@settings(max_examples=60)
@given(st.fixed_dictionaries(dict.fromkeys(DEVICE_IDS, replies)), st.lists(st.integers(1, 40), max_size=8))
def test_devices_may_say_anything(drawn: dict[str, list[bytes]], steps: list[int]) -> None:
    flight_software = FlightSoftware(MISSION, Stored())
    liars = {port: Liar(DEVICE_IDS[port], drawn[port]) for port in DEVICE_IDS}
    flight_software.receive("ground", cltu(128, 1, b"\x00\x05What?"))
    now_us = 0
    for step in steps:
        for _ in range(step):
            now_us += 50_000
            for port, liar in liars.items():
                flight_software.receive(port, liar.slave.receive(flight_software.transmit(port, 2000), now_us))
            flight_software.tick(now_us)
            settle(flight_software)
            flight_software.tick(now_us)
            flight_software.transmit("ground", 520)
        mode = flight_software.mode
        assert mode.commanded.mode <= mode.ceiling
        assert mode.observed.mode not in POWERED_MODES or mode.commanded.reason is not None


def settle(flight_software: FlightSoftware) -> None:
    for effect in flight_software.effects():
        if isinstance(effect, Store):
            flight_software.notify(Completion(id=effect.id, is_stored=True))
        else:
            assert isinstance(effect, Restart)


@pytest.mark.req("FSW-002")
def test_octets_that_nobody_ticks_for_are_bounded_and_counted() -> None:
    flight_software = FlightSoftware(MISSION, Stored())
    for _ in range(3):
        flight_software.receive("ground", bytes(MAX_INBOX_BYTES))
    assert flight_software.lost_bytes == 2 * MAX_INBOX_BYTES
    flight_software.tick(1)
    flight_software.receive("ground", b"again")
    assert flight_software.lost_bytes == 2 * MAX_INBOX_BYTES


@pytest.mark.req("FSW-002")
@settings(max_examples=20)
@given(noise=st.binary(min_size=1, max_size=30), every=st.integers(2, 9))
def test_noise_on_every_line_costs_nothing_but_time(make_world: Callable[..., Any], noise: bytes, every: int) -> None:
    world = make_world()
    world.until(lambda: world.mode == "STANDBY")
    world.send("ask", question="What?")
    turn, deliver = 0, world.fsw.receive

    def receive(port: str, data: bytes) -> None:
        nonlocal turn
        turn += 1
        deliver(port, noise + data if turn % every == 0 else data)

    world.fsw.receive = receive
    world.until(lambda: world.named("answer_end"))
    assert world.named("answer_end")[0]["end_reason"].name == "STOP"


@pytest.mark.req("FSW-002")
def test_a_frame_of_the_link_is_what_the_drivers_send(world: Any) -> None:
    world.pulls = False
    frames: list[Frame] = []
    deframer, transmit = Deframer(), world.fsw.transmit

    def tap(port: str, max_bytes: int) -> bytes:
        data = transmit(port, max_bytes)
        if port == "power_board":
            frames.extend(deframer.receive(data, 0))
        return data

    world.fsw.transmit = tap
    world.run(12)
    reads = {(1, power_board.BATTERY_MV.address, b"\x0f"), (1, power_board.SWITCHES.address, b"\x04")}
    assert {(frame.op, frame.address, frame.data) for frame in frames} == reads
