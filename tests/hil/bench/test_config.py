from pathlib import Path

import pytest

from flightsw.mission import TomlError
from hil.bench import DEFAULT_BENCH_TOML, BenchConfig, load_bench


@pytest.mark.req("BEN-044")
def test_the_commented_file_is_the_default() -> None:
    assert load_bench(None) == BenchConfig()
    assert DEFAULT_BENCH_TOML.startswith("# A test bench.")


@pytest.mark.req("BEN-044")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sed = 1", "unknown key 'sed'"),
        ("[channel]\nuplink = 1", "unknown key 'uplink'"),
        ("seed = -1", "not from 0"),
        ('seed = "1"', "a whole number"),
        ("[environment]\nbattery_charge_permille = 1001", "not from 0 to 1000"),
        ("[environment]\nbattery_capacity_wh = 0", "not above 0"),
        ("[environment]\ntemperature_centidegc = 20000", "temperature_centidegc"),
        ("[environment]\narray_mw = -1", "array_mw"),
        ("[channel", "Expected"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bench.toml"
    file.write_text(text)
    with pytest.raises(TomlError, match=message.replace("[", r"\[")) as caught:
        load_bench(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.req("BEN-044")
def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match=r"bench\.toml"):
        load_bench(tmp_path / "bench.toml")
