"""What the payload controller is told to hold: each rail's limiter and sequence, bus limit, and duty of its caps."""

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from flightsw.payload import ComputeProfile, ControllerPlan, PowerMode, RailPlan


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive registers from `first` on, and the words that they shall hold."""

    first: Register
    words: tuple[int, ...]
    is_once: bool = False
    """Written once; the controller refuses a second time."""


CAP_ROWS = (None, PowerMode.ECO, PowerMode.NOMINAL, PowerMode.BURST)
"""The mode of each row of CAP_DUTY; in all others the outputs are off."""


def settings(controller: ControllerPlan, rails: Sequence[RailPlan], profile: ComputeProfile) -> tuple[Block, ...]:
    """Blocks that are read and written as one."""
    limit = regs.UNDER_VOLTAGE_LIMIT.pack(
        limit_mv=controller.under_voltage_mv, hysteresis_mv=controller.under_voltage_hysteresis_mv
    )
    return (
        Block(regs.UNDER_VOLTAGE_LIMIT, (limit,), is_once=True),
        *(Block(first, _words(rail)) for first, rail in zip(regs.RAIL_CTRL, rails, strict=True)),
        Block(regs.CAP_DUTY[0], tuple(_duty(profile, mode) for mode in CAP_ROWS)),
    )


def _duty(profile: ComputeProfile, mode: PowerMode | None) -> int:
    """Of 256 parts of the time, those in which the payload's clock runs: a mode's rate against the highest."""
    if mode is None:
        return 0
    highest = max(rates.decode_tokens_per_s for rates in profile.modes.values())
    duty = max(1, round(256 * profile.modes[mode].decode_tokens_per_s / highest))
    return regs.CAP_DUTY[0].pack(output0=duty, output1=duty)


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
