"""Passes: out of contact nothing is given up, and nothing is lost that was cut off."""

from math import inf

import pytest

from hil.ground import ContactChanged, PassTooShort, RequestState
from hil.ground.uplink import ACQUISITION

WHOLE = "The capital of France is Paris."


@pytest.mark.req("GND-011")
def test_no_timeout_runs_out_of_contact(link) -> None:
    link.loses = lambda _: True
    ping = link.ground.send("ping")
    link.run(3)
    link.ground.tick(link.now_us)
    link.ground.lose()
    assert link.ground.next_deadline_us() is None
    link.is_up_open = False
    link.run(3600)
    assert ping.state is RequestState.SENT
    link.ground.tick(link.now_us)
    link.ground.acquire("Inuvik")
    link.run(1.5)
    assert ping.state is RequestState.SENT
    link.run(1)
    assert ping.state is RequestState.UNACKNOWLEDGED


@pytest.mark.req("GND-011")
def test_an_answer_is_got_back_in_the_next_pass(link) -> None:
    link.loses = lambda frame: frame > 2
    ask = link.ground.ask("What is the capital of France?")
    link.run(1)
    link.ground.lose()
    link.is_up_open = False
    link.run(5400)
    assert not ask.ended
    link.loses = lambda _: False
    link.is_up_open = True
    link.ground.acquire("Inuvik")
    link.run(60)
    assert ask.answer == WHOLE


@pytest.mark.req("GND-011")
def test_a_telecommand_that_is_cut_off_leaves_anew(link) -> None:
    ping = link.ground.send("ping")
    whole = link.ground.uplink_pending
    link.satellite.receive(link.ground.transmit(whole // 2))
    link.ground.lose()
    assert (ping.state, link.ground.uplink_pending) == (RequestState.SENT, whole + len(ACQUISITION))
    link.ground.acquire("Inuvik")
    link.run(1)
    assert ping.state is RequestState.COMPLETED


@pytest.mark.req("GND-012")
@pytest.mark.parametrize(("left_s", "within_s", "deadline_s"), [(90, inf, 88), (500, 120, 120), (3.9, inf, 1)])
def test_a_question_for_this_pass_has_its_end_as_deadline(link, left_s, within_s, deadline_s) -> None:
    link.ground.acquire("Inuvik", round(left_s * 1e6))
    ask = link.ground.ask_in_pass("What is the capital of France?", within_s=within_s)
    assert ask.request.arguments["deadline_s"] == deadline_s
    link.run(2)
    assert ask.answer == WHOLE


@pytest.mark.req("GND-012")
def test_a_pass_that_is_over_takes_no_question(link) -> None:
    link.ground.acquire("Inuvik", 2_500_000)
    with pytest.raises(PassTooShort, match=r"the pass ends in 2\.5 s"):
        link.ground.ask_in_pass("What?")
    link.ground.lose()
    with pytest.raises(PassTooShort, match=r"0\.0 s"):
        link.ground.ask_in_pass("What?")
    assert not link.ground.uplink_pending


@pytest.mark.req("GND-011")
def test_contact_is_told_once_a_change(link) -> None:
    link.ground.lose()
    link.ground.lose()
    link.ground.acquire("Inuvik")
    link.ground.acquire("Awarua")
    assert link.ground.contact_left_s == inf
    link.ground.acquire("Awarua", link.now_us + 90_000_000)
    assert link.ground.contact_left_s == 90
    link.ground.lose()
    assert link.ground.contact_left_s == 0
    link.ground.acquire("Awarua")
    stations = [event.station for event in link.ground.events() if isinstance(event, ContactChanged)]
    assert stations == [None, "Inuvik", "Awarua", "Awarua", None, "Awarua"]
    assert link.ground.has_contact
