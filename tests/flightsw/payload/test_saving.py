"""When only what keeps the satellite alive may be on."""

from dataclasses import replace

import pytest

from flightsw.mission import load_mission
from flightsw.payload import ModeReason, PowerMode, boot
from flightsw.payload.saving import must_save

POLICY = load_mission(None).power
LOW, BACK = POLICY.safe_charge_permille, POLICY.safe_exit_charge_permille


def saves(mode: PowerMode, cause: ModeReason, charge: int | None, *, was_saving: bool = False) -> bool:
    state = boot(PowerMode.NOMINAL, 0, mode, cause)
    return must_save(POLICY, state, charge, was_saving=was_saving)


@pytest.mark.req("PWR-039")
@pytest.mark.parametrize("cause", [ModeReason.LOW_CHARGE, ModeReason.UNDER_VOLTAGE])
def test_a_safe_for_want_of_power_saves_however_high_the_charge_seems(cause: ModeReason) -> None:
    assert saves(PowerMode.SAFE, cause, 1000)
    assert saves(PowerMode.SURVIVAL, cause, None)


@pytest.mark.req("PWR-039")
def test_any_other_safe_saves_from_low_charge_until_it_is_back() -> None:
    assert [saves(PowerMode.SAFE, ModeReason.GROUND, charge) for charge in (LOW, LOW + 1)] == [True, False]
    back = [saves(PowerMode.SAFE, ModeReason.GROUND, charge, was_saving=True) for charge in (BACK - 1, BACK)]
    assert back == [True, False]
    for was_saving in (False, True):
        assert saves(PowerMode.SAFE, ModeReason.GROUND, None, was_saving=was_saving) is was_saving


@pytest.mark.req("PWR-039")
def test_above_safe_nothing_is_saved() -> None:
    safe = boot(PowerMode.NOMINAL, 0, PowerMode.SAFE, ModeReason.LOW_CHARGE)
    standby = replace(safe, commanded=replace(safe.commanded, mode=PowerMode.STANDBY), safe_cause=None)
    assert not must_save(POLICY, standby, LOW, was_saving=True)
