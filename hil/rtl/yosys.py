"""`python yosys.py -ql LOG SCRIPT`: Yosys as SymbiYosys calls it, out of the `pyosys` wheel."""

import sys

from pyosys import libyosys

_, _, log, script = sys.argv
libyosys.run_pass(f"tee -q -o {log} script {script}", libyosys.Design())
