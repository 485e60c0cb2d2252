"""Text as it grows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.kernel import Model, TextStream, UsageError


@pytest.mark.req("INF-014")
@given(text=st.text(max_size=40))
def test_characters_come_out_whole(tiny_path: Path, text: str) -> None:
    tokenizer = Model(tiny_path).tokenizer
    stream = TextStream(tokenizer)
    parts = [stream.push(i) for i in tokenizer.encode(text, special=False)]
    assert "".join(parts) == text  # so no part held half a character
    assert stream.flush() == ""


@pytest.mark.req("INF-014")
@given(ids=st.lists(st.integers(3, 511)))
def test_octets_that_are_no_characters_come_out_as_if_decoded_at_once(tiny_path: Path, ids: list[int]) -> None:
    tokenizer = Model(tiny_path).tokenizer
    stream = TextStream(tokenizer)
    streamed = "".join(map(stream.push, ids)) + stream.flush()
    assert streamed == tokenizer.decode_bytes(ids).decode(errors="replace")


def test_an_end_inside_a_character_shows(tiny: Model) -> None:
    stream = TextStream(tiny.tokenizer)
    assert [stream.push(i) for i in tiny.tokenizer.encode("é")[:1]] == [""]
    assert stream.flush() == "\N{REPLACEMENT CHARACTER}"


def test_control_tokens_give_no_text(tiny: Model) -> None:
    assert TextStream(tiny.tokenizer).push(1) == ""
    with pytest.raises(UsageError):
        TextStream(tiny.tokenizer).push(512)
