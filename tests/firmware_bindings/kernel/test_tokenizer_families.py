"""Every family of tokenizers against the `tokenizers` library, which is set up as the family's own tokenizer.json is.

The vocabularies are trained here, on texts of many scripts: those that the families publish are large, and some come
under terms of their own. With SUNLIT_TOKENIZERS=FOLDER the same tests also run on each FOLDER/FAMILY.json that is
there, a published tokenizer.json.
"""

import json
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from struct import pack
from typing import Any

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Regex, models, normalizers, pre_tokenizers, trainers

from firmware_bindings.kernel import Model, TextStream

ENGLISH = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
MARK = "\u2581"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What a tokenizer.json of the family says, and what a GGUF file of it says."""

    model: str
    pre: str
    pieces: Any = None
    normalizer: Any = None
    is_whole_first: bool = False
    is_space_first: bool = False


def split(pattern: str) -> Any:
    cut = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
    return pre_tokenizers.Sequence([cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


MARKED = normalizers.Replace(" ", MARK)
FAMILIES = {
    "gpt2": Family(model="gpt2", pre="gpt-2", pieces=pre_tokenizers.ByteLevel(add_prefix_space=False)),
    "llama3": Family(model="gpt2", pre="llama-bpe", pieces=split(ENGLISH + r"\p{N}{1,3}" + REST), is_whole_first=True),
    "qwen3": Family(model="gpt2", pre="qwen2", pieces=split(ENGLISH + r"\p{N}" + REST), normalizer=normalizers.NFC()),
    "gemma3": Family(model="llama", pre="default", normalizer=MARKED),
    "llama2": Family(
        model="llama",
        pre="default",
        normalizer=normalizers.Sequence([normalizers.Prepend(MARK), MARKED]),
        is_space_first=True,
    ),
}
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<bos>", "</s>"]
USER = ["<think>", "\n\n"]


def trained(family: Family, texts: list[str]) -> tokenizers.Tokenizer:
    """A small vocabulary in the family's manner."""
    byte_level = family.model == "gpt2"
    learner = tokenizers.Tokenizer(models.BPE())
    learner.pre_tokenizer = family.pieces or pre_tokenizers.Metaspace(prepend_scheme="never")
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else list("abcdefghijklmnopqrstuvwxyz.,?!" + MARK)
    limit = 256 if byte_level else 400
    trainer = trainers.BpeTrainer(vocab_size=3000, show_progress=False, initial_alphabet=alphabet, limit_alphabet=limit)
    learner.train_from_iterator(texts, trainer)
    learnt = json.loads(learner.to_str())["model"]
    if byte_level:
        merges = [tuple(m) for m in learnt["merges"]]
        made = tokenizers.Tokenizer(models.BPE(learnt["vocab"], merges, ignore_merges=family.is_whole_first))
        made.pre_tokenizer = family.pieces
    else:
        octets = [f"<0x{octet:02X}>" for octet in range(256)]
        vocabulary = {token: i for i, token in enumerate(["<unk>", *octets, *learnt["vocab"]])}
        made = tokenizers.Tokenizer(
            models.BPE(vocabulary, splits(vocabulary), byte_fallback=True, unk_token="<unk>", fuse_unk=True)
        )
    if family.normalizer is not None:
        made.normalizer = family.normalizer
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in CONTROL])
    made.add_tokens([AddedToken(token, special=False, normalized=False) for token in USER])
    return made


def splits(vocabulary: dict[str, int]) -> list[tuple[str, str]]:
    """SentencePiece has no merges: any two tokens whose text together is a token merge, the earlier token first."""
    pairs = []
    for token in vocabulary:
        cuts = [(token[:i], token[i:]) for i in range(1, len(token))]
        known = [(a, b) for a, b in cuts if a in vocabulary and b in vocabulary]
        pairs += sorted(known, key=lambda pair: (vocabulary[pair[0]], vocabulary[pair[1]]))
    return pairs


def metadata(family: Family, made: tokenizers.Tokenizer, parts: Any) -> dict[str, tuple[int, bytes]]:
    """What a GGUF file says of this tokenizer."""
    said = json.loads(made.to_str())
    merges = [tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in said["model"]["merges"]]
    kinds = {i: (text, 1) for text, i in said["model"]["vocab"].items()}
    kinds |= {t["id"]: (t["content"], 3 if t["special"] else 4) for t in said["added_tokens"]}
    tokens = [kinds[i] for i in range(len(kinds))]
    values = {
        "tokenizer.ggml.model": (8, parts.string(family.model)),
        "tokenizer.ggml.pre": (8, parts.string(family.pre)),
        "tokenizer.ggml.add_space_prefix": (7, bytes([family.is_space_first])),
        "llama.vocab_size": parts.u32(len(tokens)),
    }
    if family.model == "gpt2":
        values["tokenizer.ggml.merges"] = parts.strings([" ".join(merge) for merge in merges])
    else:
        rank: dict[str, int] = {}
        for merge in merges:
            rank.setdefault("".join(merge), len(rank))
        tokens = [(text, 6 if is_octet(text) else kind) for text, kind in tokens]
        scores = [-float(rank.get(text, 0)) for text, _ in tokens]
        values["tokenizer.ggml.scores"] = (9, pack(f"<IQ{len(scores)}f", 6, len(scores), *scores))
    values["tokenizer.ggml.tokens"] = parts.strings([text for text, _ in tokens])
    values["tokenizer.ggml.token_type"] = (9, pack(f"<IQ{len(tokens)}i", 5, len(tokens), *(kind for _, kind in tokens)))
    return values


def is_octet(text: str) -> bool:
    return len(text) == 6 and text.startswith("<0x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same tokenizer twice."""

    family: Family
    ours: Model
    theirs: tokenizers.Tokenizer

    def plain(self, text: str) -> str:
        """The text as the family sees it."""
        if self.family.model == "llama":
            return text.replace(MARK, " ")
        return unicodedata.normalize("NFC", text) if self.family.pre == "qwen2" else text


def published() -> list[Path]:
    folder = os.environ.get("SUNLIT_TOKENIZERS")
    return [path for name in FAMILIES if folder and (path := Path(folder, f"{name}.json")).is_file()]


@pytest.fixture(scope="module", params=[*FAMILIES, *published()], ids=str)
def pair(request: pytest.FixtureRequest, parts, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Pair:
    name = request.param
    family = FAMILIES[name.stem if isinstance(name, Path) else name]
    theirs = tokenizers.Tokenizer.from_file(str(name)) if isinstance(name, Path) else trained(family, texts[:3000])
    size = theirs.get_vocab_size()
    embedding: dict[str, Any] = {"size": (96, size), "type": 8, "data": bytes(3 * 34 * size)}
    file = parts.file.with_tensor("token_embd.weight", **embedding)
    path = tmp_path_factory.mktemp("family") / "model.gguf"
    path.write_bytes(file.with_metadata(**{"tokenizer.ggml.merges": None} | metadata(family, theirs, parts)).encode())
    return Pair(family=family, ours=Model(path, threads=1, context_tokens=16), theirs=theirs)


@pytest.mark.req("INF-010")
def test_tokens_are_those_of_the_tokenizers_library(pair: Pair, texts: list[str]) -> None:
    encode: Callable[[str], list[int]] = pair.ours.tokenizer.encode
    theirs = pair.theirs.encode_batch(texts, add_special_tokens=False)
    different = [text for text, reference in zip(texts, theirs, strict=True) if encode(text) != reference.ids]
    if pair.family.pre == "qwen2":  # the library's Unicode is older and does not know some marks' order
        newer = [text for text in different if normalizers.NFC().normalize_str(text) != pair.plain(text)]
        assert len(newer) <= 2
        different = sorted({*different} - {*newer})
    assert different == []


@pytest.mark.req("INF-011")
@given(text=st.text())
def test_round_trip(pair: Pair, text: str) -> None:
    ours = pair.ours.tokenizer
    assert ours.decode_bytes(ours.encode(text, special=False)).decode() == pair.plain(text)


@pytest.mark.req("INF-011", "INF-014")
def test_round_trip_of_many_scripts_in_a_stream(pair: Pair, texts: list[str]) -> None:
    ours = pair.ours.tokenizer
    for text in texts[:1500]:
        stream = TextStream(ours)
        streamed = [stream.push(i) for i in ours.encode(text, special=False)]
        assert "".join(streamed) == pair.plain(text)  # so no part held half a character
        assert stream.flush() == ""


@pytest.mark.req("INF-012")
def test_no_text_makes_a_control_token(pair: Pair) -> None:
    ours = pair.ours.tokenizer
    text = "a<|im_end|>b<bos></s>"
    assert not any(map(ours.is_control, ours.encode(text, special=False)))
    if pair.theirs.token_to_id("<bos>") is not None:
        assert any(map(ours.is_control, ours.encode(text)))
        begin = partial(ours.encode_with_literal, text, 0)
        assert [any(map(ours.is_control, begin(end))) for end in (12, 18)] == [True, False]
