"""Models of the exact shape of real ones with random blocks: what speed depends on, without anybody's weights.

The file is a function of the arguments alone. Its answers mean nothing, but stay finite.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFWriter, TokenType


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A published model's shape, in the words of GGUF."""

    architecture: str
    layers: int
    embedding: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_size: int
    vocabulary: int
    rope_base: float
    window: int = 0


SHAPES = {
    "Qwen3-0.6B": Shape(
        architecture="qwen3",
        layers=28,
        embedding=1024,
        feed_forward=3072,
        heads=16,
        kv_heads=8,
        head_size=128,
        vocabulary=151936,
        rope_base=1e6,
    ),
    "Gemma3-270M": Shape(
        architecture="gemma3",
        layers=18,
        embedding=640,
        feed_forward=2048,
        heads=4,
        kv_heads=1,
        head_size=256,
        vocabulary=262144,
        rope_base=1e6,
        window=512,
    ),
}


def _tensors(s: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes, output rows first."""
    q, kv = s.heads * s.head_size, s.kv_heads * s.head_size
    yield "token_embd.weight", (s.vocabulary, s.embedding)
    yield "output_norm.weight", (s.embedding,)
    for i in range(s.layers):
        names = {"attn_norm": (s.embedding,), "ffn_norm": (s.embedding,)}
        names |= {"attn_q_norm": (s.head_size,), "attn_k_norm": (s.head_size,)}
        if s.window:
            names |= {"post_attention_norm": (s.embedding,), "post_ffw_norm": (s.embedding,)}
        names |= {"attn_q": (q, s.embedding), "attn_k": (kv, s.embedding), "attn_v": (kv, s.embedding)}
        names |= {"attn_output": (s.embedding, q), "ffn_down": (s.embedding, s.feed_forward)}
        names |= {"ffn_gate": (s.feed_forward, s.embedding), "ffn_up": (s.feed_forward, s.embedding)}
        yield from ((f"blk.{i}.{name}.weight", shape) for name, shape in names.items())


def _blocks(name: str, shape: tuple[int, ...], kind: GGMLQuantizationType) -> np.ndarray:
    """Random codes under one scale, such that a row's weights have a variance of 1 / columns."""
    per_block, octets = GGML_QUANT_SIZES[kind]
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
    blocks = rng.integers(0, 256, (prod(shape) // per_block, octets), np.uint8)
    spread = {GGMLQuantizationType.Q8_0: 74, GGMLQuantizationType.Q4_0: 4.6}[kind]
    scale = np.array(shape[-1] ** -0.5 / spread, np.float16)
    blocks[:, :2] = scale.view(np.uint8) if scale.ndim else np.frombuffer(scale.tobytes(), np.uint8)
    return blocks.reshape(*shape[:-1], -1)


def _write_tokenizer(writer: GGUFWriter, s: Shape) -> None:
    """One token for each octet; the rest unused."""
    if s.architecture == "gemma3":
        tokens = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{octet:02X}>" for octet in range(256)]
        kinds = [TokenType.CONTROL] * 3 + [TokenType.UNKNOWN] + [TokenType.BYTE] * 256
        tokens += [chr(97 + i) for i in range(26)]
        kinds += [TokenType.NORMAL] * 26
    else:
        keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
        tokens = [chr(c) for c in keep] + [chr(256 + i) for i in range(256 - len(keep))]
        tokens += ["a" + "b", "<|endoftext|>"]
        kinds = [TokenType.NORMAL] * 257 + [TokenType.CONTROL]
    named = len(tokens)
    tokens += [f"[PAD{i}]" for i in range(named, s.vocabulary)]
    kinds += [TokenType.UNUSED] * (s.vocabulary - named)
    writer.add_tokenizer_model("llama" if s.architecture == "gemma3" else "gpt2")
    writer.add_tokenizer_pre("default" if s.architecture == "gemma3" else "qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    if s.architecture == "gemma3":
        writer.add_token_scores([-float(i) for i in range(s.vocabulary)])
        writer.add_bos_token_id(2)
        writer.add_eos_token_id(1)
        writer.add_unk_token_id(3)
    else:
        writer.add_token_merges(["a b"])
        writer.add_eos_token_id(257)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)


def write(path: Path, shape: str, kind: str) -> None:
    """Write the file; a matrix is of `kind` (Q8_0 or Q4_0), the embedding Q8_0, as llama.cpp's own quantiser has it."""
    s = SHAPES[shape]
    writer = GGUFWriter(path, s.architecture)
    writer.add_name(f"synthetic {shape} {kind}")
    writer.add_block_count(s.layers)
    writer.add_context_length(32768)
    writer.add_embedding_length(s.embedding)
    writer.add_feed_forward_length(s.feed_forward)
    writer.add_head_count(s.heads)
    writer.add_head_count_kv(s.kv_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(s.rope_base)
    writer.add_key_length(s.head_size)
    writer.add_value_length(s.head_size)
    if s.window:
        writer.add_sliding_window(s.window)
    _write_tokenizer(writer, s)
    for name, size in _tensors(s):
        if len(size) == 1:
            writer.add_tensor(name, np.ones(size, np.float32))
            continue
        number = GGMLQuantizationType["Q8_0" if name.startswith("token_embd") else kind]
        writer.add_tensor(name, _blocks(name, size, number), raw_dtype=number)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
