"""How warm the payload is, told by several thermometers."""

import pytest

from flightsw.payload.thermometers import TOLERANCE_CENTIDEGC, Warmth, warmest


@pytest.mark.req("PWR-038")
def test_the_warmest_counts_as_long_as_another_is_near() -> None:
    assert warmest({0: 2000, 1: 2100, 2: 2000 + TOLERANCE_CENTIDEGC}).centidegc == 2000 + TOLERANCE_CENTIDEGC
    assert warmest({0: -2000, 1: -2100}) == Warmth(centidegc=-2000)
    assert warmest({4: 5500}) == Warmth(centidegc=5500)


@pytest.mark.req("PWR-038")
def test_one_that_stands_alone_is_outvoted() -> None:
    high = 2101 + TOLERANCE_CENTIDEGC
    assert warmest({0: 2000, 1: 2100, 2: high}) == Warmth(centidegc=2100, outvoted=frozenset({2}))


@pytest.mark.req("PWR-038")
def test_of_two_the_warmer_is_believed() -> None:
    assert warmest({0: 2000, 1: 9000}) == Warmth(centidegc=9000)


@pytest.mark.req("PWR-038")
def test_what_can_t_be_is_not_asked() -> None:
    assert warmest({0: 2000, 1: 15_000, 2: -10_001}) == Warmth(centidegc=2000, beyond=frozenset({1, 2}))
    assert warmest({0: 32_767}) == Warmth(centidegc=None, beyond=frozenset({0}))
    assert warmest({}) == Warmth(centidegc=None)
