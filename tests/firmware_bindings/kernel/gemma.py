"""The real Gemma 3 270M (Q4_K_M), for those who have accepted its terms: `hil models fetch gemma3-270m`, then
`make test-gemma`. No other test needs it, and pytest does not find this file by itself.
"""

import json
from pathlib import Path

import pytest

from firmware_bindings.kernel import Model, TextStream
from hil.models import GEMMA3

FIGURES = json.loads((Path(__file__).parents[2] / "golden" / "gemma-3-270m-q4_k_m.json").read_text())
PROMPT = "The capital of France is"


@pytest.fixture(scope="module")
def gemma() -> Model:
    return Model(GEMMA3.path, context_tokens=64)


def test_it_is_the_file_and_the_prompt_that_the_figures_are_of(gemma: Model) -> None:
    assert gemma.sha256() == FIGURES["sha256"] == GEMMA3.sha256
    assert gemma.tokenizer.begin_ids() + gemma.tokenizer.encode(PROMPT) == FIGURES["prompt"]


def test_logits_and_greedy_ids_are_those_of_the_reference(gemma: Model, isa: str) -> None:
    """All 32 ids, though llama.cpp leaves the reference after 15."""
    with gemma.session(isa=isa) as session:
        session.prefill(FIGURES["prompt"])
        logits = session.logits()
        for token_id, value in FIGURES["hf"]["first_top10"]:
            assert logits[token_id] == pytest.approx(value, abs=1e-3 * FIGURES["logits_std_hf"])
        for token_id in FIGURES["hf"]["greedy"]:
            assert session.greedy() == token_id
            session.step(token_id)


def test_it_says_paris(gemma: Model) -> None:
    text = TextStream(gemma.tokenizer)
    ids = gemma.tokenizer.begin_ids() + gemma.tokenizer.encode(f"Question: {PROMPT[4:]} what?\nAnswer:")
    with gemma.session() as session:
        answer = "".join(map(text.push, session.generate(ids, max_tokens=4)))
    assert "Paris" in answer
