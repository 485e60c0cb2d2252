"""How the next token is chosen: equal to the definitions in NumPy, and to the bit the same everywhere."""

import math
import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_bindings.kernel import Model, Sampling, Session, StopStream, UsageError

PROMPT = [5, 9, 33, 9, 70]


@pytest.fixture
def session(tiny: Model):
    with tiny.session() as session:
        session.prefill(PROMPT)
        yield session


def uniform(seed: int, index: int) -> float:
    """SplitMix64, as its authors published it."""
    mask = 2**64 - 1
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return ((z ^ z >> 31) >> 11) * 2.0**-53


def probabilities(logits: Sequence[float], history: list[int], s: Sampling) -> NDArray[np.float64]:
    """What is left of the distribution, by the definitions."""
    bent = np.array(logits, np.float64)
    for token_id in {*history[-s.repeat_tokens :]} if s.repeat_tokens else ():
        bent[token_id] *= 1 / s.repeat_penalty if bent[token_id] > 0 else s.repeat_penalty
    for token_id, added in s.bias.items():
        bent[token_id] += added
    likely = np.exp((bent - bent.max()) / s.temperature)
    order = np.argsort(-likely, kind="stable")
    if s.top_k:
        likely[order[s.top_k :]] = 0
    likely /= likely.sum()
    before = np.cumsum(likely[order]) - likely[order]
    likely[order[before >= s.top_p]] = 0
    likely[likely < s.min_p * likely.max()] = 0
    return likely / likely.sum()


@pytest.mark.req("INF-018")
def test_every_setting_draws_from_the_distribution_that_is_left(session: Session) -> None:
    pick = random.Random(2)
    for case in range(300):
        sampling = Sampling(
            temperature=pick.choice([0.3, 0.8, 1.0, 2.5]),
            top_k=pick.choice([0, 1, 5, 40, 511, 600]),
            top_p=pick.choice([1.0, 0.95, 0.6, 0.01]),
            min_p=pick.choice([0.0, 0.05, 0.5, 1.0]),
            repeat_penalty=pick.choice([1.0, 1.3, 0.7]),
            repeat_tokens=pick.choice([0, 2, 64]),
            bias=pick.choice([{}, {3: 4.0, 70: -math.inf}]),
            seed=pick.randrange(2**64),
        )
        likely = probabilities(session.logits(), PROMPT, sampling)
        order = np.argsort(-likely, kind="stable")
        reached = np.cumsum(likely[order])
        token_id = session.sample(sampling)
        rank = int(np.flatnonzero(order == token_id)[0])
        target = uniform(sampling.seed, len(PROMPT))
        assert likely[token_id] > 0, case
        assert reached[rank] - likely[token_id] - 1e-5 <= target <= reached[rank] + 1e-5, case


@pytest.mark.req("INF-018")
def test_frequencies_are_the_probabilities(session: Session) -> None:
    """Chi-squared over 4,000 seeds and 20 tokens; 43.8 is exceeded once in a thousand times."""
    sampling = Sampling(temperature=1.5, top_k=20)
    likely = probabilities(session.logits(), PROMPT, sampling)
    drawn = Counter(session.sample(Sampling(temperature=1.5, top_k=20, seed=seed)) for seed in range(4000))
    expected = {int(i): 4000 * likely[i] for i in np.flatnonzero(likely)}
    assert drawn.keys() <= expected.keys()
    assert sum((drawn[i] - n) ** 2 / n for i, n in expected.items()) < 43.8


@pytest.mark.req("INF-018")
def test_greedy_is_temperature_0(session: Session) -> None:
    greedy = session.greedy()
    assert session.sample(Sampling()) == session.sample(Sampling(temperature=0.001)) == greedy
    assert session.sample(Sampling(temperature=5.0, top_k=1, seed=9)) == greedy
    assert session.sample(Sampling(bias={greedy: -math.inf})) != greedy
    assert session.sample(Sampling(bias={17: 1e6})) == 17


@pytest.mark.req("INF-018")
def test_the_same_tokens_for_the_same_seed_on_every_path(tiny_path) -> None:
    made = []
    for threads, batch_tokens, isa in ((1, 32, "best"), (3, 2, "best"), (2, 5, "portable")):
        with Model(tiny_path, threads=threads, context_tokens=64).session(
            batch_tokens=batch_tokens, isa=isa
        ) as session:
            made.append(list(session.generate(PROMPT, 24, Sampling(temperature=1.2, top_p=0.9, seed=42))))
    assert made[0] == made[1] == made[2]
    assert len({*made[0]}) > 6  # it has not fallen into a loop


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1.0},
        {"temperature": 1e-9},
        {"temperature": math.nan},
        {"top_p": 0.0},
        {"top_p": math.nan},
        {"min_p": 1.1},
        {"repeat_penalty": 0.0},
        {"bias": {512: 1.0}},
        {"bias": {-1: 1.0}},
        {"bias": {1: math.inf}},
        {"bias": {1: math.nan}},
        {"bias": dict.fromkeys(range(512), -math.inf)},
        {"seed": -1},
        {"top_k": 2**32},
        {"top_k": "all"},
    ],
    ids=str,
)
def test_settings_out_of_range_are_the_callers_fault(session: Session, wrong) -> None:
    with pytest.raises(UsageError):
        session.sample(Sampling(**wrong))


def test_before_the_first_token_there_is_nothing_to_choose_from(tiny: Model) -> None:
    with tiny.session() as session, pytest.raises(UsageError, match="no logits"):
        session.sample(Sampling())


# Stop texts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        ([], "one two\n\nthree"),
        (["\n\n"], "one two"),
        (["two", "one t"], ""),
        (["thr", "o\n"], "one tw"),
        (["threes"], "one two\n\nthree"),
        (["e t", "e two"], "on"),
    ],
)
def test_an_answer_ends_before_the_first_stop(tiny: Model, stops: list[str], expected: str) -> None:
    stream = StopStream(tiny.tokenizer, stops)
    parts = []
    for token_id in tiny.tokenizer.encode("one two\n\nthree"):
        parts.append(stream.push(token_id))
        assert not any(stop in "".join(parts) for stop in stops)
    assert "".join(parts) + stream.flush() == expected
    assert stream.has_stopped == (expected != "one two\n\nthree")


def test_what_can_not_become_a_stop_is_not_held_back(tiny: Model) -> None:
    stream = StopStream(tiny.tokenizer, ["xyz"])
    ids = [tiny.tokenizer.encode(c)[0] for c in "axyaxyz"]
    assert [stream.push(i) for i in ids] == ["a", "", "", "xya", "", "", ""]


def test_an_empty_stop_is_the_callers_fault(tiny: Model) -> None:
    with pytest.raises(UsageError, match="empty"):
        StopStream(tiny.tokenizer, [""])
