"""What a bench can do, on either clock: let time pass, wait for something, break things."""

import heapq
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from firmware_bindings.devicelink import Frame, Operation
from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from flightsw.mission import Mission
from hil.bench.config import BenchConfig
from hil.bench.world import World
from hil.devices import PayloadController
from hil.ground import Ask, EventReceived, GroundEvent, GroundStation, ReportReceived, Request

S_NS = 1_000_000_000


class BenchTimeoutError(RuntimeError):
    """What was waited for did not happen in time."""


class Bench(ABC):
    """A satellite, its ground station, and what is between and around them.

    Times are seconds since the bench was made, on the bench's own clock.
    """

    urls: Mapping[str, str]
    """Which device is which: its name, and the URL that it was made from."""

    def __init__(self, world: World, ground: GroundStation, mission: Mission, config: BenchConfig) -> None:
        self.world = world
        self.ground = ground
        self.mission = mission
        self.config = config
        self.events: list[GroundEvent] = []
        """Everything that the ground station has told so far."""
        self._is_browned_out = False
        self._actions: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._contact: tuple[str, int | None] | None = ("ground", None)  # as a ground station begins
        self._follow_contact()

    @property
    def now_s(self) -> float:
        return self.world.now_ns / S_NS

    @property
    def tai_us(self) -> int | None:
        """What time it is, in µs TAI since 1958; None without a sky, whose plan says when it begins."""
        sky = self.config.sky
        return None if sky is None else round(sky.start_tai_s * 1e6) + self.world.now_ns // 1000

    @abstractmethod
    def step(self, until_ns: int | None = None) -> None:
        """Let time pass to the next instant at which something may happen, at most to `until_ns`."""

    @property
    @abstractmethod
    def is_flying(self) -> bool:
        """Whether the flight software runs."""

    @abstractmethod
    def kill_flight_software(self) -> None:
        """End it at this instant, as a power cut would."""

    @abstractmethod
    def start_flight_software(self) -> None:
        """Boot it from its store."""

    @abstractmethod
    def close(self) -> None:
        """End everything; the flight software cleanly."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run_for(self, duration_s: float) -> None:
        """Let this much time pass."""
        end_ns = self.world.now_ns + round(duration_s * S_NS)
        while self.world.now_ns < end_ns:
            self.step(end_ns)

    def run_until(self, condition: Callable[[], object], timeout_s: float = 120.0) -> None:
        """Let time pass until the condition holds. Raises BenchTimeoutError if it has not within `timeout_s`."""
        end_ns = self.world.now_ns + round(timeout_s * S_NS)
        while not condition():
            if self.world.now_ns >= end_ns:
                raise BenchTimeoutError(f"not within {timeout_s} s: the bench is at {self.now_s:.3f} s")
            self.step(end_ns)

    def ask(self, question: str, max_tokens: int | None = None, timeout_s: float = 300.0) -> Ask:
        """Ask, and let time pass until the answer is here or ground gives up.

        Raises TelecommandTooLong, EncodeError, BenchTimeoutError.
        """
        ask = self.ground.ask(question, max_tokens)
        self.run_until(lambda: ask.ended, timeout_s)
        return ask

    def set_time(self) -> Request | None:
        """Send the satellite the time of now, which it will have later by the way up; None where nobody knows it."""
        time_us = self.tai_us
        return None if time_us is None else self.ground.send("set_time", time_us=time_us)

    def boot(self, timeout_s: float = 60.0) -> None:
        """Let time pass until the ground has first heard of the satellite's mode."""
        self.run_until(lambda: any(_tells_mode(event) for event in self.events), timeout_s)

    def heard(self) -> list[str]:
        """The satellite's events so far, each in one line with its ground time."""
        return [f"{e.ground_us / 1e6:9.3f} s  {e.text}" for e in self.events if isinstance(e, EventReceived)]

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        """Do something when the bench's clock reaches `time_s`."""
        heapq.heappush(self._actions, (round(time_s * S_NS), next(self._order), action))

    def cut_rail(self, rail: int) -> None:
        """Break a rail of the payload at this instant."""
        self.world.environment.cut_rail(rail)

    def mend_rail(self, rail: int) -> None:
        """Repair it."""
        self.world.environment.mend_rail(rail)

    def latch_up(self, rail: int) -> None:
        """Let a rail draw too much, until its load switch opens."""
        self.world.environment.latch_up(rail)

    def cut_line(self, device: str) -> None:
        """Break the serial line to a device at this instant."""
        self.world.lines[device].is_cut = True

    def mend_line(self, device: str) -> None:
        """Repair it."""
        self.world.lines[device].is_cut = False

    def set_controller_bus(self, mv: int) -> None:
        """Let the payload controller's comparator see this bus voltage."""
        controller = self.world.lines["payload_ctrl"].device
        assert isinstance(controller, PayloadController)
        controller.set_bus_mv(mv)

    def reset_controller(self) -> None:
        """Pull the payload controller's reset pin."""
        controller = self.world.lines["payload_ctrl"].device
        assert isinstance(controller, PayloadController)
        controller.reset()

    def damage_mailbox(self, word: int) -> None:
        """Turn two bits of a word of the payload controller's mailbox over, which no code corrects."""
        self._probe("payload_ctrl", regs.MAILBOX_INJECT, regs.MAILBOX_INJECT.pack(word=word, first=0, second=1))

    def set_sunlight(self, is_sunlit: bool) -> None:
        """Enter or leave the Earth's shadow."""
        self.world.environment.power.set_sunlight(is_sunlit)

    def set_charge(self, permille: int) -> None:
        """Let the battery hold this much."""
        self.world.environment.power.set_charge(permille)

    def set_temperature(self, centidegc: int, node: str | None = None) -> None:
        """Let one node, or each, be this warm, in hundredths of a degree Celsius; under a sky it goes on from there."""
        self.world.environment.power.set_temperature(centidegc, node)

    def lose_array(self, permille: int) -> None:
        """Let so much of the solar array give nothing."""
        self.world.environment.power.lose_array(permille)

    def restart_power_board(self) -> None:
        """Reset the simulated power board: it forgets its settings."""
        self.world.environment.restart_board()

    def stick_sensor(self, name: str, value: int | None) -> None:
        """Let a sensor of the power board show this, whatever is true; None: mend it."""
        self.world.environment.sensors.stick(name, value)

    def offset_sensor(self, name: str, delta: int) -> None:
        """Let a sensor of the power board show so much too much."""
        self.world.environment.sensors.offset(name, delta)

    def noise_sensor(self, name: str, amplitude: int) -> None:
        """Let a sensor of the power board show up to so much too much or too little."""
        self.world.environment.sensors.add_noise(name, amplitude)

    def open_channel(self, is_open: bool) -> None:
        """Give or take the link between ground and satellite."""
        self.world.channel.is_open = is_open

    def man_stations(self, is_manned: bool) -> None:
        """Send the ground stations' people home, or back to work: without them there is no pass."""
        self.world.channel.is_manned = is_manned

    def _probe(self, device: str, register: Register, value: int) -> None:
        """Write a register past the flight software; SYNC around it, for neither shall be taken for a repetition."""
        sync = Frame(seq=0, op=Operation.SYNC)
        put = Frame(seq=0, op=Operation.WRITE, address=register.address, data=value.to_bytes(4, "big"))
        self.world.lines[device].probe(b"".join(frame.encode() for frame in (sync, put, sync)))

    def _next_action_ns(self) -> int | None:
        return self._actions[0][0] if self._actions else None

    def _settle(self) -> None:
        """Do what is due, and hear what the ground station has to tell."""
        while self._actions and self._actions[0][0] <= self.world.now_ns:
            heapq.heappop(self._actions)[2]()
        self._follow_bus()
        self._follow_contact()
        self.events += self.ground.events()

    def _follow_bus(self) -> None:
        """Without a bus there is no flight computer; with it, it boots."""
        is_up = self.world.environment.power.is_bus_up
        if self._is_browned_out and is_up:
            self._is_browned_out = False
            self.start_flight_software()
        elif not is_up and self.is_flying:
            self._is_browned_out = True
            self.kill_flight_software()

    def _follow_contact(self) -> None:
        """Tell the ground station which antenna sees the satellite."""
        contact = self.world.channel.contact
        known = None if contact is None else (contact.station, contact.ends_ns)
        if known == self._contact:
            return
        self._contact = known
        if contact is None:
            self.ground.lose()
        else:
            self.ground.acquire(contact.station, None if contact.ends_ns is None else contact.ends_ns // 1000)


def _tells_mode(event: GroundEvent) -> bool:
    return isinstance(event, ReportReceived) and event.report.name == "power"
