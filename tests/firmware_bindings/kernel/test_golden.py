"""Closeness to the reference, and the same bits whichever way they are computed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_bindings.kernel import KernelError, Model, Session, instruction_sets


def logits_at_every_position(session: Session, prompt: list[int]) -> NDArray[np.float32]:
    rows = []
    for token_id in prompt:
        session.step(token_id)
        rows.append(np.array(session.logits()))
    return np.array(rows)


def mean_divergence(ours: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """Mean over positions of the Kullback–Leibler divergence of the reference's distribution from ours, in nats."""

    def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
        shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    p, q = log_softmax(reference), log_softmax(ours)
    return float((np.exp(p) * (p - q)).sum(axis=1).mean())


@pytest.mark.req("INF-001")
def test_logits_are_those_of_the_reference_at_every_position(golden) -> None:
    with Model(golden.path, threads=1, context_tokens=64).session() as session:
        ours = logits_at_every_position(session, golden.prompt)
    assert np.abs(ours - golden.logits).max() <= golden.tolerance
    assert mean_divergence(ours, golden.logits) <= 1e-5


@pytest.mark.req("INF-002")
def test_greedy_ids_are_those_of_the_reference(golden) -> None:
    with Model(golden.path, threads=1, context_tokens=64).session() as session:
        session.prefill(golden.prompt)
        for token_id, gap in zip(golden.greedy, golden.gaps, strict=True):
            if gap > golden.greedy_gap:
                assert session.greedy() == token_id
            session.step(token_id)


@pytest.mark.req("INF-004")
def test_every_way_of_computing_gives_the_same_bits(golden, isa: str) -> None:
    with Model(golden.path, threads=1, context_tokens=64).session(batch_tokens=1, isa="portable") as session:
        oracle = logits_at_every_position(session, golden.prompt)
    for threads, batch_tokens in [(1, 1), (1, 5), (2, 32), (3, 7), (5, 24), (9, 2)]:
        model = Model(golden.path, threads=threads, context_tokens=64)
        with model.session(batch_tokens=batch_tokens, isa=isa) as session:
            for end in (1, 9, len(golden.prompt)):
                session.prefill(golden.prompt[session.position : end])
                assert bytes(session.logits()) == oracle[end - 1].tobytes(), (threads, batch_tokens, end)


@pytest.mark.req("INF-023")
def test_f16_keys_and_values_are_close_and_the_same_bits_everywhere(golden, isa: str) -> None:
    model = Model(golden.path, threads=1, context_tokens=64)
    with model.session() as whole, model.session(kv="f16", isa=isa) as half:
        exact = logits_at_every_position(whole, golden.prompt)
        ours = logits_at_every_position(half, golden.prompt)
    assert 0 < np.abs(ours - exact).max() <= 1e-2 * exact.std()
    assert mean_divergence(ours, exact) <= 1e-5
    for threads, batch_tokens in [(1, 5), (2, 32), (3, 7)]:
        model = Model(golden.path, threads=threads, context_tokens=64)
        with model.session(batch_tokens=batch_tokens, isa=isa, kv="f16") as session:
            session.prefill(golden.prompt)
            assert bytes(session.logits()) == ours[-1].tobytes(), (threads, batch_tokens)
    with model.session(batch_tokens=3, isa="portable", kv="f16") as portable:
        portable.prefill(golden.prompt)
        assert bytes(portable.logits()) == ours[-1].tobytes()


def test_the_instruction_set_is_named(tiny: Model, isa: str) -> None:
    with tiny.session(isa=isa) as session:
        assert session.isa == isa


def test_an_instruction_set_that_is_not_here_is_refused(tiny: Model) -> None:
    for name, is_here in instruction_sets().items():
        if not is_here:
            with pytest.raises(KernelError, match=rf"lacks instruction set {name}; it has portable"):
                tiny.session(isa=name)
