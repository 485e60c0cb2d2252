"""One lithium-ion cell: its voltage at rest by charge, and its inner resistance. Volts, ohms, degrees Celsius.

The voltage is that of the LG M50 (graphite with silicon against NMC 811), the difference of the two electrodes' fits.
Ref: C.-H. Chen et al., "Development of experimental techniques for parameterization of multi-scale lithium-ion battery
models", J. Electrochem. Soc. 167 (2020) 080534; the fits as PyBaMM has them. The ranges of the electrodes are such
that an empty cell rests at 2.5 V and a full one at 4.2 V.
"""

import math
from bisect import bisect_left
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

_EMPTY_GRAPHITE, _FULL_GRAPHITE = 0.0279, 0.9014
_EMPTY_NMC, _FULL_NMC = 0.9077, 0.2661
_STEPS = 200
_KELVIN = 273.15
_REFERENCE_K = 25 + _KELVIN
_ACTIVATION_K = 2500.0
"""Of the resistance: it doubles from 25 °C to about 2 °C. Our assumption, of the order that cells show."""
_EMPTY_RISE, _RISES_BELOW = 1.5, 0.2
"""An empty cell's resistance is so much above its usual one, rising in the last fifth of its charge. Our assumption."""


def _voltage_v(charge: NDArray[np.float64]) -> NDArray[np.float64]:
    x = _EMPTY_GRAPHITE + (_FULL_GRAPHITE - _EMPTY_GRAPHITE) * charge
    y = _EMPTY_NMC + (_FULL_NMC - _EMPTY_NMC) * charge
    graphite = 1.9793 * np.exp(-39.3631 * x) + 0.2482
    for height, slope, centre in ((0.0909, 29.8538, 0.1234), (0.04478, 14.9159, 0.2769), (0.0205, 30.4444, 0.6103)):
        graphite = graphite - height * np.tanh(slope * (x - centre))
    nmc = -0.8090 * y + 4.4875
    for height, slope, centre in ((0.0428, 18.5138, 0.5542), (17.7326, 15.7890, 0.3117), (-17.5842, 15.9308, 0.3120)):
        nmc = nmc - height * np.tanh(slope * (y - centre))
    return np.asarray(nmc - graphite)


_CURVE_V: list[float] = _voltage_v(np.linspace(0.0, 1.0, _STEPS + 1)).tolist()


_SUM_V: list[float] = [0.0, *accumulate((low + high) / 2 / _STEPS for low, high in pairwise(_CURVE_V))]


def rest_voltage_v(charge: float) -> float:
    """Voltage without current, at a charge from 0 to 1 of the capacity: straight lines between 201 points."""
    place = min(max(charge, 0.0), 1.0) * _STEPS
    at = min(int(place), _STEPS - 1)
    return _CURVE_V[at] + (_CURVE_V[at + 1] - _CURVE_V[at]) * (place - at)


def stored_v(charge: float) -> float:
    """The integral of the voltage at rest over the charge, from empty."""
    place = min(max(charge, 0.0), 1.0) * _STEPS
    at = min(int(place), _STEPS - 1)
    return _SUM_V[at] + (place - at) * (_CURVE_V[at] + rest_voltage_v(charge)) / 2 / _STEPS


def charge_at(voltage_v: float) -> float:
    """The charge from 0 to 1 at which a cell rests at a voltage."""
    at = min(max(bisect_left(_CURVE_V, voltage_v), 1), _STEPS)
    part = (voltage_v - _CURVE_V[at - 1]) / (_CURVE_V[at] - _CURVE_V[at - 1])
    return min(max((at - 1 + part) / _STEPS, 0.0), 1.0)


def resistance_factor(charge: float, celsius: float) -> float:
    """Resistance against that at 25 °C and half charge: an Arrhenius law, and a rise towards empty."""
    arrhenius = math.exp(_ACTIVATION_K * (1 / (max(celsius, -60.0) + _KELVIN) - 1 / _REFERENCE_K))
    missing = max(0.0, _RISES_BELOW - charge) / _RISES_BELOW
    return arrhenius * (1 + _EMPTY_RISE * missing * missing)
