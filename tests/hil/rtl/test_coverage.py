"""Coverage data are read, merged, counted and reported as they are; the data are a real run's of the UART receiver."""

from collections import Counter
from pathlib import Path

import pytest

from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.rtl.build import FOLDER
from hil.rtl.coverage import Exclusion, ExclusionError, Kind, Point, annotate, exclusions, read, summarise
from hil.rtl.coverage import __main__ as command
from hil.rtl.coverage.accesses import missing
from hil.rtl.coverage.machines import MACHINES, arcs_seen, state_names

DATA = Path(__file__).parent / "data" / "uart_rx.dat"
SOURCE = "always_comb begin\n  if (a) x = 1;\n  else x = 2;\n  default: x = 3;\nend\n"


def point(line: int, kind: Kind, comment: str, *lines: int) -> Point:
    return Point(file="m.sv", line=line, column=1, kind=kind, comment=comment, lines=lines or (line,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.sv").write_text(SOURCE)
    return tmp_path


@pytest.fixture
def counts() -> Counter[Point]:
    return Counter(
        {
            point(1, Kind.LINE, "block", 1, 2): 7,
            point(2, Kind.BRANCH, "if", 2): 7,
            point(3, Kind.BRANCH, "else", 3): 0,
            point(4, Kind.LINE, "case", 4): 0,
            point(1, Kind.TOGGLE, "x:0->1"): 1,
        }
    )


@pytest.mark.req("RTL-051")
def test_real_data_are_read() -> None:
    counts = read([DATA], Path("/rtl"))
    assert Counter(found.kind for found in counts) == {Kind.TOGGLE: 8, Kind.BRANCH: 20, Kind.LINE: 8}
    assert {found.file for found in counts} == {"src/uart_rx.sv"}
    never = [found for found, count in counts.items() if not count and found.kind is not Kind.TOGGLE]
    assert [(found.kind, found.comment) for found in never] == [(Kind.LINE, "case")]


@pytest.mark.req("RTL-051")
def test_runs_and_instances_are_added_up() -> None:
    once, twice = read([DATA], Path("/rtl")), read([DATA, DATA], Path("/rtl"))
    assert twice == Counter({found: 2 * count for found, count in once.items()})


@pytest.mark.req("RTL-051")
def test_what_is_not_ours_is_left_out() -> None:
    assert not read([DATA], Path("/elsewhere"))


@pytest.mark.req("RTL-051")
@pytest.mark.parametrize("text", ["C 'no count'", "nonsense", "C '\x01f\x02/rtl/a.sv' x"])
def test_what_is_no_coverage_point_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.dat").write_text(f"# SystemC::Coverage-3\n{text}\n")
    with pytest.raises(ValueError, match=r"bad\.dat"):
        read([tmp_path / "bad.dat"], Path("/rtl"))


@pytest.mark.req("RTL-051")
def test_each_kind_is_counted(counts: Counter[Point], folder: Path) -> None:
    [module] = summarise(counts, [], folder)
    assert module.met == {Kind.LINE: (2, 4), Kind.BRANCH: (1, 2), Kind.TOGGLE: (1, 1)}
    assert [missed.comment for missed in module.missed] == ["else", "case"]


@pytest.mark.req("RTL-051")
def test_an_exclusion_takes_out_what_it_names(counts: Counter[Point], folder: Path) -> None:
    excluded = Exclusion(file="m.sv", text="default:", kinds=(Kind.LINE,), reason="no input reaches it")
    [module] = summarise(counts, [excluded], folder)
    assert (module.met[Kind.LINE], module.excluded) == ((2, 3), 1)


@pytest.mark.req("RTL-051")
@pytest.mark.parametrize("text", ["if (a)", "no such text"])
def test_an_exclusion_of_nothing_or_of_what_is_covered_is_an_error(
    text: str, counts: Counter[Point], folder: Path
) -> None:
    with pytest.raises(ExclusionError, match="nothing to exclude, or covered"):
        summarise(counts, [Exclusion(file="m.sv", text=text, kinds=(Kind.BRANCH,), reason="")], folder)


@pytest.mark.req("RTL-051")
def test_the_annotated_text_says_how_often_and_what_never(counts: Counter[Point], folder: Path) -> None:
    [module] = summarise(counts, [], folder)
    assert annotate(module, counts, folder).splitlines()[1:4] == [
        "        7     if (a) x = 1;",
        "        0 !   else x = 2;",
        "          ! never: branch else",
    ]


@pytest.mark.req("RTL-051")
def test_each_exclusion_has_its_reason_and_its_line() -> None:
    for exclusion in exclusions(command.EXCLUSIONS):
        assert exclusion.reason
        assert exclusion.text in (FOLDER / exclusion.file).read_text()


@pytest.mark.req("RTL-051")
@pytest.mark.parametrize("module", MACHINES)
def test_the_state_machines_declared_are_those_of_the_rtl(module: str) -> None:
    assert set(MACHINES[module]) == set(state_names(module))
    assert {state for states in MACHINES[module].values() for state in states} <= set(MACHINES[module])


@pytest.mark.req("RTL-051")
def test_arcs_are_read_by_name(tmp_path: Path) -> None:
    (tmp_path / "uart_rx.arcs").write_text("uart_rx 0 1\nuart_rx 1 2\nuart_rx 0 1\n")
    assert arcs_seen(tmp_path.glob("*.arcs"))["uart_rx"] == {("Idle", "Start"), ("Start", "Data")}


@pytest.mark.req("RTL-051")
def test_register_fields_that_nobody_touched_are_named(tmp_path: Path) -> None:
    (tmp_path / "accesses-1.txt").write_text("r ID.device_id\nr STATUS.state 0\n")
    untouched = missing(tmp_path.glob("accesses-*.txt"))
    assert not {"r ID.device_id", "r STATUS.state 0"} & set(untouched)
    assert {f"r STATUS.state {state.value}" for state in regs.State if state} <= set(untouched)
    assert "w TARGET.count" in untouched


@pytest.mark.req("RTL-051")
def test_the_command_needs_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path)]) == 2
    assert "usage" in capsys.readouterr().err
