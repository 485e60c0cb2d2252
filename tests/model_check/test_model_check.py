"""The mode machine explored in a few worlds, and the errors that any exploration must find."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.payload import PowerMode, Rails
from tests.model_check.__main__ import main, report
from tests.model_check.explorer import Explorer
from tests.model_check.machine import FOLDER, Mutation, Ticks, load
from tests.model_check.mutations import MUTATIONS
from tests.model_check.rules import check_verdict
from tests.model_check.world import all_worlds, few_worlds, kinds, some_worlds

MACHINE = load(Ticks())
CEILINGS = (PowerMode.NOMINAL, PowerMode.IDLE)


@pytest.mark.req("PWR-022")
def test_the_machine_keeps_every_rule() -> None:
    result = Explorer(MACHINE, list(few_worlds()), CEILINGS[:1]).run()
    assert not result.violation, report(result)
    assert result.states > 1000
    assert result.transitions > 200_000


@pytest.mark.req("PWR-022")
def test_the_guards_say_of_every_world_what_the_policy_does() -> None:
    for world in all_worlds(MACHINE.policy):
        assert not [*check_verdict(MACHINE, world, MACHINE.judge(MACHINE.policy, world.inputs(0)))], str(world)


@pytest.mark.req("PWR-023")
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_sown_error_is_found(mutation: Mutation) -> None:
    if mutation.name == "exit and entry are swapped":
        with pytest.raises(ValueError, match="must differ"):
            load(Ticks(), mutation)
        return
    machine = load(Ticks(), mutation)
    judged = Explorer(machine, list(some_worlds(machine.policy)), ()).run()
    result = judged if judged.violation else Explorer(machine, list(few_worlds()), CEILINGS, is_led=True).run()
    assert result.violation
    assert result.trace


def test_a_mutation_fits_in_one_place() -> None:
    for mutation in MUTATIONS:
        assert (FOLDER / f"{mutation.file}.py").read_text().count(mutation.old) == 1, mutation.name
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 20


@pytest.mark.req("PWR-022")
@given(st.data())
def test_worlds_of_one_kind_lead_to_the_same_state(data: st.DataObject) -> None:
    worlds = [*few_worlds(), *list(some_worlds(MACHINE.policy))[::7]]
    judged = [(world, MACHINE.judge(MACHINE.policy, world.inputs(0))) for world in worlds]
    world, verdict = data.draw(st.sampled_from(judged))
    state = MACHINE.boot(PowerMode.BURST, 0)
    for _ in range(data.draw(st.integers(0, 6))):
        rails = data.draw(st.sampled_from(Rails))
        before = data.draw(st.sampled_from(worlds)).inputs(0, rails=rails, demand=2)
        state, _ = MACHINE.step(MACHINE.policy, state, before)
    mode = state.commanded.mode
    (first,) = kinds([(world, verdict)], mode)
    alike = [other for other in judged if len(kinds([(first.world, first.verdict), other], mode)) == 1]
    other, _ = data.draw(st.sampled_from(alike))
    one = MACHINE.step(MACHINE.policy, state, world.inputs(1, rails=Rails.DARK))
    assert one == MACHINE.step(MACHINE.policy, state, other.inputs(1, rails=Rails.DARK))


@pytest.mark.req("PWR-022")
def test_a_violation_is_told_with_the_shortest_way_to_it(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    mutation = next(m for m in MUTATIONS if m.name == "boot does not wait for the dark")
    monkeypatch.setattr("tests.model_check.__main__.load", lambda ticks: load(ticks, mutation))
    monkeypatch.setattr("tests.model_check.__main__.all_worlds", lambda _: few_worlds())
    assert main(["--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["trace"][0] == "boot"
    assert result["violation"].startswith("SAFE ends by itself")
    assert main([]) == 1
    assert "→ SAFE (BOOT) commanded" in capsys.readouterr().out
