"""The Verilated payload controller as a Python object: cffi over the shim's C ABI, checked calls, Python values."""

import re
from enum import IntFlag
from functools import cache
from typing import Any, cast

from cffi import FFI

from hil.rtl.build import FOLDER, library

__all__ = ["CLOCKS_PER_MS", "Chip", "ChipError", "Stop"]

CLOCKS_PER_MS = 1152

_header = (FOLDER / "shim" / "chip.h").read_text()
_declarations = _header.partition("/* cffi: begin */")[2].partition("/* cffi: end */")[0]

_ffi = FFI()
_ffi.cdef(re.sub(r"/\*.*?\*/", "", _declarations, flags=re.DOTALL))


@cache
def _library() -> Any:
    """Loaded once and never unloaded: the garbage collector may free a chip after everything that refers to it."""
    return _ffi.dlopen(str(library()))


class ChipError(RuntimeError):
    """An assertion in the RTL failed: the chip is wrong, and stopped."""


class Stop(IntFlag):
    """What `run` and `tick` can stop at."""

    NONE = 0
    BYTE = 1
    RAILS = 2
    IRQ = 4
    QUIESCENT = 8


class Chip:
    """One chip, out of reset. Raises BuildError where its library cannot be built.

    Each belongs to one thread at a time; while one runs, other threads do too.
    """

    def __init__(self) -> None:
        self._lib = _library()
        chip = self._lib.chip_new()
        if chip == _ffi.NULL:
            raise MemoryError("no memory for a chip")
        self._chip = _ffi.gc(chip, self._lib.chip_free)

    def reset(self) -> None:
        """Back to clock 0; the inputs stay as they are."""
        self._lib.chip_reset(self._chip)

    def external_reset(self) -> None:
        """The reset pin low for some clocks, which are counted."""
        self._lib.chip_external_reset(self._chip)

    def run(self, max_cycles: int, stop: Stop = Stop.NONE) -> int:
        """Run at most `max_cycles` clocks, fewer if something in `stop` happens. The clocks done. Raises ChipError."""
        done = self._lib.chip_run(self._chip, max_cycles, stop)
        self._check()
        return int(done)

    def tick(self, n: int, stop: Stop = Stop.NONE) -> int:
        """Let `n` ms pass without the clocks in which nothing happens. The ms done. Raises ChipError."""
        done = self._lib.chip_tick(self._chip, n, stop)
        self._check()
        return int(done)

    @property
    def cycles(self) -> int:
        """Clocks since reset, those left out included."""
        return int(self._lib.chip_cycles(self._chip))

    @property
    def due_ms(self) -> int | None:
        """Ticks to the next one that does more than count; None if there is none."""
        return self._lib.chip_due_ms(self._chip) or None

    @property
    def is_quiescent(self) -> bool:
        """Nothing changes before the next tick or the next input."""
        return bool(self._lib.chip_quiescent(self._chip))

    def uart_write(self, data: bytes) -> None:
        self._lib.chip_uart_write(self._chip, data, len(data))

    def uart_read(self) -> bytes:
        """The octets sent since the last read."""
        out = b""
        buffer = _ffi.new("uint8_t[]", 256)
        while count := self._lib.chip_uart_read(self._chip, buffer, len(buffer)):
            out += bytes(_ffi.buffer(buffer, count))
        return out

    def set_adc(self, channel: int, value: int) -> None:
        self._lib.chip_set_adc(self._chip, channel, value)

    def set_power_good(self, mask: int) -> None:
        self._lib.chip_set_power_good(self._chip, mask)

    def set_overcurrent(self, mask: int) -> None:
        self._lib.chip_set_overcurrent(self._chip, mask)

    def set_bus_mv(self, bus_mv: int) -> None:
        self._lib.chip_set_bus_mv(self._chip, bus_mv)

    @property
    def rails(self) -> int:
        return int(self._lib.chip_rails(self._chip))

    def peek(self, name: str) -> int:
        """A signal by the name that the shim gives it. Raises ValueError."""
        value = _ffi.new("uint64_t *")
        if not self._lib.chip_peek(self._chip, name.encode(), value):
            raise ValueError(f"the chip has no signal {name!r}")
        return int(value[0])

    def save(self) -> bytes:
        """The whole state, for `restore` by a chip of the same build."""
        size = self._lib.chip_save(self._chip, _ffi.NULL, 0)
        buffer = _ffi.new("uint8_t[]", size)
        self._lib.chip_save(self._chip, buffer, size)
        return bytes(_ffi.buffer(buffer))

    def restore(self, saved: bytes) -> None:
        """Go back to what `save` returned. Raises ValueError for anything else."""
        if not self._lib.chip_restore(self._chip, saved, len(saved)):
            raise ValueError(f"{len(saved)} octets are no saved state of this chip")

    def _check(self) -> None:
        failure = self._lib.chip_failure(self._chip)
        if failure != _ffi.NULL:
            raise ChipError(f"assertion failed at clock {self.cycles}: {cast(bytes, _ffi.string(failure)).decode()}")
