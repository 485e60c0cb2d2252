"""What families do in their own way and no golden file has: RoPE scaling, soft caps."""

from dataclasses import replace
from struct import pack

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_bindings.kernel import Model, ModelFileError

PROMPT = [(7 * i + 3) % 512 for i in range(20)]


def f32(value: float) -> tuple[int, bytes]:
    """A metadata value: an F32 number."""
    return 6, pack("<f", value)


def u32(value: int) -> tuple[int, bytes]:
    return 4, pack("<I", value)


def logits(model: Model) -> NDArray[np.float32]:
    with model.session() as session:
        session.prefill(PROMPT)
        return np.array(session.logits())


def with_rope_factors(file, factors: list[float]):
    """The file with Llama 3's tensor of frequency divisors."""
    norm = next(t for t in file.tensors if t.name == "output_norm.weight")
    data = pack(f"<{len(factors)}f", *factors)
    return replace(file, tensors=[*file.tensors, replace(norm, name="rope_freqs.weight", size=(8,), data=data)])


def test_linear_scaling_is_llama_3s_with_one_factor_for_all(parts, load) -> None:
    plain = logits(load(parts.file.encode()))
    linear = logits(load(parts.file.with_metadata(llama__rope__scaling__factor=f32(4)).encode()))
    assert logits(load(with_rope_factors(parts.file, [4.0] * 8).encode())).tobytes() == linear.tobytes()
    assert logits(load(with_rope_factors(parts.file, [1.0] * 8).encode())).tobytes() == plain.tobytes()
    assert np.abs(linear - plain).max() > 0.1 * plain.std()


def test_linear_scaling_looks_at_positions_as_if_they_were_nearer(parts, load) -> None:
    """With one token, whose position is 0, RoPE turns nothing and no scaling matters."""
    made = []
    for file in (parts.file, parts.file.with_metadata(llama__rope__scaling__factor=f32(4))):
        with load(file.encode()).session() as session:
            session.step(5)
            made.append(bytes(session.logits()))
    assert made[0] == made[1]


def test_scaling_of_type_none_is_none(parts, load) -> None:
    settings = {"llama__rope__scaling__type": (8, parts.string("none")), "llama__rope__scaling__factor": f32(4)}
    scaled = logits(load(parts.file.with_metadata(**settings).encode()))
    assert scaled.tobytes() == logits(load(parts.file.encode())).tobytes()


@pytest.mark.req("INF-005")
@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf"), 1e-9])
def test_rope_factors_that_make_no_sense(parts, load, factor: float) -> None:
    with pytest.raises(ModelFileError, match=r"rope_freqs.weight is not a sensible number, at 3"):
        load(with_rope_factors(parts.file, [1.0, 1.0, 1.0, factor, 1.0, 1.0, 1.0, 1.0]).encode())
    with pytest.raises(ModelFileError, match="not a sensible F32"):
        load(parts.file.with_metadata(llama__rope__scaling__factor=f32(factor)).encode())


def test_logits_are_capped_softly(load, gemma) -> None:
    plain = logits(load(gemma.encode()))
    capped = logits(load(gemma.with_metadata(gemma3__final_logit_softcapping=f32(2)).encode()))
    assert np.abs(plain).max() > 2
    np.testing.assert_allclose(capped, 2 * np.tanh(plain.astype(np.float64) / 2), atol=1e-6)


def test_scores_are_capped_softly(load, gemma) -> None:
    """A high cap changes next to nothing; a low one makes all scores alike, which changes the answer."""
    plain = logits(load(gemma.encode()))
    high = logits(load(gemma.with_metadata(gemma3__attn_logit_softcapping=f32(1e4)).encode()))
    low = logits(load(gemma.with_metadata(gemma3__attn_logit_softcapping=f32(0.1)).encode()))
    assert np.abs(high - plain).max() < 1e-2 * plain.std()
    assert np.abs(low - plain).max() > 0.1 * plain.std()


def test_a_window_as_long_as_the_text_is_none(load, gemma) -> None:
    windows = {"wide": 20, "wider": 400, "narrow": 4}
    made = {
        name: logits(load(gemma.with_metadata(gemma3__attention__sliding_window=u32(size)).encode()))
        for name, size in windows.items()
    }
    assert made["wide"].tobytes() == made["wider"].tobytes()
    assert np.abs(made["narrow"] - made["wide"]).max() > 0.01 * made["wide"].std()
