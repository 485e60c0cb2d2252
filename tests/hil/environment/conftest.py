"""Skies of the two reference missions."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from flightsw.mission import Mission, read_mission
from flightsw.mission.strict_toml import parse
from flightsw.orbit import Orbit
from hil.bench import BenchConfig
from hil.environment import Sky
from hil.reference import REFERENCES


@pytest.fixture(scope="session")
def missions() -> dict[str, Mission]:
    return {name: read_mission(reference.mission, name) for name, reference in REFERENCES.items()}


@pytest.fixture(scope="session")
def make_sky(missions: dict[str, Mission]) -> Callable[..., Sky]:
    """A reference mission's sky, its plan changed as said."""

    def make(name: str = "cubesat", **changes: object) -> Sky:
        mission = missions[name]
        plan = parse(REFERENCES[name].bench, BenchConfig, name).sky
        assert plan is not None
        assert mission.orbit is not None
        assert mission.satellite is not None
        plan = replace(plan, **changes)
        return Sky(plan, mission.satellite, Orbit((plan.orbit or mission.orbit).elements()))

    return make
