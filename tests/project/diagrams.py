"""Draw the state machines in the READMEs from their tables, and the table of fault responses.

Between `<!-- generated: PACKAGE.MODULE.TABLE -->` and `<!-- end -->` stands a mermaid diagram of that table, a mapping
of (state, event) to (next state, effects) or to the next state alone; or the rows of fault responses, as a table.

Run as a program it writes all of them anew; with `--check` it only names those that are not current, and exits 1.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from flightsw.payload import Level, Row, Rung

ROOT = Path(__file__).parents[2]
_ENDINGS = {2: "nd", 3: "rd"}
BLOCK = re.compile(r"(<!-- generated: ([\w.]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def diagram(table: Mapping[tuple[Any, Any], Any]) -> str:
    """The table as a mermaid state diagram; the first row's state is where it starts."""
    rows = [(state, event, after[0] if isinstance(after, tuple) else after) for (state, event), after in table.items()]
    events: dict[tuple[str, str], list[str]] = {}
    for state, event, after in rows:
        events.setdefault((_name(state), _name(after)), []).append(_name(event))
    lines = [f"    {state} --> {after}: {', '.join(labels)}" for (state, after), labels in events.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {_name(rows[0][0])}", *lines, "```", ""])


def responses(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    lines = [
        "| fault | of | watched | debounce | unit | payload | satellite | over |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        debounce = "mission" if row.debounce_s is None else f"{row.debounce_s:g} s"
        levels = [", ".join(_rung(rung) for rung in row.rungs if rung.level is level) for level in Level]
        cells = [row.fault.name, row.unit, f"`{row.watched}`", debounce, *levels, row.end.value]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def render(text: str) -> str:
    """The README with every block drawn anew. Raises ImportError or AttributeError for a table that isn't there."""

    def block(match: re.Match[str]) -> str:
        module, _, table = match[2].rpartition(".")
        rows = getattr(import_module(module), table)
        return match[1] + (diagram(rows) if isinstance(rows, Mapping) else responses(rows)) + match[3]

    return BLOCK.sub(block, text)


def outdated(root: Path) -> dict[Path, str]:
    """READMEs whose blocks are not current, with the text that they should have."""
    readmes = [
        readme for package in ("flightsw", "hil", "firmware_bindings") for readme in (root / package).rglob("README.md")
    ]
    texts = {readme: (readme.read_text(), render(readme.read_text())) for readme in sorted(readmes)}
    return {readme: new for readme, (old, new) in texts.items() if old != new}


def _rung(rung: Rung) -> str:
    times = f" at the {rung.count}{_ENDINGS.get(rung.count, 'th')}" if rung.count > 1 else ""
    return rung.response.name + times + (f" after {rung.held} ×" if rung.held > 1 else "")


def _name(state: object) -> str:
    return state.name if isinstance(state, Enum) else str(state)


if __name__ == "__main__":
    stale = outdated(ROOT)
    check = "--check" in sys.argv[1:]
    for readme, text in stale.items():
        print(f"{readme.relative_to(ROOT)}: {'not current, run make generate' if check else 'written'}")
        if not check:
            readme.write_text(text)
    sys.exit(check and bool(stale))
