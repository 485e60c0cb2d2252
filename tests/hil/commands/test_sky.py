import json

import pytest

from flightsw.orbit import Orbit
from hil.commands.errors import UsageError
from hil.commands.sky import sky, spans
from hil.reference import load_reference


@pytest.mark.req("BEN-091")
def test_eclipses_and_passes_as_a_table_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    sky(reference="cubesat", hours=6)
    lines = capsys.readouterr().out.splitlines()
    sky(reference="cubesat", hours=6, as_json=True)
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0].split() == ["begin", "(UTC)", "end", "minutes", "what", "highest"]
    assert len(lines) == len(objects) + 1
    assert {one["what"] for one in objects} == {"eclipse", "svalbard", "awarua"}
    for line, one in zip(lines[1:], objects, strict=True):
        assert one["what"] in line
        assert one["begin_utc"].split("T")[1].rstrip("Z") in line
    assert [one["begin_utc"] for one in objects] == sorted(one["begin_utc"] for one in objects)


@pytest.mark.req("BEN-091")
def test_the_dark_is_between_entry_and_exit_wherever_one_begins() -> None:
    mission, _ = load_reference("cubesat")
    orbit = Orbit(mission.orbit.elements())
    begin = orbit.elements.epoch_tai_s
    for offset in (0, 1500, 3000, 4500):
        found = spans(orbit, mission, begin + offset, begin + offset + 20_000)
        dark = [span for span in found if span.what == "eclipse"]
        assert 3 <= len(dark) <= 5
        for span in dark:
            middle = (span.begin_tai_s + span.end_tai_s) / 2
            assert not orbit.is_sunlit(middle)
        lit_s = 20_000 - sum(span.end_tai_s - span.begin_tai_s for span in dark)
        assert 10_000 < lit_s < 16_000


@pytest.mark.req("BEN-091")
def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no \[orbit\]"):
        sky()
    with pytest.raises(UsageError, match="no reference mission 'moon'"):
        sky(reference="moon")
    with pytest.raises(UsageError, match="'noon' is no time"):
        sky(reference="cubesat", begin="noon")
