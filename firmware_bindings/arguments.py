"""What the two programs here both read from their command lines."""

from argparse import ArgumentTypeError

from firmware_bindings.kernel import MAX_THREADS


def count(text: str) -> int:
    """A number from 0 on. Raises ArgumentTypeError."""
    if not text.isdecimal():
        raise ArgumentTypeError(f"not a count: {text!r}")
    return int(text)


def threads(text: str) -> int:
    """Threads of the kernel; 0 means one a processor. Raises ArgumentTypeError."""
    if (number := count(text)) > MAX_THREADS:
        raise ArgumentTypeError(f"more than {MAX_THREADS} threads: {number}")
    return number
