"""Scenarios: what happens when, flown on a bench, with its table and its picture."""

from hil.scenario.fly import Flown, Told, fly
from hil.scenario.log import Sample
from hil.scenario.operator import Operator, Question
from hil.scenario.picture import KINDS, PictureError, draw
from hil.scenario.scenario import Happening, Limits, Questions, Scenario, load_scenario
from hil.scenario.summary import summary

__all__ = [
    "KINDS",
    "Flown",
    "Happening",
    "Limits",
    "Operator",
    "PictureError",
    "Question",
    "Questions",
    "Sample",
    "Scenario",
    "Told",
    "draw",
    "fly",
    "load_scenario",
    "summary",
]
