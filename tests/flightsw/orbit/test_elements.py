import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgp4.api import Satrec

from flightsw.orbit import Elements, ElementsError, Orbit, OrbitError, circular, sun_synchronous, tai_s, utc

# The ISS as Celestrak had it on 2008-09-20; the worked example of many texts on the format.
TLE = """ISS (ZARYA)
1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537
"""


def _with(line: int, column: int, character: str) -> str:
    lines = TLE.splitlines()
    lines[line] = lines[line][:column] + character + lines[line][column + 1 :]
    return "\n".join(lines)


@pytest.mark.req("ORB-001")
def test_a_tle_is_read() -> None:
    elements = Elements.from_tle(TLE)
    assert elements.inclination_deg == pytest.approx(51.6416)
    assert elements.raan_deg == pytest.approx(247.4627)
    assert elements.eccentricity == pytest.approx(0.0006703)
    assert elements.argument_of_perigee_deg == pytest.approx(130.5360)
    assert elements.mean_anomaly_deg == pytest.approx(325.0288)
    assert elements.mean_motion_rev_per_day == pytest.approx(15.72125391)
    assert elements.bstar == pytest.approx(-0.11606e-4)
    epoch = datetime(2008, 1, 1, tzinfo=UTC) + timedelta(days=263.51782528)
    assert elements.epoch_tai_s == pytest.approx(tai_s(epoch), abs=1e-4)


@pytest.mark.req("ORB-001")
def test_what_is_read_flies_as_sgp4_itself_reads_it() -> None:
    elements = Elements.from_tle(TLE)
    satrec = Satrec.twoline2rv(*TLE.splitlines()[1:])
    for days in (0.0, 0.4, 3.0):
        _, expected, _ = satrec.sgp4(satrec.jdsatepoch, satrec.jdsatepochF + days)
        position, _ = Orbit(elements).state(elements.epoch_tai_s + 86_400 * days)
        assert np.linalg.norm(position - expected) < 0.02


@pytest.mark.req("ORB-001")
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "two lines"),
        (TLE.splitlines()[1], "two lines"),
        (TLE.splitlines()[1] + "\n" + TLE.splitlines()[2] + "0", "69 columns"),
        (_with(1, 68, "8"), "checksum"),
        (_with(2, 10, "9"), "checksum"),
        (_with(1, 0, "2"), "begins with"),
        ("\n".join(TLE.splitlines()[:0:-1]), "begins with"),
    ],
)
def test_any_other_text_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ElementsError, match=complaint):
        Elements.from_tle(text)


@pytest.mark.req("ORB-001")
@given(st.text(alphabet="12 .-+0987UAé\n", max_size=150))
def test_noise_raises_nothing_else(text: str) -> None:
    with pytest.raises(ElementsError):
        Elements.from_tle(text)


@pytest.mark.req("ORB-001")
@given(st.integers(0, 68), st.integers(1, 2), st.characters(codec="ascii"))
def test_a_changed_tle_is_refused_or_read(column: int, line: int, character: str) -> None:
    with contextlib.suppress(ElementsError):
        Elements.from_tle(_with(line, column, character))


@pytest.mark.req("ORB-001")
@pytest.mark.parametrize(
    "wrong",
    [
        {"mean_motion_rev_per_day": 0.0},
        {"eccentricity": -0.1},
        {"inclination_deg": 181.0},
        {"raan_deg": float("nan")},
        {"epoch_tai_s": -1.0},
        {"bstar": 2.0},
    ],
)
def test_ranges_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ElementsError, match=next(iter(wrong))):
        replace(circular(500, 97, 2e9), **wrong)


@pytest.mark.req("ORB-002")
@pytest.mark.parametrize("ltan_h", [10.5, 18.0])
def test_the_local_time_of_the_node_stays(ltan_h: float) -> None:
    """The node's right ascension, seen from the mean Sun, over a year."""
    elements = sun_synchronous(550, ltan_h, tai_s(datetime(2026, 3, 20, tzinfo=UTC)))
    orbit = Orbit(elements)
    for days in (0, 91, 182, 365):
        times = elements.epoch_tai_s + 86_400 * days + np.arange(0, 6000, 10.0)
        position, _ = orbit.state(times)
        at = np.flatnonzero((position[:-1, 2] < 0) & (position[1:, 2] >= 0))[0]
        part = position[at, 2] / (position[at, 2] - position[at + 1, 2])
        node = position[at] + part * (position[at + 1] - position[at])
        mean_sun_deg = 280.460 + 0.9856474 * ((times[at] - 37) / 86_400 + 2_436_204.5 - 2_451_545.0)
        local_h = 12 + ((np.degrees(np.arctan2(node[1], node[0])) - mean_sun_deg + 180) % 360 - 180) / 15
        assert local_h % 24 == pytest.approx(ltan_h, abs=0.1)


@pytest.mark.req("ORB-002")
def test_no_orbit_is_sun_synchronous_at_any_height() -> None:
    with pytest.raises(ElementsError, match="Sun-synchronous"):
        sun_synchronous(6000, 12, 2e9)


@pytest.mark.req("ORB-007")
def test_what_has_decayed_raises() -> None:
    orbit = Orbit(replace(circular(250, 51, 2.1e9), bstar=0.005))
    orbit.state(2.1e9)
    for ask in (orbit.state, orbit.sunlit_fraction, orbit.next_shadow_edge):
        with pytest.raises(OrbitError):
            ask(2.1e9 + 60 * 86_400)


def test_times_go_there_and_back() -> None:
    moment = datetime(2026, 6, 21, 12, 0, 0, 250_000, tzinfo=UTC)
    assert tai_s(moment) == pytest.approx(25008 * 86_400 + 43_200.25 + 37, abs=1e-6)
    assert utc(tai_s(moment)) == moment
    with pytest.raises(ValueError, match="time zone"):
        tai_s(datetime(2026, 6, 21))
