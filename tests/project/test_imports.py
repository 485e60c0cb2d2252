"""Who may import whom: DESIGN's table, as data.

A module is ruled by its longest prefix in RULES. Our own packages, everything from outside the standard library, and
the standard library's I/O, concurrency and chance need a permission; the rest of the standard library is free.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

IO = {
    "asyncio",
    "concurrent",
    "fcntl",
    "http",
    "importlib",
    "io",
    "logging",
    "mmap",
    "multiprocessing",
    "os",
    "pathlib",
}
IO |= {"pty", "queue", "sched", "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess"}
IO |= {"tempfile", "termios", "threading", "time", "tty", "urllib", "random"}
IO_BUILTINS = {"open", "print", "input", "breakpoint"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What the modules under one rule may import besides each other; with `does_io`, any I/O too."""

    may: tuple[str, ...] = ()
    does_io: bool = False


CCSDS, PUS, MISSION, PAYLOAD = "flightsw.ccsds", "flightsw.pus", "flightsw.mission", "flightsw.payload"
ORBIT = "flightsw.orbit"
CODEC, LINK, KERNEL = "firmware_bindings.codec", "firmware_bindings.devicelink", "firmware_bindings.kernel"
TERMINAL = ("typer", "rich", "textual", "prompt_toolkit")
HIL = ("flightsw", "firmware_bindings", "serial", "platformdirs")
EDGE = Rule(("flightsw", CODEC, LINK, "serial", "typer", "rich"), does_io=True)

RULES = {
    CCSDS: Rule(("construct", "cryptography", "numpy", CODEC)),
    PUS: Rule(("construct", CCSDS, CODEC)),
    MISSION: Rule((MISSION, "construct", CCSDS, PUS, ORBIT, PAYLOAD, CODEC)),
    f"{MISSION}.values": Rule((MISSION, ORBIT, PAYLOAD), does_io=True),
    ORBIT: Rule(("sgp4", "numpy")),
    PAYLOAD: Rule(),
    "flightsw": Rule((CCSDS, PUS, MISSION, ORBIT, PAYLOAD, LINK)),
    "flightsw.shell": EDGE,
    "flightsw.__main__": EDGE,
    "firmware_bindings": Rule(),
    CODEC: Rule(("construct",)),
    f"{CODEC}.build": Rule(("cffi",), does_io=True),
    LINK: Rule(("construct", CODEC)),
    KERNEL: Rule(("jinja2",), does_io=True),
    f"{KERNEL}.build": Rule(("cffi",), does_io=True),
    "firmware_bindings.__main__": Rule(
        (KERNEL, "firmware_bindings.arguments", "firmware_bindings.serve"), does_io=True
    ),
    "firmware_bindings.arguments": Rule((KERNEL,)),
    "firmware_bindings.engine": Rule((LINK,)),
    "firmware_bindings.computer": Rule((CODEC, LINK, "firmware_bindings.engine")),
    "firmware_bindings.checkpoints": Rule((), does_io=True),
    "firmware_bindings.background": Rule(("firmware_bindings.engine",), does_io=True),
    "firmware_bindings.kernel_engine": Rule(
        (LINK, KERNEL, "firmware_bindings.engine", "firmware_bindings.checkpoints"), does_io=True
    ),
    "firmware_bindings.serve": Rule(("firmware_bindings", "serial"), does_io=True),
    "hil": Rule((*HIL, *TERMINAL, "cffi", "numpy", "sgp4", "filelock", "matplotlib"), does_io=True),
    "hil.plugin": Rule((*HIL, "hil", "pytest"), does_io=True),
    "hil.rtl.yosys": Rule(("pyosys",), does_io=True),
    "hil.rtl.generate": Rule((*HIL, "hil", "jinja2", "peakrdl_cheader", "systemrdl"), does_io=True),
}


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


OWN = {
    module_name(path): path
    for package in ("flightsw", "firmware_bindings", "hil")
    for path in sorted((ROOT / package).rglob("*.py"))
}


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(imported module, line), wherever in the file; `from package import module` names the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((name if name in OWN else str(node.module), node.lineno) for name in whole)


def rule_of(module: str) -> str | None:
    """The prefix under which one of our modules is ruled; None for somebody else's."""
    return max((prefix for prefix in RULES if is_within(module, prefix)), key=len, default=None)


def is_allowed(module: str, imported: str) -> bool:
    prefix = rule_of(module)
    assert prefix is not None
    top = imported.partition(".")[0]
    if top in sys.stdlib_module_names:
        return RULES[prefix].does_io or top not in IO
    return rule_of(imported) == prefix or any(is_within(imported, allowed) for allowed in RULES[prefix].may)


@pytest.mark.req("PRJ-002")
@pytest.mark.parametrize("module", OWN)
def test_imports_only_what_the_table_allows(module: str) -> None:
    tree = ast.parse(OWN[module].read_text())
    forbidden = [f"line {line}: {imported}" for imported, line in imports(tree) if not is_allowed(module, imported)]
    assert not forbidden, f"{module} imports {forbidden}"


@pytest.mark.req("PRJ-002")
@pytest.mark.parametrize("module", [module for module in OWN if not RULES[rule_of(module) or ""].does_io])
def test_protocol_and_flight_code_does_no_io(module: str) -> None:
    names = [node for node in ast.walk(ast.parse(OWN[module].read_text())) if isinstance(node, ast.Name)]
    used = [f"line {name.lineno}: {name.id}" for name in names if name.id in IO_BUILTINS]
    assert not used, f"{module} uses {used}"


@pytest.mark.req("PRJ-002")
@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("flightsw.ccsds.cltu", "time"),
        ("flightsw.ccsds.cltu", "flightsw"),
        ("flightsw.ccsds.cltu", "firmware_bindings.kernel"),
        ("flightsw.pus.packets", "flightsw.payload.modes"),
        ("flightsw.orbit.orbit", "flightsw.payload"),
        ("flightsw.orbit.orbit", "time"),
        ("flightsw.payload.modes", "flightsw.ccsds"),
        ("flightsw.payload.modes", "construct"),
        ("flightsw.core", "hil.bench"),
        ("flightsw.core", "flightsw.shell"),
        ("flightsw.core", "os.path"),
        ("flightsw.shell.store", "firmware_bindings.kernel"),
        ("firmware_bindings.serve", "flightsw"),
        ("hil.bench", "hypothesis"),
    ],
)
def test_the_table_forbids(module: str, imported: str) -> None:
    assert not is_allowed(module, imported)
