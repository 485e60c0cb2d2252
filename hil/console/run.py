"""The console on whatever its input is: a prompt at a terminal, a script otherwise."""

import sys

from hil.console.prompt import Prompt
from hil.console.script import Script
from hil.console.session import Session


def run(session: Session, *, is_json: bool = False) -> int:
    """Commands from standard input until it ends or `quit`; the session is closed. The exit code.

    Args:
        session: the satellite; one on the wall clock for a terminal.
        is_json: one JSON object a line; for a script.
    """
    try:
        if sys.stdin.isatty() and sys.stdout.isatty() and not is_json:
            return Prompt(session).run()
        return Script(session, sys.stdout, sys.stderr, is_json=is_json).run(sys.stdin)
    except KeyboardInterrupt:
        return 130
    finally:
        session.close()
