"""One question as a newcomer sees it: its run, its stages in time, its result, and how all that looks."""

from hil.ask.result import AskResult, collect
from hil.ask.run import RefusedError, run_ask
from hil.ask.stages import STAGES, Stage, Timeline
from hil.ask.view import View, summary

__all__ = ["STAGES", "AskResult", "RefusedError", "Stage", "Timeline", "View", "collect", "run_ask", "summary"]
