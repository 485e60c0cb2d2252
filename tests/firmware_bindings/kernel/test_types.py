"""Every type of stored weight against the gguf library's own dequantisation, with random octets as blocks."""

from dataclasses import replace

import numpy as np
import pytest
from gguf import GGMLQuantizationType, quants
from numpy.typing import NDArray

from firmware_bindings.kernel import Model, ModelFileError

PROMPT = [(7 * i + 3) % 512 for i in range(20)]


def logits(model: Model, isa: str, batch_tokens: int) -> NDArray[np.float32]:
    with model.session(isa=isa, batch_tokens=batch_tokens) as session:
        session.prefill(PROMPT)
        return np.array(session.logits())


@pytest.mark.req("INF-001", "INF-004")
def test_each_quantised_type_is_near_its_own_weights_in_f32(random_files, load, isa: str) -> None:
    stored, plain = random_files
    reference = logits(load(plain), isa, 20)
    model = load(stored)
    oracle = logits(model, "portable", 1)
    assert np.abs(oracle - reference).max() <= 1e-2 * reference.std()
    for batch_tokens in (1, 3, 20):
        assert logits(model, isa, batch_tokens).tobytes() == oracle.tobytes()


@pytest.mark.req("INF-001", "INF-004")
@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_each_short_float_is_its_own_weight_in_f32(parts, load, kind: str, isa: str) -> None:
    """Exactly: the same 32 chains."""
    number = GGMLQuantizationType[kind]
    short, plain = [], []
    for tensor in parts.file.tensors:
        weights = quants.dequantize(np.frombuffer(tensor.data, np.uint8), GGMLQuantizationType(tensor.type)).ravel()
        rounded = quants.quantize(weights, number)
        exact = quants.dequantize(rounded, number).astype("<f4")
        is_norm = len(tensor.size) == 1
        plain.append(replace(tensor, type=0, data=exact.tobytes()))
        short.append(plain[-1] if is_norm else replace(tensor, type=int(number), data=rounded.tobytes()))
    expected = logits(load(replace(parts.file, tensors=plain).encode()), "portable", 1)
    model = load(replace(parts.file, tensors=short).encode())
    for batch_tokens in (1, 7):
        assert logits(model, isa, batch_tokens).tobytes() == expected.tobytes()


@pytest.mark.req("INF-006")
def test_k_quants_need_rows_of_whole_superblocks(parts, load) -> None:
    with pytest.raises(ModelFileError, match="row length 96"):
        load(parts.file.with_tensor("blk.0.attn_q.weight", type=12).encode())
