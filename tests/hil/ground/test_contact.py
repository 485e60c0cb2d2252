"""Passes: out of contact nothing is given up, and nothing is lost that was cut off."""

from math import inf

import pytest

from hil.ground import ContactChanged, RequestState
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
