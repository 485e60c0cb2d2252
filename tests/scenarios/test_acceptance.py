"""A sample of `make acceptance`: any moment of a pass, in sunlight and in eclipse."""

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("acceptance", Path(__file__).parent / "acceptance.py")
assert _SPEC is not None
assert _SPEC.loader is not None
acceptance = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(acceptance)


@pytest.mark.req("BEN-066")
@pytest.mark.parametrize("start", range(6))
def test_a_question_is_answered_in_its_pass_or_refused_at_once(start: int) -> None:
    outcome = acceptance.run(start)
    assert outcome.is_kept, outcome
