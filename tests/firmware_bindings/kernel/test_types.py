"""Every type of stored weight against the gguf library's own dequantisation, with random octets as blocks."""

from dataclasses import replace
from struct import pack

import numpy as np
import pytest
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants
from numpy.typing import NDArray

from firmware_bindings.kernel import Model

QUANTISED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
PROMPT = [(7 * i + 3) % 512 for i in range(20)]
SHAPE = {"embedding_length": 256, "feed_forward_length": 512, "attention.head_count": 8, "block_count": 2}
SHAPE |= {"attention.head_count_kv": 4, "rope.dimension_count": 32}

# Where a block's F16 numbers lie: what random octets may not be, since they can be infinite.
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0]}
HALVES |= {"Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
LARGEST_CODE = {"Q4_0": 8, "Q4_1": 15, "Q5_0": 16, "Q5_1": 31, "Q8_0": 128}
LARGEST_CODE |= {"Q4_K": 15 * 63, "Q5_K": 31 * 63, "Q6_K": 32 * 128}


def random_blocks(kind: str, rows: int, columns: int, rng: np.random.Generator) -> bytes:
    """Raw blocks whose weights are of the size that keeps a layer's output about as large as its input."""
    per_block, octets = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    blocks = rng.integers(0, 256, (rows * columns // per_block, octets), np.uint8)
    for at in HALVES[kind]:
        scale = rng.uniform(0.5, 2, len(blocks)) * rng.choice([-1, 1], len(blocks)) / LARGEST_CODE[kind]
        blocks[:, at : at + 2] = (scale / columns**0.5).astype(np.float16).view(np.uint8).reshape(-1, 2)
    return blocks.tobytes()


def files(parts, kind: str, seed: int) -> tuple[bytes, bytes]:
    """A file of `kind`, and one of the F32 weights that gguf reads from it."""
    rng = np.random.default_rng(seed)
    metadata = {f"llama__{key.replace('.', '__')}": parts.u32(value) for key, value in SHAPE.items()}
    file = parts.file.with_metadata(**metadata)
    stored, plain = [], []
    for tensor in file.tensors:
        if tensor.name.startswith(("blk.2", "blk.3")):
            continue
        name = tensor.name.split(".")[-2]
        columns = 512 if name == "ffn_down" else 256
        if name.endswith("norm"):
            data = rng.uniform(0.5, 1.5, columns).astype("<f4").tobytes()
            stored.append(replace(tensor, size=(columns,), data=data))
            plain.append(stored[-1])
            continue
        rows = {"token_embd": 512, "attn_k": 128, "attn_v": 128, "ffn_gate": 512, "ffn_up": 512}.get(name, 256)
        number = GGMLQuantizationType[kind]
        data = random_blocks(kind, rows, columns, rng)
        weights = quants.dequantize(np.frombuffer(data, np.uint8).reshape(rows, -1), number)
        stored.append(replace(tensor, size=(columns, rows), type=int(number), data=data))
        plain.append(replace(tensor, size=(columns, rows), type=0, data=weights.astype("<f4").tobytes()))
    return replace(file, tensors=stored).encode(), replace(file, tensors=plain).encode()


def logits(model: Model, isa: str, batch_tokens: int) -> NDArray[np.float32]:
    with model.session(isa=isa, batch_tokens=batch_tokens) as session:
        session.prefill(PROMPT)
        return np.array(session.logits())


@pytest.mark.req("INF-001", "INF-004")
@pytest.mark.parametrize("kind", QUANTISED)
def test_each_quantised_type_is_near_its_own_weights_in_f32(parts, load, kind: str, isa: str) -> None:
    stored, plain = files(parts, kind, seed=7)
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
    stored, _ = files(parts, "Q4_K", seed=1)
    assert pack("<Q", 256) in stored
    with pytest.raises(Exception, match="row length 96"):
        load(parts.file.with_tensor("blk.0.attn_q.weight", type=12).encode())
