"""The console on ports: a pty whose other end is a satellite end in this process."""

import os
import pty
import tty
from collections.abc import Iterator

import pytest

from flightsw.mission import load_mission
from hil.console import PortSession, SessionError
from hil.ground import GroundStation, RequestState

DEADLINE_S = 30.0


@pytest.fixture
def port() -> Iterator[tuple[int, str]]:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    os.close(theirs)
    os.close(ours)


@pytest.mark.freerun
@pytest.mark.req("CON-009")
def test_a_telecommand_over_a_port(port, satellite_on):
    end, name = port
    with satellite_on(end):
        session = PortSession(GroundStation(load_mission(None)), name)
        request = session.station.send("ping")
        while request.is_waiting and session.now_us < DEADLINE_S * 1e6:
            session.advance(0.02)
        session.close()
    assert request.state is RequestState.COMPLETED
    assert session.events()


@pytest.mark.req("CON-009")
@pytest.mark.parametrize("url", ["/dev/no-such-port", "nonsense://x"])
def test_a_port_that_does_not_exist_is_one_line(url):
    with pytest.raises(SessionError, match=rf"^{url}: [^\n]+$"):
        PortSession(GroundStation(load_mission(None)), url)


@pytest.mark.freerun
@pytest.mark.req("CON-009")
def test_a_port_that_goes_away_is_one_line():
    ours, theirs = pty.openpty()
    session = PortSession(GroundStation(load_mission(None)), os.ttyname(theirs))
    os.close(theirs)
    os.close(ours)
    with pytest.raises(SessionError, match=r"^/dev/"):
        session.advance(1)
    session.close()
