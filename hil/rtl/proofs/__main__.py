"""`python -m hil.rtl.proofs [--json] [NAME …]`: prove all, or the named proofs, and report; 1 where one fails.

A property is said to bite when the module, edited as the table says, no longer has it.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from hil.rtl.proofs.prove import Result, ToolsMissingError, prove, tasks
from hil.rtl.proofs.table import BDD, PDR, PROOFS, Proof, Property

METHODS = {PDR: "IC3, unbounded", BDD: "BDD, all inputs"}


def report(proof: Proof, results: list[Result]) -> list[dict[str, object]]:
    """One row for each property."""
    whole = {result.task.is_cover: result for result in results if result.task.mutation is None}
    broken = {result.task.mutation.breaks: result for result in results if result.task.mutation}
    rows: list[dict[str, object]] = []
    for property_ in proof.properties:
        result = whole[property_.is_cover]
        mutants = [broken[label] for label in property_.labels if label in broken]
        rows.append(
            {
                "module": proof.name,
                "property": property_.text,
                "labels": property_.labels,
                "method": _method(proof, property_),
                "seconds": result.seconds,
                "holds": result.is_as_expected,
                "status": result.status,
                "mutants": len(mutants),
                "mutants_refuted": sum(mutant.is_as_expected for mutant in mutants),
            }
        )
    return rows


def _method(proof: Proof, property_: Property) -> str:
    if property_.is_cover:
        return f"reached, ≤ {proof.reach} clocks"
    return METHODS.get(proof.engine, f"induction, k ≤ {proof.depth}")


def _print(rows: list[dict[str, object]]) -> None:
    headings = None
    for row in rows:
        if headings != (headings := (row["module"], row["method"], row["seconds"])):
            print(f"\n{row['module']}: {row['method']}, {row['seconds']} s")
        result = "holds" if row["holds"] else row["status"]
        bites = "bites" if row["mutants"] == row["mutants_refuted"] else "DOES NOT BITE"
        print(f"  {result}, {bites:6} {row['property']}")


def main(arguments: list[str]) -> int:
    names = [argument for argument in arguments if argument != "--json"]
    chosen = [proof for proof in PROOFS if not names or proof.name in names]
    if not chosen or len(chosen) < len(names):
        print(f"usage: python -m hil.rtl.proofs [--json] [{'|'.join(proof.name for proof in PROOFS)}]", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            results = list(pool.map(prove, [task for proof in chosen for task in tasks(proof)]))
        except ToolsMissingError as missing:
            print(missing, file=sys.stderr)
            return 2
    rows = [row for proof in chosen for row in report(proof, [r for r in results if r.task.proof is proof])]
    if "--json" in arguments:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        _print(rows)
    failed = [result for result in results if not result.is_as_expected]
    for failure in failed:
        print(f"{failure.task.name}: {failure.status}, see {failure.folder}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
