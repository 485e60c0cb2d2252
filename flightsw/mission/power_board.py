"""What the power board is told to do by itself, in `mission.toml`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerBoardLimits:
    """Its limits, each with its exit above it; the defaults are the board's own after reset. Raises ValueError.

    The battery's heater goes on at or below one temperature and off at or above the other, unless the charge was at or
    below `heater_hold_permille` and has not been at `heater_release_permille` since. A bus at or below `shed_bus_mv`
    opens every load switch until it is at `connect_bus_mv`.
    """

    heater_on_centidegc: int = 200
    heater_off_centidegc: int = 700
    heater_hold_permille: int = 250
    heater_release_permille: int = 350
    shed_bus_mv: int = 6200
    connect_bus_mv: int = 7000

    def __post_init__(self) -> None:
        for entry, exit, low, high, gap in (
            ("heater_on_centidegc", "heater_off_centidegc", -4000, 3000, 100),
            ("heater_hold_permille", "heater_release_permille", 0, 1000, 20),
            ("shed_bus_mv", "connect_bus_mv", 2000, 60_000, 100),
        ):
            if not low <= getattr(self, entry) <= getattr(self, exit) - gap <= high - gap:
                raise ValueError(f"{entry} and {exit} are from {low} to {high}, {gap} or more apart")
