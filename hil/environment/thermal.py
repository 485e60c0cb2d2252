"""Heat: five lumps that conduct to each other, radiate to space, and are warmed by Sun, Earth and what they dissipate.

dT/dt = (dissipated + absorbed - radiated + conducted) / C, by steps of a second: Euler's rule, far finer than any
lump's time constant, so what each step moves is exactly what is counted. Watts, joules, kelvins; degrees outside.
"""

from collections.abc import Mapping

from flightsw.mission import ThermalNode
from hil.environment.sunlight import Light

STEFAN_BOLTZMANN_W_PER_M2_K4 = 5.670_374_419e-8
_KELVIN = 273.15
_WARMEST_K = 400.0


class ThermalNetwork:
    """Temperatures of the nodes, and the heat that has come and gone. Raises ValueError for too light a node.

    Args:
        design: the nodes by name.
        celsius: of all of them at the beginning.
    """

    def __init__(self, design: Mapping[str, ThermalNode], celsius: float) -> None:
        self.names = tuple(design)
        self._nodes = tuple(design.values())
        place = {name: at for at, name in enumerate(self.names)}
        self._links = [
            (place[name], place[other], w_per_k)
            for name, node in design.items()
            for other, w_per_k in node.conduction_w_per_k.items()
        ]
        self._kelvins = [celsius + _KELVIN] * len(self.names)
        self.dissipated_j = self.absorbed_j = self.radiated_j = 0.0
        for at, node in enumerate(self._nodes):
            w_per_k = sum(value for one, other, value in self._links if at in (one, other))
            w_per_k += 4 * self._radiance(node) * _WARMEST_K**3
            if node.heat_capacity_j_per_k < 4 * w_per_k:
                raise ValueError(
                    f"{self.names[at]}: {node.heat_capacity_j_per_k} J/K follows its surroundings within 4 s"
                )

    @property
    def stored_j(self) -> float:
        """Heat above absolute zero."""
        return sum(n.heat_capacity_j_per_k * k for n, k in zip(self._nodes, self._kelvins, strict=True))

    def celsius(self, name: str) -> float:
        return self._kelvins[self.names.index(name)] - _KELVIN

    def set_celsius(self, celsius: float, name: str | None = None) -> None:
        """Let one node, or each, have this temperature. Raises ValueError for a node that there is not."""
        if name is not None and name not in self.names:
            raise ValueError(f"no node {name!r}; there are {', '.join(self.names)}")
        for at, other in enumerate(self.names):
            if name in (None, other):
                self._kelvins[at] = celsius + _KELVIN

    def step(self, light: Light, dissipation_w: Mapping[str, float]) -> None:
        """Let a second pass."""
        into_w = [0.0] * len(self._nodes)
        for one, other, w_per_k in self._links:
            flow_w = w_per_k * (self._kelvins[one] - self._kelvins[other])
            into_w[one] -= flow_w
            into_w[other] += flow_w
        for at, (name, node) in enumerate(zip(self.names, self._nodes, strict=True)):
            kelvin = self._kelvins[at]
            sun_m2 = node.sun_m2 * (light.incidence if name == "panel" else 1.0)
            absorbed_w = node.absorptivity * (sun_m2 * light.sun_w_per_m2 + node.earth_m2 * light.albedo_w_per_m2)
            absorbed_w += node.emissivity * node.earth_m2 * light.earth_w_per_m2
            radiated_w = self._radiance(node) * kelvin * kelvin * kelvin * kelvin
            dissipated_w = dissipation_w.get(name, 0.0)
            self.absorbed_j += absorbed_w
            self.radiated_j += radiated_w
            self.dissipated_j += dissipated_w
            self._kelvins[at] = kelvin + (into_w[at] + absorbed_w - radiated_w + dissipated_w) / (
                node.heat_capacity_j_per_k
            )

    @staticmethod
    def _radiance(node: ThermalNode) -> float:
        return node.emissivity * STEFAN_BOLTZMANN_W_PER_M2_K4 * node.radiating_m2
