"""Small sound files for the fuzzer to start from: every architecture, kind of tokenizer and most tensor types."""

from collections.abc import Iterator
from pathlib import Path
from struct import pack

EMBEDDING = 32
WORDS = ["a", "b", "c", "\u0120", "ab", "\u0120a"]
PIECES = ["<unk>", "a", "b", "c", "\u2581", "ab", "\u2581a", *(f"<0x{octet:02X}>" for octet in b"\n\xc3\xa9")]
TEXT = "ab <s> caab\n\u00e9 12 <t>'s ".encode()  # 24 octets: fuzz.c uses a session where they are a multiple of 8
BLOCKS = {0: (4, 1), 2: (18, 32), 3: (20, 32), 6: (22, 32), 7: (24, 32), 8: (34, 32)}
"""Octets and weights of a block, by the type's number in the file: F32, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0."""


def string(text: str) -> bytes:
    octets = text.encode()
    return pack("<Q", len(octets)) + octets


def strings(texts: list[str]) -> bytes:
    return pack("<IIQ", 9, 8, len(texts)) + b"".join(map(string, texts))


def numbers(layout: str, number: int, values: list[int] | list[float]) -> bytes:
    return pack(f"<IIQ{len(values)}{layout}", 9, number, len(values), *values)


def text(value: str) -> bytes:
    return pack("<I", 8) + string(value)


def u32(value: int) -> bytes:
    return pack("<II", 4, value)


def byte_level(pre: str) -> dict[str, bytes]:
    tokens = [*WORDS, "<s>", "<t>"]
    return {
        "tokenizer.ggml.model": text("gpt2"),
        "tokenizer.ggml.pre": text(pre),
        "tokenizer.ggml.tokens": strings(tokens),
        "tokenizer.ggml.token_type": numbers("i", 5, [1] * len(WORDS) + [3, 4]),
        "tokenizer.ggml.merges": strings(["a b", "\u0120 a"]),
    }


def sentence_piece(space_first: bool) -> dict[str, bytes]:
    tokens = [*PIECES, "<s>", "<t>"]
    kinds = [2] + [6 if token.startswith("<0x") else 1 for token in PIECES[1:]] + [3, 4]
    return {
        "tokenizer.ggml.model": text("llama"),
        "tokenizer.ggml.add_space_prefix": pack("<IB", 7, space_first),
        "tokenizer.ggml.tokens": strings(tokens),
        "tokenizer.ggml.token_type": numbers("i", 5, kinds),
        "tokenizer.ggml.scores": numbers("f", 6, [-float(i) for i in range(len(tokens))]),
    }


def shape(architecture: str, **more: bytes) -> dict[str, bytes]:
    sizes = {
        "block_count": 1,
        "context_length": 64,
        "embedding_length": EMBEDDING,
        "feed_forward_length": EMBEDDING,
        "attention.head_count": 2,
        "attention.head_count_kv": 1,
        "attention.key_length": 16,
    }
    values = {f"{architecture}.{name}": u32(value) for name, value in sizes.items()}
    extra = {f"{architecture}.{name.replace('__', '.')}": value for name, value in more.items()}
    return {"general.architecture": text(architecture)} | values | extra


def tensors(architecture: str, vocab_size: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "token_embd.weight", (EMBEDDING, vocab_size)
    yield "output_norm.weight", (EMBEDDING,)
    roles: dict[str, tuple[int, ...]] = {
        "attn_norm": (EMBEDDING,),
        "attn_q": (EMBEDDING, 32),
        "attn_k": (EMBEDDING, 16),
        "attn_v": (EMBEDDING, 16),
        "attn_output": (32, EMBEDDING),
        "ffn_norm": (EMBEDDING,),
        "ffn_gate": (EMBEDDING, EMBEDDING),
        "ffn_up": (EMBEDDING, EMBEDDING),
        "ffn_down": (EMBEDDING, EMBEDDING),
    }
    if architecture != "llama":
        roles |= {"attn_q_norm": (16,), "attn_k_norm": (16,)}
    if architecture == "gemma3":
        roles |= {"post_attention_norm": (EMBEDDING,), "post_ffw_norm": (EMBEDDING,)}
    for role, size in roles.items():
        yield f"blk.0.{role}.weight", size


def seed(architecture: str, kind: int, tokenizer: dict[str, bytes], vocab_size: int, **more: bytes) -> bytes:
    """A file, a text, and the text's length: see fuzz.c."""
    metadata = shape(architecture, **more) | tokenizer
    listed = list(tensors(architecture, vocab_size))
    head = pack("<4sIQQ", b"GGUF", 3, len(listed), len(metadata))
    head += b"".join(string(key) + value for key, value in metadata.items())
    data = b""
    for name, size in listed:
        number = kind if len(size) > 1 else 0
        octets, weights = BLOCKS[number]
        data += bytes(-len(data) % 32)
        head += string(name) + pack(f"<I{len(size)}QIQ", len(size), *size, number, len(data))
        rows = size[1] if len(size) > 1 else 1
        data += (pack("<f", 1.0) * size[0] if len(size) == 1 else bytes(range(1, 60)) * 999)[
            : size[0] // weights * octets * rows
        ]
    return head + bytes(-len(head) % 32) + data + TEXT + pack("<H", len(TEXT))


def write(folder: Path) -> None:
    """One file for each."""
    small, large = len(WORDS) + 2, len(PIECES) + 2
    made = {
        "llama-gpt2": seed("llama", 8, byte_level("gpt-2"), small),
        "llama-llama3": seed("llama", 2, byte_level("llama-bpe"), small),
        "llama-smollm": seed("llama", 3, byte_level("smollm"), small),
        "llama-pieces": seed("llama", 6, sentence_piece(True), large, rope__scaling__factor=pack("<If", 6, 2.0)),
        "qwen3": seed("qwen3", 7, byte_level("qwen2"), small, rope__freq_base=pack("<If", 6, 1e6)),
        "gemma3": seed("gemma3", 3, sentence_piece(False), large, attention__sliding_window=u32(4)),
        "gemma3-capped": seed("gemma3", 2, sentence_piece(False), large, final_logit_softcapping=pack("<If", 6, 30.0)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, octets in made.items():
        (folder / name).write_bytes(octets)
