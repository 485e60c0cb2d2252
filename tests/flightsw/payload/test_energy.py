import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.payload import EnergyIntegral
from flightsw.payload.energy import MAX_GAP_US


@pytest.mark.req("PWR-015")
def test_a_watt_for_a_second_is_a_joule() -> None:
    integral = EnergyIntegral()
    for now_us in range(0, 1_000_001, 100_000):
        integral = integral.sample(1_000_000, now_us)
    assert integral.energy_mj == 1000


@pytest.mark.req("PWR-015")
def test_a_ramp_is_its_mean() -> None:
    assert EnergyIntegral().sample(0, 0).sample(4_000_000, 1_000_000).energy_mj == 2000


@pytest.mark.req("PWR-015")
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(-10_000_000, 10_000_000))))
def test_it_never_falls_and_adds_nothing_over_a_gap(samples: list[tuple[int, int]]) -> None:
    integral, now_us = EnergyIntegral(), 0
    for power_uw, step_us in samples:
        now_us += step_us
        following = integral.sample(power_uw, now_us)
        assert following.energy_pj >= integral.energy_pj
        if integral.at_us is not None and not 0 < step_us <= MAX_GAP_US:
            assert following.energy_pj == integral.energy_pj
        integral = following
