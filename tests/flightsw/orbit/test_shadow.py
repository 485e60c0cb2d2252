"""Shadow against skyfield: its Sun is DE421's, its shadow a ray from the Sun's centre that meets a sphere or not.

That is our edge, on which the Sun's centre crosses the limb of a sphere of the equatorial radius, found in another way.
Skyfield knows no penumbra; the part of the disc that is seen is held against rays from many points of the disc, cast
between skyfield's own positions.
"""

import itertools
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from flightsw.orbit import Orbit, sun_synchronous, tai_s

EARTH_KM, SUN_KM = 6378.137, 695_700.0
TOLERANCE_S = 2.0


@pytest.mark.req("ORB-003")
def test_edges_are_skyfields(case: Any) -> None:
    edges = case.orbit.shadow_edges(*case.span)
    assert len(edges) in (99, 100, 101)
    times = np.array([edge.tai_s for edge in edges])
    enters = np.array([edge.is_entry for edge in edges])
    assert (enters[1:] != enters[:-1]).all()
    assert (case.is_sunlit(times - TOLERANCE_S) == enters).all()
    assert (case.is_sunlit(times + TOLERANCE_S) == ~enters).all()


@pytest.mark.req("ORB-003")
def test_no_edge_is_missed_between(case: Any) -> None:
    edges = np.array([edge.tai_s for edge in case.orbit.shadow_edges(*case.span)])
    times = np.arange(*case.span, 47.0)
    times = times[np.min(np.abs(times[:, np.newaxis] - edges), axis=1) > TOLERANCE_S]
    assert ((case.orbit.sunlit_fraction(times) > 0.5) == case.is_sunlit(times)).all()


@pytest.mark.req("ORB-003")
def test_the_next_edge_is_the_first_and_is_reported_past_it(case: Any) -> None:
    orbit, (begin, end) = case.orbit, case.span
    first, second = orbit.shadow_edges(begin, end)[:2]
    for after, expected in ((begin, first), (first.tai_s, second)):
        following = orbit.next_shadow_edge(after)
        assert following.tai_s == pytest.approx(expected.tai_s, abs=2e-5)
        assert following.is_entry is expected.is_entry
    assert orbit.is_sunlit(first.tai_s) is not first.is_entry
    assert orbit.is_sunlit(first.tai_s - 0.001) is first.is_entry


@pytest.mark.req("ORB-003")
def test_a_season_without_eclipse_begins_and_ends_with_short_ones() -> None:
    elements = sun_synchronous(550, 18.0, tai_s(datetime(2026, 6, 21, tzinfo=UTC)))
    orbit, begin = Orbit(elements), elements.epoch_tai_s
    edges = orbit.shadow_edges(begin, begin + 75 * 86_400)
    lengths_s = [b.tai_s - a.tai_s for a, b in itertools.pairwise(edges) if a.is_entry]
    assert max(lengths_s) == pytest.approx(21.7 * 60, abs=30)
    assert lengths_s[-1] < 120
    gaps_s = [b.tai_s - a.tai_s for a, b in itertools.pairwise(edges) if not a.is_entry]
    assert max(gaps_s) < 100 * 60
    assert edges[-1].tai_s < begin + 70 * 86_400
    assert orbit.next_shadow_edge(edges[-1].tai_s + 1) is None


@pytest.mark.req("ORB-004")
def test_the_fraction_is_the_part_of_the_disc_that_rays_reach(case: Any) -> None:
    edge = case.orbit.shadow_edges(*case.span)[3]
    times = edge.tai_s + np.linspace(-60, 60, 81)
    expected = [_visible_part(a, b) for a, b in zip(*case.positions_km(times), strict=True)]
    got = case.orbit.sunlit_fraction(times)
    assert np.abs(got - expected).max() < 0.02
    assert got.min() == 0
    assert got.max() == 1


def _visible_part(satellite_km: np.ndarray, sun_km: np.ndarray, rays: int = 2000) -> float:
    """Cast rays to points spread evenly over the disc (a sunflower's spiral)."""
    to_sun = sun_km - satellite_km
    forward = to_sun / np.linalg.norm(to_sun)
    across = np.cross(forward, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    upward = np.cross(across, forward)
    number = np.arange(rays)
    radius = SUN_KM * np.sqrt((number + 0.5) / rays)
    angle = number * np.pi * (3 - 5**0.5)
    points = to_sun + radius[:, None] * (np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * upward)
    directions = points / np.linalg.norm(points, axis=1)[:, None]
    along = -directions @ satellite_km
    miss_km = np.linalg.norm(satellite_km + along[:, None] * directions, axis=1)
    return float(np.mean((along < 0) | (miss_km > EARTH_KM)))
