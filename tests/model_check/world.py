"""The world in bands: what sensors and prediction may show at, below and above every threshold.

The mode machine sees of the world only a verdict, so worlds with the same verdict are one; and of the verdict only what
regards the commanded mode, those below it and the next above, so verdicts that agree there are one too. That is the
whole reduction, and it is exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from flightsw.payload import Inputs, Power, PowerMode, Sky, Threshold

TICK_US = 1_000_000

_T = Threshold


@dataclass(frozen=True, slots=True)
class World:
    """What the sensors show, None: the power board is silent; whether sunlight is predicted, and for how long yet."""

    power: Power | None
    is_predicted: bool = False
    is_sky_sunlit: bool = True
    eclipse_in_s: int | None = None

    def inputs(self, now_us: int, **others: Any) -> Inputs:
        sky = None
        if self.is_predicted:
            eclipse_us = None if self.eclipse_in_s is None else now_us + self.eclipse_in_s * TICK_US
            sky = Sky(is_sunlit=self.is_sky_sunlit, eclipse_us=eclipse_us)
        return Inputs(now_us=now_us, power=self.power, sky=sky, **others)

    def __str__(self) -> str:
        if self.power is None:
            return "power board silent"
        power = self.power
        if not self.is_predicted:
            sky = "no prediction"
        elif not self.is_sky_sunlit:
            sky = "eclipse predicted now"
        else:
            sky = "no eclipse predicted" if self.eclipse_in_s is None else f"eclipse in {self.eclipse_in_s} s"
        sunlight = "sunlit" if power.is_sunlit else "dark"
        charge, payload, battery = (
            "unknown" if value is None else f"{value / scale:g} {unit}"
            for value, scale, unit in (
                (power.charge_permille, 1, "‰"),
                (power.payload_centidegc, 100, "°C"),
                (power.battery_centidegc, 100, "°C"),
            )
        )
        return f"charge {charge}, payload {payload}, battery {battery}, {sunlight}, {sky}"


GOOD = World(Power(charge_permille=1000, payload_centidegc=2000, battery_centidegc=2000, is_sunlit=True))

EMPTY = World(Power(charge_permille=0, payload_centidegc=2000, battery_centidegc=2000, is_sunlit=True))


def bands(thresholds: Sequence[int]) -> tuple[int, ...]:
    """Every threshold, a value between any two that are next to each other, and one beyond either end."""
    known = sorted(set(thresholds))
    between = [(low + high) // 2 for low, high in pairwise(known) if high - low > 1]
    return tuple(sorted({known[0] - 1, *known, *between, known[-1] + 1}))


def columns(policy: Any) -> tuple[tuple[Any, ...], ...]:
    """The bands of charge, payload, battery, sensor, and prediction."""
    guards = policy.guards.values()

    def of(*limits: Threshold) -> tuple[int, ...]:
        return bands([guard.limit(limit) for guard in guards for limit in limits])

    floors = (
        policy.safe_charge_permille,
        policy.safe_exit_charge_permille,
        policy.survival_charge_permille,
        policy.survival_exit_charge_permille,
    )
    charge = bands([*floors, *of(_T.ENTER_CHARGE_PERMILLE, _T.SHED_CHARGE_PERMILLE)])
    payload = of(_T.ENTER_TEMPERATURE_CENTIDEGC, _T.SHED_TEMPERATURE_CENTIDEGC)
    battery = of(
        _T.ENTER_BATTERY_HOT_CENTIDEGC,
        _T.SHED_BATTERY_HOT_CENTIDEGC,
        _T.ENTER_BATTERY_COLD_CENTIDEGC,
        _T.SHED_BATTERY_COLD_CENTIDEGC,
    )
    eclipse_in_s = bands(
        [guard.limit(limit) for guard in guards for limit in (_T.ENTER_SUNLIGHT_S, _T.SHED_SUNLIGHT_S)]
    )
    skies = (
        (False, True, None),
        (True, False, None),
        (True, True, None),
        *((True, True, s) for s in (*eclipse_in_s, -1)),
    )
    return (*charge, None), (*payload, None), (*battery, None), (True, False, None), skies


def all_worlds(policy: Any) -> Iterator[World]:
    """Every combination of every band."""
    yield World(None)
    for charge, payload, battery, is_sunlit, sky in product(*columns(policy)):
        yield World(Power(**_power(charge, payload, battery, is_sunlit)), *sky)


def some_worlds(policy: Any) -> Iterator[World]:
    """Every band of one column while the others are good, and every charge in every light."""
    charges, payloads, batteries, lights, skies = columns(policy)
    good = 1000, 2000, 2000, True
    yield World(None)
    for charge, is_sunlit, sky in product(charges, lights, skies):
        yield World(Power(**_power(charge, *good[1:3], is_sunlit)), *sky)
    for payload in payloads:
        yield World(Power(**_power(good[0], payload, *good[2:])))
    for battery in batteries:
        yield World(Power(**_power(*good[:2], battery, good[3])))


def few_worlds() -> Iterator[World]:
    """One world of each sort that makes the default mission's modes do something, for a quick look."""
    yield World(None)
    yield GOOD
    for charge in (450, 250, 50):
        yield World(Power(**_power(charge, 2000, 2000, True)))
    yield World(Power(**_power(1000, 6000, 2000, True)))
    yield World(Power(**_power(1000, 2000, -2000, True)))
    yield World(Power(**_power(1000, 2000, 2000, False)))


@dataclass(frozen=True, slots=True)
class Kind:
    """Worlds that a mode can't tell apart: one of them, and the verdict on all. A `is_first` one differs from those
    before it in more than the names of its reasons."""

    world: World
    verdict: Any
    is_first: bool


def kinds(judged: Sequence[tuple[World, Any]], mode: PowerMode) -> list[Kind]:
    """What a commanded mode can tell apart of the worlds and the verdicts on them."""
    next_up = tuple(upper for upper in PowerMode if upper == mode + 1 and mode >= PowerMode.STANDBY)
    upper = (PowerMode.IDLE, PowerMode.ECO) if mode is PowerMode.STANDBY else next_up
    patterns: set[Any] = set()
    found: dict[Any, Kind] = {}
    for world, verdict in judged:
        unfit = tuple(sorted((m, reason) for m, reason in verdict.unfit.items() if m <= mode))
        barred = tuple((m, verdict.barred[m]) for m in upper if m in verdict.barred)
        rest = frozenset(m for m in verdict.dark if m <= mode), mode in verdict.recovered, world.power is None
        named = unfit, barred, rest
        if named not in found:
            pattern = tuple(m for m, _ in unfit), tuple(m for m, _ in barred), rest
            found[named] = Kind(world, verdict, pattern not in patterns)
            patterns.add(pattern)
    return list(found.values())


def _power(charge: int | None, payload: int | None, battery: int | None, is_sunlit: bool | None) -> dict[str, Any]:
    return {
        "charge_permille": charge,
        "payload_centidegc": payload,
        "battery_centidegc": battery,
        "is_sunlit": is_sunlit,
    }
