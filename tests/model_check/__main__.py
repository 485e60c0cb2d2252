"""Explore the mode machine: `python -m tests.model_check`, or `make model-check`.

Prints what was explored; exits 1 on a violation, with the shortest way to it.
"""

import argparse
import json
import sys
from dataclasses import asdict

from .explorer import CEILINGS, Explorer, Result
from .machine import Ticks, load
from .world import all_worlds


def main(arguments: list[str]) -> int:
    """0: nothing was found."""
    parser = argparse.ArgumentParser(prog="model-check", description="Explore the mode machine exhaustively.")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--deep", action="store_true", help="with waits of several ticks: many times as long")
    options = parser.parse_args(arguments)
    machine = load(Ticks(debounce=2, transition_timeout=3, save_timeout=2) if options.deep else Ticks())
    result = Explorer(machine, list(all_worlds(machine.policy)), CEILINGS).run()
    print(json.dumps(asdict(result)) if options.json else report(result))
    return 1 if result.violation else 0


def report(result: Result) -> str:
    """The result in words."""
    explored = f"{result.worlds:,} worlds, {result.states:,} states, {result.transitions:,} transitions"
    if not result.violation:
        return f"{explored}: every property holds"
    return "\n".join([f"{explored}: violated", result.violation, *result.trace])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
