"""What the payload controller is told to hold, rail limits, bus limit and cap duties, and whether it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

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


class HeldSettings:
    """Blocks that a controller shall hold, and which of them it has been seen to hold since it began.

    Args:
        blocks: all of them, in the order in which they are looked at.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = tuple(blocks)
        self._next = 0
        self._told: set[Block] = set()
        self._unconfirmed = list(self._blocks)

    @property
    def are_confirmed(self) -> bool:
        return not self._unconfirmed

    def forget(self) -> None:
        """The controller has begun anew: it holds nothing."""
        self._told, self._unconfirmed = set(), list(self._blocks)

    def next(self) -> Block:
        """The block to read now: one that is not confirmed, else each in turn."""
        block = self._unconfirmed[0] if self._unconfirmed else self._blocks[self._next]
        self._next = (self._next + 1) % len(self._blocks)
        return block

    def see(self, block: Block, held: tuple[int, ...]) -> bool:
        """What the controller holds in a block's place; whether it must be told, which happens once where `is_once`."""
        if held == block.words or (block.is_once and block in self._told):
            if block in self._unconfirmed:
                self._unconfirmed.remove(block)
            return False
        self._told.add(block)
        if block not in self._unconfirmed:
            self._unconfirmed.append(block)
        return True


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
    """Of 256 parts of the time, those in which the payload's clock runs: a mode's rates against the highest ones.

    Rounded up, so that the clock does not slow what the computer is told.
    """
    if mode is None:
        return 0
    modes, own = profile.modes.values(), profile.modes[mode]
    decode = own.decode_tokens_per_s / max(rates.decode_tokens_per_s for rates in modes)
    prompt = own.prompt_tokens_per_s / max(rates.prompt_tokens_per_s for rates in modes)
    duty = ceil(256 * max(decode, prompt))
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
