import pytest

from flightsw.pus import VerificationSubtype
from hil.ground.request import TRANSITIONS, WAITING, IllegalTransition, RequestEvent, RequestState, step

FINAL = set(RequestState) - WAITING - {RequestState.UNACKNOWLEDGED}


@pytest.mark.req("GND-001")
@pytest.mark.parametrize("event", RequestEvent)
@pytest.mark.parametrize("state", RequestState)
def test_every_pair_moves_as_the_table_says_or_raises(state, event):
    if (state, event) in TRANSITIONS:
        assert step(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition, match=f"{event.name} in {state.name}"):
            step(state, event)


@pytest.mark.req("GND-001")
def test_nothing_leaves_a_final_state():
    assert not [state for state, _ in TRANSITIONS if state in FINAL]


@pytest.mark.req("GND-002")
def test_what_has_left_ends_at_a_deadline_or_by_a_report():
    for state in WAITING - {RequestState.QUEUED}:
        assert step(state, RequestEvent.DEADLINE) is RequestState.UNACKNOWLEDGED
        assert step(state, RequestEvent.COMPLETION) is RequestState.COMPLETED


@pytest.mark.req("GND-002")
def test_a_late_report_corrects_unacknowledged(link):
    link.loses_up = True
    request = link.ground.send("ping")
    link.run(6)
    assert request.state is RequestState.UNACKNOWLEDGED
    link.satellite.verify(request.id, VerificationSubtype.COMPLETED)
    link.run()
    assert request.outcome == "completed"


@pytest.mark.req("GND-001")
def test_a_repeated_report_moves_nothing(link):
    request = link.ground.send("ping")
    link.run()
    link.satellite.verify(request.id, VerificationSubtype.ACCEPTED)
    assert not link.run()
    assert request.outcome == "completed"
