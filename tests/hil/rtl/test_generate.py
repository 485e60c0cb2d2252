import pytest

from hil.rtl.generate import stale


@pytest.mark.req("RTL-001")
def test_generated_files_are_current() -> None:
    assert stale() == []


def test_a_missing_file_is_stale(tmp_path) -> None:
    assert len(stale(tmp_path)) == 11
