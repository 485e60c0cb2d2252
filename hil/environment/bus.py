"""The bus: what the array can give goes to the loads first, then into the battery; the rest stays in the array.

The array's regulator follows its point of greatest power until charging is limited; then it takes less, and what is not
taken stays in the panel as heat (that is the shunt). What the array does not cover comes out of the battery.
"""

from dataclasses import dataclass, replace

from flightsw.mission import LoadDesign
from hil.environment.battery import Battery, charging_a, discharging_a


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Powers and currents while nothing changes. The battery's current is positive while it is charged.

    array_w: taken from the array; surplus_w: what it could give besides.
    load_w: what the loads take; regulators_w: what both regulators lose; battery_heat_w: in the battery.
    """

    is_up: bool
    array_w: float
    surplus_w: float
    load_w: float
    regulators_w: float
    battery_a: float
    battery_v: float
    battery_heat_w: float


def flows(
    available_w: float, load_w: float, battery: Battery, celsius: float, design: LoadDesign, *, seconds: float = 0.0
) -> Flows:
    """How power flows, constant for so many seconds.

    The battery's voltage at rest is taken in the middle of the time, so that what goes in and out of it is what its
    charge says. Where the battery would have to give more than it can, the bus is down: no load gets anything.

    Args:
        available_w: what the array can give.
        load_w: what the loads want, behind their regulator.
        celsius: the battery's temperature.
    """
    ohm = battery.resistance_ohm(celsius)
    net_w = available_w * design.array_regulator_efficiency - load_w / design.load_regulator_efficiency
    current_a: float | None = 0.0
    rest_v = battery.rest_v()
    for _ in range(3 if seconds else 1):
        rest_v = battery.rest_v((current_a or 0.0) * seconds / 2)
        if net_w >= 0:
            current_a = min(charging_a(net_w, rest_v, ohm), battery.charge_limit_a(rest_v, ohm, celsius))
        else:
            current_a = discharging_a(-net_w, rest_v, ohm)
            current_a = None if current_a is None else -current_a
    if current_a is None or (current_a < 0 and rest_v + current_a * ohm < battery.empty_v):
        return replace(flows(available_w, 0.0, battery, celsius, design, seconds=seconds), is_up=False)
    battery_v = rest_v + current_a * ohm
    into_battery_w = current_a * battery_v
    bus_w = load_w / design.load_regulator_efficiency
    array_w = (bus_w + into_battery_w) / design.array_regulator_efficiency
    return Flows(
        is_up=True,
        array_w=array_w,
        surplus_w=max(0.0, available_w - array_w),
        load_w=load_w,
        regulators_w=array_w * (1 - design.array_regulator_efficiency) + bus_w - load_w,
        battery_a=current_a,
        battery_v=battery_v,
        battery_heat_w=current_a * current_a * ohm,
    )
