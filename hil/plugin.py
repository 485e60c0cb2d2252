"""pytest plugin: a bench for every test that asks for one, and its recording with every test that fails.

It is loaded in every pytest run of an environment in which Sunlit is installed, so it imports the bench only when used.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hil.bench import Bench, LockstepBench
    from hil.ground import GroundStation

_BENCHES = pytest.StashKey["list[LockstepBench]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the plugin."""
    group = parser.getgroup("sunlit", "Sunlit, the bench")
    group.addoption("--bench", metavar="FILE", help="bench.toml to test on; default: the one beside the test")
    group.addoption("--mission", metavar="FILE", help="mission.toml to fly; default: the one beside the test")


def pytest_configure(config: pytest.Config) -> None:
    """Markers of the plugin."""
    config.addinivalue_line("markers", "freerun: runs on the wall clock; asserts order and content, never durations")


@pytest.fixture
def make_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., LockstepBench]]:
    """A maker of benches in lock-step, each closed after the test: `make_bench(seed=1, store=DIR, …)`.

    Its keywords are fields of BenchConfig, which then win over the bench file, and `store`, `record` and `mission`.
    """
    from dataclasses import replace

    from flightsw.mission import load_mission
    from hil.bench import LockstepBench, load_bench

    benches: list[LockstepBench] = []
    request.node.stash[_BENCHES] = benches
    with ExitStack() as stack:

        def make(**given: Any) -> LockstepBench:
            own = {name: given.pop(name, None) for name in ("store", "record", "mission")}
            record = own["record"] or tmp_path / f"recording-{len(benches)}.jsonl"
            mission = own["mission"] or load_mission(_file(request, "mission"))
            config = replace(load_bench(_file(request, "bench")), **given)
            bench = stack.enter_context(LockstepBench(mission, config, store=own["store"], record=record))
            benches.append(bench)
            return bench

        yield make


@pytest.fixture
def bench(make_bench: Callable[..., LockstepBench]) -> LockstepBench:
    """A bench in lock-step whose satellite has booted."""
    bench = make_bench()
    bench.boot()
    return bench


@pytest.fixture
def ground(bench: Bench) -> GroundStation:
    """The ground station of `bench`."""
    return bench.ground


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach what the satellite said, and where its recording lies, to the report of a test that failed."""
    report = yield
    if report.failed:
        for bench in item.stash.get(_BENCHES, []):
            bench.flush_recording()
            report.sections.append(("ground heard", "\n".join(bench.heard())))
            report.sections.append(("recording", f"hil replay {bench.recording}"))
    if report.when == "teardown" and _BENCHES in item.stash:
        del item.stash[_BENCHES]
    return report


def _file(request: pytest.FixtureRequest, kind: str) -> Path | None:
    """The file that an option names, or the one of that kind beside the test; None: the default."""
    if (named := request.config.getoption(f"--{kind}")) is not None:
        return Path(str(named))
    beside = request.path.parent / f"{kind}.toml"
    return beside if beside.is_file() else None
