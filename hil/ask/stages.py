"""The stages of a question, told from what the ground station hears. Times are seconds since it was asked."""

from dataclasses import dataclass, field

from flightsw.payload import PowerMode
from hil.environment import RAILS
from hil.ground import Ask, EventReceived, GroundEvent, RequestState

STAGES = ("uplink", "acceptance", "power_up", "prompt", "decode", "downlink", "power_down")
_S_US = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage, from `start` to `end`."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeTransition:
    """The satellite has gone from one power mode to another."""

    old: PowerMode
    new: PowerMode
    time: float
    reason: str


@dataclass(slots=True, kw_only=True)
class RailUse:
    """When a rail was good; None for what has not happened."""

    rail: int
    voltage_mv: int
    on: float
    off: float | None = None

    @property
    def name(self) -> str:
        return RAILS[self.rail].name if self.rail < len(RAILS) else str(self.rail)


@dataclass(slots=True)
class Timeline:
    """What has happened to a question so far.

    A report is dated back to when the ground could first have heard it: by on-board time, plus the shortest way down
    that any packet has had. So reports that were lost and sent again, or waited for the link, do not move a stage.
    """

    ask: Ask
    start_us: int
    transitions: list[ModeTransition] = field(default_factory=list)
    rails: list[RailUse] = field(default_factory=list)
    ends: dict[str, float] = field(default_factory=dict)
    _shortest_us: int | None = None

    def take(self, event: GroundEvent) -> None:
        """Note what an event of the ground station's tells."""
        if event.onboard_us is not None:
            way_us = event.ground_us - event.onboard_us
            self._shortest_us = way_us if self._shortest_us is None else min(way_us, self._shortest_us)
        if isinstance(event, EventReceived):
            self._take(event, self._time(event))
        request = self.ask.request
        if request.uplinked_us is not None:
            self._end("uplink", self._since(request.uplinked_us))
        if (accepted_us := request.times_us.get(RequestState.ACCEPTED)) is not None:
            self._end("acceptance", self._since(accepted_us))
        if self.ask.ended and "decode" in self.ends:
            self._end("downlink", self._since(event.ground_us))

    @property
    def present(self) -> str | None:
        """The stage that is going on; None after the last."""
        return next((name for name in STAGES if name not in self.ends), None)

    @property
    def is_powered_down(self) -> bool:
        """The payload is off, or was never on."""
        return not self.transitions or self.transitions[-1].new <= PowerMode.STANDBY

    def stages(self) -> list[Stage]:
        """The stages that have ended, each from the end of the one before."""
        found: list[Stage] = []
        start = 0.0
        for name in STAGES:
            if name in self.ends:
                end = max(start, self.ends[name])
                found.append(Stage(name=name, start=start, end=end))
                start = end
        return found

    def _take(self, event: EventReceived, time: float) -> None:
        values = event.parameters
        is_ours = values.get("job") == self.ask.job is not None
        match event.event.name:
            case "mode_changed":
                old, new = PowerMode(values["old"]), PowerMode(values["new"])  # type: ignore[arg-type]
                reason = values["reason"].name  # type: ignore[union-attr]
                self.transitions.append(ModeTransition(old=old, new=new, time=time, reason=reason))
                if new <= PowerMode.STANDBY and "decode" in self.ends:
                    self._end("power_down", time)
            case "rail_on":
                rail, voltage_mv = int(values["rail"]), int(values["voltage_mv"])  # type: ignore[arg-type]
                self.rails.append(RailUse(rail=rail, voltage_mv=voltage_mv, on=time))
            case "rail_off":
                for use in self.rails:
                    if use.rail == values["rail"] and use.off is None:
                        use.off = time
            case "job_started" if is_ours:
                self._end("power_up", time)
            case "first_token" if is_ours:
                self._end("prompt", time)
            case "job_ended" if is_ours:
                self._end("decode", time)

    def _end(self, name: str, time: float) -> None:
        self.ends.setdefault(name, time)

    def _since(self, ground_us: int) -> float:
        return (ground_us - self.start_us) / _S_US

    def _time(self, event: GroundEvent) -> float:
        assert event.onboard_us is not None
        assert self._shortest_us is not None
        return self._since(event.onboard_us + self._shortest_us)
