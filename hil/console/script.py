"""Commands from a file or a pipe, one a line: each is waited for before the next.

Before the first one the satellite must be heard, or FIRST_HEARD_S have passed. Empty lines and lines that begin with
`#` mean nothing. At the end of the input the answers still open are waited for.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from hil.console.commands import commands
from hil.console.display import Display, Line
from hil.console.operator import Operator, Reply
from hil.console.parser import CommandError
from hil.console.session import Session, SessionError
from hil.console.words import as_json

STEP_S = 0.1
FIRST_HEARD_S = 10.0
DONE, FAILED, USAGE = 0, 1, 2
"""Exit codes: all was done; a request failed or an answer is not whole; a line means nothing."""


class Script:
    """Runs lines against a session.

    Args:
        session: the satellite.
        out: gets what comes down.
        errors: gets one line about what is wrong.
        is_json: one JSON object a line instead of words.
    """

    def __init__(self, session: Session, out: TextIO, errors: TextIO, *, is_json: bool = False) -> None:
        self._session = session
        self._out = out
        self._errors = errors
        self._is_json = is_json
        self._display = Display()
        self._operator = Operator(session.station, commands(), self._display)

    def run(self, lines: Iterable[str]) -> int:
        """The exit code. The first line that means nothing ends it."""
        try:
            end_us = self._session.now_us + round(FIRST_HEARD_S * 1e6)
            self._wait_while(lambda: not self._session.station.counters.tm.frames, end_us)
            for reply in self._replies(lines):
                if reply.is_quit:
                    break
                self._follow(reply)
            else:
                self._wait_while(lambda: self._operator.is_waiting_for_answers)
        except CommandError as error:
            print(error, file=self._errors)
            return USAGE
        except SessionError as error:
            print(error, file=self._errors)
            return FAILED
        return FAILED if self._operator.has_failed else DONE

    def _replies(self, lines: Iterable[str]) -> Iterator[Reply]:
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.lstrip().startswith("#"):
                try:
                    yield self._operator.do(line)
                except CommandError as error:
                    raise CommandError(f"line {number}: {error}") from None

    def _follow(self, reply: Reply) -> None:
        if reply.lines and self._is_json:
            self._write(json.dumps({"type": "text", "text": "\n".join(line.text for line in reply.lines)}))
        else:
            self._show(reply.lines)
        if reply.wait_s is not None:
            end_us = self._session.now_us + round(reply.wait_s * 1e6)
            self._wait_while(lambda: True, end_us)
        elif reply.is_wait_for_answers:
            self._wait_while(lambda: self._operator.is_waiting_for_answers)
        self._wait_while(lambda: self._operator.is_waiting)

    def _wait_while(self, holds: Callable[[], bool], end_us: int | None = None) -> None:
        while holds() and (end_us is None or self._session.now_us < end_us):
            left_s = STEP_S if end_us is None else (end_us - self._session.now_us) / 1e6
            self._session.advance(min(STEP_S, left_s))
            for event in self._session.events():
                lines = self._display.show(event)
                if self._is_json:
                    self._write(json.dumps(as_json(event), ensure_ascii=False))
                else:
                    self._show(lines)

    def _show(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._write(line.text)

    def _write(self, text: str) -> None:
        print(text, file=self._out, flush=True)
