"""The state machines of the RTL, and what the benches have seen them do.

A bench appends a line `module from to` with two state numbers for each step that it sees for the first time; every
state and every arc declared here must have been taken, and no other.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from hil.devices.rail_sequencer import TRANSITIONS
from hil.rtl.build import FOLDER

__all__ = ["MACHINES", "arcs_seen", "state_names"]

MACHINES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "uart_rx": {
        "Idle": ("Start",),
        "Start": ("Idle", "Data"),
        "Data": ("Stop",),
        "Stop": ("Idle", "Break"),
        "Break": ("Idle",),
    },
    "deframer": {
        "FirstSync": ("SecondSync",),
        "SecondSync": ("FirstSync", "Header"),
        "Header": ("FirstSync", "Body"),
        "Body": ("FirstSync", "Held"),
        "Held": ("FirstSync",),
    },
    "responder": {
        "Idle": ("Identify", "Read", "Collect", "Send"),
        "Identify": ("Send",),
        "Read": ("Send",),
        "Collect": ("Write",),
        "Write": ("Collect", "Send"),
        "Send": ("Idle",),
    },
    "mailbox_ram": {
        "Fill": ("Ready",),
        "Ready": ("Answer", "Scrub", "Flip"),
        "Answer": ("Ready",),
        "Scrub": ("Ready",),
        "Flip": ("Ready",),
    },
    "energy_counter": {"Idle": ("Multiply",), "Multiply": ("Scale",), "Scale": ("Add",), "Add": ("Idle", "Multiply")},
    "rail_sequencer": {
        state.name: tuple({to.name: None for (at, _), (to, _) in TRANSITIONS.items() if at is state and to is not at})
        for state in dict.fromkeys(state for state, _ in TRANSITIONS)
    },
}
"""Module -> state -> the states that can follow it."""


def state_names(module: str) -> list[str]:
    """The states in the order of their numbers, as the RTL declares them."""
    for text in ((FOLDER / "src" / f"{module}.sv").read_text(), _registers_package()):
        if found := re.search(r"typedef enum logic \[\d+:\d+\] \{([^}]*)\} (?:state_e|State_e);", text):
            return [name.partition("=")[0].strip().removeprefix("State__") for name in found[1].split(",")]
    raise ValueError(f"{module}.sv declares no states")


def arcs_seen(paths: Iterable[Path]) -> dict[str, set[tuple[str, str]]]:
    """Module -> the arcs that the benches' files name."""
    seen: dict[str, set[tuple[str, str]]] = {module: set() for module in MACHINES}
    for path in paths:
        for line in path.read_text().splitlines():
            module, before, after = line.split()
            names = state_names(module)
            seen[module].add((names[int(before)], names[int(after)]))
    return seen


def _registers_package() -> str:
    return (FOLDER / "generated" / "payload_ctrl_regs_pkg.sv").read_text()
