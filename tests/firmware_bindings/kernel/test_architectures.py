"""What families do in their own way and no golden file has: RoPE scaling, soft caps."""

from dataclasses import replace
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from gguf import GGUFReader
from numpy.typing import NDArray

from firmware_bindings.kernel import Model, ModelFileError

PROMPT = [(7 * i + 3) % 512 for i in range(20)]


def f32(value: float) -> tuple[int, bytes]:
    """A metadata value: an F32 number."""
    return 6, pack("<f", value)


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


def gemma3(parts, tiny_path: Path, **settings: tuple[int, bytes]):
    """The tiny Gemma 3 in parts, with further settings."""
    reader = GGUFReader(tiny_path.with_name("gemma3-tiny-s28-F32.gguf"))
    metadata = {}
    for key, field in reader.fields.items():
        if not key.startswith("GGUF."):
            metadata[key] = (int(field.types[0]), b"".join(part.tobytes() for part in field.parts[3:]))
    tensor = type(parts.file.tensors[0])
    tensors = [tensor(t.name, tuple(map(int, t.shape)), int(t.tensor_type), t.data.tobytes()) for t in reader.tensors]
    return type(parts.file)(metadata, tensors).with_metadata(**settings)


def test_logits_are_capped_softly(parts, load, tiny_path: Path) -> None:
    plain = logits(load(gemma3(parts, tiny_path).encode()))
    capped = logits(load(gemma3(parts, tiny_path, gemma3__final_logit_softcapping=f32(2)).encode()))
    assert np.abs(plain).max() > 2
    np.testing.assert_allclose(capped, 2 * np.tanh(plain.astype(np.float64) / 2), atol=1e-6)


def test_scores_are_capped_softly(parts, load, tiny_path: Path) -> None:
    """A high cap changes next to nothing; a low one makes all scores alike, which changes the answer."""
    plain = logits(load(gemma3(parts, tiny_path).encode()))
    high = logits(load(gemma3(parts, tiny_path, gemma3__attn_logit_softcapping=f32(1e4)).encode()))
    low = logits(load(gemma3(parts, tiny_path, gemma3__attn_logit_softcapping=f32(0.1)).encode()))
    assert np.abs(high - plain).max() < 1e-2 * plain.std()
    assert np.abs(low - plain).max() > 0.1 * plain.std()


def test_a_window_as_long_as_the_text_is_none(parts, load, tiny_path: Path) -> None:
    windows = {"wide": 20, "wider": 400, "narrow": 4}
    made = {
        name: logits(load(gemma3(parts, tiny_path, gemma3__attention__sliding_window=parts.u32(size)).encode()))
        for name, size in windows.items()
    }
    assert made["wide"].tobytes() == made["wider"].tobytes()
    assert np.abs(made["narrow"] - made["wide"]).max() > 0.01 * made["wide"].std()
