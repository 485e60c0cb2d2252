"""Limits: equality is decided, and no value is on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.payload import Limit, PolicyError


@pytest.mark.req("PWR-030")
def test_a_limit_is_crossed_at_equality_and_over_beyond_its_hysteresis() -> None:
    limit = Limit(low=100, high=200, hysteresis=10)
    entered = {value: limit.is_crossed(value, False) for value in (99, 100, 101, 199, 200, 201)}
    assert entered == {99: True, 100: True, 101: False, 199: False, 200: True, 201: True}
    stayed = {value: limit.is_crossed(value, True) for value in (109, 110, 190, 191)}
    assert stayed == {109: True, 110: False, 190: False, 191: True}


@pytest.mark.req("PWR-030")
@given(st.integers(-1000, 1000), st.integers(1, 500), st.integers(-3000, 3000), st.integers(-3000, 3000))
def test_no_two_neighbouring_values_toggle_it(low: int, hysteresis: int, value: int, after: int) -> None:
    limit = Limit(low=low, hysteresis=hysteresis)
    if limit.is_crossed(value, False) and not limit.is_crossed(after, True):
        assert after - value >= hysteresis


@pytest.mark.req("PWR-030")
@pytest.mark.parametrize(
    "wrong",
    [
        {"hysteresis": 5},
        {"low": 1, "hysteresis": 0},
        {"low": 10, "high": 20, "hysteresis": 6},
        {"high": 1, "hysteresis": 1, "debounce_s": 0.0},
        {"high": 1, "hysteresis": 1, "debounce_s": 3601.0},
    ],
)
def test_one_threshold_both_ways_does_not_exist(wrong: dict[str, int]) -> None:
    with pytest.raises(PolicyError):
        Limit(**wrong)
