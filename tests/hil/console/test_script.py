import pytest

from flightsw.payload import PowerMode


@pytest.mark.req("CON-005")
def test_each_line_is_waited_for_before_the_next(run_script):
    ran = run_script("ping", "", "# a comment", "set_ceiling ECO")
    assert ran.code == 0
    assert ran.session.satellite.executed == ["ping", "set_ceiling"]
    assert [line.split("s  ")[1] for line in ran.out.splitlines()] == ["ping completed", "set_ceiling completed"]
    assert not ran.errors


@pytest.mark.req("CON-005")
def test_open_answers_are_waited_for_at_the_end(run_script):
    ran = run_script("ask What is the capital of France?")
    assert ran.code == 0
    assert "answer 1 is whole: stop, 2 tokens" in ran.out
    assert ran.out.splitlines()[-1].strip() == "Paris."


@pytest.mark.req("CON-006")
def test_a_refused_request_is_exit_code_1_with_its_reason(run_script, session):
    session.satellite.refuses = "enter_safe"
    ran = run_script("enter_safe", "ping")
    assert ran.code == 1
    assert "enter_safe rejected: MODE_FORBIDS" in ran.out
    assert ran.session.satellite.executed[-1] == "ping"


@pytest.mark.req("CON-006")
def test_an_unacknowledged_request_and_question_are_exit_code_1(run_script, session):
    session.is_up = False
    ran = run_script("ping", "ask Why?")
    assert ran.code == 1
    assert "ping unacknowledged" in ran.out
    assert "question unacknowledged" in ran.out


@pytest.mark.req("CON-006")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pong", "line 2: there is no command pong; did you mean ping?"),
        ("wait forever", "line 2: wait: forever is neither a number of seconds nor `answer`"),
        (f"ask {'x' * 2000}", "line 2: ask: 20"),
    ],
)
def test_a_line_that_means_nothing_ends_the_script_with_exit_code_2(run_script, line, message):
    ran = run_script("ping", line, "restart")
    assert ran.code == 2
    assert ran.errors.startswith(message)
    assert ran.errors.count("\n") == 1
    assert ran.session.satellite.executed == ["ping"]


@pytest.mark.req("CON-005")
def test_wait_lets_time_pass(run_script):
    before_us = run_script().session.now_us
    assert run_script("wait 2.5").session.now_us == before_us + 2_500_000


@pytest.mark.req("CON-005")
def test_nothing_is_sent_before_the_satellite_is_heard(run_script, session):
    session.silent_until_us = 3_000_000
    ran = run_script("ping")
    assert ran.code == 0
    assert ran.out == "    3.010 s  ping completed\n"
    session.silent_until_us = 1 << 60
    assert run_script("ping").code == 1


@pytest.mark.req("CON-005")
def test_quit_leaves_without_waiting(run_script):
    ran = run_script("quit", "ping")
    assert ran.code == 0
    assert not ran.session.satellite.executed


@pytest.mark.req("CON-007")
def test_json_is_one_object_a_line(run_script, session):
    session.satellite.event("mode_changed", old=PowerMode.STANDBY, new=PowerMode.IDLE, reason=2)
    ran = run_script("ask What is the capital of France?", "help wait", is_json=True)
    assert ran.code == 0
    types = [each["type"] for each in ran.objects]
    assert {"request", "ask", "segment", "event", "report", "text"} == set(types)
    event = next(each for each in ran.objects if each["type"] == "event")
    assert event["parameters"] == {"old": "STANDBY", "new": "IDLE", "reason": "QUESTION"}
    whole = next(each for each in ran.objects if each["type"] == "ask" and each["state"] == "WHOLE")
    assert whole["answer"] == "Paris."
    assert whole["finish_reason"] == "stop"


@pytest.mark.req("CON-008")
def test_housekeeping_is_shown_when_it_says_something_new(run_script, session):
    session.satellite.report("power", mode=PowerMode.STANDBY, charge_permille=900)
    session.satellite.report("power", mode=PowerMode.STANDBY, charge_permille=899)
    session.satellite.report("power", mode=PowerMode.ECO, charge_permille=898)
    shown = [line for line in run_script("wait 1").out.splitlines() if "power" in line]
    assert len(shown) == 2
    assert shown[1].endswith("power  mode ECO")


@pytest.mark.req("CON-008")
def test_housekeeping_that_was_asked_for_is_shown_in_full(run_script):
    out = run_script("report_housekeeping POWER", "report_housekeeping POWER", "status").out
    assert out.count("ceiling BURST") >= 2
    assert "battery 0.000 V" in out
    assert "frames lost" in out


@pytest.mark.req("CON-008")
def test_events_are_shown_in_words(run_script, session):
    session.satellite.event("rail_on", rail=2, voltage_mv=4987)
    assert "rail 2 is good at 4987 mV" in run_script("wait 0.1").out
