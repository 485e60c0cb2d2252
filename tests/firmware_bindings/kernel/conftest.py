"""Model files for the kernel's tests: tiny golden ones, the real default one, and broken ones made to order."""

import json
import os
import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np
import platformdirs
import pytest
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFValueType, quants
from numpy.typing import NDArray

from firmware_bindings.kernel import Model, instruction_sets

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*-tiny-*.gguf"))
DEFAULT_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A tiny model and what the reference makes of it."""

    path: Path
    prompt: list[int]
    logits: NDArray[np.float32]  # (positions, vocabulary)
    greedy: list[int]
    gaps: list[float]  # between the two largest logits before each greedy id

    @property
    def is_quantised(self) -> bool:
        """Whether the file's matrices are multiplied with 15-bit activations."""
        return not self.path.stem.endswith(("F32", "F16"))

    @property
    def tolerance(self) -> float:
        """Of a logit."""
        return (1e-2 if self.is_quantised else 1e-4) * float(self.logits.std())

    @property
    def greedy_gap(self) -> float:
        """Between the two largest logits, from which on the greedy id must be the reference's."""
        return 2e-2 * float(self.logits.std()) if self.is_quantised else 1e-3


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the instruction sets that these tests could not reach."""
    if lacking := [name for name, is_here in instruction_sets().items() if not is_here]:
        terminalreporter.write_line(f"kernel: this processor lacks {', '.join(lacking)}")


@pytest.fixture(params=[name for name, is_here in instruction_sets().items() if is_here])
def isa(request: pytest.FixtureRequest) -> str:
    """Each instruction set of this processor."""
    return request.param


def read_golden(name: str) -> Golden:
    stem = GOLDEN / name
    figures = json.loads(stem.with_suffix(".json").read_text())
    with np.load(stem.with_suffix(".npz")) as arrays:
        logits = arrays["hf"]
    return Golden(
        path=stem.with_suffix(".gguf"),
        prompt=figures["prompt"],
        logits=logits,
        greedy=figures["hf"]["greedy"],
        gaps=figures["hf"]["gaps"],
    )


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest) -> Golden:
    return read_golden(request.param)


@pytest.fixture(scope="session")
def tiny_path() -> Path:
    """The smallest file that the kernel runs: Q4_0, 291,200 octets."""
    return GOLDEN / "llama-tiny-s50-Q4_0.gguf"


@pytest.fixture
def tiny(tiny_path: Path) -> Model:
    return Model(tiny_path, threads=1, context_tokens=64)


@pytest.fixture(scope="session")
def default_path() -> Path:
    """The default model, which set-up fetches."""
    places = [Path(os.environ["SUNLIT_MODEL"])] if "SUNLIT_MODEL" in os.environ else []
    places += [
        Path(platformdirs.user_cache_dir("sunlit")) / "models" / DEFAULT_NAME,
        ROOT / "build/models" / DEFAULT_NAME,
    ]
    for place in places:
        if place.is_file():
            return place
    pytest.skip("the default model is not here: make setup")


@pytest.fixture(scope="session")
def default_model(default_path: Path) -> Model:
    return Model(default_path, threads=2)


# Texts of many scripts ------------------------------------------------------------------------------------------------

WORDS = [
    *(
        "the",
        " Don't",
        "we'll",
        "I'D've",
        " hello",
        "naïve",
        "e\u0301",
        "1234",
        "3.14",
        "'s",
        "'re",
        "ſ",
        "½",
        "²",
        "Ⅷ",
    ),
    *(
        "日本語",
        "привет",
        " мир",
        "مرحبا",
        "שלום",
        "नमस्ते",
        "한국어",
        "٣",
        "😀",
        "👩‍👩‍👧",
        "🇫🇷",
        "-->",
        "/* */",
        "https://a.b/c?d=e",
    ),
    *("  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u0085", "\x1c", "\x00", "\u200b"),
    *("ﬁ", "Å", "क़", "e\u0323\u0302", "각", "\u2581x", "'S", "'LL", "'ſ", "\r", " " * 33, "\n" * 20, "a" * 30),
    *("<|im_end|>", "<|im_start|>", "<repo_name>", "<|im_en", "<think>", "</s>", "<bos>", "def f(x):\n    return x**2"),
]
ASSIGNED = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]


@pytest.fixture(scope="session")
def characters() -> list[str]:
    """Every character that Unicode assigns."""
    return ASSIGNED


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """10,000 texts of many scripts, code and emoji; the seed is fixed."""
    pick = random.Random(1)
    made = []
    for _ in range(10_000):
        block = pick.randrange(len(ASSIGNED) - 200)
        alphabet = pick.choice(
            [
                [word + space for word in WORDS for space in ("", " ")],
                [chr(c) for c in range(128)],
                ASSIGNED,
                ASSIGNED[block : block + 200] + [" "] * 40,
            ]
        )
        made.append("".join(pick.choices(alphabet, k=pick.randrange(1, 40))))
    return made


# A file as lists, to be changed and written again -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tensor:
    name: str
    size: tuple[int, ...]  # row length first
    type: int
    data: bytes
    offset: int | None = None  # None: where it belongs


@dataclass(frozen=True, slots=True)
class File:
    """A GGUF file in parts. Metadata values are (type, octets as in the file)."""

    metadata: dict[str, tuple[int, bytes]]
    tensors: list[Tensor]

    def with_metadata(self, **values: tuple[int, bytes] | None) -> "File":
        """Other values under these keys, written with `__` for a dot; None removes."""
        changed = self.metadata | {key.replace("__", "."): value for key, value in values.items() if value is not None}
        gone = {key.replace("__", ".") for key, value in values.items() if value is None}
        return replace(self, metadata={key: value for key, value in changed.items() if key not in gone})

    def with_tensor(self, which: str, /, **changes: Any) -> "File":
        """The tensor of that name with other fields."""
        return replace(self, tensors=[replace(t, **changes) if t.name == which else t for t in self.tensors])

    def encode(self, *, version: int = 3, alignment: int = 32) -> bytes:
        """The file's octets."""
        head = pack("<4sIQQ", b"GGUF", version, len(self.tensors), len(self.metadata))
        for key, (kind, value) in self.metadata.items():
            head += string(key) + pack("<I", kind) + value
        data = b""
        for t in self.tensors:
            data += bytes(-len(data) % alignment)
            offset = len(data) if t.offset is None else t.offset
            head += string(t.name) + pack(f"<I{len(t.size)}QIQ", len(t.size), *t.size, t.type, offset)
            data += t.data
        return head + bytes(-len(head) % alignment) + data


def string(text: str | bytes) -> bytes:
    """A GGUF string."""
    octets = text.encode() if isinstance(text, str) else text
    return pack("<Q", len(octets)) + octets


def strings(texts: list[str]) -> tuple[int, bytes]:
    """A metadata value: an array of strings."""
    value = pack("<IQ", GGUFValueType.STRING, len(texts)) + b"".join(map(string, texts))
    return GGUFValueType.ARRAY, value


def u32(value: int) -> tuple[int, bytes]:
    """A metadata value: an unsigned integer."""
    return GGUFValueType.UINT32, pack("<I", value)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the tests about broken files need."""

    file: File
    string: Callable[[str | bytes], bytes] = string
    strings: Callable[[list[str]], tuple[int, bytes]] = strings
    u32: Callable[[int], tuple[int, bytes]] = u32


def read_parts(path: Path) -> File:
    """A sound file, taken apart."""
    reader = GGUFReader(path)
    metadata = {}
    for key, field in reader.fields.items():
        if not key.startswith("GGUF."):
            octets = b"".join(part.tobytes() for part in field.parts[3:])  # after key length, key and type
            metadata[key] = (int(field.types[0]), octets)
    tensors = [Tensor(t.name, tuple(map(int, t.shape)), int(t.tensor_type), t.data.tobytes()) for t in reader.tensors]
    return File(metadata, tensors)


@pytest.fixture(scope="session")
def parts(tiny_path: Path) -> Parts:
    """The tiny file in parts."""
    return Parts(read_parts(tiny_path))


@pytest.fixture
def llama(tiny_path: Path) -> File:
    """The tiny Llama with F32 weights in parts."""
    return read_parts(tiny_path.with_name("llama-tiny-s50-F32.gguf"))


@pytest.fixture
def qwen3(tiny_path: Path) -> File:
    """The tiny Qwen 3 in parts."""
    return read_parts(tiny_path.with_name("qwen3-tiny-s36-F32.gguf"))


@pytest.fixture
def gemma(tiny_path: Path) -> File:
    """The tiny Gemma 3 in parts."""
    return read_parts(tiny_path.with_name("gemma3-tiny-s28-F32.gguf"))


@pytest.fixture
def load(tmp_path: Path) -> Callable[[bytes], Model]:
    """Octets → Model, through a file named broken.gguf."""

    def load_octets(data: bytes) -> Model:
        path = tmp_path / "broken.gguf"
        path.write_bytes(data)
        return Model(path, threads=1, context_tokens=24)

    return load_octets


# Files with random octets as blocks ---------------------------------------------------------------------------------

QUANTISED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
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


def files_of(kind: str, parts: Parts, seed: int) -> tuple[bytes, bytes]:
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


@pytest.fixture(params=QUANTISED)
def random_files(request: pytest.FixtureRequest, parts: Parts) -> tuple[bytes, bytes]:
    """A file of random blocks of each quantised type, and one of the F32 weights that gguf reads from it."""
    return files_of(request.param, parts, seed=7)
