"""The bench: a satellite, its ground station and everything between them, in simulated time or on the wall clock."""

from hil.bench.bench import Bench, BenchTimeoutError
from hil.bench.config import DEFAULT_BENCH_TOML, BenchConfig, load_bench, read_bench
from hil.bench.devices_up import DevicesUp
from hil.bench.freerun import FlightSoftwareDiedError, FreeRunBench
from hil.bench.lockstep import LockstepBench

__all__ = [
    "DEFAULT_BENCH_TOML",
    "Bench",
    "BenchConfig",
    "BenchTimeoutError",
    "DevicesUp",
    "FlightSoftwareDiedError",
    "FreeRunBench",
    "LockstepBench",
    "load_bench",
    "read_bench",
]
