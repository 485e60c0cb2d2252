"""What is proven of the RTL: `python -m hil.rtl.proofs [--json] [MODULE …]`.

`NAME_fv.sv` wraps the module NAME, left as it is, in free inputs and states what holds of it: labelled assertions and
covers, each under a comment that says it in words. `table.py` lists how each is proven, and an edit for each property
that breaks it; `prove.py` has SymbiYosys do both.
"""

from hil.rtl.proofs.prove import Result, Task, prove, tasks
from hil.rtl.proofs.table import PROOFS, Mutation, MutationError, Proof, Property

__all__ = ["PROOFS", "Mutation", "MutationError", "Proof", "Property", "Result", "Task", "prove", "tasks"]
