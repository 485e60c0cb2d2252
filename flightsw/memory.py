"""What survives a restart, as records of JSON text: read without trust, written whole.

Records: `boot`, `ceiling`, `safe`, `thresholds`, `clock`, `elements`, `loads`, `faults`, `jobs`; for each job that is
known one `job/NUMBER`, and one `segment/NUMBER/INDEX` for each piece of its answer, written once: a growing answer
costs what it grows by.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import accumulate
from typing import Any

from flightsw.effects import Stored
from flightsw.mission import Load, Mission, StoreFault, elements_arguments, read_elements
from flightsw.orbit import Elements
from flightsw.payload import (
    ROWS,
    EndReason,
    Fault,
    FaultState,
    Job,
    JobQueue,
    JobState,
    ModeReason,
    PolicyError,
    PowerMode,
    PowerPolicy,
    Segment,
    Threshold,
    Track,
    Urgency,
    all_thresholds,
)

DEFAULT_CEILING = PowerMode.NOMINAL
UNCLEAN_BOOTS_TO_SAFE = ROWS[Fault.RESET_STORM].rungs[0].count

Records = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What was recalled at boot.

    `clock_offset_us` is None until ground has set the time.

    `kept_safe` is the stored SAFE or SURVIVAL and its cause; `fault` is what was wrong with the store, and
    `unclean_boots` counts this boot too.
    """

    policy: PowerPolicy
    jobs: JobQueue
    ceiling: PowerMode = DEFAULT_CEILING
    kept_safe: tuple[PowerMode, ModeReason] | None = None
    unclean_boots: int = 0
    clock_offset_us: int | None = None
    elements: Elements | None = None
    loads_on: frozenset[Load] = frozenset(Load)
    faults: FaultState = field(default_factory=FaultState)
    fault: StoreFault | None = None
    are_thresholds_rejected: bool = False

    @property
    def safe(self) -> tuple[PowerMode, ModeReason] | None:
        """What to boot into, if not STANDBY."""
        if self.fault is not None:
            return PowerMode.SAFE, ModeReason.STORE_FAULT
        if self.kept_safe is None and self.unclean_boots >= UNCLEAN_BOOTS_TO_SAFE:
            return PowerMode.SAFE, ModeReason.UNCLEAN_BOOTS
        return self.kept_safe


def recall(mission: Mission, stored: Stored) -> Memory:
    """The store's records → memory. One record that can't be understood makes the whole store corrupt."""
    empty = JobQueue(waiting_limit=mission.jobs.queue_length)
    fault = stored.fault
    if fault is None:
        try:
            return _recall(mission, stored.records, empty)
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            fault = StoreFault.CORRUPT
    return Memory(policy=mission.power, jobs=empty, fault=fault)


def boot_record(unclean_boots: int, *, is_running: bool) -> Records:
    return {"boot": _text({"unclean_boots": unclean_boots, "is_running": is_running})}


def ceiling_record(ceiling: PowerMode) -> Records:
    return {"ceiling": _text(ceiling.name)}


def safe_record(safe: tuple[PowerMode, ModeReason] | None) -> Records:
    """Of the SAFE or SURVIVAL to be kept and its cause; None: there is none any more."""
    return {"safe": None if safe is None else _text([mode_or_cause.name for mode_or_cause in safe])}


def clock_record(offset_us: int) -> Records:
    return {"clock": _text(offset_us)}


def loads_record(loads_on: frozenset[Load]) -> Records:
    return {"loads": _text(sorted(load.name for load in loads_on))}


def fault_record(kept: FaultState) -> Records:
    """Of what the fault responses must not forget, its times counted from now on."""
    tracks = {f"{fault.name}/{part}": asdict(track) for (fault, part), track in kept.tracks.items()}
    return {"faults": _text(tracks)}


def elements_record(elements: Elements) -> Records:
    return {"elements": _text(elements_arguments(elements))}


def threshold_record(policy: PowerPolicy) -> Records:
    limits: dict[str, dict[str, int]] = {}
    for mode, limit in all_thresholds():
        limits.setdefault(mode.name, {})[limit.name] = policy.threshold(mode, limit)
    return {"thresholds": _text(limits)}


def job_records(old: JobQueue, new: JobQueue) -> Records:
    """What has changed from one queue to the next."""
    before, after = ({job.id: job for job in queue.jobs} for queue in (old, new))
    records: dict[str, str | None] = {} if old.last_id == new.last_id else {"jobs": _text(new.last_id)}
    for id, job in after.items():
        if job is not before.get(id):
            records |= _changes(before.get(id), job)
    for id in before.keys() - after.keys():
        records |= dict.fromkeys((_job_key(id), *(_segment_key(id, n) for n in range(len(before[id].segments)))))
    return records


def _changes(old: Job | None, new: Job) -> Records:
    """Its record if that has changed, and its new segments."""
    records = {} if old is not None and _heading(old) == _heading(new) else {_job_key(new.id): _heading(new)}
    known = 0 if old is None else len(old.segments)
    return records | {_segment_key(new.id, n): _text(asdict(new.segments[n])) for n in range(known, len(new.segments))}


def _heading(job: Job) -> str:
    """All of it but its segments."""
    values = asdict(replace(job, segments=()))
    del values["segments"]
    return _text(values)


def _recall(mission: Mission, records: Mapping[str, str], empty: JobQueue) -> Memory:
    values = {key: json.loads(text) for key, text in records.items()}
    boot = values.get("boot", {"unclean_boots": 0, "is_running": False})
    policy, are_rejected = _policy(mission.power, values.get("thresholds", {}))
    return Memory(
        policy=policy,
        are_thresholds_rejected=are_rejected,
        jobs=replace(
            empty,
            last_id=_count(values.get("jobs", 0)),
            jobs=_jobs(values),
        ),
        ceiling=PowerMode[values["ceiling"]] if "ceiling" in values else DEFAULT_CEILING,
        kept_safe=_safe(*values["safe"]) if "safe" in values else None,
        unclean_boots=min(255, _count(boot["unclean_boots"]) + bool(boot["is_running"])),
        clock_offset_us=_whole(values["clock"]) if "clock" in values else None,
        elements=_elements(values["elements"]) if "elements" in values else None,
        loads_on=frozenset(Load[name] for name in values["loads"]) if "loads" in values else frozenset(Load),
        faults=FaultState(tracks=dict(_track(key, value) for key, value in values.get("faults", {}).items())),
    )


def _policy(built_in: PowerPolicy, limits: Mapping[str, Mapping[str, int]]) -> tuple[PowerPolicy, bool]:
    """The policy with the stored limits, all of them or none; whether they were rejected."""
    try:
        changed = {
            (PowerMode[mode], Threshold[limit]): _whole(value)
            for mode, values in limits.items()
            for limit, value in values.items()
        }
        return built_in.with_thresholds(changed), False
    except (PolicyError, KeyError, TypeError, AttributeError, ValueError):
        return built_in, True


def _elements(values: Mapping[str, object]) -> Elements:
    return read_elements({name: _whole(value) for name, value in values.items()})


def _safe(mode: str, cause: str) -> tuple[PowerMode, ModeReason]:
    if PowerMode[mode] >= PowerMode.STANDBY:
        raise ValueError(f"{mode} is not SAFE")
    return PowerMode[mode], ModeReason[cause]


def _track(key: str, value: Mapping[str, Any]) -> tuple[tuple[Fault, int], Track]:
    name, _, part = key.partition("/")
    fault, rung = Fault[name], _whole(value["rung"])
    if not -1 <= rung < len(ROWS[fault].rungs):
        raise ValueError(f"{name} has no rung {rung}")
    times = {at: None if value[at] is None else _whole(value[at]) for at in ("since_us", "away_us", "raised_us")}
    return (fault, int(part)), Track(
        **times,
        rung=rung,
        times_us=tuple(map(_whole, value["times_us"])),
        off_until_us=_whole(value["off_until_us"]),
        is_locked=value["is_locked"] is True,
    )


def _jobs(values: Mapping[str, Any]) -> tuple[Job, ...]:
    """By number. Raises ValueError for an answer with a hole, or one of no job."""
    segments: dict[str, list[Segment]] = {}
    for key in sorted(key for key in values if key.startswith("segment/")):
        job, _, number = key.removeprefix("segment/").partition("/")
        pieces = segments.setdefault(f"job/{job}", [])
        if int(number) != len(pieces):
            raise ValueError(f"{key} after {len(pieces)} segments")
        pieces.append(_segment(values[key]))
    jobs = [_job(values[key], segments.pop(key, [])) for key in sorted(values) if key.startswith("job/")]
    if segments:
        raise ValueError(f"segments of no job: {', '.join(segments)}")
    return tuple(jobs)


def _segment(value: Mapping[str, Any]) -> Segment:
    ids = tuple(map(_count, value["token_ids"]))
    return Segment(first_token=_count(value["first_token"]), token_ids=ids, text=_word(value["text"]))


def _job(value: Mapping[str, Any], segments: Sequence[Segment]) -> Job:
    firsts = accumulate((len(segment.token_ids) for segment in segments), initial=0)
    if any(segment.first_token != first for segment, first in zip(segments, firsts, strict=False)):
        raise ValueError(f"segments of job {value['id']} do not join")
    numbers = ("id", "max_tokens", "temperature_permille", "seed", "attempts")
    measures = ("prompt_tokens", "energy_mj", "prompt_ms", "decode_ms")
    return Job(
        question=_word(value["question"]),
        urgency=Urgency(value["urgency"]),
        state=JobState(value["state"]),
        cause=ModeReason(value["cause"]),
        end_reason=None if value["end_reason"] is None else EndReason(value["end_reason"]),
        segments=tuple(segments),
        **{name: _count(value[name]) for name in (*numbers, *measures)},
    )


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _count(value: object) -> int:
    if not 0 <= _whole(value) < 1 << 32:
        raise ValueError(f"{value!r} is not from 0 to {(1 << 32) - 1}")
    return _whole(value)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _job_key(id: int) -> str:
    return f"job/{id:010}"


def _segment_key(id: int, number: int) -> str:
    return f"segment/{id:010}/{number:05}"
