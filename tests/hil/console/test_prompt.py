"""The console at a terminal, with a pipe for its keys and a buffer for its screen."""

import io

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from flightsw.payload import PowerMode
from hil.console import SessionError
from hil.console.display import Display
from hil.console.prompt import Prompt

CTRL_D = "\x04"
STALE_US = 60_000_000


@pytest.fixture
def screen(monkeypatch, tmp_path):
    """Runs a prompt on a session; gives its exit code and what was on the screen."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def run(session, keys, at_each_step):
        buffer = io.StringIO()
        output = Vt100_Output(buffer, lambda: Size(rows=40, columns=120), term="xterm")
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=output):
            advance = session.advance

            def step(seconds):
                advance(seconds)
                at_each_step(pipe)

            session.advance = step
            pipe.send_text(keys)
            code = Prompt(session).run()
        return code, buffer.getvalue()

    return run


@pytest.mark.req("CON-010")
def test_a_typed_command_is_sent_and_its_end_shown(screen, session):
    left = []

    def leave_when_done(pipe):
        if session.satellite.executed and not left:
            left.append(pipe.send_text(CTRL_D))

    code, shown = screen(session, "ping\n", leave_when_done)
    assert code == 0
    assert session.satellite.executed == ["ping"]
    assert "ping completed" in shown


@pytest.mark.req("CON-002", "CON-010")
def test_a_line_that_means_nothing_is_answered_and_the_prompt_goes_on(screen, session):
    code, shown = screen(session, "pong\n", lambda pipe: pipe.send_text(CTRL_D))
    assert code == 0
    assert not session.satellite.executed
    assert "did you mean ping?" in shown


@pytest.mark.req("CON-009")
def test_a_link_that_is_lost_ends_the_console(screen, session):
    def lose(pipe):
        raise SessionError("/dev/ttyUSB0: gone")

    code, shown = screen(session, "", lose)
    assert code == 1
    assert "/dev/ttyUSB0: gone" in shown


@pytest.mark.req("CON-010")
def test_the_toolbar_tells_mode_charge_and_link(session):
    display = Display()
    assert display.toolbar(session.station, 0) == "nothing heard yet"
    session.satellite.report(
        "power", mode=PowerMode.ECO, ceiling=PowerMode.BURST, charge_permille=874, load_mw=5123, sunlight=True
    )
    session.advance(0.1)
    for event in session.events():
        display.show(event)
    shown = display.toolbar(session.station, session.now_us)
    assert shown == "ECO (ceiling BURST)   battery 87.4 %, sunlit   load 5.123 W   link up"
    assert "nothing heard for 59 s" in display.toolbar(session.station, STALE_US)
