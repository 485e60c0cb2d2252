import subprocess
import sys

SCRIPT = """
from hil.rtl.chip import Chip
chips = [Chip() for _ in range(3)]
while chips:
    chips.pop()
kept = [Chip() for _ in range(3)]
kept.append(kept)
"""


def test_chips_are_freed_in_any_order_and_at_the_end_of_the_program() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=120)
