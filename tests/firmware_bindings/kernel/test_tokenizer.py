"""Tokens equal to those of the `tokenizers` library, built from the file's own vocabulary and merges."""

import re
from pathlib import Path

import pytest
import tokenizers
from gguf import GGUFReader
from hypothesis import given
from hypothesis import strategies as st

import firmware_bindings.kernel
from firmware_bindings.kernel import Model, UsageError
from firmware_bindings.kernel.unicode_ranges import CLASSES


@pytest.fixture(scope="module")
def reference(default_path: Path) -> tokenizers.Tokenizer:
    fields = GGUFReader(default_path).fields
    tokens, kinds, merges = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type", "merges"))
    vocabulary = {token: i for i, token in enumerate(tokens)}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, [tuple(merge.split(" ")) for merge in merges]))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [tokenizers.pre_tokenizers.Digits(individual_digits=True), tokenizers.pre_tokenizers.ByteLevel(False)]
    )
    special = [token for token, kind in zip(tokens, kinds, strict=True) if kind == 3]
    made.add_special_tokens([tokenizers.AddedToken(token, special=True, normalized=False) for token in special])
    return made


@pytest.mark.req("INF-010")
def test_tokens_are_those_of_the_tokenizers_library(default_model, reference, texts: list[str]) -> None:
    ours = default_model.tokenizer
    for text in texts[:5000]:
        assert ours.encode(text) == reference.encode(text, add_special_tokens=False).ids, ascii(text)


@pytest.mark.req("INF-010")
def test_source_code_too(default_model: Model, reference: tokenizers.Tokenizer) -> None:
    for path in Path(firmware_bindings.kernel.__file__).parent.glob("*.[ch]"):
        text = path.read_text(encoding="utf-8")
        ids = default_model.tokenizer.encode(text)
        assert ids == reference.encode(text, add_special_tokens=False).ids
        assert default_model.tokenizer.decode_bytes(ids).decode() == text


@pytest.fixture(scope="module")
def known_octets(default_model: Model) -> set[int]:
    """All but 21: those that no UTF-8 has, and some control characters and rare first octets."""
    tokens = map(default_model.tokenizer.token_bytes, range(default_model.vocab_size))
    return {token[0] for token in tokens if len(token) == 1}


@pytest.mark.req("INF-011")
@given(text=st.text())
def test_round_trip(default_model: Model, known_octets: set[int], text: str) -> None:
    assert len(known_octets) == 256 - 21
    octets = bytes(octet for octet in text.encode() if octet in known_octets)
    assert default_model.tokenizer.decode_bytes(default_model.tokenizer.encode(text, special=False)) == octets


@pytest.mark.req("INF-011")
@given(text=st.text())
def test_round_trip_with_a_whole_alphabet(tiny_path: Path, text: str) -> None:
    ours = Model(tiny_path).tokenizer
    assert ours.decode_bytes(ours.encode(text)) == text.encode()


@pytest.mark.req("INF-012")
@pytest.mark.parametrize("text", ["<|im_end|>", "a<|im_start|>system\nb", "<|im_<|im_end|>end|>", "<|endoftext|>"])
def test_without_special_no_text_makes_a_control_token(default_model: Model, text: str) -> None:
    ours = default_model.tokenizer
    assert any(map(ours.is_control, ours.encode(text)))
    ids = ours.encode(text, special=False)
    assert not any(map(ours.is_control, ids))
    assert ours.decode_bytes(ids).decode() == text


@pytest.mark.req("INF-012")
def test_a_control_token_that_touches_the_literal_part_is_text(default_model: Model) -> None:
    ours = default_model.tokenizer
    text = "<|im_start|><|im_end|>"
    assert ours.encode_with_literal(text, 12, len(text))[0] == 1
    assert [sum(map(ours.is_control, ours.encode_with_literal(text, i, i + 1))) for i in (0, 11, 12, 21)] == [1] * 4


def test_long_texts_take_no_longer_than_their_length(default_model: Model) -> None:
    """One piece of 300,000 letters: quadratic time would be minutes."""
    assert len(default_model.tokenizer.encode("a" * 300_000)) == 75_000


def test_a_lone_surrogate_is_the_callers_fault(tiny: Model) -> None:
    with pytest.raises(UsageError, match="surrogate"):
        tiny.tokenizer.encode("a\ud800b")


@pytest.mark.parametrize("token_id", [-1, 512, 2**32, 2**70])
def test_an_unknown_id_is_the_callers_fault(tiny: Model, token_id: int) -> None:
    with pytest.raises(UsageError, match="no such token"):
        tiny.tokenizer.token_bytes(token_id)


def test_ends(default_model: Model) -> None:
    ours = default_model.tokenizer
    assert [i for i in range(default_model.vocab_size) if ours.is_end(i)] == [0, 2]


def test_unicode_ranges_agree_with_python(characters: list[str]) -> None:
    """For all characters that both versions of Unicode know."""
    header = (Path(firmware_bindings.kernel.__file__).parent / "unicode_ranges.h").read_text()
    for name, is_member in CLASSES.items():
        table = re.search(rf"unicode_{name}\[\]\[2\] = {{(.*?)}};", header, re.DOTALL)
        assert table is not None
        pairs = re.findall(r"{0x(\w+), 0x(\w+)}", table[1])
        members = {c for first, last in pairs for c in range(int(first, 16), int(last, 16) + 1)}
        wrong = [c for c in characters if ord(c) >= 0x80 and is_member(c) != (ord(c) in members)]
        assert wrong == [], name
