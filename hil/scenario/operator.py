"""The people on the ground: while the satellite is in sight they ask, a few questions at a time, and command.

The first thing that they send is the time, until the satellite has it: without it no eclipse is predicted on board.
"""

from collections import deque
from dataclasses import dataclass, field

from hil.bench import Bench
from hil.ground import Ask, AskState, Request, RequestState
from hil.scenario.scenario import Command, Questions

S_PER_H, S_PER_MIN = 3600.0, 60.0
LOOK_S = 1.0
"""How often they look."""
LATE_US = 1_000_000
"""A time that has waited longer than this for the link is old."""


@dataclass(slots=True, kw_only=True)
class Question:
    """One that was asked: when somebody wanted to know, when it left, and when it was answered or refused."""

    wanted_s: float
    asked_s: float
    ask: Ask
    settled_s: float | None = None

    @property
    def is_settled(self) -> bool:
        return self.ask.state in (AskState.WHOLE, AskState.REFUSED)


@dataclass(slots=True)
class Operator:
    """Asks in the order of wanting. A refusal is an answer: nothing is asked twice."""

    bench: Bench
    plan: Questions | None
    asked: list[Question] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)
    commands: deque[Command] = field(default_factory=deque)
    """What waits for a contact."""
    _time: Request | None = None

    def look(self) -> None:
        """Do what can be done now."""
        for question in self.open:
            if question.is_settled:
                question.settled_s = self.bench.now_s
        ground = self.bench.ground
        if not ground.has_contact:
            return
        self._tell_time()
        while self.commands:
            command = self.commands.popleft()
            self.sent.append(ground.send(command.name, **command.arguments))
        under_way = sum(not question.ask.ended for question in self.asked)
        while (
            self.plan is not None and under_way < self.plan.at_once and (wanted_s := self._next_wanted_s()) is not None
        ):
            text = self.plan.texts[len(self.asked) % len(self.plan.texts)]
            ask = ground.ask(text, self.plan.max_tokens)
            self.asked.append(Question(wanted_s=wanted_s, asked_s=self.bench.now_s, ask=ask))
            under_way += 1

    def _tell_time(self) -> None:
        if self._time is None or not (self._time.is_waiting or _is_told(self._time)):
            self._time = self.bench.set_time()
            self.sent += [] if self._time is None else [self._time]

    @property
    def unasked(self) -> int:
        """Questions that nobody has had the time to ask."""
        return 0 if self.plan is None else self.plan.count - len(self.asked)

    @property
    def open(self) -> list[Question]:
        """Questions that were neither answered nor refused at the last look."""
        return [question for question in self.asked if question.settled_s is None]

    def _next_wanted_s(self) -> float | None:
        """When the next question was first wanted, if that is past."""
        plan = self.plan
        if plan is None or len(self.asked) >= plan.count:
            return None
        wanted_s = plan.from_h * S_PER_H + len(self.asked) * plan.every_min * S_PER_MIN
        return wanted_s if wanted_s <= self.bench.now_s else None


def _is_told(time: Request) -> bool:
    """Whether the satellite has this time, and had it before it was old."""
    if time.state is not RequestState.COMPLETED or time.uplinked_us is None:
        return False
    return time.uplinked_us - time.times_us[RequestState.QUEUED] <= LATE_US
