"""Draw the README's picture: a real `hil ask`, as a terminal shows it, in `.github/ask.svg`."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / ".github/ask.svg"
COMMAND = ("hil", "ask", "What is the capital of France?")
COLUMNS = 84


def run() -> str:
    """What the command prints on a terminal that shows no moving parts."""
    as_terminal = {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": str(COLUMNS)}
    command = [str(Path(sys.executable).with_name(COMMAND[0])), *COMMAND[1:]]
    done = subprocess.run(command, env=os.environ | as_terminal, stdout=subprocess.PIPE, text=True, check=True)
    return re.sub(r"\x1b\[\?\d+[hl]", "", done.stdout)  # hide and show the cursor


def draw(printed: str) -> str:
    """The SVG, in whatever monospaced font the reader has."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text.from_ansi(f'$ {COMMAND[0]} {COMMAND[1]} "{COMMAND[2]}"\n{printed.rstrip()}'))
    svg = console.export_svg(title="Sunlit", unique_id="ask")
    return re.sub(r" *@font-face \{.*?\}\n", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    PICTURE.write_text(draw(run()))
