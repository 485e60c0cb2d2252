"""Help, from the declarations."""

from collections.abc import Mapping

from hil.console.commands import Command, LocalCommand
from hil.console.parser import CommandError, describe, usage


def help_text(topic: str, known: Mapping[str, Command]) -> str:
    """On one command, or a list of all of them. Raises CommandError for an unknown one."""
    if not topic:
        return _all(known)
    if topic not in known:
        raise CommandError(f"there is no command {topic}; `help` lists them all")
    command = known[topic]
    lines = [usage(command), f"  {command.doc}"]
    width = max((len(argument.name) for argument in command.arguments.fields), default=0)
    for argument in command.arguments.fields:
        default = "" if argument.default in (None, "") else f"; {argument.default} if left out"
        lines.append(f"  {argument.name:{width}}  {describe(argument)}{default}")
    return "\n".join(lines)


def _all(known: Mapping[str, Command]) -> str:
    width = max(len(usage(command)) for command in known.values())
    lines = []
    for title, is_local in (("To the satellite", False), ("Here", True)):
        lines.append(f"{title}:")
        for command in known.values():
            if isinstance(command, LocalCommand) == is_local:
                lines.append(f"  {usage(command):{width}}  {command.doc}")
    return "\n".join(lines)
