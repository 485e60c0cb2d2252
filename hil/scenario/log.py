"""What a satellite has really been through: samples of the truth, not of what its sensors say."""

from dataclasses import dataclass

from flightsw.payload import PowerMode
from hil.bench import LockstepBench


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One instant. Power in mW, temperatures in hundredths of a degree Celsius, by node."""

    at_s: float
    mode: PowerMode
    """Observed; SURVIVAL while the flight software is down."""
    charge_permille: int
    array_mw: int
    load_mw: int
    payload_mw: int
    temperatures_centidegc: dict[str, int]
    rails: int
    """Bit r: rail r is good."""
    is_sunlit: bool
    station: str | None


def sample(bench: LockstepBench) -> Sample:
    """How things are now."""
    environment = bench.world.environment
    power = environment.power
    truth = power.readings()
    return Sample(
        at_s=bench.now_s,
        mode=_mode(bench),
        charge_permille=power.charge_permille,
        array_mw=truth.array_mw,
        load_mw=truth.load_mw,
        payload_mw=environment.payload_mw,
        temperatures_centidegc=dict(power.temperatures_centidegc),
        rails=environment.power_good,
        is_sunlit=power.is_sunlit,
        station=_station(bench),
    )


def has_changed(bench: LockstepBench, last: Sample) -> bool:
    """Whether mode, rails, the payload's power, sunlight or contact are others than they were."""
    environment = bench.world.environment
    present = (_mode(bench), environment.power_good, environment.payload_mw, environment.power.is_sunlit)
    before = (last.mode, last.rails, last.payload_mw, last.is_sunlit)
    return present != before or _station(bench) != last.station


def _mode(bench: LockstepBench) -> PowerMode:
    mode = bench.flight.mode
    return PowerMode.SURVIVAL if mode is None else mode.observed.mode


def _station(bench: LockstepBench) -> str | None:
    contact = bench.world.channel.contact
    return None if contact is None else contact.station
