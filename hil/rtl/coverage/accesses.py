"""Which register fields the conformance suite has read and written, and with which of their encoded values.

`note` is told each access and appends what is new to a file of the process, a line `r|w REGISTER.field [value]`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs

__all__ = ["missing", "note"]

NEVER_SHOWN: Mapping[str, tuple[int, ...]] = {
    "RAIL_STATUS*.cause": (regs.FaultCause.WATCHDOG, regs.FaultCause.UNDER_VOLTAGE),
}
"""Values that a field can't have: a rail trips for a reason of its own (proven: `CauseIsOwn`)."""

_registers = {register.address: register for register in regs.REGISTERS}
_noted: set[str] = set()


def note(folder: Path, address: int, word: int, *, is_write: bool) -> None:
    """One access that the controller carried out, at an address that may be no register's."""
    register = _registers.get(address)
    if register is None:
        return
    lines = set(_lines(register, word, is_write)) - _noted
    if lines:
        _noted.update(lines)
        with (folder / f"accesses-{os.getpid()}.txt").open("a") as file:
            file.writelines(f"{line}\n" for line in sorted(lines))


def missing(paths: Iterable[Path]) -> list[str]:
    """Every access to a field that should have been noted and stands in none of the files, `NEVER_SHOWN` left out."""
    seen = {line for path in paths for line in path.read_text().splitlines()}
    return [line for register in regs.REGISTERS for line in _expected(register) if line not in seen]


def _lines(register: Register, word: int, is_write: bool) -> Iterator[str]:
    for field in register.fields:
        value = word >> field.lsb & field.mask
        yield f"{'w' if is_write else 'r'} {register.name}.{field.name}{f' {value}' if field.choices else ''}"


def _expected(register: Register) -> Iterator[str]:
    directions = {"ro": "r", "rw": "rw", "wo": "w"}[register.access]
    for direction in directions:
        for field in register.fields:
            name = f"{register.name}.{field.name}"
            never = {value for pattern, values in NEVER_SHOWN.items() if fnmatch(name, pattern) for value in values}
            values = [f" {member.value}" for member in field.choices or () if member not in never] or [""]
            yield from (f"{direction} {name}{value}" for value in values)
