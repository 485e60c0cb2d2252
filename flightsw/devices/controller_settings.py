"""What the payload controller is told to hold: each rail's limiter and sequence, and the lowest bus voltage."""

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from flightsw.payload import ControllerPlan, RailPlan


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive registers from `first` on, and the words that they shall hold."""

    first: Register
    words: tuple[int, ...]
    is_once: bool = False
    """Written once; the controller refuses a second time."""


def settings(controller: ControllerPlan, rails: Sequence[RailPlan]) -> tuple[Block, ...]:
    """Blocks that are read and written as one."""
    limit = regs.UNDER_VOLTAGE_LIMIT.pack(
        limit_mv=controller.under_voltage_mv, hysteresis_mv=controller.under_voltage_hysteresis_mv
    )
    return (
        Block(regs.UNDER_VOLTAGE_LIMIT, (limit,), is_once=True),
        *(Block(first, _words(rail)) for first, rail in zip(regs.RAIL_CTRL, rails, strict=True)),
    )


def _words(rail: RailPlan) -> tuple[int, ...]:
    return (
        regs.RAIL_CTRL[0].pack(fast_trip=1, slow_trip=rail.slow_trip, retries=rail.retries),
        rail.limit_ma,
        rail.trip_clocks,
        rail.blanking_ms,
        rail.stagger_ms,
        rail.power_good_timeout_ms,
        rail.retry_ms,
    )
