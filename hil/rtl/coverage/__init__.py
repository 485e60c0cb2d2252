"""What the benches and the conformance suite have exercised of the RTL: `make coverage`.

Built with coverage, each simulation leaves a `coverage.dat`; `points.py` reads and merges them, `report.py` counts
lines, branches and toggles by module, less what `exclusions.toml` takes out, each for a reason.
"""

from hil.rtl.coverage.points import Kind, Point, read
from hil.rtl.coverage.report import Exclusion, ExclusionError, Module, annotate, exclusions, summarise

__all__ = ["Exclusion", "ExclusionError", "Kind", "Module", "Point", "annotate", "exclusions", "read", "summarise"]
