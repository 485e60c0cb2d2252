"""RoPE scaling, soft caps and windows against a second implementation, which is itself checked against the goldens.

It is the forward pass in NumPy and F64, from published formulas: RMS norm, gated feed-forward, grouped-query attention
(the Llama papers); rotary positions (RoFormer); linear scaling (positional interpolation: positions divided by the
factor); Llama 3.1's scaling (as transformers computes it for rope_type "llama3"); local and global layers, query and
key norms (Gemma 3's report); soft caps (Gemma 2's report).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np
import pytest
from gguf import GGUFReader
from gguf.quants import dequantize
from numpy.typing import NDArray

from firmware_bindings.kernel import Model

Array = NDArray[np.float64]
PROMPT = [(11 * i + 5) % 512 for i in range(24)]


def llama3_divisors(
    head_size: int, base: float, factor: float, low: float, high: float, original_context: int
) -> list[float]:
    """What Llama 3.1 divides each frequency by: long waves by `factor`, short ones by 1, between them smoothly."""
    divisors = []
    for pair in range(head_size // 2):
        frequency = base ** (-2 * pair / head_size)
        turns = original_context * frequency / (2 * pi)
        smooth = min(1.0, max(0.0, (turns - low) / (high - low)))
        divisors.append(1 / ((1 - smooth) / factor + smooth))
    return divisors


@dataclass
class Reference:
    """A model's weights and what its family does with them."""

    weights: dict[str, Array]
    settings: dict[str, float]
    architecture: str

    @classmethod
    def read(cls, path: Path) -> "Reference":
        reader = GGUFReader(path)
        weights = {t.name: np.asarray(dequantize(t.data, t.tensor_type), np.float64) for t in reader.tensors}
        architecture = str(reader.fields["general.architecture"].contents())
        prefix = f"{architecture}."
        fields = {key: field.contents() for key, field in reader.fields.items() if key.startswith(prefix)}
        numbers = {key.removeprefix(prefix): v for key, v in fields.items() if isinstance(v, int | float)}
        return cls(weights, numbers, architecture)

    def logits(self, ids: Sequence[int]) -> Array:
        """(len(ids), vocab) of a text."""
        embedding = self.weights["token_embd.weight"]
        x = embedding[list(ids)] * (embedding.shape[1] ** 0.5 if self._is_gemma else 1)
        for layer in range(int(self.settings["block_count"])):
            x = x + self._post(layer, "post_attention_norm", self._attention(layer, self._norm(layer, "attn_norm", x)))
            x = x + self._post(layer, "post_ffw_norm", self._feed_forward(layer, self._norm(layer, "ffn_norm", x)))
        x = self._normalised(x, self.weights["output_norm.weight"])
        return self._capped(x @ self.weights.get("output.weight", embedding).T, "final_logit_softcapping")

    @property
    def _is_gemma(self) -> bool:
        return self.architecture == "gemma3"

    def _matrix(self, layer: int, name: str) -> Array:
        return self.weights[f"blk.{layer}.{name}.weight"]

    def _optional(self, layer: int, name: str) -> Array | None:
        return self.weights.get(f"blk.{layer}.{name}.weight")

    def _normalised(self, x: Array, weight: Array) -> Array:
        epsilon = self.settings["attention.layer_norm_rms_epsilon"]
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * weight

    def _norm(self, layer: int, name: str, x: Array) -> Array:
        return self._normalised(x, self._matrix(layer, name))

    def _post(self, layer: int, name: str, x: Array) -> Array:
        weight = self._optional(layer, name)
        return x if weight is None else self._normalised(x, weight)

    def _capped(self, x: Array, setting: str) -> Array:
        cap = self.settings.get(setting)
        return x if cap is None else cap * np.tanh(x / cap)

    def _feed_forward(self, layer: int, x: Array) -> Array:
        gate, up, down = (self._matrix(layer, f"ffn_{name}") for name in ("gate", "up", "down"))
        g = x @ gate.T
        gelu = 1 + np.tanh((2 / pi) ** 0.5 * (g + 0.044715 * g**3))
        g = g / 2 * gelu if self._is_gemma else g / (1 + np.exp(-g))
        return (g * (x @ up.T)) @ down.T

    def _attention(self, layer: int, x: Array) -> Array:
        heads = int(self.settings["attention.head_count"])
        kv_heads = int(self.settings["attention.head_count_kv"])
        q, k, v = (self._heads(layer, name, x, n) for name, n in (("q", heads), ("k", kv_heads), ("v", kv_heads)))
        q, k = (
            self._rotated(layer, self._head_norm(layer, "q", q)),
            self._rotated(layer, self._head_norm(layer, "k", k)),
        )
        k, v = (np.repeat(t, heads // kv_heads, axis=1) for t in (k, v))
        scores = np.einsum("thd,shd->hts", q, k) / q.shape[-1] ** 0.5
        scores = self._capped(scores, "attn_logit_softcapping")
        distance = np.subtract.outer(np.arange(len(x)), np.arange(len(x)))
        seen = (distance >= 0) & ((distance < self._window) | (not self._is_local(layer)))
        scores = np.where(seen, scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return np.einsum("hts,shd->thd", shares, v).reshape(len(x), -1) @ self._matrix(layer, "attn_output").T

    def _heads(self, layer: int, name: str, x: Array, count: int) -> Array:
        return (x @ self._matrix(layer, f"attn_{name}").T).reshape(len(x), count, -1)

    def _head_norm(self, layer: int, name: str, x: Array) -> Array:
        weight = self._optional(layer, f"attn_{name}_norm")
        return x if weight is None else self._normalised(x, weight)

    @property
    def _window(self) -> float:
        return self.settings.get("attention.sliding_window", np.inf)

    def _is_local(self, layer: int) -> bool:
        """In Gemma 3 all layers but one in so many; in Mistral, the one Llama with a window, all."""
        every = int(self.settings.get("attention.sliding_window_pattern", 6))
        return not self._is_gemma or (layer + 1) % every != 0

    def _rotated(self, layer: int, x: Array) -> Array:
        size = x.shape[-1]
        turns_alone = self._is_gemma and self._is_local(layer)
        base = self.settings.get("rope.freq_base_swa" if turns_alone else "rope.freq_base", 10000.0)
        frequency = base ** (-2 * np.arange(size // 2) / size)
        if not turns_alone:
            frequency = frequency / self.settings.get("rope.scaling.factor", 1)
            frequency = frequency / self.weights.get("rope_freqs.weight", np.ones(size // 2))
        angle = np.multiply.outer(np.arange(len(x)), frequency)[:, None]
        turned = np.empty_like(x)
        first, second = (slice(0, None, 2), slice(1, None, 2))
        if self.architecture != "llama":  # the others pair the two halves
            first, second = slice(0, size // 2), slice(size // 2, None)
        a, b = x[..., first], x[..., second]
        turned[..., first] = a * np.cos(angle) - b * np.sin(angle)
        turned[..., second] = a * np.sin(angle) + b * np.cos(angle)
        return turned


def f32(value: float) -> tuple[int, bytes]:
    return 6, pack("<f", value)


def u32(value: int) -> tuple[int, bytes]:
    return 4, pack("<I", value)


LINEAR = {"llama__rope__scaling__factor": f32(3)}
BASE = {"llama__rope__freq_base": f32(500000)}
CAPS = {"gemma3__attn_logit_softcapping": f32(0.5), "gemma3__final_logit_softcapping": f32(3)}
WINDOWS = {"gemma3__attention__sliding_window": u32(5), "gemma3__attention__sliding_window_pattern": u32(2)}
MISTRAL = {"llama__attention__sliding_window": u32(5)}
GLOBAL = {"gemma3__rope__scaling__factor": f32(8), "gemma3__rope__freq_base_swa": f32(5000)}


def with_llama3(file: Any) -> Any:
    """Llama 3's scaling, which a file holds as a tensor of divisors."""
    divisors = llama3_divisors(16, 10000.0, factor=8, low=1, high=4, original_context=64)
    norm = next(t for t in file.tensors if t.name == "output_norm.weight")
    tensor = replace(norm, name="rope_freqs.weight", size=(8,), data=pack("<8f", *divisors))
    return replace(file, tensors=[*file.tensors, tensor])


def compare(ours: Model) -> None:
    """At every position within 1e-4 of the logits' standard deviation."""
    expected = Reference.read(ours.path).logits(PROMPT)
    with ours.session() as session:
        for position, token_id in enumerate(PROMPT):
            session.step(token_id)
            assert np.abs(np.array(session.logits()) - expected[position]).max() <= 1e-4 * expected.std()


@pytest.mark.req("INF-001")
@pytest.mark.parametrize("name", ["llama-tiny-s50-F32", "qwen3-tiny-s36-F32", "gemma3-tiny-s28-F32"])
def test_the_second_implementation_gives_the_goldens(name: str, tiny_path: Path) -> None:
    path = tiny_path.with_name(f"{name}.gguf")
    golden = np.load(path.with_suffix(".npz"))["hf"]
    prompt = json.loads(path.with_suffix(".json").read_text())["prompt"]
    assert np.abs(Reference.read(path).logits(prompt) - golden).max() <= 1e-4 * golden.std()


@pytest.mark.req("INF-001")
@pytest.mark.parametrize("settings", [LINEAR, BASE, LINEAR | BASE], ids=["linear", "base", "both"])
@pytest.mark.parametrize("has_divisors", [False, True], ids=["", "llama3"])
def test_rope_scaling(settings: dict[str, Any], has_divisors: bool, llama: Any, load: Any) -> None:
    file = llama.with_metadata(**settings)
    compare(load((with_llama3(file) if has_divisors else file).encode()))


@pytest.mark.req("INF-001")
@pytest.mark.parametrize("settings", [CAPS, WINDOWS, GLOBAL, CAPS | WINDOWS | GLOBAL])
def test_soft_caps_windows_and_what_local_layers_do_alone(settings: dict[str, Any], gemma: Any, load: Any) -> None:
    compare(load(gemma.with_metadata(**settings).encode()))


@pytest.mark.req("INF-001")
@pytest.mark.parametrize("settings", [MISTRAL, MISTRAL | LINEAR | BASE], ids=["window", "window and scaling"])
@pytest.mark.parametrize("has_divisors", [False, True], ids=["", "llama3"])
def test_the_window_of_mistral_is_on_every_layer(
    settings: dict[str, Any], has_divisors: bool, llama: Any, load: Any
) -> None:
    file = llama.with_metadata(**settings)
    compare(load((with_llama3(file) if has_divisors else file).encode()))


@pytest.mark.req("INF-001")
def test_llama_3s_divisors_leave_short_waves_alone_and_stretch_long_ones() -> None:
    """For Llama 3.1's own figures; between the two they grow."""
    divisors = llama3_divisors(128, 500000.0, factor=8, low=1, high=4, original_context=8192)
    assert divisors == sorted(divisors)
    assert (divisors[0], divisors[-1]) == (1.0, 8.0)
    frequencies = [500000.0 ** (-pair / 64) for pair in range(64)]
    for divisor, frequency in zip(divisors, frequencies, strict=True):
        wave = 2 * pi / frequency
        assert (divisor == 1.0) is (wave <= 8192 / 4)
        assert (divisor == 8.0) is (wave >= 8192 / 1)
