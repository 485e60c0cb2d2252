from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.mission import DICTIONARY, Housekeeping
from flightsw.payload import PowerMode, Threshold
from hil.console.commands import commands
from hil.console.help import help_text
from hil.console.parser import CommandError, complete, parse, usage

KNOWN = commands()


@pytest.mark.req("CON-001")
@pytest.mark.parametrize(
    ("line", "name", "arguments"),
    [
        ("ping", "ping", {}),
        ("  ping  ", "ping", {}),
        ("set_ceiling ECO", "set_ceiling", {"mode": PowerMode.ECO}),
        ("set_ceiling eco", "set_ceiling", {"mode": PowerMode.ECO}),
        ("set_ceiling mode=ECO", "set_ceiling", {"mode": PowerMode.ECO}),
        ('set_ceiling mode="eco"', "set_ceiling", {"mode": PowerMode.ECO}),
        ("report_housekeeping power", "report_housekeeping", {"structure": Housekeeping.POWER}),
        ("resend 7 0 3", "resend", {"job": 7, "first": 0, "count": 3}),
        ("resend 7 count=3 first=0", "resend", {"job": 7, "first": 0, "count": 3}),
        ("resend 0x10 first=1 2", "resend", {"job": 16, "first": 1, "count": 2}),
        (
            "set_threshold ECO shed_charge_permille -5",
            "set_threshold",
            {"mode": PowerMode.ECO, "threshold": Threshold.SHED_CHARGE_PERMILLE, "value": -5},
        ),
        ("ask Why is the sky blue?", "ask", {"max_tokens": 128, "question": "Why is the sky blue?"}),
        ("ask  What's  this?  ", "ask", {"max_tokens": 128, "question": "What's  this?"}),
        ("ask max_tokens=64 Is x=3?", "ask", {"max_tokens": 64, "question": "Is x=3?"}),
        ('ask max_tokens=64 question="Why \\"me\\"?"', "ask", {"max_tokens": 64, "question": 'Why "me"?'}),
        ('ask question="Why?" max_tokens=64', "ask", {"max_tokens": 64, "question": "Why?"}),
        ('ask "Why?" max_tokens=64', "ask", {"max_tokens": 64, "question": "Why?"}),
        ('ask "Why?"', "ask", {"max_tokens": 128, "question": "Why?"}),
        ('ask "Yes" or "no"?', "ask", {"max_tokens": 128, "question": '"Yes" or "no"?'}),
        ('ask Say "yes', "ask", {"max_tokens": 128, "question": 'Say "yes'}),
        ("ask Был ли?", "ask", {"max_tokens": 128, "question": "Был ли?"}),
        ("help", "help", {"command": ""}),
        ("help ask", "help", {"command": "ask"}),
        ("wait 2.5", "wait", {"what": "2.5"}),
    ],
)
def test_lines_that_mean_something(line, name, arguments):
    parsed = parse(line, KNOWN)
    assert parsed.command.name == name
    defaults = {field.name: field.default for field in parsed.command.arguments.fields if field.default is not None}
    assert parsed.arguments == defaults | arguments


@pytest.mark.req("CON-002")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("set_cieling ECO", "no command set_cieling; did you mean set_ceiling?"),
        ("xyzzy", "no command xyzzy; `help` lists them all"),
        ("set_ceiling", "mode: missing; usage: set_ceiling mode"),
        ("set_ceiling EKO", "mode can't be EKO; did you mean ECO?"),
        ("set_ceiling fast", "mode can't be fast; it is one of SURVIVAL, .*BURST"),
        ("set_ceiling ECO now", "now is one too many; usage: set_ceiling mode"),
        ("set_ceiling mode=ECO mode=IDLE", "mode is given twice"),
        ("set_ceiling level=ECO", "set_ceiling has no argument level; usage"),
        ("ask max_token=64 Why?", "ask has no argument max_token; did you mean max_tokens?"),
        ("ask max_tokens=many Why?", "max_tokens: many is not a whole number from 1 to 1024"),
        ("ask max_tokens=0 Why?", "max_tokens: 0 is not a whole number from 1 to 1024"),
        ("ask", "question: missing"),
        ('ask question="Why?', "quote .* is not closed"),
        ('ask ""', "question: is empty"),
        ("cancel -1", "job: -1 is not a whole number from 0"),
        ("wait", "what: missing; usage: wait what…"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(line, message):
    with pytest.raises(CommandError, match=message):
        parse(line, KNOWN)


def texts(line):
    return [candidate.text for candidate in complete(line, KNOWN)]


@pytest.mark.req("CON-003")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("set_c", ["set_ceiling"]),
        ("  set_c", ["set_ceiling"]),
        ("nothing", []),
        ("nothing at", []),
        ("set_ceiling ", [*(mode.name for mode in PowerMode), "mode="]),
        ("set_ceiling e", ["ECO"]),
        ("set_ceiling m", ["mode="]),
        ("set_ceiling mode=n", ["NOMINAL"]),
        ("set_ceiling ECO ", []),
        ("set_threshold ECO enter_c", ["ENTER_CHARGE_PERMILLE"]),
        ("ask m", ["max_tokens="]),
        ("ask max_tokens=64 q", ["question="]),
        ("ask Why ", []),
        ("help res", ["resend", "restart"]),
        ("help resend ", []),
        ("ping ", []),
    ],
)
def test_completion(line, expected):
    assert texts(line) == expected


@pytest.mark.req("CON-003")
def test_an_empty_line_completes_to_every_command():
    assert texts("") == list(KNOWN)


@pytest.mark.req("CON-003")
@given(st.text(st.sampled_from('ask set_ceiling mode=ECO "\\\t resend 7')))
def test_any_line_can_be_completed_and_parsed_or_refused(line):
    for candidate in complete(line, KNOWN):
        assert candidate.text.lower().startswith(line[candidate.start :].lower())
    with suppress(CommandError):
        parse(line, KNOWN)


@pytest.mark.req("CON-004")
def test_help_names_every_telecommand_and_every_argument():
    overview = help_text("", KNOWN)
    for telecommand in DICTIONARY.telecommands:
        assert usage(telecommand) in overview
        text = help_text(telecommand.name, KNOWN)
        assert telecommand.doc in text
        assert all(argument.doc in text for argument in telecommand.arguments.fields)
    assert "[max_tokens=128] " in help_text("ask", KNOWN)
    assert "from 1 to 1024" in help_text("ask", KNOWN)
    assert "BURST" in help_text("set_ceiling", KNOWN)


@pytest.mark.req("CON-004")
def test_help_on_nothing_known():
    with pytest.raises(CommandError, match="no command pong"):
        help_text("pong", KNOWN)
