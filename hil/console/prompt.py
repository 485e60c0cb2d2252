"""The console at a terminal: completion and history below, what comes down above, mode and link in the toolbar."""

import asyncio
from collections.abc import Iterable

from platformdirs import user_state_path
from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from hil.console.commands import commands
from hil.console.display import Display, Line
from hil.console.operator import Operator
from hil.console.parser import CommandError, complete
from hil.console.session import Session, SessionError

STEP_S = 0.05
"""How long the satellite is listened to before the next typed line is carried out."""

_STYLE = Style.from_dict(
    {
        "info": "ansicyan",
        "dim": "ansibrightblack",
        "good": "ansigreen",
        "warn": "ansiyellow",
        "bad": "ansired bold",
        "answer": "bold",
        "prompt": "bold",
        "bottom-toolbar": "noreverse ansibrightblack",
    }
)


class _Completer(Completer):
    """The parser's candidates, as prompt_toolkit wants them."""

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        line = document.text_before_cursor
        for candidate in complete(line, commands()):
            yield Completion(candidate.text, candidate.start - len(line), display_meta=candidate.doc)


class Prompt:
    """An operator's session at the terminal."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._display = Display()
        self._operator = Operator(session.station, commands(), self._display)
        self._typed: asyncio.Queue[str] = asyncio.Queue()
        self._is_leaving = False

    def run(self) -> int:
        """The exit code: 1 if the link was lost."""
        return asyncio.run(self._run())

    async def _run(self) -> int:
        history = user_state_path("sunlit", ensure_exists=True) / "console_history"
        prompt: PromptSession[str] = PromptSession(
            [("class:prompt", "sunlit> ")],
            completer=_Completer(),
            complete_while_typing=True,
            history=FileHistory(history),
            auto_suggest=AutoSuggestFromHistory(),
            bottom_toolbar=lambda: " " + self._display.toolbar(self._session.station, self._session.now_us),
            refresh_interval=0.5,
            style=_STYLE,
        )
        with patch_stdout(raw=True):
            _show([Line("dim", "`help` lists the commands, Tab completes, Ctrl-D leaves.")])
            reading, listening = asyncio.create_task(self._read(prompt)), asyncio.create_task(self._listen())
            await asyncio.wait((reading, listening), return_when=asyncio.FIRST_COMPLETED)
            self._is_leaving = True
            if listening.done():
                reading.cancel()
            await asyncio.gather(reading, listening, return_exceptions=True)
            return listening.result()

    async def _read(self, prompt: PromptSession[str]) -> None:
        """Take lines until the operator leaves."""
        while True:
            try:
                line = (await prompt.prompt_async()).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if line == "quit":
                return
            if line:
                self._typed.put_nowait(line)

    async def _listen(self) -> int:
        """Let time pass, show what comes down, and carry out what was typed; one after the other."""
        while not (self._is_leaving and self._typed.empty()):
            try:
                await asyncio.to_thread(self._session.advance, STEP_S)
            except SessionError as error:
                _show([Line("bad", str(error))])
                return 1
            for event in self._session.events():
                _show(self._display.show(event))
            while not self._typed.empty():
                self._do(self._typed.get_nowait())
        return 0

    def _do(self, line: str) -> None:
        try:
            _show(self._operator.do(line).lines)
        except CommandError as error:
            _show([Line("bad", str(error))])


def _show(lines: Iterable[Line]) -> None:
    for line in lines:
        print_formatted_text(FormattedText([(f"class:{line.style}", line.text)]), style=_STYLE)
