"""Where a smooth function of time changes its sign: all places of an interval at once.

The function takes an array of times and gives an array of values. Between two looks it may have one summit, no more;
one that just rises above 0 between them is found too.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from flightsw.orbit.times import Array

Function: TypeAlias = Callable[[Array], Array]
Flags: TypeAlias = NDArray[np.bool_]
TOLERANCE_S = 1e-5
SUMMIT_TOLERANCE_S = 1.0
_GOLDEN = (5**0.5 - 1) / 2


def looks(from_s: float, to_s: float, step_s: float) -> Array:
    """Evenly spaced times from the first to the last, both included, at most `step_s` apart."""
    return np.linspace(from_s, to_s, max(2, int(np.ceil((to_s - from_s) / step_s))) + 1)


def crossings(function: Function, times: Array) -> tuple[Array, Flags]:
    """The times at which the sign changes, to TOLERANCE_S, and whether it then becomes positive; 0 counts as negative.

    A crossing is reported on its far side, so the function has its new sign there.
    """
    values = function(times)
    hidden = summits(function, times, values, is_wanted=values <= 0)
    times, order = np.unique(np.concatenate([times, hidden]), return_index=True)
    is_positive = np.concatenate([values, function(hidden)])[order] > 0
    (at,) = np.nonzero(is_positive[1:] != is_positive[:-1])
    low, high, rises = times[at], times[at + 1], is_positive[at + 1]
    while at.size and np.max(high - low) > TOLERANCE_S:
        middle = (low + high) / 2
        is_past = (function(middle) > 0) == rises
        low, high = np.where(is_past, low, middle), np.where(is_past, middle, high)
    return high, rises


def summits(function: Function, times: Array, values: Array, is_wanted: Flags | bool = True) -> Array:
    """The times of the highest values, to SUMMIT_TOLERANCE_S, where one look is above its neighbours, and wanted."""
    is_summit = (values[1:-1] >= values[:-2]) & (values[1:-1] > values[2:])
    (at,) = np.nonzero(is_summit & np.broadcast_to(is_wanted, values.shape)[1:-1])
    low, high = times[at], times[at + 2]
    while at.size and np.max(high - low) > SUMMIT_TOLERANCE_S:
        span = _GOLDEN * (high - low)
        is_left = function(high - span) > function(low + span)
        low, high = np.where(is_left, low, high - span), np.where(is_left, low + span, high)
    return np.asarray((low + high) / 2)
