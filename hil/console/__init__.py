"""The line console: telecommands by name, decoded telemetry and events as they come.

run(PortSession(GroundStation(mission), "/dev/pts/3"))
run(BenchSession(bench))
"""

from hil.console.run import run
from hil.console.session import BenchSession, PortSession, Session, SessionError

__all__ = ["BenchSession", "PortSession", "Session", "SessionError", "run"]
