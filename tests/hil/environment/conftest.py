"""Skies of the two reference missions."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from flightsw.mission import Mission
from flightsw.orbit import Orbit
from hil.environment import Sky
from hil.reference import REFERENCES, load_reference


@pytest.fixture(scope="session")
def missions() -> dict[str, Mission]:
    return {name: load_reference(name)[0] for name in REFERENCES}


@pytest.fixture(scope="session")
def make_sky() -> Callable[..., Sky]:
    """A reference mission's sky, its plan changed as said."""

    def make(name: str = "cubesat", **changes: object) -> Sky:
        mission, bench = load_reference(name)
        plan = bench.sky
        assert plan is not None
        assert mission.orbit is not None
        assert mission.satellite is not None
        plan = replace(plan, **changes)
        return Sky(plan, mission.satellite, Orbit((plan.orbit or mission.orbit).elements()))

    return make
