"""Every requirement has a test and every claim a requirement; and `make trace` finds out when not."""

import subprocess
import sys
from pathlib import Path

import pytest

TRACE = Path(__file__).with_name("trace.py")
REQUIREMENTS = "| id | requirement |\n|---|---|\n| PKT-001 | A packet shall be sent. |\n"
TEST = 'import pytest\n\n@pytest.mark.req("{}")\ndef test_it() -> None: ...\n'


def trace(*root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, TRACE, *root], capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one requirement and the test of it."""
    for path, text in {"flightsw/README.md": REQUIREMENTS, "tests/test_packet.py": TEST.format("PKT-001")}.items():
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.req("PRJ-007")
def test_every_requirement_has_a_test() -> None:
    done = trace()
    assert done.returncode == 0, done.stderr


@pytest.mark.req("PRJ-007")
def test_prints_each_requirement_with_its_tests(tree: Path) -> None:
    done = trace(tree)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "PKT-001  A packet shall be sent.\n         tests/test_packet.py::test_it\n"


@pytest.mark.req("PRJ-007")
def test_a_requirement_without_a_test_is_a_failure(tree: Path) -> None:
    (tree / "tests/test_packet.py").unlink()
    done = trace(tree)
    assert (done.returncode, done.stderr) == (1, "PKT-001 has no test\n")


@pytest.mark.req("PRJ-007")
def test_a_claim_without_a_requirement_is_a_failure(tree: Path) -> None:
    (tree / "tests/test_other.py").write_text(TEST.format("PKT-002"))
    done = trace(tree)
    assert (done.returncode, done.stderr) == (1, "PKT-002 is in no README: tests/test_other.py::test_it\n")


@pytest.mark.req("PRJ-007")
def test_an_id_stands_once(tree: Path) -> None:
    (tree / "flightsw/ccsds").mkdir()
    (tree / "flightsw/ccsds/README.md").write_text(REQUIREMENTS)
    done = trace(tree)
    assert (done.returncode, done.stderr) == (1, "PKT-001 stands 2 times\n")
