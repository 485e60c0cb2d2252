"""Processes of the bench's own, which end with it, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from typing import IO

_PR_SET_PDEATHSIG = 1
"""Linux's prctl(2): the signal that a process gets when the thread that made it ends."""
_LIBC = ctypes.CDLL(None)


def start_child(
    command: Sequence[str], *, stdout: IO[str] | int | None = None, stderr: IO[str] | int | None = None
) -> subprocess.Popen[bytes]:
    """Start a process without input, from a thread that stays. Off Linux it outlives a bench that is killed.

    Raises OSError.
    """
    bound = partial(_end_with, os.getpid()) if sys.platform == "linux" else None
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, preexec_fn=bound)


def _end_with(parent: int) -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it has ended already
        os._exit(1)
