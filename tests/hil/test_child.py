import os
import select
import signal
import subprocess
import sys

import pytest

_PARENT = """
from sys import executable, stdin
from hil.child import start_child
print(start_child([executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
stdin.read()
"""
PATIENCE_MS = 60_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
@pytest.mark.req("BEN-029")
def test_a_process_ends_with_the_bench_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = os.pidfd_open(int(parent.stdout.readline()))
        ended = select.poll()
        ended.register(child, select.POLLIN)
        assert not ended.poll(0)
        parent.send_signal(signal.SIGKILL)
        assert ended.poll(PATIENCE_MS)
    os.close(child)
