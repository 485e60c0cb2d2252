"""The memory of one C object: zero pages from the operating system, released with the last reference."""

import mmap
from typing import Any

from firmware_bindings.kernel._kernel import ffi


def arena(size: int) -> Any:
    """A C pointer to `size` octets, page-aligned; pages that are never touched cost nothing."""
    return ffi.from_buffer(mmap.mmap(-1, max(size, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
