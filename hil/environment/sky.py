"""The world under a real sky: an orbit's light on an array and on five lumps of matter, a battery, and a bus.

Power and heat move in steps of one second of the bench's clock; what the payload draws within one is integrated exactly
(µW times ns is fJ), so the numbers do not depend on how time is cut. Sunrise and sunset are in between, where they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flightsw.mission import OrbitPlan, SatelliteDesign
from flightsw.orbit import Orbit, ShadowEdge, tai_s
from hil.devices.power_board import Readings
from hil.devices.power_board_control import Loads
from hil.environment.battery import Battery
from hil.environment.bus import Flows, flows
from hil.environment.sunlight import Light, Sunlight
from hil.environment.thermal import ThermalNetwork

S_NS = 1_000_000_000
_J_FJ = 10**15
_W_UW = 10**6
_CELLS_CELSIUS = 28.0
_ALIVE_PERMILLE = 50
"""The bus comes up again, after the battery gave out, at this charge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkyPlan:
    """The sky in `bench.toml`, and where the true satellite differs from the one in `mission.toml`.

    `orbit` is the true one, if it is not what the mission says. `gauge_gain_permille` is how much too much the gauge of
    the battery counts.
    """

    start_utc: datetime
    orbit: OrbitPlan | None = None
    battery_charge_permille: int = 900
    battery_fade_permille: int = 0
    array_loss_permille: int = 0
    gauge_gain_permille: int = 0
    temperature_centidegc: int = 2000
    voltage_noise_mv: int = 2
    """Of the battery's voltage as it is measured: without any it would stand still while it is held, as if stuck."""

    @property
    def start_tai_s(self) -> float:
        """When the bench's clock is at 0."""
        return tai_s(self.start_utc)

    def __post_init__(self) -> None:
        tai_s(self.start_utc)
        for name, low, high in (
            ("battery_charge_permille", 0, 1000),
            ("battery_fade_permille", 0, 900),
            ("array_loss_permille", 0, 1000),
            ("gauge_gain_permille", -500, 500),
            ("temperature_centidegc", -10_000, 10_000),
            ("voltage_noise_mv", 0, 1000),
        ):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} = {getattr(self, name)} is not from {low} to {high}")


@dataclass(slots=True)
class Totals:
    """Joules since the beginning: out of the array, into the loads, and lost in regulators and battery."""

    array_j: float = 0.0
    load_j: float = 0.0
    regulators_j: float = 0.0
    battery_heat_j: float = 0.0


class Sky:
    """Sun, array, battery and heat of a satellite.

    Args:
        plan: when it begins, and how.
        design: what the satellite is built of.
        orbit: the true one.
    """

    def __init__(self, plan: SkyPlan, design: SatelliteDesign, orbit: Orbit) -> None:
        self.start_tai_s = plan.start_tai_s
        self.orbit = orbit
        self._design = design
        self._sunlight = Sunlight(orbit, design.array.attitude, self.start_tai_s)
        self.battery = Battery(
            design.battery,
            fade_permille=plan.battery_fade_permille,
            charge_permille=plan.battery_charge_permille,
            gauge_gain_permille=plan.gauge_gain_permille,
        )
        self.heat = ThermalNetwork(design.nodes, plan.temperature_centidegc / 100)
        self.totals = Totals()
        self._array_part = 1 - plan.array_loss_permille / 1000
        self._heat_w: dict[str, float] = {}
        self._loads = Loads()
        self._is_up = True
        self._is_dark = False
        self._now_ns = 0
        self._payload_uw = 0
        self._payload_fj = 0
        self._shown: Readings | None = None
        self._is_sunlit = orbit.is_sunlit(self.start_tai_s)
        self._edge: ShadowEdge | None = None
        self._edge_ns = 0
        self._seek_edge()

    @property
    def is_sunlit(self) -> bool:
        """Whether the Sun's centre stands above the Earth's limb, and nothing else hides it."""
        return self._is_sunlit and not self._is_dark

    @property
    def is_payload_supplied(self) -> bool:
        return self._is_up and self._loads.payload

    @property
    def is_bus_up(self) -> bool:
        """Whether anything gets power. The battery gives out when it is empty, or too weak for what is wanted."""
        return self._is_up

    @property
    def charge_permille(self) -> int:
        """What the battery truly holds."""
        return round(self.battery.charge_permille)

    @property
    def temperatures_centidegc(self) -> Mapping[str, int]:
        """The true ones of payload, battery, radiator, panel and structure."""
        return {name: round(100 * self.heat.celsius(name)) for name in self.heat.names}

    def advance(self, now_ns: int) -> None:
        """Let time pass as things were."""
        while (second := self._now_ns // S_NS) < now_ns // S_NS:
            self._integrate((second + 1) * S_NS)
            self._step(second)
        self._integrate(now_ns)
        while self._edge_ns <= now_ns:
            self._is_sunlit = self._is_sunlit if self._edge is None else not self._edge.is_entry
            self._seek_edge()

    def switch(self, loads: Loads) -> None:
        """The power board has its load switches like this from now on."""
        if loads != self._loads:
            self._loads, self._shown = loads, None

    def draw(self, payload_uw: int) -> None:
        """The payload takes this much from now on."""
        if payload_uw != self._payload_uw:
            self._payload_uw, self._shown = payload_uw, None

    def next_event_ns(self) -> int:
        """The next step, or the next edge of the shadow."""
        return min((self._now_ns // S_NS + 1) * S_NS, self._edge_ns)

    def readings(self) -> Readings:
        """What true sensors show now."""
        if self._shown is None:
            self._shown = self._show()
        return self._shown

    def set_sunlight(self, is_sunlit: bool) -> None:
        """Hide the Sun, whatever the orbit says, or let the orbit have its way again."""
        self._is_dark, self._shown = not is_sunlit, None

    def set_charge(self, permille: int) -> None:
        """Let the battery hold this much, and its gauge know."""
        self.battery.set_charge(permille)
        self._shown = None

    def set_temperature(self, centidegc: int, node: str | None = None) -> None:
        """Let one node, or each, be this warm now; it goes its own way from there."""
        self.heat.set_celsius(centidegc / 100, node)
        self._shown = None

    def lose_array(self, permille: int) -> None:
        """Let so much of the array give nothing."""
        self._array_part, self._shown = 1 - permille / 1000, None

    def heat_node(self, node: str, mw: int) -> None:
        """Heat a node by so much more than what it dissipates."""
        self._heat_w[node] = mw / 1000

    def _integrate(self, now_ns: int) -> None:
        self._payload_fj += self._payload_uw * (now_ns - self._now_ns)
        self._now_ns = now_ns

    def _light(self, second: int) -> Light:
        light = self._sunlight.during(second)
        return Light(0.0, light.incidence, 0.0, light.earth_w_per_m2) if self._is_dark else light

    def _step(self, second: int) -> None:
        """One second of power and heat."""
        payload_w, self._payload_fj, self._shown = self._payload_fj / _J_FJ, 0, None
        light = self._light(second)
        flow = self._flow(light, payload_w, seconds=1.0)
        self.battery.take(flow.battery_a, 1.0, flow.battery_v)
        self.totals.array_j += flow.array_w
        self.totals.load_j += flow.load_w
        self.totals.regulators_j += flow.regulators_w
        self.totals.battery_heat_j += flow.battery_heat_w
        is_served = self._is_up and flow.is_up
        heater_w = self._heater_w if is_served else 0.0
        payload_w = payload_w if is_served else 0.0
        dissipation_w = {
            "payload": payload_w,
            "battery": heater_w + flow.battery_heat_w,
            "panel": -flow.array_w,
            "structure": flow.load_w - heater_w - payload_w + flow.regulators_w,
        }
        for node, extra_w in self._heat_w.items():
            dissipation_w[node] = dissipation_w.get(node, 0.0) + extra_w
        self.heat.step(light, dissipation_w)
        self._is_up = flow.is_up if self._is_up else self.battery.charge_permille >= _ALIVE_PERMILLE

    def _flow(self, light: Light, payload_w: float, seconds: float) -> Flows:
        loads = self._design.loads
        load_w = loads.platform_mw / 1000 + self._heater_w + payload_w
        load_w += loads.auxiliary_mw / 1000 if self._loads.auxiliary else 0.0
        return flows(
            self._available_w(light),
            load_w if self._is_up else 0.0,
            self.battery,
            self.heat.celsius("battery"),
            loads,
            seconds=seconds,
        )

    @property
    def _heater_w(self) -> float:
        return self._design.loads.heater_mw / 1000 if self._loads.heater else 0.0

    def _available_w(self, light: Light) -> float:
        array = self._design.array
        warm = 1 + array.temperature_coefficient_per_k * (self.heat.celsius("panel") - _CELLS_CELSIUS)
        lit_w = light.sun_w_per_m2 * light.incidence * array.area_m2
        return lit_w * array.efficiency * max(0.0, warm) * self._array_part

    def _show(self) -> Readings:
        flow = self._flow(self._light(self._now_ns // S_NS), self._payload_uw / _W_UW, seconds=0.0)
        is_up = self._is_up and flow.is_up
        array_mv = self._design.array.voltage_mv if flow.array_w + flow.surplus_w > 0 else 0
        battery_mv = round(1000 * flow.battery_v)
        return Readings(
            battery_mv=battery_mv,
            battery_ma=round(1000 * flow.battery_a),
            battery_charge_permille=self.battery.gauge_permille,
            is_sunlit=self.is_sunlit,
            temperature_centidegc=round(100 * self.heat.celsius("structure")),
            array_mw=round(1000 * flow.array_w),
            load_mw=round(1000 * flow.load_w),
            array_mv=array_mv,
            array_ma=round(10**6 * flow.array_w / array_mv) if array_mv else 0,
            battery_temperature_centidegc=round(100 * self.heat.celsius("battery")),
            panel_temperature_centidegc=round(100 * self.heat.celsius("panel")),
            bus_mv=battery_mv if is_up else 0,
            heater_mw=round(1000 * self._heater_w) if is_up else 0,
        )

    def _seek_edge(self) -> None:
        """Find the edge after the present one, or a time to look again."""
        after_s = self.start_tai_s + self._edge_ns / S_NS
        self._edge = self.orbit.next_shadow_edge(after_s)
        at_s = after_s + 86_400 if self._edge is None else self._edge.tai_s
        self._edge_ns = max(self._edge_ns + 1, round((at_s - self.start_tai_s) * S_NS))
