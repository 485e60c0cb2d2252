"""How the next token is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware_bindings.kernel._kernel import ffi
from firmware_bindings.kernel.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Applied in this order: repetition penalty, bias, temperature, top_k, top_p, min_p, one random number.

    The random number depends on seed and position alone, so a session that is restored, forked or run on another
    machine goes on with the same tokens.

    Args:
        temperature: 0 takes the likeliest token; else 0.001 to 1000.
        top_k: keep that many of the likeliest tokens; 0 keeps all.
        top_p: keep the likeliest tokens that together have this probability; 1 keeps all.
        min_p: keep tokens at least so likely as this share of the likeliest; 0 keeps all.
        repeat_penalty: what positive logits of repeated tokens are divided by, and others multiplied by; 1 is none.
        repeat_tokens: a token is repeated that is among that many last ones, the prompt's included.
        bias: added to the logits of these ids; -inf bans a token.
        seed: below 2**64.
    """

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    repeat_tokens: int = 64
    bias: Mapping[int, float] = field(default_factory=dict)
    seed: int = 0

    def encode(self) -> tuple[Any, Any]:
        """The kernel's structure, and what it points to, to be kept as long. Raises UsageError."""
        try:
            biases = ffi.new("kernel_bias[]", list(self.bias.items()))
            fields = {name: getattr(self, name) for name in self.__slots__ if name != "bias"}
            sampling = ffi.new("kernel_sampling *", fields | {"biases": biases, "bias_count": len(self.bias)})
        except (OverflowError, TypeError) as error:
            raise UsageError(f"sampling out of range: {error}") from error
        return sampling, biases
