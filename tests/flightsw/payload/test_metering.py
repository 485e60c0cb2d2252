"""Tokens, time and energy by mode, from looks at a running answer."""

import pytest

from flightsw.payload import ComputeMeter, PowerMode, Sample

ECO, NOMINAL = PowerMode.ECO, PowerMode.NOMINAL


def metered(*looks: tuple[int, PowerMode, int, int, float] | None) -> ComputeMeter:
    """After looks: job, mode, tokens, energy in mJ, seconds."""
    meter = ComputeMeter()
    for look in looks:
        if look is None:
            meter = meter.sample(None)
        else:
            job, mode, tokens, energy_mj, seconds = look
            now_us = round(seconds * 1e6)
            meter = meter.sample(Sample(job=job, mode=mode, tokens=tokens, energy_mj=energy_mj, now_us=now_us))
    return meter


@pytest.mark.req("PWR-024")
def test_speed_and_energy_are_those_from_token_to_token() -> None:
    eco = metered((1, ECO, 0, 0, 0), (1, ECO, 1, 900, 3), (1, ECO, 3, 3000, 3.4), (1, ECO, 3, 3100, 3.5)).by_mode[ECO]
    assert (eco.tokens, eco.mtokens_per_s, eco.uj_per_token) == (2, 5000, 1_050_000)


@pytest.mark.req("PWR-024")
def test_a_change_of_mode_a_pause_and_another_job_belong_to_none() -> None:
    meter = metered(
        (1, ECO, 1, 0, 0),
        (1, NOMINAL, 2, 1000, 1),
        (1, NOMINAL, 4, 2000, 2),
        None,
        (1, NOMINAL, 6, 9000, 9),
        (2, NOMINAL, 0, 9000, 10),
        (2, NOMINAL, 8, 9900, 20),
    )
    assert meter.by_mode[ECO].tokens == 0
    assert (meter.by_mode[NOMINAL].tokens, meter.by_mode[NOMINAL].busy_us) == (2, 1_000_000)


def test_a_mode_that_has_not_run_has_no_speed() -> None:
    assert (ComputeMeter().by_mode[ECO].mtokens_per_s, ComputeMeter().by_mode[ECO].uj_per_token) == (0, 0)
