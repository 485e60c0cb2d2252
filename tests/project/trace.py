"""Requirement -> tests: what the package READMEs require, and the tests that say they verify it.

A requirement is a table row `| PKT-001 | The … shall … |` of a README; a test claims it with
`@pytest.mark.req("PKT-001")`. Run as a program it prints each requirement with its tests, and exits 1 when one has
none, when an id stands twice, or when a test claims an id that no README has.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROW = re.compile(r"^\|\s*([A-Z]{3}-\d{3})\s*\|\s*(.*?)\s*\|", re.MULTILINE)
FOLDERS = ("flightsw", "hil", "firmware_bindings", "tests")


def requirements(root: Path) -> list[tuple[str, str]]:
    """(id, text) of every requirement, in order of id."""
    readmes = [readme for folder in FOLDERS for readme in (root / folder).rglob("README.md")]
    return sorted(row for readme in readmes for row in ROW.findall(readme.read_text()))


def claims(root: Path) -> dict[str, list[str]]:
    """Id -> tests that claim it, as `path::test`; the path alone where a whole file does."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / "tests").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            for identifier in _ids(node):
                name = f"::{node.name}" if isinstance(node, ast.FunctionDef | ast.ClassDef) else ""
                found.setdefault(identifier, []).append(f"{path.relative_to(root)}{name}")
    return found


def problems(rows: list[tuple[str, str]], claimed: dict[str, list[str]]) -> list[str]:
    """What does not fit together, one line each."""
    required = Counter(identifier for identifier, _ in rows)
    return [
        *(f"{identifier} stands {count} times" for identifier, count in required.items() if count > 1),
        *(f"{identifier} has no test" for identifier in required if identifier not in claimed),
        *(
            f"{identifier} is in no README: {claimed[identifier][0]}"
            for identifier in claimed
            if identifier not in required
        ),
    ]


def _ids(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "req":
            yield from (ast.literal_eval(argument) for argument in call.args)


def main(root: Path) -> int:
    rows, claimed = requirements(root), claims(root)
    for identifier, text in rows:
        print(f"{identifier}  {text}")
        for test in claimed.get(identifier, []):
            print(f"         {test}")
    faults = problems(rows, claimed)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2]))
