"""Everything that the kernel can fail with, by whose fault it is.

KernelError
├── ModelFileError   the file: missing, malformed, or of a kind that the kernel does not run
├── UsageError       the caller: no such token, text that is not text, options out of range (also a ValueError)
├── ContextFull      the text has outgrown the session's context; nothing was appended
├── SnapshotError    the snapshot: damaged, or of another model or version
├── Cancelled        the caller's own wish; what was appended before stays appended
└── NumericError     a logit is infinite or not a number
"""

from typing import Any

from firmware_bindings.kernel._kernel import ffi, lib


class KernelError(Exception):
    """One line: the cause, with the name and number it concerns."""


class ModelFileError(KernelError):
    """The model file is missing, malformed, or of a kind that the kernel does not run."""


class UsageError(KernelError, ValueError):
    """The caller was wrong."""


class ContextFull(KernelError):  # noqa: N818 - a condition, not a fault
    """The text would exceed the session's context. Nothing was appended."""


class SnapshotError(KernelError):
    """The snapshot is damaged, or of another model or version. The session is as it was."""


class Cancelled(KernelError):  # noqa: N818
    """`cancelled()` said so. The session stays usable; what was appended before stays."""


class NumericError(KernelError):
    """A logit is infinite or not a number."""


_CLASSES: dict[int, type[KernelError]] = {
    lib.KERNEL_BAD_FILE: ModelFileError,
    lib.KERNEL_UNSUPPORTED: ModelFileError,
    lib.KERNEL_BAD_ARGUMENT: UsageError,
    lib.KERNEL_CONTEXT_FULL: ContextFull,
    lib.KERNEL_NOT_FINITE: NumericError,
    lib.KERNEL_CANCELLED: Cancelled,
}


def check(status: int, error: Any, prefix: str = "") -> None:
    """Raise what `status` and the filled kernel_error say; return if the status is KERNEL_OK."""
    if status == lib.KERNEL_OK:
        return
    cause = ffi.string(error.cause).decode()
    subject = ffi.string(error.subject).decode(errors="replace")
    message = f"{prefix}{cause} {error.number}" + (f" ({subject})" if subject else "")
    raise _CLASSES.get(status, KernelError)(message)
