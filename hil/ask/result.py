"""What has become of a question, as one object: what `hil ask --json` prints."""

from dataclasses import dataclass
from typing import Any

from hil.ask.stages import Timeline
from hil.ground import GroundCounters

BUDGET_S = 120.0
"""Question up, inference, answer down: within one pass."""
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AskResult:
    """Times are simulated seconds since the question was asked; there is no wall time in it."""

    question: str
    answer: str | None
    token_ids: tuple[int, ...] | None
    finish_reason: str
    outcome: str
    stages: list[dict[str, Any]]
    mode_transitions: list[dict[str, Any]]
    rails: list[dict[str, Any]]
    energy_j: float
    tokens_per_s: float | None
    prompt_tokens: int
    uplink_bytes: int
    downlink_bytes: int
    uplink_frames: int
    downlink_frames: int
    frames_lost: int
    seed: int

    @property
    def is_done(self) -> bool:
        """The answer is whole, and the satellite did not break it off."""
        return self.answer is not None and self.finish_reason in {"stop", "length", "context_full"}

    @property
    def j_per_token(self) -> float | None:
        return round(self.energy_j / len(self.token_ids), _DIGITS) if self.token_ids else None

    def to_json(self) -> dict[str, Any]:
        """The keys of `hil ask --json`."""
        return {
            "question": self.question,
            "answer": self.answer,
            "token_ids": None if self.token_ids is None else list(self.token_ids),
            "finish_reason": self.finish_reason,
            "stages": self.stages,
            "mode_transitions": self.mode_transitions,
            "rails": self.rails,
            "energy_j": self.energy_j,
            "j_per_token": self.j_per_token,
            "tokens_per_s": self.tokens_per_s,
            "uplink_bytes": self.uplink_bytes,
            "downlink_bytes": self.downlink_bytes,
            "uplink_frames": self.uplink_frames,
            "downlink_frames": self.downlink_frames,
            "frames_lost": self.frames_lost,
            "seed": self.seed,
        }


def collect(timeline: Timeline, before: GroundCounters, after: GroundCounters, seed: int) -> AskResult:
    """What a question's timeline and the ground station's counters around it say."""
    ask, end = timeline.ask, timeline.ask.end
    decode_s = end.decode_ms / 1000 if end else 0.0
    return AskResult(
        question=ask.question,
        answer=ask.answer,
        token_ids=ask.token_ids,
        finish_reason=ask.finish_reason or "timeout",
        outcome=ask.outcome if ask.ended else "no answer in time",
        stages=[
            {"name": stage.name, "start": round(stage.start, _DIGITS), "end": round(stage.end, _DIGITS)}
            for stage in timeline.stages()
        ],
        mode_transitions=[
            {"from": step.old.name, "to": step.new.name, "time": round(step.time, _DIGITS), "reason": step.reason}
            for step in timeline.transitions
        ],
        rails=[
            {"rail": use.rail, "name": use.name, "voltage_mv": use.voltage_mv, "on": use.on, "off": use.off}
            for use in timeline.rails
        ],
        energy_j=round(end.energy_mj / 1000, _DIGITS) if end else 0.0,
        tokens_per_s=round((end.generated_tokens - 1) / decode_s, _DIGITS) if end and decode_s else None,
        prompt_tokens=end.prompt_tokens if end else 0,
        uplink_bytes=after.uplink_bytes - before.uplink_bytes,
        downlink_bytes=after.downlink_bytes - before.downlink_bytes,
        uplink_frames=after.uplink_frames - before.uplink_frames,
        downlink_frames=after.tm.frames - before.tm.frames,
        frames_lost=after.tm.frames_lost - before.tm.frames_lost,
        seed=seed,
    )
