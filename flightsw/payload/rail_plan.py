"""The payload's rails as the mission wants them protected."""

from dataclasses import dataclass

from flightsw.payload.policy import PolicyError


@dataclass(frozen=True, slots=True, kw_only=True)
class RailPlan:
    """One rail's limiter and sequence. A rail that trips is tried again `retries` times, then locked out.

    Raises PolicyError for what the controller could not hold.
    """

    voltage_mv: int
    limit_ma: int
    slow_trip: bool = False
    retries: int = 3
    retry_ms: int = 500
    blanking_ms: int = 10
    trip_clocks: int = 8
    stagger_ms: int = 20
    power_good_timeout_ms: int = 200

    def __post_init__(self) -> None:
        for name, highest in (("retries", 7), ("trip_clocks", 255)):
            if not 0 <= getattr(self, name) <= highest:
                raise PolicyError(f"{name} = {getattr(self, name)} is not from 0 to {highest}")
        for name in ("voltage_mv", "limit_ma", "retry_ms", "blanking_ms", "stagger_ms", "power_good_timeout_ms"):
            if not 0 < getattr(self, name) <= 0xFFFF:
                raise PolicyError(f"{name} = {getattr(self, name)} is not from 1 to 65535")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerPlan:
    """What the payload controller does by itself when the bus is too low. Raises PolicyError."""

    under_voltage_mv: int = 6000
    under_voltage_hysteresis_mv: int = 500

    def __post_init__(self) -> None:
        highest = self.under_voltage_mv + self.under_voltage_hysteresis_mv
        if not (self.under_voltage_mv >= 5000 and 1 <= self.under_voltage_hysteresis_mv < 4096 and highest <= 0xFFFF):
            raise PolicyError("under_voltage_mv is at least 5000, its hysteresis from 1 to 4095, both at most 65535 mV")
