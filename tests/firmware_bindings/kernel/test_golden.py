"""Closeness to the reference, and the same bits whichever way they are computed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_bindings.kernel import Model, Session


def logits_at_every_position(session: Session, prompt: list[int]) -> NDArray[np.float32]:
    rows = []
    for token_id in prompt:
        session.step(token_id)
        rows.append(np.array(session.logits()))
    return np.array(rows)


@pytest.mark.req("INF-001")
def test_logits_are_those_of_the_reference_at_every_position(golden) -> None:
    with Model(golden.path, threads=1, context_tokens=64).session() as session:
        ours = logits_at_every_position(session, golden.prompt)
    assert np.abs(ours - golden.logits).max() <= 1e-4 * golden.logits.std()


@pytest.mark.req("INF-002")
def test_greedy_ids_are_those_of_the_reference(golden) -> None:
    with Model(golden.path, threads=1, context_tokens=64).session() as session:
        session.prefill(golden.prompt)
        for token_id, gap in zip(golden.greedy, golden.gaps, strict=True):
            if gap > 1e-3:
                assert session.greedy() == token_id
            session.step(token_id)


@pytest.mark.req("INF-004")
@pytest.mark.parametrize("isa", ["portable", "best"])
@pytest.mark.parametrize(("threads", "batch_tokens"), [(1, 1), (1, 5), (2, 32), (3, 7), (5, 24), (9, 2)])
def test_every_way_of_computing_gives_the_same_bits(golden, isa: str, threads: int, batch_tokens: int) -> None:
    with Model(golden.path, threads=1, context_tokens=64).session(batch_tokens=1, isa="portable") as session:
        oracle = logits_at_every_position(session, golden.prompt)
    with Model(golden.path, threads=threads, context_tokens=64).session(batch_tokens=batch_tokens, isa=isa) as session:
        for end in (1, 9, len(golden.prompt)):
            session.prefill(golden.prompt[session.position : end])
            assert bytes(session.logits()) == oracle[end - 1].tobytes()


def test_the_instruction_set_is_named(tiny: Model) -> None:
    with tiny.session() as best, tiny.session(isa="portable") as portable:
        assert best.isa in ("portable", "avx2")
        assert portable.isa == "portable"
