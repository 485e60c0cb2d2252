"""What a typed line does, whoever typed it: an operator at the prompt, or a script."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flightsw.ccsds import EncodeError
from flightsw.payload import EndReason
from hil.console.commands import Command, LocalCommand
from hil.console.display import Display, Line
from hil.console.help import help_text
from hil.console.parser import CommandError, parse
from hil.ground import Ask, AskState, GroundStation, Request, RequestState

_GOOD_ENDS = frozenset({EndReason.STOP, EndReason.LENGTH, EndReason.CONTEXT_FULL, EndReason.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a line asks of whoever runs the console."""

    lines: tuple[Line, ...] = ()
    wait_s: float | None = None
    is_wait_for_answers: bool = False
    is_quit: bool = False


@dataclass(slots=True)
class Operator:
    """Carries commands out on a ground station, and remembers what became of them."""

    station: GroundStation
    known: Mapping[str, Command]
    display: Display
    _requests: list[Request] = field(default_factory=list)
    _asks: list[Ask] = field(default_factory=list)

    def do(self, line: str) -> Reply:
        """Carry out a line that is not empty. Raises CommandError, having sent nothing."""
        parsed = parse(line, self.known)
        name, arguments = parsed.command.name, parsed.arguments
        if isinstance(parsed.command, LocalCommand):
            return self._local(name, " ".join(map(str, arguments.values())))
        try:
            if name == "ask":
                ask = self.station.ask(**arguments)  # type: ignore[arg-type]
                self._asks.append(ask)
                request = ask.request
            else:
                request = self.station.send(name, **arguments)
                self._requests.append(request)
        except EncodeError as error:
            raise CommandError(str(error)) from None
        self.display.sent(request)
        return Reply()

    @property
    def is_waiting(self) -> bool:
        """A telecommand is under way, or a question has no job number yet."""
        return any(r.is_waiting for r in self._requests) or any(a.state is AskState.SENT for a in self._asks)

    @property
    def is_waiting_for_answers(self) -> bool:
        return any(not ask.ended for ask in self._asks)

    @property
    def has_failed(self) -> bool:
        """A telecommand was not completed, or a question has no answer that is whole and came to its own end."""
        return any(r.state is not RequestState.COMPLETED for r in self._requests) or any(
            not ask.is_whole or ask.end is None or ask.end.end_reason not in _GOOD_ENDS for ask in self._asks
        )

    def _local(self, name: str, argument: str) -> Reply:
        if name == "help":
            return Reply(lines=tuple(Line("plain", text) for text in help_text(argument, self.known).splitlines()))
        if name == "status":
            return Reply(lines=tuple(self.display.status(self.station)))
        if name == "quit":
            return Reply(is_quit=True)
        if argument == "answer":
            return Reply(is_wait_for_answers=True)
        try:
            seconds = float(argument)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise CommandError(f"wait: {argument} is neither a number of seconds nor `answer`")
        return Reply(wait_s=seconds)
