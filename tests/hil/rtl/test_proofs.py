"""Every proof holds, every property bites, and what is not proven is not said to be."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from hil.rtl.coverage.machines import MACHINES
from hil.rtl.proofs import PROOFS, Mutation, MutationError, Proof, Task, prove, tasks
from hil.rtl.proofs.prove import TOOLS

QUICK = [task for proof in PROOFS if not proof.is_long for task in tasks(proof)]


@pytest.fixture(autouse=True, scope="module")
def tools() -> None:
    try:
        for tool in TOOLS:
            distribution(tool)
    except PackageNotFoundError:
        pytest.skip(f"SymbiYosys is missing: pip install {' '.join(TOOLS)}")


@pytest.mark.req("RTL-050")
@pytest.mark.parametrize("task", QUICK, ids=lambda task: task.name)
def test_the_modules_have_their_properties_and_mutated_ones_do_not(task: Task) -> None:
    result = prove(task)
    assert result.is_as_expected, f"{result.status}, see {result.folder}"


@pytest.mark.req("RTL-050")
@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_each_property_has_a_mutation_and_each_mutation_a_property(proof: Proof) -> None:
    broken = {mutation.breaks for mutation in proof.mutations}
    assert proof.properties
    for property_ in proof.properties:
        assert broken & set(property_.labels), f"no mutation breaks: {property_.text}"
    assert broken <= {label for property_ in proof.properties for label in property_.labels}


@pytest.mark.req("RTL-050")
@pytest.mark.parametrize("module", MACHINES)
def test_every_state_of_every_state_machine_is_shown_to_be_reached_and_left(module: str) -> None:
    inside = {"rail_sequencer": "rail_power"}
    proof = next(proof for proof in PROOFS if proof.name == inside.get(module, module))
    labels = {label.upper() for property_ in proof.properties for label in property_.labels}
    assert {f"REACHES{state.upper()}" for state in MACHINES[module]} - labels <= {"REACHESFILL"}  # it begins there
    assert any("No state is for ever" in property_.text for property_ in proof.properties)


@pytest.mark.req("RTL-050")
@pytest.mark.parametrize("old", ["no such text", "age_d"])
def test_a_mutation_whose_text_does_not_stand_there_once_is_an_error(old: str) -> None:
    watchdog = next(proof for proof in PROOFS if proof.name == "window_watchdog")
    mutation = Mutation(breaks="LateBites", module="window_watchdog", old=old, new="")
    with pytest.raises(MutationError, match=old):
        prove(Task(proof=watchdog, is_cover=False, mutation=mutation))


@pytest.mark.req("RTL-050")
def test_a_mutation_that_breaks_nothing_is_found_out() -> None:
    watchdog = next(proof for proof in PROOFS if proof.name == "window_watchdog")
    harmless = Mutation(breaks="LateBites", module="window_watchdog", old="armed_q <= enable_i;", new="armed_q <= '0;")
    result = prove(Task(proof=watchdog, is_cover=False, mutation=harmless))
    assert (result.status, result.is_as_expected) == ("PASS", False)


@pytest.mark.req("RTL-050")
def test_the_report_has_a_row_for_each_property() -> None:
    command = [sys.executable, "-m", "hil.rtl.proofs", "window_watchdog"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    watchdog = next(proof for proof in PROOFS if proof.name == "window_watchdog")
    assert done.stdout.count("holds, bites") == len(watchdog.properties)
