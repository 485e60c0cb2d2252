"""A session's limits and life."""

import threading

import pytest
from firmware_bindings.kernel._kernel import ffi, lib

from firmware_bindings.kernel import Cancelled, ContextFull, Model, NumericError, UsageError


@pytest.mark.req("INF-008")
def test_a_cancelled_prompt_leaves_a_usable_session(tiny: Model) -> None:
    prompt = list(range(3, 33))
    answers = iter([False] * 18 + [True])  # before each of two batches and twice in four layers; before the third
    with tiny.session(batch_tokens=8) as session, tiny.session() as whole:
        with pytest.raises(Cancelled, match="after 16 of 30"):
            session.prefill(prompt, cancelled=lambda: next(answers))
        assert session.position == 16
        with pytest.raises(UsageError, match="no logits"):
            session.greedy()
        session.prefill(prompt[16:])
        whole.prefill(prompt)
        assert bytes(session.logits()) == bytes(whole.logits())


@pytest.mark.req("INF-008")
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("asked", [1, 2, 3, 8, 9, 10, 11, 17])
def test_a_prompt_is_cancelled_inside_a_batch(tiny_path, threads: int, asked: int) -> None:
    """Of four layers; asked before the batch and twice a layer. The last time is too late to cancel."""
    model = Model(tiny_path, threads=threads, context_tokens=64)
    prompt, answers = list(range(3, 19)), [False] * (asked - 1) + [True] + [False] * 20
    with model.session(batch_tokens=8) as session, model.session() as whole:
        if asked == 9:
            answers[9:] = [True]  # before the second batch
        with pytest.raises(Cancelled):
            session.prefill(prompt, cancelled=lambda: answers.pop(0))
        assert session.position == (0 if asked < 9 else 8)
        session.prefill(prompt[session.position :])
        whole.prefill(prompt)
        assert bytes(session.logits()) == bytes(whole.logits())


@pytest.mark.parametrize("asked", [1, 3])
def test_a_question_that_fails_comes_out(tiny: Model, asked: int) -> None:
    answers = iter([False] * (asked - 1))
    with tiny.session() as session:
        with pytest.raises(StopIteration):
            session.prefill([5, 6, 7], cancelled=lambda: next(answers))
        assert session.position == 0
        session.prefill([5, 6, 7])


@pytest.mark.req("INF-009")
def test_a_full_context_refuses_and_appends_nothing(tiny: Model) -> None:
    with tiny.session() as session:
        session.prefill([5] * 60)
        before = bytes(session.logits())
        with pytest.raises(ContextFull, match="5 tokens do not fit: the context has room for 4"):
            session.prefill([5] * 5)
        assert (session.position, bytes(session.logits())) == (60, before)
        session.prefill([5] * 4)
        with pytest.raises(ContextFull):
            session.step(5)
        assert session.position == 64


@pytest.mark.req("INF-009")
def test_an_answer_ends_where_the_context_does(tiny: Model) -> None:
    with tiny.session() as session:
        assert len(list(session.generate([5] * 60, max_tokens=100))) == 5


def test_an_answer_ends_at_max_tokens(tiny: Model) -> None:
    with tiny.session() as session:
        assert len(list(session.generate([5], max_tokens=3))) == 3
        assert session.position == 3
    with tiny.session() as session:
        assert list(session.generate([5], max_tokens=0)) == []


@pytest.mark.parametrize("ids", [[], [-1], [512], [3, 2**32]])
def test_wrong_tokens_are_the_callers_fault(tiny: Model, ids: list[int]) -> None:
    with tiny.session() as session:
        with pytest.raises(UsageError):
            session.prefill(ids)
        assert session.position == 0


@pytest.mark.parametrize(
    ("threads", "context_tokens", "batch_tokens", "isa"),
    [(65, 64, 32, "best"), (-1, 64, 32, "best"), (1, 0, 32, "best"), (1, 64, 0, "best"), (1, 64, 32, "abacus")],
)
def test_options_out_of_range_are_the_callers_fault(
    tiny: Model, threads: int, context_tokens: int, batch_tokens: int, isa: str
) -> None:
    model = Model(tiny.path, threads=threads, context_tokens=context_tokens)
    with pytest.raises(UsageError):
        model.session(batch_tokens=batch_tokens, isa=isa)


def test_a_closed_session_says_so_and_its_threads_are_gone(tiny: Model) -> None:
    session = Model(tiny.path, threads=4, context_tokens=64).session()
    session.prefill([5, 6])
    session.close()
    session.close()
    with pytest.raises(UsageError, match="closed"):
        session.step(5)
    with pytest.raises(UsageError, match="closed"):
        session.greedy()


@pytest.mark.req("INF-004")
def test_sessions_of_one_model_run_at_once_without_touching_one_another(tiny: Model) -> None:
    """Two Python threads, each with its own session: the GIL is released in C."""
    answers: dict[int, list[int]] = {}

    def answer(first: int) -> None:
        with tiny.session() as session:
            answers[first] = list(session.generate([first] * 20, max_tokens=40))

    crew = [threading.Thread(target=answer, args=(first,)) for first in (5, 9)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    for first, made in answers.items():
        with tiny.session() as session:
            assert list(session.generate([first] * 20, max_tokens=40)) == made


@pytest.mark.req("INF-007")
def test_an_arena_that_is_too_small_is_a_status(tiny: Model) -> None:
    options = ffi.new("kernel_options *", {"context_tokens": 64, "batch_tokens": 8, "threads": 1})
    error, size, session = ffi.new("kernel_error *"), ffi.new("size_t *"), ffi.new("kernel_session **")
    assert lib.kernel_session_size(tiny.handle, options, size, error) == lib.KERNEL_OK
    memory = ffi.new("uint8_t[]", size[0] + 64)
    aligned = memory + -int(ffi.cast("uintptr_t", memory)) % 64
    status = lib.kernel_session_init(tiny.handle, options, aligned, size[0] - 1, session, error)
    assert status == lib.KERNEL_NO_MEMORY
    assert ffi.string(error.cause) == b"arena too small; its octets are"
    assert error.number == size[0] - 1
    assert lib.kernel_session_init(tiny.handle, options, aligned, size[0], session, error) == lib.KERNEL_OK
    lib.kernel_session_close(session[0])
    status = lib.kernel_session_init(tiny.handle, options, aligned + 1, size[0], session, error)
    assert status == lib.KERNEL_BAD_ARGUMENT


@pytest.mark.req("INF-016")
def test_a_logit_that_is_no_number_is_an_error(parts, load) -> None:
    broken = parts.file.with_tensor("output_norm.weight", data=b"\x00\x00\xc0\x7f" * 96)
    with load(broken.encode()).session() as session, pytest.raises(NumericError, match="not finite, token 0"):
        session.step(5)
