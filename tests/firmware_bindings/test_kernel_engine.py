"""Answers that are cut at any token go on as if nothing had happened, from the snapshot or without it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from firmware_bindings.checkpoints import Checkpoints, FolderCheckpoints, MemoryCheckpoints
from firmware_bindings.devicelink.payload_computer import FinishReason, Start
from firmware_bindings.engine import EngineError, Finish, Prompt, Question, Step, Token
from firmware_bindings.kernel_engine import KernelEngine
from hil.models import default_model_path

GREEDY: dict[str, int] = {}
SAMPLED = {"temperature_permille": 900, "top_k": 50, "top_p_permille": 950, "seed": 7}
PENALISED = {"repeat_penalty_permille": 1300, "min_p_permille": 20, "temperature_permille": 1200, "seed": 2**63 + 5}
TEXT = "Name three animals, with an emoji each."
TOKENS, CUT = 24, 9


def engine(checkpoints: Checkpoints) -> KernelEngine:
    made = KernelEngine(default_model_path(), checkpoints=checkpoints)
    assert list(made.load("", 512)) == []
    return made


def question(received: tuple[int, ...] = (), *, max_tokens: int = TOKENS, **how: int) -> Question:
    start = Start(job=1, max_tokens=max_tokens, received=len(received), question=TEXT.encode(), **how)
    return Question(text=TEXT, start=start, received=received)


def answer(engine: KernelEngine, asked: Question) -> Iterator[Step]:
    return (step for step in engine.answer(asked, lambda: False) if step is not None)


def told(steps: Iterable[Step]) -> tuple[int, ...]:
    return tuple(step.id for step in steps if isinstance(step, Token))


@pytest.mark.req("INF-106")
@pytest.mark.parametrize(
    ("how", "kept"),
    [
        (GREEDY, "whole"),
        (GREEDY, "nothing"),
        (GREEDY, "damaged"),
        (GREEDY, "older"),
        (SAMPLED, "whole"),
        (SAMPLED, "nothing"),
        (PENALISED, "whole"),
        (PENALISED, "nothing"),
    ],
)
def test_a_cut_answer_goes_on_with_the_same_bits(how: dict[str, int], kept: str, tmp_path: Path) -> None:
    whole = list(answer(engine(MemoryCheckpoints()), question(**how)))
    checkpoints = FolderCheckpoints(tmp_path)
    first = engine(checkpoints)
    steps = answer(first, question(**how))
    begun = [next(steps) for _ in range(1 + CUT)]
    if kept != "nothing":
        assert first.save().tokens == CUT
    if kept == "older":
        begun += [next(steps) for _ in range(3)]
    if kept == "damaged":
        [path] = tmp_path.iterdir()
        path.write_bytes(path.read_bytes()[:-1])
    del steps, first  # the power is gone
    rest = list(answer(engine(checkpoints), question(told(begun), **how)))
    unread = {"whole": 1, "older": 4}.get(kept, whole[0].tokens + CUT)
    assert rest[0] == Prompt(tokens=whole[0].tokens, unread=unread)
    assert [*begun[1:], *rest[1:]] == whole[1:]
    assert checkpoints.get(1) is None  # it has ended


@pytest.mark.req("INF-106")
def test_what_an_engine_had_ahead_is_forgotten() -> None:
    checkpoints = MemoryCheckpoints()
    first = engine(checkpoints)
    steps = answer(first, question())
    begun = [next(steps) for _ in range(12)]
    first.save()
    received = told(begun[:6])  # the others were not
    rest = told(answer(engine(checkpoints), question(received)))
    assert received + rest == told(answer(engine(MemoryCheckpoints()), question()))


@pytest.mark.req("INF-106")
def test_a_resumed_answer_may_be_over_already() -> None:
    ids = told(answer(engine(MemoryCheckpoints()), question(max_tokens=8)))
    rest = list(answer(engine(MemoryCheckpoints()), question(ids, max_tokens=8)))
    assert rest[1:] == [Finish(reason=FinishReason.LENGTH)]


@pytest.mark.req("INF-107")
def test_the_digest_is_the_same_wherever_it_is_computed() -> None:
    digests = set()
    for _ in range(2):
        one = engine(MemoryCheckpoints())
        steps = answer(one, question())
        for _ in range(5):
            next(steps)
        digests.add(one.save())
    assert len(digests) == 1


@pytest.mark.req("INF-107")
@pytest.mark.parametrize("when", ["before", "after"])
def test_there_is_nothing_to_keep(when: str) -> None:
    one = engine(MemoryCheckpoints())
    if when == "after":
        list(answer(one, question(max_tokens=1)))
    with pytest.raises(EngineError, match="no answer to keep"):
        one.save()


@pytest.mark.req("INF-107")
def test_a_store_that_fails_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    one = engine(FolderCheckpoints(tmp_path / "file"))
    steps = answer(one, question(max_tokens=3))
    next(steps), next(steps)
    with pytest.raises(EngineError, match="file"):
        one.save()
    assert isinstance(list(steps)[-1], Finish)


@pytest.mark.req("INF-106")
@pytest.mark.parametrize("how", [{"top_p_permille": 0}, {"repeat_penalty_permille": 0}])
def test_a_sampling_out_of_range_ends_the_answer_with_its_reason(how: dict[str, int]) -> None:
    with pytest.raises(EngineError, match="out of range"):
        list(answer(engine(MemoryCheckpoints()), question(**how)))
