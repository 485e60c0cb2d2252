from dataclasses import fields

import pytest

from flightsw.ccsds import EncodeError
from flightsw.mission import DICTIONARY
from flightsw.payload import PowerMode, Refusal
from flightsw.pus import MAX_TC_DATA_OCTETS, VerificationSubtype
from hil.ground import (
    AskChanged,
    AskState,
    EventReceived,
    FramesLost,
    ReportReceived,
    RequestChanged,
    RequestState,
    SegmentReceived,
    TelecommandTooLong,
    UnknownPacket,
)
from hil.ground.job_messages import REPORTS


@pytest.mark.req("GND-001")
def test_a_telecommand_is_sent_and_reported_on_until_it_is_completed(link):
    request = link.ground.send("set_ceiling", mode="eco")
    assert request.state is RequestState.QUEUED
    events = link.run()
    assert link.satellite.executed == [("set_ceiling", {"mode": PowerMode.ECO})]
    states = [event.state for event in events if isinstance(event, RequestChanged)]
    assert [state.name for state in states] == ["QUEUED", "SENT", "ACCEPTED", "STARTED", "COMPLETED"]
    assert request.outcome == "completed"
    assert link.ground.next_deadline_us() is None


@pytest.mark.req("GND-001")
def test_a_refusal_carries_its_reason(link):
    link.satellite.refusal = Refusal.MODE_FORBIDS
    request = link.ground.send("ping")
    link.run()
    assert request.state is RequestState.REJECTED
    assert request.refusal is Refusal.MODE_FORBIDS
    assert request.outcome == "rejected: MODE_FORBIDS"


@pytest.mark.req("GND-002")
def test_a_telecommand_without_any_report_is_unacknowledged(link):
    link.loses_up = True
    request = link.ground.send("ping")
    link.run(4.9)
    assert request.state is RequestState.SENT
    link.run(0.2)
    assert request.outcome == "unacknowledged"


@pytest.mark.req("GND-002")
def test_the_deadline_begins_when_the_telecommand_has_left(link):
    request = link.ground.send("ping")
    link.ground.tick(3_600_000_000)
    assert request.state is RequestState.QUEUED


@pytest.mark.req("GND-003")
@pytest.mark.parametrize("arguments", [{"mode": "FAST"}, {}, {"mode": "ECO", "speed": 1}])
def test_wrong_arguments_raise_and_nothing_is_sent(link, arguments):
    with pytest.raises(EncodeError):
        link.ground.send("set_ceiling", **arguments)
    assert not link.ground.uplink_pending


@pytest.mark.req("GND-003")
def test_a_question_longer_than_a_packet_raises_and_nothing_is_sent(link):
    longest = "x" * (MAX_TC_DATA_OCTETS - len(DICTIONARY.telecommand("ask").encode({"question": "x"})) + 1)
    with pytest.raises(TelecommandTooLong, match="1005 octets"):
        link.ground.ask(longest + "x")
    assert not link.ground.uplink_pending
    assert not link.ground.events()
    link.ground.ask(longest)
    link.run()
    name, arguments = link.satellite.executed[-1]
    assert (name, arguments["question"]) == ("ask", longest)


@pytest.mark.req("GND-004")
def test_an_answer_comes_down(link):
    ask = link.ground.ask("What is the capital of France?", max_tokens=64)
    events = link.run()
    assert ask.answer == "The capital of France is Paris."
    assert ask.token_ids == (0, 1, 2, 3, 4)
    assert ask.is_whole
    assert ask.ended
    assert ask.finish_reason == "stop"
    name, arguments = link.satellite.executed[-1]
    assert (name, arguments["max_tokens"], arguments["question"]) == ("ask", 64, "What is the capital of France?")
    states = [event.state for event in events if isinstance(event, AskChanged)]
    assert states == [AskState.QUEUED, AskState.ANSWERING, AskState.WHOLE]
    pieces = [event.segment.text for event in events if isinstance(event, SegmentReceived) and event.ask is ask]
    assert "".join(pieces) == ask.answer


@pytest.mark.req("GND-008")
def test_reports_and_events_are_decoded(link):
    link.satellite.event("mode_changed", old=PowerMode.STANDBY, new=PowerMode.IDLE, reason=2)
    link.satellite.report("pong")
    event, pong = link.run()
    assert isinstance(event, EventReceived)
    assert event.text == "mode STANDBY → IDLE (QUESTION)"
    assert event.onboard_us is not None
    assert isinstance(pong, ReportReceived)
    assert pong.report.name == "pong"


@pytest.mark.req("GND-009")
def test_what_is_not_in_the_dictionary_is_shown_and_counted(link):
    link.satellite.packet(99, 1, b"?")
    link.satellite.packet(1, 1, b"?")
    link.satellite.packet(17, 2, b"trailing")
    link.satellite.queue.append(bytes.fromhex("0864c000000a") + bytes(11))
    events = link.run()
    assert [type(event) for event in events] == [UnknownPacket] * 4
    assert "(99, 1)" in events[0].reason
    assert link.ground.counters.unknown_packets == link.ground.counters.packets == 4


@pytest.mark.req("GND-009")
def test_reports_about_others_telecommands_are_counted(link):
    request = link.ground.send("ping")
    link.run()
    other = type(request.id)(packet_id=request.id.packet_id, sequence_control=request.id.sequence_control + 1)
    link.satellite.verify(other, VerificationSubtype.ACCEPTED)
    link.run()
    assert link.ground.counters.unmatched_reports == 1


@pytest.mark.req("GND-010")
def test_lost_frames_are_seen_in_the_counts(link):
    link.run()
    for _ in range(3):
        link.satellite.frame()
    events = link.run(0.01)
    assert [event.frames for event in events if isinstance(event, FramesLost)] == [3]
    counters = link.ground.counters
    assert counters.tm.frames_lost == 3
    assert counters.downlink_bytes == 260 * counters.tm.frames
    assert link.ground.clcw is not None


@pytest.mark.req("GND-004")
def test_messages_about_jobs_have_the_fields_of_the_dictionary():
    for name, cls in REPORTS.items():
        assert [field.name for field in fields(cls)] == [f.name for f in DICTIONARY.report(name).parameters.fields]
