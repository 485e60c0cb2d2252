"""Files that are wrong: each gets an error that names what is wrong, and nothing else happens."""

from collections.abc import Callable
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.kernel import KernelError, Model, ModelFileError

HUGE = 2**62
Q = "blk.0.attn_q.weight"


def test_the_parts_make_the_file_again(parts, tiny_path: Path) -> None:
    assert parts.file.encode() == tiny_path.read_bytes()


@pytest.mark.req("INF-005")
def test_cut_anywhere(load: Callable[[bytes], Model], tiny_path: Path) -> None:
    data = tiny_path.read_bytes()
    for length in [*range(1, 200), *range(200, 15_000, 97), *range(15_000, len(data), 9_973), len(data) - 1]:
        with pytest.raises(ModelFileError):
            load(data[:length])


@pytest.mark.req("INF-005")
@given(flips=st.lists(st.tuples(st.integers(0, 14_335), st.integers(0, 7)), min_size=1, max_size=5))
def test_bits_flipped_before_the_tensors(tmp_path_factory: pytest.TempPathFactory, tiny_path: Path, flips) -> None:
    data = bytearray(tiny_path.read_bytes())
    for at, bit in flips:
        data[at] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / "flipped.gguf"
    path.write_bytes(data)
    try:
        model = Model(path, threads=1, context_tokens=16)
        model.tokenizer.encode("What is <|im_start|>?")
        with model.session() as session:
            session.prefill([1, 2, 3])
            session.greedy()
    except KernelError:
        pass


@pytest.mark.req("INF-005")
@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (b"", "is empty"),
        (b"GGML" + bytes(100), "not a GGUF file"),
        (pack("<4sIQQ", b"GGUF", 2, 0, 0), "version is not 3 but 2"),
        (pack("<4sIQQ", b"GGUF", 3, HUGE, 0), "absurd count of tensors"),
        (pack("<4sIQQ", b"GGUF", 3, 0, HUGE), "absurd count of metadata entries"),
        (pack("<4sIQQQ", b"GGUF", 3, 0, 1, HUGE), "ends inside the metadata"),
        (pack("<4sIQQQ1sIIQ", b"GGUF", 3, 0, 1, 1, b"k", 9, 8, HUGE), "ends inside the metadata"),
        (pack("<4sIQQQ1sIIQ", b"GGUF", 3, 0, 1, 1, b"k", 9, 10, HUGE), "ends inside the metadata"),
        (pack("<4sIQQQ1sIIQ", b"GGUF", 3, 0, 1, 1, b"k", 9, 9, 1), "nested metadata type 9 \\(k\\)"),
        (pack("<4sIQQQ1sI", b"GGUF", 3, 0, 1, 1, b"k", 13), "unknown or nested metadata type 13"),
    ],
)
def test_absurd_headers(load: Callable[[bytes], Model], head: bytes, cause: str) -> None:
    with pytest.raises(ModelFileError, match=cause):
        load(head)


@pytest.mark.req("INF-005")
@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"size": (96, 95)}, "wrong number of rows 95|out of place"),
        ({"size": (64, 96)}, "wrong row length 64|out of place"),
        ({"size": (HUGE, 96)}, "larger than the file"),
        ({"size": (96, HUGE)}, "larger than the file"),
        ({"size": (96, 2**32, 2**32)}, "larger than the file"),
        ({"size": (96, 0)}, "empty or larger"),
        ({"size": (0, 96)}, "row length 0"),
        ({"size": (97, 96)}, "row length 97"),
        ({"size": ()}, "dimensions 0"),
        ({"size": (96, 1, 1, 1, 1)}, "dimensions 5"),
        ({"offset": 0}, "out of place, at offset 0"),
        ({"offset": 8}, "out of place, at offset 8"),
        ({"offset": HUGE}, "out of place"),
        ({"name": "blk.0.attn_k.weight"}, "wrong number of rows|occurs twice"),
        ({"name": "blk.4.attn_q.weight"}, "has no place"),
        ({"name": "blk.00.attn_q.weight"}, "has no place"),
        ({"name": "blk.99999999999999999999.attn_q.weight"}, "has no place"),
        ({"name": "x" * 65}, "name is too long"),
    ],
)
def test_tensors_that_are_not_as_they_should_be(parts, load: Callable[[bytes], Model], change, cause: str) -> None:
    with pytest.raises(ModelFileError, match=cause):
        load(parts.file.with_tensor(Q, **change).encode())


@pytest.mark.req("INF-005")
def test_tensors_missing_repeated_or_followed_by_something(parts, load: Callable[[bytes], Model]) -> None:
    tensors = parts.file.tensors
    for gone in ("token_embd.weight", "output_norm.weight", Q):
        with pytest.raises(ModelFileError, match=r"missing"):
            load(type(parts.file)(parts.file.metadata, [t for t in tensors if t.name != gone]).encode())
    with pytest.raises(ModelFileError, match="occurs twice"):
        load(type(parts.file)(parts.file.metadata, [*tensors, tensors[-1]]).encode())
    with pytest.raises(ModelFileError, match="follows the last tensor"):
        load(parts.file.encode() + bytes(33))


@pytest.mark.req("INF-005")
def test_a_key_twice(parts, load: Callable[[bytes], Model]) -> None:
    data = parts.file.encode()
    with pytest.raises(ModelFileError, match=r"occurs twice.*general.architecture"):
        load(data.replace(parts.string("general.type"), parts.string("general.architecture"), 1) + bytes(8))


@pytest.mark.req("INF-006")
@pytest.mark.parametrize(
    ("key", "text", "cause"),
    [
        ("general.architecture", "mamba", "architecture is not known"),
        ("tokenizer.ggml.model", "t5", "tokenizer of another kind"),
        ("tokenizer.ggml.pre", "dbrx", "tokenizer.ggml.pre is not known"),
    ],
)
def test_kinds_that_the_kernel_does_not_run(parts, load: Callable[[bytes], Model], key: str, text: str, cause) -> None:
    value = (8, parts.string(text))
    with pytest.raises(ModelFileError, match=rf"{cause}.*\({text}\)"):
        load(parts.file.with_metadata(**{key: value}).encode())


@pytest.mark.req("INF-006")
def test_types_and_settings_that_the_kernel_does_not_run(parts, load: Callable[[bytes], Model]) -> None:
    with pytest.raises(ModelFileError, match="tensor type 10"):
        load(parts.file.with_tensor(Q, type=10).encode())
    with pytest.raises(ModelFileError, match="setting is not known"):
        load(parts.file.with_metadata(llama__expert_count=parts.u32(8)).encode())
    with pytest.raises(ModelFileError, match=r"not linear.*\(yarn\)"):
        load(parts.file.with_metadata(llama__rope__scaling__type=(8, parts.string("yarn"))).encode())


@pytest.mark.req("INF-006")
@pytest.mark.parametrize(
    ("family", "setting"),
    [
        ("llama", "attention.sliding_window_pattern"),
        ("llama", "attn_logit_softcapping"),
        ("llama", "final_logit_softcapping"),
        ("llama", "rope.freq_base_swa"),
        ("qwen3", "attention.sliding_window"),
        ("qwen3", "final_logit_softcapping"),
    ],
)
def test_a_setting_of_another_family(parts, llama, qwen3, load: Callable[[bytes], Model], family: str, setting) -> None:
    file, key = {"llama": llama, "qwen3": qwen3}[family], f"{family}.{setting}"
    with pytest.raises(ModelFileError, match=rf"setting is not known, entry \d+ \({key}\)"):
        load(file.with_metadata(**{key: parts.u32(4)}).encode())


@pytest.mark.req("INF-005")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("block_count", 0),
        ("block_count", 2**31),
        ("embedding_length", 0),
        ("embedding_length", 2**32 - 1),
        ("feed_forward_length", 255),
        ("attention.head_count", 0),
        ("attention.head_count", 2**32 - 1),
        ("attention.head_count", 7),
        ("attention.head_count_kv", 0),
        ("attention.head_count_kv", 4),
        ("attention.head_count_kv", 7),
        ("attention.key_length", 12),
        ("attention.value_length", 8),
        ("rope.dimension_count", 8),
        ("context_length", 0),
        ("vocab_size", 511),
    ],
)
def test_shapes_that_make_no_sense(parts, load: Callable[[bytes], Model], key: str, value: int) -> None:
    with pytest.raises(ModelFileError):
        load(parts.file.with_metadata(**{f"llama.{key}": parts.u32(value)}).encode())


@pytest.mark.req("INF-005")
@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        ("llama.block_count", (6, pack("<f", 4.0)), "not an unsigned integer"),
        ("llama.block_count", (5, pack("<i", -4)), "not an unsigned integer"),
        ("llama.block_count", None, "is missing"),
        ("llama.rope.freq_base", (6, pack("<f", float("nan"))), "not a sensible F32"),
        ("llama.attention.layer_norm_rms_epsilon", (12, pack("<d", 1e-5)), "not a sensible F32"),
        ("general.alignment", (4, pack("<I", 24)), "not a power of two"),
        ("general.alignment", (4, pack("<I", 1)), "not a power of two"),
        ("tokenizer.ggml.token_type", None, "is missing"),
        ("tokenizer.ggml.token_type", (9, pack("<IQ", 5, 511) + bytes(4 * 511)), "another length than tokens: 511"),
        ("tokenizer.ggml.token_type", (9, pack("<IQ", 5, 512) + b"\x09\0\0\0" * 512), "token type 9"),
    ],
)
def test_values_that_make_no_sense(parts, load: Callable[[bytes], Model], key: str, value, cause: str) -> None:
    with pytest.raises(ModelFileError, match=cause):
        load(parts.file.with_metadata(**{key: value}).encode())


@pytest.mark.req("INF-005")
@pytest.mark.parametrize(
    ("merges", "cause"),
    [
        (["Ġt"], "not a merge of two tokens"),
        ([""], "not a merge of two tokens"),
        (["x" * 2000 + " y"], "not a merge of two tokens"),
        (["Ġ \u20ac"], "not byte-level text"),
        (["Q Q"], "merge of a token that is not there"),
        (["Ġ "], "merge of a token that is not there"),
        (["Ġ t", "Ġ t"], "occurs twice, rank 1"),
    ],
)
def test_merges_that_make_no_sense(parts, load: Callable[[bytes], Model], merges: list[str], cause: str) -> None:
    with pytest.raises(ModelFileError, match=cause):
        load(parts.file.with_metadata(tokenizer__ggml__merges=parts.strings(merges)).encode())


@pytest.mark.req("INF-005")
@pytest.mark.parametrize(
    ("token", "cause"),
    [("", "empty token 10"), ("a b", "not byte-level text, token 10"), ("!", "token occurs twice")],
)
def test_tokens_that_make_no_sense(parts, load: Callable[[bytes], Model], tiny, token: str, cause: str) -> None:
    alphabet = [f"<{i}>" for i in range(512)]
    alphabet[36] = "!"
    alphabet[10] = token
    with pytest.raises(ModelFileError, match=cause):
        load(parts.file.with_metadata(tokenizer__ggml__tokens=parts.strings(alphabet)).encode())


def test_a_file_with_another_alignment_gives_the_same_bits(parts, load: Callable[[bytes], Model], tiny: Model) -> None:
    aligned = parts.file.with_metadata(general__alignment=parts.u32(64)).encode(alignment=64)
    with load(aligned).session() as session, tiny.session() as plain:
        session.prefill([1, 2, 3])
        plain.prefill([1, 2, 3])
        assert bytes(session.logits()) == bytes(plain.logits())


def test_an_untied_head_is_used(parts, load: Callable[[bytes], Model], tiny: Model) -> None:
    """A copy of the embedding as the head: the same bits as the tied head. A head of zeros: logits of zero."""
    embedding = next(t for t in parts.file.tensors if t.name == "token_embd.weight")
    tensor = type(embedding)
    for data, is_same in ((embedding.data, True), (bytes(len(embedding.data)), False)):
        head = tensor("output.weight", embedding.size, embedding.type, data)
        file = type(parts.file)(parts.file.metadata, [*parts.file.tensors, head])
        with load(file.encode()).session() as session, tiny.session() as tied:
            session.prefill([1, 2, 3])
            tied.prefill([1, 2, 3])
            assert (bytes(session.logits()) == bytes(tied.logits())) is is_same
            assert is_same or set(session.logits()) == {0.0}
