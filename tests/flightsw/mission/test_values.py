from pathlib import Path

import pytest

from flightsw.mission import DEFAULT_MISSION_TOML, TomlError, load_mission, read_mission
from flightsw.payload import PowerMode


@pytest.mark.req("MIS-006")
def test_the_default_mission_is_valid_and_carries_its_text() -> None:
    mission = load_mission(None)
    assert mission.spacecraft.scid == 0x1A5
    assert mission.power.guards[PowerMode.NOMINAL].needs_sunlight
    assert mission.text == DEFAULT_MISSION_TOML


@pytest.mark.req("MIS-006")
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("scid = 0x1A5", "scid = 0x400", r"\[spacecraft\]: scid = 1024 is not from 0 to 1023"),
        ("scid = 0x1A5", 'scid = "A5"', "spacecraft.scid is 'A5'; it takes a whole number"),
        ("scid = 0x1A5", "", r"\[spacecraft\]: missing scid"),
        ("boot_s", "boot_time", "unknown key 'boot_time'; known: "),
        ("[power.guards.BURST]", "[power.guards.TURBO]", "unknown key 'TURBO'; known: SURVIVAL"),
        ("[compute.modes.BURST]", "[compute.modes.IDLE]", r"\[compute.modes\]: needs exactly ECO, NOMINAL, BURST"),
        (
            "shed_charge_permille = 700",
            "shed_charge_permille = 800",
            "shed_charge_permille and enter_charge_permille must differ",
        ),
        ("debounce_s = 10.0", "debounce_s = 0", "debounce_s must be above 0"),
        ("[jobs]", "[jobs", "Expected"),
        ("queue_length = 8", "queue_length = true", "it takes a whole number"),
        ("needs_sunlight = true", "needs_sunlight = 1", "it takes true or false"),
        ("decode_tokens_per_s = 5.0", "decode_tokens_per_s = 0", "rates and power must be above 0"),
    ],
)
def test_a_wrong_file_is_one_clear_line(old: str, new: str, why: str) -> None:
    assert old in DEFAULT_MISSION_TOML
    with pytest.raises(TomlError, match=why) as error:
        read_mission(DEFAULT_MISSION_TOML.replace(old, new), "mine.toml")
    assert str(error.value).startswith("mine.toml")
    assert "\n" not in str(error.value)


@pytest.mark.req("MIS-006")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match=r"none\.toml: No such file or directory$"):
        load_mission(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TomlError, match=r"binary\.toml: not a text"):
        load_mission(tmp_path / "binary.toml")
