"""What a bench is made of, as its owner writes it in `bench.toml`."""

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from flightsw.mission.strict_toml import parse
from flightsw.mission.values import read_file
from hil.channel import ChannelPlan
from hil.environment import BatteryAndSun, SkyPlan

AUTO = "auto"
"""`rtl://payload_ctrl` where the `sim` extra is installed, else `model://payload_ctrl`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """A URL for each device."""

    payload_ctrl: str = AUTO
    power_board: str = "model://power_board"
    payload_computer: str = "kernel://payload_computer"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchConfig:
    """One bench. `model` is the GGUF file that the payload computer loads by default; empty: the default model."""

    seed: int = 1
    model: str = ""
    devices: Devices = field(default_factory=Devices)
    channel: ChannelPlan = field(default_factory=ChannelPlan)
    environment: BatteryAndSun = field(default_factory=BatteryAndSun)
    sky: SkyPlan | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed = {self.seed} is not from 0 to 2^63 - 1")


DEFAULT_BENCH_TOML = files("hil.bench").joinpath("default.toml").read_text(encoding="utf-8")
"""The commented bench that `hil init` writes."""


def read_bench(text: str, source: str = "bench.toml") -> BenchConfig:
    """A `bench.toml`'s text → the bench. Raises TomlError with one line that says what is wrong."""
    return parse(text, BenchConfig, source)


def load_bench(path: Path | None) -> BenchConfig:
    """The bench in a file, or the default one. Raises TomlError, also for a file that can't be read."""
    if path is None:
        return read_bench(DEFAULT_BENCH_TOML, "default bench")
    return read_bench(read_file(path), str(path))
