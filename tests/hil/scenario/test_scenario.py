"""Scenario files, and what flying them gives."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from flightsw.mission import TomlError
from flightsw.payload import PowerMode
from hil.bench.config import Devices
from hil.scenario import Happening, Limits, Questions, Scenario, draw, fly, load_scenario, summary
from hil.scenario.scenario import Command, StickSensor

MODEL = Devices(payload_ctrl="model://payload_ctrl")
PARIS = "The capital of France is Paris."
QUESTIONS = Questions(texts=("What is the capital of France?",), count=3, every_min=0.5, max_tokens=16, at_once=1)


@pytest.fixture(scope="module")
def evening() -> Scenario:
    """Three questions, half a minute apart; nobody is there when the second and the third are wanted."""
    return Scenario(
        name="A short evening",
        duration_h=0.05,
        questions=QUESTIONS,
        happening=(
            Happening(at_h=20 / 3600, stations_manned=False),
            Happening(at_h=25 / 3600, command=Command(name="set_ceiling", arguments={"mode": "ECO"})),
            Happening(at_h=90 / 3600, stations_manned=True),
        ),
    )


@pytest.mark.req("BEN-063", "BEN-065")
def test_questions_wait_for_contact_and_for_one_another(make_bench, evening) -> None:
    flown = fly(make_bench(devices=MODEL), evening)
    first, second, third = flown.questions
    assert [question.ask.answer for question in flown.questions] == [PARIS] * 3
    assert (first.wanted_s, second.wanted_s, third.wanted_s) == (0, 30, 60)
    assert first.asked_s < 20
    assert 90 <= second.asked_s < 92
    assert third.asked_s >= second.settled_s
    assert flown.commands == ("set_ceiling completed",)
    assert not flown.breaches
    modes = {each.mode for each in flown.samples}
    assert {PowerMode.STANDBY, PowerMode.IDLE, PowerMode.ECO, PowerMode.NOMINAL} <= modes
    assert {each.station for each in flown.samples} == {"ground", None}
    assert max(each.payload_mw for each in flown.samples) == pytest.approx(12_000, rel=0.01)
    assert max(b.at_s - a.at_s for a, b in zip(flown.samples, flown.samples[1:], strict=False)) < 10.001


@pytest.mark.req("BEN-062", "BEN-065")
def test_twice_is_the_same(make_bench, evening, tmp_path: Path) -> None:
    flown = [fly(make_bench(devices=MODEL), evening) for _ in range(2)]
    assert flown[0].to_json() == flown[1].to_json()
    assert flown[0].digest == flown[1].digest
    assert replace(flown[0], samples=flown[0].samples[:-1]).digest != flown[0].digest
    assert replace(flown[0], downlink_sha256="").digest != flown[0].digest
    for number, each in enumerate(flown):
        draw(each, tmp_path / f"{number}.svg")
    first, second = (tmp_path / f"{number}.svg" for number in range(2))
    assert first.read_bytes() == second.read_bytes()
    assert ElementTree.parse(first).getroot().tag.endswith("svg")


@pytest.mark.req("BEN-064")
def test_what_must_not_happen_is_told(make_bench) -> None:
    scenario = Scenario(
        name="Nobody listens",
        duration_h=0.01,
        limits=Limits(charge_permille_min=950),
        happening=(Happening(at_h=0.001, stick_sensor=StickSensor(name="battery_charge_permille", value=980)),),
    )
    flown = fly(make_bench(devices=MODEL), scenario)
    assert len(flown.breaches) == 1
    assert flown.breaches[0].startswith("charge 90")
    console = Console(width=200)
    with console.capture() as captured:
        console.print(summary(flown))
    assert "breach: charge 90" in captured.get()


@pytest.mark.req("BEN-061")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "missing name, duration_h"),
        ("name = 'x'\nduration_h = 0", "duration_h = 0.0 is not above 0"),
        ("name = 'x'\nduration_h = 1\nquestions = 3", "questions is a table, not 3"),
        ("name = 'x'\nduration_h = 1\n[questions]\ntexts = []\ncount = 1", "texts needs at least one"),
        ("name = 'x'\nduration_h = 1\nhappening = 7", "happening is an array, not 7"),
        ("name = 'x'\nduration_h = 1\n[[happening]]\nat_h = 1", "exactly one of latch_up, stick_sensor"),
        (
            "name = 'x'\nduration_h = 1\n[[happening]]\nat_h = 1\nlatch_up = {}",
            r"happening\[0\].latch_up\]: missing rail",
        ),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(text)
    with pytest.raises(TomlError, match=why) as raised:
        load_scenario(file)
    assert "\n" not in str(raised.value)


@pytest.mark.req("BEN-061")
def test_a_file_becomes_a_scenario(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(
        "name = 'x'\nduration_h = 2\n[limits]\ncharge_permille_min = 300\n"
        "[[happening]]\nat_h = 1.5\nlatch_up = { rail = 2 }\n"
        "[[happening]]\nat_h = 1\ncommand = { name = 'set_threshold', arguments = { mode = 'ECO', value = 7 } }\n"
    )
    scenario = load_scenario(file)
    assert scenario.limits == Limits(charge_permille_min=300)
    latch_up, command = scenario.happening
    assert latch_up.latch_up is not None
    assert latch_up.latch_up.rail == 2
    assert command.command == Command(name="set_threshold", arguments={"mode": "ECO", "value": 7})
