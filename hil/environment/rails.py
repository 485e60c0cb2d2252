"""The payload's eight rails, and how its power is shared among them."""

from dataclasses import dataclass

MS_NS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """One rail. `share_permille` is of the payload's power; `rise_ns` from its load switch to its power-good."""

    name: str
    voltage_mv: int
    share_permille: int
    rise_ns: int


RAILS: tuple[Rail, ...] = (
    Rail(name="logic", voltage_mv=3300, share_permille=20, rise_ns=2 * MS_NS),
    Rail(name="io", voltage_mv=5000, share_permille=30, rise_ns=2 * MS_NS),
    Rail(name="storage", voltage_mv=5000, share_permille=30, rise_ns=3 * MS_NS),
    Rail(name="memory", voltage_mv=12_000, share_permille=120, rise_ns=4 * MS_NS),
    Rail(name="core-a", voltage_mv=12_000, share_permille=200, rise_ns=5 * MS_NS),
    Rail(name="core-b", voltage_mv=12_000, share_permille=200, rise_ns=5 * MS_NS),
    Rail(name="core-c", voltage_mv=12_000, share_permille=200, rise_ns=5 * MS_NS),
    Rail(name="core-d", voltage_mv=12_000, share_permille=200, rise_ns=5 * MS_NS),
)
"""In the order in which they come up: the inputs of a compute module's own converters, behind which voltages are lower
and currents higher. The module is ours, its shares those of boards with four compute units, rounded."""


def rail_currents_ma(power_mw: int, power_good: int) -> tuple[int, ...]:
    """Currents of the rails, in mA, when the payload as a whole takes `power_mw`; none where a rail is not good.

    Whole milliamperes, so that the power that flows is exactly what the controller's inputs say.
    """
    return tuple(
        round(power_mw * rail.share_permille / rail.voltage_mv) if power_good >> index & 1 else 0
        for index, rail in enumerate(RAILS)
    )
