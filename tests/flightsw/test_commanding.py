"""What becomes of a telecommand: refused with its reason, or carried out, and reported as its sender asked."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flightsw import Completion
from flightsw.ccsds import TcSender, with_crc
from flightsw.commanding import MAX_WAITING
from flightsw.mission import DICTIONARY, Housekeeping
from flightsw.payload import PowerMode, Refusal, Threshold
from flightsw.pus import AckFlags, RequestId, TcPacket

World = Any
ACCEPTED, STARTED, COMPLETED = ("ACCEPTED", None), ("STARTED", None), ("COMPLETED", None)


def refused(refusal: Refusal) -> list[tuple[str, int | None]]:
    return [("ACCEPTANCE_FAILED", refusal)]


def raw(world: World, packet: bytes) -> RequestId:
    """Uplink octets as they are; the request id that reports about them carry."""
    world.fsw.receive("ground", world.sender.cltu(packet))
    return RequestId.decode(packet[:4])


@pytest.mark.req("FSW-004")
@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        (AckFlags.NONE, []),
        (AckFlags.ACCEPTANCE, [ACCEPTED]),
        (AckFlags.START, [STARTED]),
        (AckFlags.PROGRESS, []),
        (AckFlags.COMPLETION, [COMPLETED]),
        (AckFlags(15), [ACCEPTED, STARTED, COMPLETED]),
    ],
)
def test_each_acknowledgement_flag_asks_for_its_report(world: World, ack: AckFlags, expected: list[Any]) -> None:
    pinged = world.send("ping", ack)
    world.run(0.1)
    assert world.verifications(pinged) == expected
    assert world.named("pong") == [{}]


@pytest.mark.req("FSW-004")
def test_a_failure_is_reported_to_whoever_asked_for_nothing(world: World) -> None:
    asked = world.send("cancel", AckFlags.NONE, job=99)
    world.run(0.1)
    assert world.verifications(asked) == refused(Refusal.UNKNOWN_JOB)


@pytest.mark.req("FSW-003")
def test_a_packet_whose_crc_is_wrong_is_rejected(world: World) -> None:
    packet = TcPacket(apid=world.mission.spacecraft.apid, seq_count=7, service=17, subtype=1).encode()
    id = raw(world, packet[:-1] + bytes([packet[-1] ^ 1]))
    world.run(0.1)
    assert world.verifications(id) == refused(Refusal.BAD_PACKET)
    assert world.named("pong") == []


@pytest.mark.req("FSW-003")
def test_a_packet_for_another_application_is_not_routed(world: World) -> None:
    id = raw(world, TcPacket(apid=5, seq_count=7, service=17, subtype=1).encode())
    world.run(0.1)
    assert world.verifications(id) == [("ROUTING_FAILED", Refusal.UNKNOWN_APID)]


@pytest.mark.req("FSW-003")
def test_telemetry_sent_up_is_rejected(world: World) -> None:
    packet = bytearray(TcPacket(apid=world.mission.spacecraft.apid, seq_count=7, service=17, subtype=1).encode())
    packet[0] &= 0xEF
    id = raw(world, with_crc(bytes(packet[:-2])))
    world.run(0.1)
    assert world.verifications(id) == refused(Refusal.BAD_PACKET)


@pytest.mark.req("FSW-003")
@pytest.mark.parametrize(
    ("service", "subtype", "data", "refusal"),
    [
        (200, 1, b"", Refusal.UNKNOWN_COMMAND),
        (17, 9, b"", Refusal.UNKNOWN_COMMAND),
        (8, 1, b"", Refusal.UNKNOWN_COMMAND),
        (8, 1, b"\xee", Refusal.UNKNOWN_COMMAND),
        (17, 1, b"\x00", Refusal.BAD_ARGUMENT),
        (128, 1, b"", Refusal.BAD_ARGUMENT),
        (128, 1, b"\x00\x00question", Refusal.BAD_ARGUMENT),
        (128, 1, b"\x00\x05\xff\xfe", Refusal.BAD_ARGUMENT),
        (8, 1, b"\x01\x63", Refusal.BAD_ARGUMENT),
        (3, 27, b"\x63", Refusal.BAD_ARGUMENT),
        (5, 5, b"\xff\xff", Refusal.BAD_ARGUMENT),
    ],
)
def test_what_is_not_in_the_dictionary_is_rejected(
    world: World, service: int, subtype: int, data: bytes, refusal: Refusal
) -> None:
    id = world.send_packet(service, subtype, data)
    world.run(0.1)
    assert world.verifications(id) == refused(refusal)


@pytest.mark.req("FSW-003")
def test_a_flood_of_telecommands_is_bounded(world: World) -> None:
    sender = TcSender(world.mission.spacecraft.scid, world.mission.spacecraft.tc_vcid)
    packet = TcPacket(apid=world.mission.spacecraft.apid, seq_count=1, service=17, subtype=1).encode()
    world.fsw.receive("ground", sender.cltu(packet) * 3 * MAX_WAITING)
    world.run(1)
    assert len(world.named("pong")) == MAX_WAITING


@pytest.mark.req("FSW-018")
@pytest.mark.parametrize("mode", [PowerMode.SAFE, PowerMode.SURVIVAL])
def test_asking_in_safe_is_refused_with_the_reason(make_world: Callable[..., World], mode: PowerMode) -> None:
    world = make_world(records={"safe": json.dumps([mode.name, "GROUND"])})
    world.run(1)
    asked = world.send("ask", question="What?")
    world.run(0.1)
    assert world.verifications(asked) == refused(Refusal.MODE_FORBIDS)


@pytest.mark.req("FSW-018")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"battery_charge_permille": 399}, Refusal.LOW_CHARGE),
        ({"temperature_centidegc": 4501}, Refusal.HOT),
    ],
)
def test_a_question_that_can_not_be_answered_now_is_refused(
    world: World, changes: dict[str, int], refusal: Refusal
) -> None:
    world.sense(**changes)
    world.run(1.5)
    asked = world.send("ask", question="What?")
    world.run(0.1)
    assert world.verifications(asked) == refused(refusal)


@pytest.mark.req("FSW-018")
def test_a_low_ceiling_refuses_questions_and_survives_a_restart(world: World) -> None:
    world.send("set_ceiling", mode="IDLE")
    world.run(0.1)
    world.boot()
    world.run(1.5)
    asked = world.send("ask", question="What?")
    world.run(0.1)
    assert world.verifications(asked) == refused(Refusal.CEILING_FORBIDS)


@pytest.mark.req("FSW-018")
def test_a_ceiling_of_safe_is_safe_until_it_is_raised_and_safe_left(world: World) -> None:
    world.run(1.5)
    world.send("set_ceiling", mode="SAFE")
    world.run(0.5)
    assert world.fsw.mode.observed.mode is PowerMode.SAFE
    asked, left = world.send("ask", question="What?"), world.send("leave_safe")
    world.run(0.1)
    assert world.verifications(asked) == refused(Refusal.MODE_FORBIDS)
    assert world.verifications(left) == refused(Refusal.CEILING_FORBIDS)
    world.boot()
    world.run(1.5)
    assert world.fsw.mode.observed.mode is PowerMode.SAFE
    world.send("set_ceiling", mode="NOMINAL")
    world.run(0.5)
    assert world.fsw.mode.observed.mode is PowerMode.SAFE
    world.send("leave_safe")
    world.run(0.5)
    assert world.fsw.mode.observed.mode is PowerMode.STANDBY


@pytest.mark.req("FSW-018")
def test_survival_is_no_ceiling(world: World) -> None:
    asked = world.send("set_ceiling", mode="SURVIVAL")
    world.run(0.1)
    assert world.verifications(asked) == refused(Refusal.BAD_ARGUMENT)


@pytest.mark.req("FSW-018")
def test_a_full_queue_refuses(world: World) -> None:
    limit = world.mission.jobs.queue_length
    world.engine.prompt_tokens = 1000
    asked = [world.send("ask", question="What?") for _ in range(limit + 1)]
    world.run(0.1)
    assert world.verifications(asked[limit - 1])[-1] == COMPLETED
    assert world.verifications(asked[limit]) == refused(Refusal.QUEUE_FULL)
    assert [report["job"] for report in world.named("ask_accepted")] == list(range(1, limit + 1))


@pytest.mark.req("FSW-005")
def test_nothing_follows_from_a_record_before_it_is_durable(world: World) -> None:
    asked = world.send("ask", question="What?")
    now_us = (world.now_ms + 1) * 1000
    world.fsw.tick(now_us)
    stores = world.fsw.effects()
    assert {store.key for store in stores} == {"job/0000000001", "jobs"}
    world.now_ms += 1
    world._pull()
    assert world.verifications(asked) == [ACCEPTED, STARTED]
    assert world.fsw.next_deadline_us() is None
    world.send("ping")
    world.fsw.tick(now_us + 5_000_000)
    world._pull()
    assert world.named("pong") == []
    for store in stores:
        world.records[store.key] = store.value
        world.fsw.notify(Completion(id=store.id, is_stored=True))
    world.now_ms += 5000
    world.run(0.1)
    assert world.verifications(asked) == [ACCEPTED, STARTED, COMPLETED]
    assert [report["job"] for report in world.named("ask_accepted")] == [1]
    assert world.named("pong") == [{}]


@pytest.mark.req("FSW-006")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ask", {"question": "What?"}),
        ("set_ceiling", {"mode": "ECO"}),
        ("set_threshold", {"mode": "ECO", "threshold": "ENTER_CHARGE_PERMILLE", "value": 450}),
        ("set_time", {"time_us": 10**15}),
        ("restart", {}),
    ],
)
def test_a_command_that_can_not_be_stored_fails_and_changes_nothing(
    world: World, name: str, arguments: dict[str, Any]
) -> None:
    before = world.fsw.mode.commanded, world.fsw.mode.ceiling, dict(world.records)
    world.store_works = False
    sent = world.send(name, **arguments)
    world.run(5)
    assert world.verifications(sent) == [ACCEPTED, STARTED, ("COMPLETION_FAILED", Refusal.STORE_FAILED)]
    assert [event["fault"].name for event in world.named("store_fault")] == ["WRITE_FAILED"]
    assert (world.fsw.mode.commanded, world.fsw.mode.ceiling, world.records) == before
    world.store_works = True
    asked = world.send("ask", question="What?")
    world.run(0.1)
    assert world.verifications(asked)[-1] == COMPLETED
    assert world.named("ask_accepted")[-1]["job"] == 1


@pytest.mark.req("FSW-006")
def test_the_end_of_an_answer_waits_until_it_is_durable(world: World) -> None:
    world.send("ask", question="What?")
    world.until(lambda: world.named("first_token"))
    world.store_works = False
    world.run(5)
    assert world.named("answer_end") == []
    assert world.named("store_fault")
    world.store_works = True
    world.run(2)
    assert [end["end_reason"].name for end in world.named("answer_end")] == ["STOP"]
    assert '"state":3' in world.records["job/0000000001"]


@pytest.mark.req("FSW-034")
def test_safe_is_entered_though_it_can_not_be_stored_and_is_kept_once_it_can(world: World) -> None:
    world.store_works = False
    sent = world.send("enter_safe")
    world.run(5)
    assert world.verifications(sent) == [ACCEPTED, STARTED, COMPLETED]
    assert (world.mode, "safe" in world.records) == ("SAFE", False)
    world.store_works = True
    world.run(2)
    assert world.records["safe"] == '["SAFE","GROUND"]'


@pytest.mark.req("FSW-006")
def test_a_store_that_never_works_is_said_once(make_world: Callable[..., World]) -> None:
    world = make_world(store_works=False)
    world.run(30)
    assert len(world.named("store_fault")) == 1
    assert world.mode == "STANDBY"
    world.store_works = True
    world.run(2)
    assert set(world.records) == {"boot"}


@pytest.mark.req("FSW-019")
def test_jobs_run_in_turn_without_a_power_cycle_and_are_reported(world: World) -> None:
    for _ in range(3):
        world.send("ask", question="What?", max_tokens=3)
    world.until(lambda: world.named("job_started"))
    world.send("job_status", job=1)
    world.send("job_status", job=3)
    world.until(lambda: len(world.named("answer_end")) == 3)
    first, third = world.named("job_report")
    assert (first["state"].name, first["position"]) == ("RUNNING", 0)
    assert (third["state"].name, third["position"]) == ("QUEUED", 2)
    assert [end["end_reason"].name for end in world.named("answer_end")] == ["LENGTH"] * 3
    assert len(world.named("computer_ready")) == 1


@pytest.mark.req("PWR-017")
def test_a_question_is_refused_that_may_miss_its_deadline(world: World) -> None:
    world.run(1)
    late = world.send("ask", question="What?", max_tokens=64, deadline_s=20)
    in_time = world.send("ask", question="What?", max_tokens=64, deadline_s=23)
    world.until(lambda: world.named("answer_end"))
    assert world.verifications(late) == refused(Refusal.TOO_LATE)
    assert world.verifications(in_time) == [ACCEPTED, STARTED, COMPLETED]


@pytest.mark.req("FSW-019")
def test_a_running_job_is_cancelled_and_the_next_one_begins(world: World) -> None:
    world.engine.words = ("word ",) * 200
    world.send("ask", question="What?", max_tokens=200)
    world.send("ask", question="And?", max_tokens=2)
    world.until(lambda: len(world.named("answer_segment")) > 3)
    cancelled = world.send("cancel", job=1)
    world.until(lambda: len(world.named("answer_end")) == 2)
    assert world.verifications(cancelled) == [ACCEPTED, STARTED, COMPLETED]
    first, second = world.named("answer_end")
    assert (first["job"], first["end_reason"].name) == (1, "CANCELLED")
    assert first["segments"] == len([s for s in world.named("answer_segment") if s["job"] == 1])
    assert first["energy_mj"] > 0
    assert (second["job"], second["end_reason"].name) == (2, "LENGTH")


@pytest.mark.req("FSW-019")
def test_a_queued_job_is_cancelled_and_the_payload_stays_or_goes_off(world: World) -> None:
    world.send("ask", question="What?")
    world.send("cancel", job=1)
    world.run(10)
    assert [end["end_reason"].name for end in world.named("answer_end")] == ["CANCELLED"]
    again = world.send("cancel", job=1)
    world.run(0.1)
    assert world.verifications(again) == refused(Refusal.JOB_ENDED)
    assert (world.mode, world.controller.rails) == ("STANDBY", 0)


@pytest.mark.req("FSW-019")
def test_segments_are_sent_again_even_after_a_restart(world: World) -> None:
    world.send("ask", question="What?")
    world.until(lambda: world.named("answer_end"))
    segments, [end] = world.named("answer_segment"), world.named("answer_end")
    world.until(lambda: world.mode == "STANDBY")
    world.boot()
    world.heard.clear()
    world.run(1)
    world.send("resend", job=1, first=2, count=2)
    world.send("resend", job=1, first=60_000, count=9)
    world.run(0.1)
    assert world.named("answer_segment") == segments[2:4]
    assert world.named("answer_end") == [end, end]
    missing = world.send("resend", job=2, first=0, count=1)
    world.run(0.1)
    assert world.verifications(missing) == refused(Refusal.UNKNOWN_JOB)


@pytest.mark.req("FSW-007")
def test_housekeeping_comes_in_time_on_request_and_not_when_disabled(world: World) -> None:
    world.heard.clear()
    world.run(10)
    assert (len(world.named("power")), len(world.named("payload")), len(world.named("software"))) == (10, 10, 1)
    world.send("disable_housekeeping", structure=Housekeeping.POWER)
    world.run(0.1)
    world.heard.clear()
    world.send("report_housekeeping", structure=Housekeeping.POWER)
    world.run(5)
    assert len(world.named("power")) == 1
    world.send("enable_housekeeping", structure=Housekeeping.POWER)
    world.run(5.1)
    assert len(world.named("power")) == 6


@pytest.mark.req("FSW-007")
def test_a_structure_that_is_only_planned_on_request_can_be_enabled(make_world: Callable[..., World], mission) -> None:
    plan = replace(mission.housekeeping, power_ms=0)
    world = make_world(mission=replace(mission, housekeeping=plan))
    world.run(15)
    assert world.named("power") == []
    world.send("enable_housekeeping", structure=Housekeeping.POWER)
    world.run(10.1)
    assert len(world.named("power")) == 1


@pytest.mark.req("FSW-007")
def test_housekeeping_shows_what_the_boards_show(world: World) -> None:
    world.engine.words = ("word ",) * 100
    world.send("ask", question="What?")
    world.until(lambda: world.named("first_token"))
    world.until(lambda: world.named("payload")[-1]["generated_tokens"])
    power, payload = world.named("power")[-1], world.named("payload")[-1]
    assert (power["mode"], power["commanded"], power["ceiling"]) == (PowerMode.NOMINAL,) * 3
    assert (power["battery_mv"], power["charge_permille"], power["sunlight"]) == (8200, 900, True)
    assert (payload["rails"], payload["power_good"], payload["rail7_mv"]) == (255, 255, 12000)
    world.run(10)
    software = world.named("software")[-1]
    assert (software["frames_accepted"], software["last_job"], software["link_errors"]) == (1, 1, 0)


@pytest.mark.req("FSW-008")
def test_an_event_can_be_silenced_and_heard_again(world: World) -> None:
    event = DICTIONARY.event("job_started")
    world.send("disable_event", event=event.id)
    world.send("ask", question="What?", max_tokens=2)
    world.until(lambda: world.named("answer_end"))
    assert world.named("job_started") == []
    assert world.named("job_ended")
    world.send("enable_event", event=event.id)
    world.send("ask", question="What?", max_tokens=2)
    world.until(lambda: len(world.named("answer_end")) == 2)
    assert len(world.named("job_started")) == 1


@pytest.mark.req("FSW-022")
def test_the_limits_of_safe_and_survival_can_be_changed_too(world: World) -> None:
    limits = [("SURVIVAL", "EXIT_CHARGE_PERMILLE", 300), ("SAFE", "ENTER_CHARGE_PERMILLE", 250)]
    good = [world.send("set_threshold", mode=mode, threshold=name, value=value) for mode, name, value in limits]
    bad = world.send("set_threshold", mode="SURVIVAL", threshold=Threshold.ENTER_CHARGE_PERMILLE, value=40)
    world.run(0.1)
    assert [world.verifications(request)[-1] for request in good] == [COMPLETED, COMPLETED]
    assert world.verifications(bad)[-1] == ("ACCEPTANCE_FAILED", Refusal.BAD_ARGUMENT)
    world.boot()
    world.run(5)
    assert world.named("thresholds_rejected") == []
    assert json.loads(world.records["thresholds"])["SAFE"]["ENTER_CHARGE_PERMILLE"] == 250


@pytest.mark.req("FSW-022")
def test_no_limit_changes_under_a_payload_that_is_lit(world: World) -> None:
    world.send("ask", question="What?")
    world.until(lambda: world.named("first_token"))
    request = world.send("set_threshold", mode="ECO", threshold=Threshold.ENTER_CHARGE_PERMILLE, value=450)
    world.run(0.1)
    assert world.verifications(request)[-1] == ("ACCEPTANCE_FAILED", Refusal.MODE_FORBIDS)


@pytest.mark.req("FSW-022")
def test_thresholds_are_checked_kept_and_changed_even_in_safe(world: World) -> None:
    world.send("enter_safe")
    good = world.send("set_threshold", mode="ECO", threshold=Threshold.ENTER_CHARGE_PERMILLE, value=950)
    bad = world.send("set_threshold", mode="ECO", threshold=Threshold.ENTER_CHARGE_PERMILLE, value=300)
    none = world.send("set_threshold", mode="SAFE", threshold=Threshold.ENTER_CHARGE_PERMILLE, value=500)
    world.run(0.1)
    assert world.verifications(good)[-1] == COMPLETED
    assert world.verifications(bad) == refused(Refusal.BAD_ARGUMENT)
    assert world.verifications(none) == refused(Refusal.BAD_ARGUMENT)
    world.boot()
    world.run(1.5)
    world.send("leave_safe")
    world.run(0.1)
    asked = world.send("ask", question="What?")
    world.run(0.1)
    assert world.verifications(asked) == refused(Refusal.LOW_CHARGE)


@pytest.mark.req("FSW-018")
def test_safe_is_entered_and_left_by_ground_and_survives_a_restart(world: World) -> None:
    world.send("ask", question="What?")
    world.until(lambda: world.named("first_token"))
    world.send("enter_safe")
    world.until(lambda: world.mode == "SAFE")
    assert world.controller.rails == 0
    assert [(e["cause"].name) for e in world.named("job_interrupted")] == ["GROUND"]
    world.boot()
    world.run(30)
    assert world.mode == "SAFE"
    left = world.send("leave_safe")
    world.run(1)
    assert (world.verifications(left)[-1], world.mode) == (COMPLETED, "STANDBY")
    again = world.send("leave_safe")
    world.run(0.1)
    assert world.verifications(again) == refused(Refusal.MODE_FORBIDS)
    world.boot()
    world.run(1)
    assert world.mode == "STANDBY"


@pytest.mark.req("FSW-018")
def test_safe_is_not_left_with_a_low_battery(world: World) -> None:
    world.send("enter_safe")
    world.sense(battery_charge_permille=200)
    world.run(2)
    left = world.send("leave_safe")
    world.run(0.1)
    assert world.verifications(left) == refused(Refusal.LOW_CHARGE)


@pytest.mark.req("FSW-023")
def test_a_restart_is_clean_and_says_so_first(world: World) -> None:
    restarted = world.send("restart")
    world.run(5)
    assert world.verifications(restarted) == [ACCEPTED, STARTED, COMPLETED]
    assert world.names().index("restarting") < len(world.names()) - 1 - world.names()[::-1].index("boot")
    assert [event["unclean_boots"] for event in world.named("boot")] == [0, 0]
    assert world.mode == "STANDBY"


@pytest.mark.req("FSW-024")
def test_on_board_time_is_an_offset_that_is_kept(world: World) -> None:
    time_us = 2_000_000_000_000_000
    world.send("set_time", time_us=time_us)
    world.run(0.1)
    world.send("ping")
    world.run(0.1)
    world.boot()
    world.run(0.1)
    world.send("ping")
    world.run(0.1)
    times = [heard.packet.time_us - time_us for heard in world.heard if heard.name == "pong"]
    assert times == [pytest.approx(100_000, abs=20), pytest.approx(300_000, abs=20)]
    late = world.send("set_time", time_us=2**32 * 1_000_000)
    world.run(0.1)
    assert world.verifications(late) == refused(Refusal.BAD_ARGUMENT)
