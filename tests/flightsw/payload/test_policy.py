from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.mission import load_mission
from flightsw.payload import ModeGuard, PolicyError, PowerMode, Threshold

POLICY = load_mission(None).power


@pytest.mark.req("PWR-001")
@given(st.integers(-10, 1010), st.integers(-10, 1010))
def test_exit_is_strictly_beyond_entry(enter: int, shed: int) -> None:
    valid = 0 <= shed < enter <= 1000
    try:
        ModeGuard(enter_charge_permille=enter, shed_charge_permille=shed)
    except PolicyError:
        assert not valid
    else:
        assert valid


@pytest.mark.req("PWR-001")
@pytest.mark.parametrize(
    "change",
    [
        {"safe_charge_permille": 350},
        {"survival_charge_permille": 200},
        {"survival_exit_charge_permille": 100},
        {"survival_exit_charge_permille": 350},
        {"safe_exit_charge_permille": 1001},
        {"guards": {}},
        {"debounce_s": 0.0},
        {"safe_charge_permille": 310, "safe_exit_charge_permille": 400},
    ],
    ids=str,
)
def test_a_policy_out_of_order_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(PolicyError):
        replace(POLICY, **change)  # type: ignore[arg-type]


@pytest.mark.req("PWR-001")
def test_a_threshold_changes_alone_and_only_within_its_range() -> None:
    changed = POLICY.with_threshold(PowerMode.ECO, Threshold.ENTER_CHARGE_PERMILLE, 450)
    assert changed.guards[PowerMode.ECO].enter_charge_permille == 450
    assert changed.guards[PowerMode.NOMINAL] == POLICY.guards[PowerMode.NOMINAL]
    with pytest.raises(PolicyError):
        POLICY.with_threshold(PowerMode.ECO, Threshold.ENTER_CHARGE_PERMILLE, 300)
    with pytest.raises(PolicyError, match="SAFE has no SHED_CHARGE"):
        POLICY.with_threshold(PowerMode.SAFE, Threshold.SHED_CHARGE_PERMILLE, 300)
