"""Passes and looks against skyfield, without refraction."""

from typing import Any

import numpy as np
import pytest

from flightsw.orbit import Station

STATIONS = {
    "Tromsø": Station(latitude_deg=69.66, longitude_deg=18.94, altitude_m=130),
    "Canberra": Station(latitude_deg=-35.40, longitude_deg=148.98, altitude_m=680, mask_deg=10),
    "Quito": Station(latitude_deg=-0.2, longitude_deg=-78.5, altitude_m=2800, mask_deg=0),
}
TOLERANCE_S = 1.0


@pytest.mark.req("ORB-005")
@pytest.mark.parametrize("name", STATIONS)
def test_rise_and_set_are_skyfields(case: Any, name: str) -> None:
    passes = case.orbit.passes({name: STATIONS[name]}, *case.span)
    for sign, times in (
        (1, np.array([one.rise_tai_s for one in passes])),
        (-1, np.array([one.set_tai_s for one in passes])),
    ):
        if times.size:
            assert (sign * case.above_mask_deg(STATIONS[name], times - TOLERANCE_S) < 0).all()
            assert (sign * case.above_mask_deg(STATIONS[name], times + TOLERANCE_S) > 0).all()
    peaks = np.array([one.peak_tai_s for one in passes])
    if peaks.size:
        heights = np.array([one.peak_elevation_deg for one in passes])
        assert np.abs(case.above_mask_deg(STATIONS[name], peaks) + STATIONS[name].mask_deg - heights).max() < 0.05


@pytest.mark.req("ORB-005")
@pytest.mark.parametrize("name", STATIONS)
def test_no_pass_is_missed_between(case: Any, name: str) -> None:
    passes = case.orbit.passes({name: STATIONS[name]}, *case.span)
    times = np.arange(*case.span, 31.0)
    is_seen = np.zeros(times.size, dtype=bool)
    is_near_edge = np.zeros(times.size, dtype=bool)
    for one in passes:
        is_seen |= (one.rise_tai_s < times) & (times < one.set_tai_s)
        for edge in (one.rise_tai_s, one.set_tai_s):
            is_near_edge |= np.abs(times - edge) <= TOLERANCE_S
    expected = case.above_mask_deg(STATIONS[name], times) > 0
    assert (is_seen == expected)[~is_near_edge].all()


@pytest.mark.req("ORB-005")
def test_passes_of_many_stations_come_in_order_and_the_next_may_be_under_way(case: Any) -> None:
    begin, end = case.span
    passes = case.orbit.passes(STATIONS, begin, end)
    assert [one.rise_tai_s for one in passes] == sorted(one.rise_tai_s for one in passes)
    for one in passes[:3]:
        middle = (one.rise_tai_s + one.set_tai_s) / 2
        under_way = case.orbit.next_pass({one.station: STATIONS[one.station]}, middle)
        assert under_way is not None
        assert under_way.rise_tai_s == pytest.approx(one.rise_tai_s, abs=1e-3)
        assert under_way.set_tai_s == pytest.approx(one.set_tai_s, abs=1e-3)
    assert case.orbit.next_pass({}, begin) is None


@pytest.mark.req("ORB-006")
def test_a_look_is_skyfields(case: Any) -> None:
    name = "Quito"
    station = STATIONS[name]
    one = case.orbit.passes({name: station}, *case.span)[0]
    for time in np.linspace(one.rise_tai_s, one.set_tai_s, 7):
        look = case.orbit.look(station, float(time))
        elevation_deg, azimuth_deg, range_km, range_rate = case.look(station, float(time))
        assert look.elevation_deg == pytest.approx(elevation_deg, abs=0.01)
        turned = (look.azimuth_deg - azimuth_deg + 180) % 360 - 180
        assert turned * np.cos(np.radians(elevation_deg)) == pytest.approx(0, abs=0.01)
        assert look.range_km == pytest.approx(range_km, abs=0.1)
        assert look.range_rate_km_per_s == pytest.approx(range_rate, abs=0.001)
        assert look.light_time_s == pytest.approx(look.range_km / 299_792.458)
