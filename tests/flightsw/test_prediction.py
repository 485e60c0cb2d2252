"""Eclipses foreseen on board: from elements, on the monotonic clock, seldom looked up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from flightsw.mission import elements_arguments, load_mission, read_elements
from flightsw.orbit import Orbit, sun_synchronous, tai_s
from flightsw.payload import PowerMode, Refusal, Threshold
from flightsw.prediction import US_PER_S, Prediction
from hil.reference import load_reference

World = Any
EPOCH_S = tai_s(datetime(2026, 3, 20, 12, tzinfo=UTC))
MORNING = sun_synchronous(550, 10.5, EPOCH_S)
TWILIGHT = sun_synchronous(1400, 18.0, EPOCH_S)  # so high that it sees no eclipse in March
OFFSET_US = round(EPOCH_S * US_PER_S)
DAY_US = 86_400 * US_PER_S


@pytest.mark.req("FSW-050")
def test_the_next_edges_are_those_of_the_orbit() -> None:
    prediction, orbit = Prediction(MORNING, 14), Orbit(MORNING)
    now_us = 0
    for _ in range(20):
        sky = prediction.sky(now_us, OFFSET_US)
        assert sky is not None
        edges = orbit.shadow_edges(EPOCH_S + now_us / US_PER_S + 0.001, EPOCH_S + now_us / US_PER_S + 7000)[:2]
        first, second = (sky.eclipse_us, sky.sunlight_us) if sky.is_sunlit else (sky.sunlight_us, sky.eclipse_us)
        assert sky.is_sunlit is edges[0].is_entry
        assert [first, second] == [pytest.approx((e.tai_s - EPOCH_S) * US_PER_S, abs=100) for e in edges]
        assert prediction.next_deadline_us == first
        assert first is not None
        now_us = first


@pytest.mark.req("FSW-050")
def test_nothing_is_looked_up_between_two_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    prediction = Prediction(MORNING, 14)
    sky = prediction.sky(0, OFFSET_US)
    end_us = prediction.next_deadline_us
    assert end_us is not None
    monkeypatch.setattr(Orbit, "state", None)
    assert all(prediction.sky(now_us, OFFSET_US) is sky for now_us in range(0, end_us, 10 * US_PER_S))


@pytest.mark.req("FSW-050")
def test_a_clock_that_is_set_is_another_sky() -> None:
    prediction = Prediction(MORNING, 14)
    before = prediction.sky(0, OFFSET_US)
    after = prediction.sky(0, OFFSET_US + 60 * US_PER_S)
    assert before is not None
    assert after is not None
    assert before.eclipse_us is not None
    assert after.eclipse_us == pytest.approx(before.eclipse_us - 60 * US_PER_S, abs=100)


@pytest.mark.req("FSW-050")
def test_an_orbit_without_eclipses_is_sunlit() -> None:
    sky = Prediction(TWILIGHT, 14).sky(0, OFFSET_US)
    assert sky is not None
    assert (sky.is_sunlit, sky.eclipse_us, sky.sunlight_us) == (True, None, None)


@pytest.mark.req("FSW-051")
@pytest.mark.parametrize(("days", "is_known"), [(-15, False), (-13, True), (13, True), (15, False)])
def test_elements_far_from_their_epoch_predict_nothing(days: int, is_known: bool) -> None:
    prediction = Prediction(MORNING, 14)
    assert (prediction.sky(0, OFFSET_US + days * DAY_US) is not None) is is_known
    assert [prediction.take_stale(), prediction.take_stale()] == [not is_known, False]
    assert prediction.age_days(0) == days


@pytest.mark.req("FSW-051")
def test_elements_that_grow_old_are_said_and_new_ones_serve_again() -> None:
    prediction = Prediction(MORNING, 14)
    assert prediction.sky(0, OFFSET_US) is not None
    later_us = 15 * DAY_US
    assert prediction.sky(later_us, OFFSET_US) is None
    assert prediction.take_stale()
    prediction.set_elements(sun_synchronous(550, 10.5, EPOCH_S + 15 * 86_400))
    assert prediction.sky(later_us, OFFSET_US) is not None
    assert not prediction.take_stale()


@pytest.mark.req("FSW-056")
def test_without_a_time_nothing_is_foreseen_and_nothing_stale() -> None:
    prediction = Prediction(MORNING, 14)
    assert prediction.sky(0, None) is None
    assert prediction.next_deadline_us is None
    assert not prediction.take_stale()
    assert prediction.sky(0, OFFSET_US) is not None


@pytest.mark.req("FSW-056")
def test_a_time_that_was_never_set_is_said_at_boot_alone_and_no_elements_are_blamed(
    make_world: Callable[..., World],
) -> None:
    mission, _ = load_reference("cubesat")
    assert mission.orbit is not None
    world = make_world(mission=mission)
    world.run(5)
    assert (world.named("clock_unset"), world.named("elements_stale")) == ([{}], [])
    assert not orbit_report(world)["is_predicted"]
    world.send("set_time", time_us=round(mission.orbit.elements().epoch_tai_s * US_PER_S))
    world.run(0.1)
    assert orbit_report(world)["is_predicted"]
    world.boot()
    world.run(5)
    assert len(world.named("clock_unset")) == 1


def test_without_elements_nothing_is_foreseen_and_nothing_stale() -> None:
    prediction = Prediction(None, 14)
    assert prediction.sky(0, OFFSET_US) is None
    assert prediction.next_deadline_us is None
    assert not prediction.take_stale()


@pytest.mark.req("FSW-052")
def test_an_upload_keeps_the_digits_of_a_tle() -> None:
    again = read_elements(elements_arguments(MORNING))
    for name in ("mean_motion_rev_per_day", "inclination_deg", "raan_deg"):
        assert getattr(again, name) == pytest.approx(getattr(MORNING, name), abs=1e-7)
    assert elements_arguments(again) == elements_arguments(MORNING)


def upload(world: World) -> Any:
    """Set the clock to the elements' epoch, and upload them."""
    world.send("set_time", time_us=OFFSET_US)
    request = world.send("upload_elements", **elements_arguments(MORNING))
    world.run(0.1)
    return request


def orbit_report(world: World) -> dict[str, Any]:
    world.send("report_housekeeping", structure="ORBIT")
    world.run(0.1)
    report: dict[str, Any] = world.named("orbit")[-1]
    return report


@pytest.mark.req("FSW-052")
def test_uploaded_elements_are_kept_over_a_restart_and_reported(world: World) -> None:
    assert not orbit_report(world)["is_predicted"]
    assert world.verifications(upload(world))[-1] == ("COMPLETED", None)
    before = orbit_report(world)
    assert before["is_predicted"]
    assert before["epoch_us"] == OFFSET_US
    world.boot()
    world.until(lambda: world.mode == "STANDBY")
    after = orbit_report(world)
    assert after["is_sunlit"] is before["is_sunlit"]
    assert -1 not in (after["eclipse_in_s"], after["sunlight_in_s"])


@pytest.mark.req("FSW-052")
@pytest.mark.parametrize("wrong", [{"mean_motion_e8_rev_per_day": 0}, {"eccentricity_e9": 10**9}])
def test_elements_of_no_orbit_are_refused(world: World, wrong: dict[str, int]) -> None:
    request = world.send("upload_elements", **{**elements_arguments(MORNING), **wrong})
    world.run(0.1)
    assert world.verifications(request)[-1] == ("ACCEPTANCE_FAILED", Refusal.BAD_ARGUMENT)
    assert "elements" not in world.records


@pytest.mark.req("FSW-051")
def test_stale_elements_are_said_once(world: World) -> None:
    upload(world)
    world.send("set_time", time_us=OFFSET_US + 20 * DAY_US)
    world.run(5)
    assert world.named("elements_stale") == [{"age_days": 20}]
    assert not orbit_report(world)["is_predicted"]


@pytest.mark.req("FSW-053")
def test_a_predicted_eclipse_slows_the_answer_before_it_comes(make_world: Callable[..., World]) -> None:
    mission = load_mission(None)
    policy = mission.power.with_threshold(PowerMode.NOMINAL, Threshold.ENTER_SUNLIGHT_S, 30)
    world = make_world(mission=replace(mission, power=policy))
    world.until(lambda: world.mode == "STANDBY")
    world.engine.words = ("word ",) * 2000
    upload(world)
    edges = Orbit(MORNING).shadow_edges(EPOCH_S, EPOCH_S + 7000)
    entry = next(edge for edge in edges if edge.is_entry)
    world.send("set_time", time_us=round((entry.tai_s - 50) * US_PER_S))
    world.run(2)
    eclipse_ms = world.now_ms + 1000 * orbit_report(world)["eclipse_in_s"]
    world.send("ask", question="What?", max_tokens=1000)
    world.until(lambda: world.mode == "NOMINAL")
    world.until(lambda: world.mode == "ECO", within_s=200)
    change = [heard for heard in world.heard if heard.name == "mode_changed"][-1]
    assert (change.values["old"], change.values["reason"].name) == (PowerMode.NOMINAL, "ECLIPSE")
    assert eclipse_ms - change.at_ms == pytest.approx(20_000, abs=2_000)


@pytest.mark.req("FSW-054")
def test_each_mode_reports_its_speed_and_energy(world: World) -> None:
    world.engine.words = ("word ",) * 60
    world.send("ask", question="What?", max_tokens=1000)
    world.until(lambda: world.named("answer_end"))
    world.send("report_housekeeping", structure="COMPUTE")
    world.run(0.1)
    report = world.named("compute")[-1]
    assert report["nominal_tokens"] >= 50
    assert report["nominal_mtokens_per_s"] == pytest.approx(12_000, rel=0.05)
    assert report["nominal_uj_per_token"] > 0
    assert report["burst_tokens"] == 0
