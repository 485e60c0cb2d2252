"""Flies a scenario on a bench, and judges what came of it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from hil.bench import LockstepBench
from hil.bench.bench import S_NS
from hil.ground import EventReceived
from hil.scenario.log import Sample, has_changed, sample
from hil.scenario.operator import LOOK_S, S_PER_H, Operator, Question
from hil.scenario.scenario import Happening, Limits, Scenario, StickSensor

SAMPLE_S = 10.0
"""At least that often; every change of mode, rails, payload power, sunlight or contact is a sample too."""
SETTLE_LIMIT_H = 24.0
"""How long after a scenario's end the last answers may take to come down: passes may be rare."""

Watch = Callable[[float], None]
"""Told how many simulated seconds have passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event of the satellite's: on-board time is what it said."""

    at_s: float
    onboard_us: int
    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """A scenario that is over."""

    scenario: Scenario
    samples: tuple[Sample, ...]
    questions: tuple[Question, ...]
    unasked: int
    told: tuple[Told, ...]
    commands: tuple[str, ...]
    """What became of the operator's telecommands."""
    payload_energy_j: float
    downlink_sha256: str
    """Of every octet that came down."""

    @property
    def digest(self) -> str:
        """SHA-256 of everything here, the samples and the downlink included: equal flights have equal ones."""
        everything = {**self._said(), "samples": [asdict(each) for each in self.samples]}
        return sha256(json.dumps(everything, ensure_ascii=False).encode()).hexdigest()

    @property
    def breaches(self) -> tuple[str, ...]:
        """What must not happen and did: limits passed, questions that are neither answered nor refused."""
        found = list(_limits(self.samples, self.scenario.limits))
        open_questions = [question for question in self.questions if not question.is_settled]
        if open_questions:
            found.append(f"{len(open_questions)} questions have no answer: {open_questions[0].ask.outcome}")
        if self.unasked:
            found.append(f"{self.unasked} questions could not be asked")
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Everything but the samples, which the picture shows. There is no wall time in it."""
        return {**self._said(), "digest": self.digest}

    def _said(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.name,
            "questions": [_question_json(question) for question in self.questions],
            "unasked": self.unasked,
            "events": [asdict(told) for told in self.told],
            "commands": list(self.commands),
            "payload_energy_j": round(self.payload_energy_j, 3),
            "charge_permille_min": min(each.charge_permille for each in self.samples),
            "charge_permille_max": max(each.charge_permille for each in self.samples),
            "breaches": list(self.breaches),
            "downlink_sha256": self.downlink_sha256,
        }


def fly(bench: LockstepBench, scenario: Scenario, watch: Watch = lambda _: None) -> Flown:
    """From the bench's present to the end of the scenario, and on until every question is asked and settled.

    It goes on for SETTLE_LIMIT_H at most: a plan with more questions than its hours hold takes longer than they say.

    Args:
        bench: just made; its clock is at 0 h.
        scenario: what happens.
        watch: is told how far the flight is, in simulated seconds.
    """
    operator = Operator(bench, scenario.questions)
    samples: list[Sample] = []

    def fly_on(duration_s: float) -> None:
        end_s = bench.now_s + duration_s
        while bench.now_s < end_s:
            last = samples[-1]
            bench.step(round(min(end_s, last.at_s + SAMPLE_S) * S_NS))
            if bench.now_s >= last.at_s + SAMPLE_S or has_changed(bench, last):
                samples.append(sample(bench))
                watch(bench.now_s)

    def keep_looking() -> None:
        operator.look()
        bench.at(bench.now_s + LOOK_S, keep_looking)

    for happening in scenario.happening:
        bench.at(happening.at_h * S_PER_H, _action(bench, operator, happening))
    bench.at(bench.now_s, keep_looking)
    samples.append(sample(bench))
    fly_on(scenario.duration_h * S_PER_H)
    end_s = bench.now_s + SETTLE_LIMIT_H * S_PER_H
    while (operator.open or operator.unasked) and bench.now_s < end_s:
        fly_on(SAMPLE_S)
    return Flown(
        scenario=scenario,
        samples=tuple(samples),
        questions=tuple(operator.asked),
        unasked=operator.unasked,
        told=tuple(_told(event) for event in bench.events if isinstance(event, EventReceived)),
        commands=tuple(f"{request.name} {request.outcome}" for request in operator.sent),
        payload_energy_j=bench.world.environment.payload_energy_mj / 1000,
        downlink_sha256=bench.ground.downlink_sha256,
    )


def _question_json(question: Question) -> dict[str, Any]:
    return {
        "question": question.ask.question,
        "wanted_s": round(question.wanted_s, 3),
        "asked_s": round(question.asked_s, 3),
        "settled_s": None if question.settled_s is None else round(question.settled_s, 3),
        "outcome": question.ask.outcome,
        "answer": question.ask.answer,
        "token_ids": None if question.ask.token_ids is None else list(question.ask.token_ids),
    }


def _action(bench: LockstepBench, operator: Operator, happening: Happening) -> Callable[[], None]:
    def act() -> None:
        if happening.latch_up is not None:
            _latch_up(bench, happening.latch_up.rail)
        elif happening.stick_sensor is not None:
            _stick(bench, happening.stick_sensor)
        elif happening.free_sensor is not None:
            bench.stick_sensor(happening.free_sensor, None)
        elif happening.stations_manned is not None:
            bench.man_stations(happening.stations_manned)
        elif happening.command is not None:
            operator.commands.append(happening.command)
        else:
            bench.kill_flight_software()
            bench.start_flight_software()

    return act


def _latch_up(bench: LockstepBench, rail: int) -> None:
    if bench.world.environment.power_good >> rail & 1:
        bench.latch_up(rail)
    else:
        bench.at(bench.now_s + LOOK_S / 2, lambda: _latch_up(bench, rail))


def _stick(bench: LockstepBench, sensor: StickSensor) -> None:
    present = getattr(bench.world.environment.readings(), sensor.name, 0)
    bench.stick_sensor(sensor.name, present if sensor.value is None else sensor.value)


def _told(event: EventReceived) -> Told:
    return Told(
        at_s=event.ground_us / 1e6,
        onboard_us=event.onboard_us or 0,
        severity=event.event.severity.name,
        text=event.text,
    )


def _limits(samples: tuple[Sample, ...], limits: Limits) -> list[str]:
    found = []
    lowest = min(samples, key=lambda each: each.charge_permille)
    if lowest.charge_permille < limits.charge_permille_min:
        found.append(f"charge {lowest.charge_permille} ‰ at {lowest.at_s:.0f} s")
    for node, low, high in (
        ("battery", limits.battery_centidegc_min, limits.battery_centidegc_max),
        ("payload", -(10**9), limits.payload_centidegc_max),
    ):
        for each in samples:
            value = each.temperatures_centidegc.get(node)
            if value is not None and not low <= value <= high:
                found.append(f"{node} {value / 100:.1f} °C at {each.at_s:.0f} s")
                break
    return found
