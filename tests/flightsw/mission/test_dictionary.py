from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import DecodeError, EncodeError
from flightsw.mission import DICTIONARY, Dictionary, Event, Field, Kind, Report, Telecommand, UnknownMessageError

Message = Telecommand | Report | Event


def _values(field: Field) -> st.SearchStrategy[object]:
    if field.choices is not None:
        return st.sampled_from(list(field.choices))
    if field.range is not None:
        return st.integers(*field.range)
    if field.kind is Kind.TEXT:
        return st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: bool(text.strip()))
    if field.kind is Kind.WORDS:
        return st.lists(st.integers(0, 2**32 - 1), max_size=32).map(tuple)
    return st.booleans()


def _record(message: Message) -> tuple[Field, ...]:
    return (message.arguments if isinstance(message, Telecommand) else message.parameters).fields


def _decode(message: Message, data: bytes) -> tuple[Message, dict[str, object]]:
    if isinstance(message, Telecommand):
        return DICTIONARY.decode_telecommand(message.service, message.subtype, data)  # type: ignore[return-value]
    where = (5, int(message.severity)) if isinstance(message, Event) else (message.service, message.subtype)
    return DICTIONARY.decode_report(*where, data)  # type: ignore[return-value]


messages = pytest.mark.parametrize(
    "message", [*DICTIONARY.telecommands, *DICTIONARY.reports, *DICTIONARY.events], ids=lambda m: m.name
)


@pytest.mark.req("MIS-001")
@messages
@given(data=st.data())
def test_every_message_round_trips(message: Message, data: st.DataObject) -> None:
    values = data.draw(st.fixed_dictionaries({field.name: _values(field) for field in _record(message)}))
    assert _decode(message, message.encode(values)) == (message, values)


@pytest.mark.req("MIS-002")
@messages
def test_an_octet_more_or_less_is_a_decode_error(message: Message) -> None:
    if any(field.kind is Kind.TEXT for field in _record(message)):
        return
    values = {field.name: _lowest(field) for field in _record(message)}
    encoded = message.encode(values)
    with pytest.raises(DecodeError):
        _decode(message, encoded + b"\x00")
    with pytest.raises(DecodeError):
        _decode(message, encoded[:-1] if encoded else b"\x00")


def _lowest(field: Field) -> object:
    if field.choices is not None:
        return next(iter(field.choices))
    if field.kind is Kind.FLAG:
        return False
    return field.range[0] if field.range is not None else ()


@pytest.mark.req("MIS-002")
@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40))
def test_noise_is_a_decode_error_or_valid(service: int, subtype: int, data: bytes) -> None:
    for decode in (DICTIONARY.decode_telecommand, DICTIONARY.decode_report):
        try:
            message, values = decode(service, subtype, data)
        except DecodeError:
            continue
        assert message.encode(values) == data


@pytest.mark.req("MIS-003")
@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("ask", {}, "question: missing"),
        ("ask", {"question": " "}, "is empty"),
        ("ask", {"question": "?", "max_tokens": 0}, "from 1 to 1024"),
        ("ask", {"question": "?", "colour": 1}, "known: .*max_tokens, question"),
        ("ask", {"question": 7}, "is not text"),
        ("set_ceiling", {"mode": "fast"}, "none of SURVIVAL"),
        ("set_ceiling", {"mode": 9}, "none of SURVIVAL"),
        ("set_ceiling", {"mode": None}, "missing"),
        ("cancel", {"job": True}, "not a whole number"),
    ],
)
def test_a_wrong_argument_is_explained(name: str, values: dict[str, object], why: str) -> None:
    with pytest.raises(EncodeError, match=why):
        DICTIONARY.telecommand(name).encode(values)


@pytest.mark.req("MIS-003")
def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(EncodeError, match="known: ask, cancel"):
        DICTIONARY.telecommand("aks")


@pytest.mark.req("MIS-002")
def test_an_event_of_another_severity_is_unknown() -> None:
    data = DICTIONARY.event("rail_off").encode({"rail": 0})
    with pytest.raises(UnknownMessageError):
        DICTIONARY.decode_report(5, 4, data)


@pytest.mark.req("MIS-004")
def test_an_event_describes_itself() -> None:
    event = DICTIONARY.event("mode_changed")
    _, values = DICTIONARY.decode_report(5, 1, event.encode({"old": "standby", "new": "idle", "reason": "question"}))
    assert event.describe(values) == "mode STANDBY → IDLE (QUESTION)"


@pytest.mark.req("MIS-004")
def test_every_event_can_describe_itself() -> None:
    for event in DICTIONARY.events:
        values = {f.name: "text" if f.kind is Kind.TEXT else _lowest(f) for f in event.parameters.fields}
        assert event.describe(values)  # type: ignore[arg-type]


@pytest.mark.req("MIS-005")
def test_two_messages_may_share_nothing() -> None:
    ping = DICTIONARY.telecommand("ping")
    with pytest.raises(ValueError, match="share a name"):
        Dictionary((ping, ping), (), ())
    other = Telecommand(name="pang", service=17, subtype=1, arguments=ping.arguments, doc="")
    with pytest.raises(ValueError, match="share service"):
        Dictionary((ping, other), (), ())


@pytest.mark.req("MIS-005")
def test_text_is_last_and_names_are_unique_in_every_record() -> None:
    for message in (*DICTIONARY.telecommands, *DICTIONARY.reports, *DICTIONARY.events):
        fields = _record(message)
        assert len({field.name for field in fields}) == len(fields)
        assert all(field.kind is not Kind.TEXT for field in fields[:-1])


@pytest.mark.req("MIS-005")
def test_every_choice_fits_its_octet() -> None:
    for message in (*DICTIONARY.telecommands, *DICTIONARY.reports, *DICTIONARY.events):
        for field in _record(message):
            members: list[IntEnum] = list(field.choices or ())
            assert all(0 <= member <= 255 for member in members)
