"""What goes down, in which order, and what it costs while there is nothing to say."""

from typing import Any

import pytest

from flightsw import PORTS
from flightsw.ccsds import ASM, Clcw, TmFrame
from flightsw.mission import load_mission
from flightsw.payload import ModeReason
from flightsw.telemetry import QUEUE_LIMITS, Priority, Telemetry

World = Any
FRAME_OCTETS = 260


def frames(octets: bytes) -> list[TmFrame]:
    assert len(octets) % FRAME_OCTETS == 0
    whole = [octets[at : at + FRAME_OCTETS] for at in range(0, len(octets), FRAME_OCTETS)]
    assert all(frame.startswith(ASM) for frame in whole)
    return [TmFrame.decode(frame[len(ASM) :]) for frame in whole]


@pytest.mark.req("FSW-009")
def test_frames_exist_only_when_they_are_pulled_and_carry_the_true_clcw(world: World) -> None:
    before = frames(world.fsw.transmit("ground", FRAME_OCTETS))[0]
    for _ in range(6):
        world.send("ping")
    world.run(0.1)
    world.pulls = False
    world.run(100)
    after = frames(world.fsw.transmit("ground", FRAME_OCTETS))[0]
    assert (after.mc_count - before.mc_count) % 256 < 20
    assert (Clcw.decode(after.ocf).farm_b_count - Clcw.decode(before.ocf).farm_b_count) % 4 == 6 % 4


@pytest.mark.req("FSW-009")
@pytest.mark.parametrize("max_bytes", [1, 7, 259, 260, 261])
def test_any_number_of_octets_can_be_pulled(world: World, max_bytes: int) -> None:
    octets = b""
    while len(octets) < 3 * FRAME_OCTETS:
        part = world.fsw.transmit("ground", max_bytes)
        assert len(part) == max_bytes
        octets += part
    assert len(frames(octets[: 3 * FRAME_OCTETS])) == 3
    assert world.fsw.transmit("ground", 0) == b""


@pytest.mark.req("FSW-009")
def test_verification_goes_before_answers_and_answers_before_housekeeping(world: World) -> None:
    world.pulls = False
    world.run(5)
    world.send("ping")
    world.run(0.1)
    world.pulls = True
    world.heard.clear()
    world.run(0.1)
    assert world.names()[:4] == ["tm(1,1)", "tm(1,3)", "tm(1,7)", "pong"]
    assert set(world.names()[4:]) == {"power", "payload"}


@pytest.mark.req("FSW-009")
def test_full_queues_drop_their_oldest_and_count_it() -> None:
    telemetry = Telemetry(load_mission(None))
    limit = QUEUE_LIMITS[Priority.URGENT]
    for job in range(limit + 10):
        telemetry.event("job_interrupted", {"job": job, "cause": ModeReason.BOOT})
    assert telemetry.dropped[Priority.URGENT] == 10
    octets = telemetry.transmit(FRAME_OCTETS, Clcw(vcid=0).encode)
    [frame] = frames(octets)
    assert (10).to_bytes(4, "big") in frame.data[:32]


@pytest.mark.req("FSW-009")
def test_an_answer_nobody_pulls_is_kept_whole(world: World) -> None:
    world.engine.words = tuple(f"{number} " for number in range(300))
    world.pulls = False
    world.send("ask", question="Count!", max_tokens=300)
    world.run(60)
    world.pulls = True
    world.run(1)
    assert "".join(segment["text"] for segment in world.named("answer_segment")) == "".join(world.engine.words)
    assert [s["segment"] for s in world.named("answer_segment")] == list(
        range(world.named("answer_end")[0]["segments"])
    )


@pytest.mark.req("FSW-010")
def test_nothing_happens_before_the_deadline(world: World) -> None:
    """Ticking in between, or not at all, is the same octet for octet."""

    def fly(step_ms: int) -> list[tuple[int, str]]:
        twin = type(world)(world.mission)
        if step_ms:
            twin._next_ms = lambda: twin.now_ms + step_ms
        twin.run(2)
        twin.send("ask", question="What?")
        twin.run(12)
        return [(heard.at_ms, heard.name) for heard in twin.heard]

    assert fly(step_ms=1) == fly(step_ms=0)


@pytest.mark.req("FSW-010")
def test_a_quiet_satellite_is_due_a_few_times_a_second(world: World) -> None:
    world.pulls = False
    world.run(5)
    dues = 0
    while world.now_ms < 60_000:
        world.run(max(0.001, world.fsw.next_deadline_us() / 1e6 - world.now_ms / 1e3))
        dues += 1
    assert dues < 60 * 20


@pytest.mark.req("FSW-002")
def test_a_port_that_does_not_exist_is_the_callers_mistake(world: World) -> None:
    with pytest.raises(ValueError, match="radio"):
        world.fsw.receive("radio", b"")
    with pytest.raises(ValueError, match=", ".join(PORTS)):
        world.fsw.transmit("radio", 1)
