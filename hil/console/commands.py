"""All that can be typed: the dictionary's telecommands, and a few commands of the console's own."""

from dataclasses import dataclass, field

from flightsw.mission import DICTIONARY, Dictionary, Field, Kind, Record, Telecommand


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCommand:
    """Something the console does by itself; declared as a telecommand is."""

    name: str
    arguments: Record = field(default_factory=Record)
    doc: str


Command = LocalCommand | Telecommand

LOCAL_COMMANDS = (
    LocalCommand(
        name="help",
        arguments=Record((Field(name="command", kind=Kind.TEXT, default="", doc="which; all of them without it"),)),
        doc="Say what can be typed, and how.",
    ),
    LocalCommand(name="status", doc="Show the newest telemetry and the state of the link."),
    LocalCommand(
        name="wait",
        arguments=Record((Field(name="what", kind=Kind.TEXT, doc="a number of seconds, or `answer`"),)),
        doc="Let time pass, or wait until every question has ended.",
    ),
    LocalCommand(name="quit", doc="Leave."),
)


def commands(dictionary: Dictionary = DICTIONARY) -> dict[str, Command]:
    """Every command by its name, the console's own first."""
    every: tuple[Command, ...] = (*LOCAL_COMMANDS, *dictionary.telecommands)
    return {command.name: command for command in every}
