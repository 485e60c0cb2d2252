"""The real default model."""

import json
from pathlib import Path

import pytest

from firmware_bindings.kernel import Model, TextStream

FIGURES = json.loads((Path(__file__).parents[2] / "golden" / "smollm2-135m-q4_1.json").read_text())
QUESTION = "What is the capital of France?"


def test_it_is_the_file_that_the_figures_are_of(default_model: Model) -> None:
    assert default_model.sha256() == FIGURES["sha256"]
    assert default_model.vocab_size == 49152
    assert default_model.name == "Smollm2 135M 8k Lc100K Mix1 Ep2"


@pytest.mark.req("INF-013")
def test_its_own_chat_template_puts_in_the_system_message(default_model: Model) -> None:
    assert default_model.chat_prompt(QUESTION) == (
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
        "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert default_model.chat_ids(QUESTION) == FIGURES["prompt"]


@pytest.mark.req("INF-001", "INF-002")
def test_logits_and_greedy_ids_are_those_of_the_reference(default_model: Model) -> None:
    with default_model.session() as session:
        session.prefill(FIGURES["prompt"])
        logits = session.logits()
        for token_id, value in FIGURES["hf"]["first_top10"]:
            assert logits[token_id] == pytest.approx(value, abs=1e-2 * FIGURES["logits_std_hf"])
        for token_id, gap in zip(FIGURES["hf"]["greedy"], FIGURES["hf"]["gaps"], strict=True):
            if gap > 2e-2 * FIGURES["logits_std_hf"]:
                assert session.greedy() == token_id
            session.step(token_id)


@pytest.mark.req("INF-003")
def test_it_says_paris(default_model: Model) -> None:
    text = TextStream(default_model.tokenizer)
    with default_model.session() as session:
        ids = list(session.generate(default_model.chat_ids(QUESTION), max_tokens=64))
    assert "".join(map(text.push, ids)) + text.flush() == "The capital of France is Paris."


@pytest.mark.req("INF-004")
def test_each_path_gives_the_bits_of_the_portable_one(default_model: Model, isa: str) -> None:
    with default_model.session(isa=isa) as fast, default_model.session(batch_tokens=2, isa="portable") as portable:
        fast.prefill(FIGURES["prompt"][:4])
        portable.prefill(FIGURES["prompt"][:4])
        assert bytes(fast.logits()) == bytes(portable.logits())
