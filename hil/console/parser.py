"""A typed line → a command and its arguments; and what the line may go on with. Pure, from the declarations alone.

    set_ceiling ECO                     what has no default, in the order of its declaration
    set_ceiling mode=ECO                anything by name
    ask max_tokens=64 Why is it blue?   the text at the end of a command is the rest of the line, as it is
    ask question="Why is it blue?" max_tokens=64

A value in double quotes may hold spaces; in it a backslash takes the next character as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from flightsw.ccsds import EncodeError
from flightsw.mission import Field, Kind, Value
from hil.console.commands import Command

_QUOTED = r'"(?:\\.|[^"\\])*"'
_WORD = re.compile(rf"\s*(?:(?P<name>[A-Za-z_]\w*)=)?(?P<value>{_QUOTED}(?=\s|$)|\S*)")
_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class CommandError(ValueError):
    """The line means nothing; the message says what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCommand:
    """A command with all its arguments, checked."""

    command: Command
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the word that begins at `start` may become."""

    text: str
    start: int
    doc: str = ""


@dataclass(slots=True)
class _Words:
    """The arguments of a line as far as they are typed, not yet values."""

    given: dict[str, str] = field(default_factory=dict)
    rest: str | None = None
    """The text at the end, if it has begun."""


def parse(line: str, known: Mapping[str, Command]) -> ParsedCommand:
    """A line that is not empty → its command. Raises CommandError."""
    name, tail = (*line.split(maxsplit=1), "", "")[:2]
    command = known.get(name)
    if command is None:
        raise CommandError(f"there is no command {name}; {_did_you_mean(name, known) or '`help` lists them all'}")
    words = _split(command, tail)
    values: dict[str, object] = {}
    for declared in command.arguments.fields:
        if declared.name in words.given:
            values[declared.name] = _value(declared, words.given[declared.name])
    try:
        complete = command.arguments.complete(values)
    except EncodeError as error:
        raise CommandError(f"{error}; usage: {usage(command)}") from None
    return ParsedCommand(command=command, arguments=complete)


def complete(line: str, known: Mapping[str, Command]) -> list[Candidate]:
    """What the last word of `line`, which ends at the cursor, may become."""
    name, space, tail = line.lstrip().partition(" ")
    if not space:
        return _matching(name, len(line) - len(name), {name: command.doc for name, command in known.items()})
    command = known.get(name)
    if command is None:
        return []
    word = tail[max(tail.rfind(" "), tail.rfind("\t")) + 1 :]
    start = len(line) - len(word)
    try:
        words = _split(command, tail[: len(tail) - len(word)])
    except CommandError:
        return []
    if words.rest is not None:
        return []
    if name == "help":
        return _matching(word, start, {name: command.doc for name, command in known.items()}) if not words.given else []
    open_fields = [declared for declared in command.arguments.fields if declared.name not in words.given]
    argument, equals, value = word.partition("=")
    if equals:
        named = next((declared for declared in open_fields if declared.name == argument), None)
        return [] if named is None else _matching(value, start + len(argument) + 1, _choices(named))
    positional = next((declared for declared in open_fields if declared.default is None), None)
    choices = {} if positional is None else _choices(positional)
    return _matching(word, start, choices) + _matching(word, start, {f"{f.name}=": f.doc for f in open_fields})


def usage(command: Command) -> str:
    """The command's form: "ask [max_tokens=128] question…"."""
    return " ".join([command.name, *(_form(declared) for declared in command.arguments.fields)])


def describe(declared: Field) -> str:
    """What an argument may be, in words."""
    if declared.choices is not None:
        allowed = "one of " + ", ".join(member.name for member in declared.choices)
    elif declared.kind is Kind.TEXT:
        allowed = "text"
    elif declared.kind is Kind.FLAG:
        allowed = "true or false"
    else:
        low, high = declared.range or (0, 0)
        allowed = f"a whole number from {low} to {high}" + (f" {declared.unit}" if declared.unit else "")
    return f"{allowed}; {declared.doc}" if declared.doc else allowed


def _split(command: Command, tail: str) -> _Words:
    """The arguments, by name. Raises CommandError for what can't be told apart."""
    words = _Words()
    declared = {argument.name: argument for argument in command.arguments.fields}
    at = 0
    while tail[at:].strip():
        match = _WORD.match(tail, at)
        assert match is not None
        name, value = match["name"], match["value"]
        if name is None:
            required = [a for a in declared.values() if a.name not in words.given]
            argument = next((a for a in required if a.default is None), None) or next(iter(required), None)
            if argument is None:
                raise CommandError(f"{value} is one too many; usage: {usage(command)}")
            name = argument.name
            if argument.kind is Kind.TEXT and not _ends_here(tail[match.end() :], value, declared):
                words.rest = words.given[name] = tail[match.start("value") :].strip()
                break
        elif name not in declared:
            hint = _did_you_mean(name, declared) or f"usage: {usage(command)}"
            raise CommandError(f"{command.name} has no argument {name}; {hint}")
        elif name in words.given:
            raise CommandError(f"{name} is given twice")
        words.given[name] = _unquoted(value)
        at = match.end()
    return words


def _ends_here(tail: str, value: str, declared: Mapping[str, Field]) -> bool:
    """A text in quotes, with nothing or only named arguments after it, is not the rest of the line."""
    if not re.fullmatch(_QUOTED, value):
        return False
    while tail.strip():
        match = _WORD.match(tail)
        assert match is not None
        if match["name"] not in declared:
            return False
        tail = tail[match.end() :]
    return True


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    if not re.fullmatch(_QUOTED, value):
        raise CommandError(f"the quote that {value} begins with is not closed")
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def _value(declared: Field, typed: str) -> object:
    if declared.choices is not None:
        names = [member.name for member in declared.choices]
        if typed.upper() not in names:
            hint = _did_you_mean(typed.upper(), names) or f"it is one of {', '.join(names)}"
            raise CommandError(f"{declared.name} can't be {typed or 'nothing'}; {hint}")
        return typed.upper()
    if declared.kind is Kind.TEXT:
        return typed
    if declared.kind is Kind.FLAG:
        if typed.lower() not in _FLAGS:
            raise CommandError(f"{declared.name}: {typed} is neither true nor false")
        return _FLAGS[typed.lower()]
    try:
        return int(typed, 0)
    except ValueError:
        raise CommandError(f"{declared.name}: {typed or 'nothing'} is not {describe(declared)}") from None


def _form(declared: Field) -> str:
    if declared.default is None:
        return f"{declared.name}…" if declared.kind is Kind.TEXT else declared.name
    return f"[{declared.name}={declared.default}]" if declared.default != "" else f"[{declared.name}]"


def _choices(declared: Field) -> dict[str, str]:
    if declared.choices is not None:
        return {member.name: "" for member in declared.choices}
    return {"true": "", "false": ""} if declared.kind is Kind.FLAG else {}


def _matching(word: str, start: int, texts: Mapping[str, str]) -> list[Candidate]:
    return [
        Candidate(text=text, start=start, doc=doc)
        for text, doc in texts.items()
        if text.lower().startswith(word.lower())
    ]


def _did_you_mean(word: str, known: Mapping[str, object] | list[str]) -> str:
    near = get_close_matches(word, list(known), n=2)
    return f"did you mean {' or '.join(near)}?" if near else ""
