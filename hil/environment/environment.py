"""The world around two boards and a computer: power comes in, flows through the payload's rails, and is measured."""

from collections.abc import Mapping
from typing import Protocol

from flightsw.payload import ComputeProfile
from hil.devices.device import PayloadController, PoweredComputer
from hil.devices.power_board import ModelPowerBoard, Readings
from hil.devices.power_board_control import Loads
from hil.environment.payload_supply import PayloadSupply
from hil.environment.sensors import Sensors

MJ_FJ = 10**12
_MW_UW = 1000
_S_NS = 1_000_000_000


class PowerSystem(Protocol):
    """Sun, battery and heat: what there is in front of the payload's load switches."""

    @property
    def is_sunlit(self) -> bool:
        """Whether the Sun shines on the satellite."""

    @property
    def is_bus_up(self) -> bool:
        """Whether anything gets power."""

    @property
    def is_payload_supplied(self) -> bool:
        """Whether there is power in front of the payload's load switches."""

    @property
    def charge_permille(self) -> int:
        """Charge of the battery."""

    @property
    def temperatures_centidegc(self) -> Mapping[str, int]:
        """Of each part that has one of its own."""

    def advance(self, now_ns: int) -> None:
        """Let time pass as things were."""

    def switch(self, loads: Loads) -> None:
        """The power board has its load switches like this from now on."""

    def draw(self, payload_uw: int) -> None:
        """The payload takes this much from now on."""

    def next_event_ns(self) -> int | None:
        """When something changes by itself; None if nothing does."""

    def readings(self) -> Readings:
        """What true sensors show now."""

    def set_sunlight(self, is_sunlit: bool) -> None: ...

    def set_charge(self, permille: int) -> None: ...

    def set_temperature(self, centidegc: int, node: str | None = None) -> None: ...

    def lose_array(self, permille: int) -> None: ...


class Environment:
    """The world, as a bench moves and breaks it.

    Args:
        power: where power comes from.
        profile: what the payload computer draws.
        controller: the payload controller whose load switches are looked at; None if it is a real board.
        computer: what the rails power; None if it is a real one.
        board: the power board, whose control loop runs once a second; None if it is a real board.
        seed: of the sensors' noise.
    """

    def __init__(
        self,
        power: PowerSystem,
        profile: ComputeProfile,
        controller: PayloadController | None,
        computer: PoweredComputer | None,
        board: ModelPowerBoard | None = None,
        seed: int = 0,
    ) -> None:
        self.power = power
        self.sensors = Sensors(seed)
        self._supply = PayloadSupply(profile, controller, computer)
        self._board = board
        self._was_up = power.is_bus_up
        self._now_ns = 0
        if board is not None:
            board.sensors = self.readings
        self._surround()

    @property
    def payload_energy_mj(self) -> float:
        """Energy that has flowed through the payload's rails."""
        return self._supply.energy_fj / MJ_FJ

    @property
    def payload_mw(self) -> int:
        """Power that flows through the payload's rails now, rounded."""
        return round(self._supply.power_uw / _MW_UW)

    @property
    def power_good(self) -> int:
        """Rails that are good, bit r for rail r."""
        return self._supply.power_good

    def readings(self) -> Readings:
        """What the power board's sensors show now."""
        return self.sensors.show(self.power.readings(), self._now_ns)

    def cut_rail(self, rail: int) -> None:
        """Break a rail: it loses power-good now, and its switch does nothing until `mend_rail`."""
        self._supply.cut_rail(rail)
        self.power.draw(self._supply.power_uw)

    def mend_rail(self, rail: int) -> None:
        """Let a rail's switch work again."""
        self._supply.mend_rail(rail)

    def latch_up(self, rail: int) -> None:
        """Let a rail that is on draw too much, until its load switch opens."""
        self._supply.latch_up(rail)
        self.power.draw(self._supply.power_uw)

    def restart_board(self) -> None:
        """Reset the power board, as a bus that comes and goes does: its settings are lost."""
        if self._board is not None:
            self._board.restart()

    def advance(self, now_ns: int) -> None:
        """Let time pass as things were, then follow the load switches and the payload computer.

        On the way it stops wherever the power changes by itself.
        """
        while (at := self.power.next_event_ns()) is not None and at < now_ns:
            self._advance(at)
        self._advance(now_ns)

    def _advance(self, now_ns: int) -> None:
        is_new_second = now_ns // _S_NS > self._now_ns // _S_NS
        self._now_ns = now_ns
        self.power.advance(now_ns)
        if self.power.is_bus_up is not self._was_up:
            self._was_up = self.power.is_bus_up
            self.restart_board()
        if is_new_second and self._board is not None:
            self.power.switch(self._board.control())
        if is_new_second:
            self._surround()
        self._supply.is_supplied = self.power.is_payload_supplied
        self._supply.advance(now_ns)
        self.power.draw(self._supply.power_uw)

    def _surround(self) -> None:
        """Let the payload controller see the bus, and how warm the payload is, once a second."""
        temperatures = self.power.temperatures_centidegc
        payload_centidegc = temperatures.get("payload", temperatures["structure"])
        self._supply.surround(self.power.readings().bus_mv, payload_centidegc)

    def next_event_ns(self) -> int | None:
        """When a rail is good or the power changes by itself; None if neither will."""
        times = (self._supply.next_event_ns(), self.power.next_event_ns())
        return min((at for at in times if at is not None), default=None)
