"""Recordings: every call on the flight software with its arguments and result, to be driven again later.

JSON Lines. The first line names the format and carries the mission; then one array a call, in order:

    ["start", {"records": {…}, "fault": null}]      the flight software is made from this store
    ["tick", now_us]                                time; what follows happens at it
    ["receive", port, "hex"]                        octets from a port
    ["transmit", port, max_bytes, "hex"]            octets to a port
    ["effects", […]]   ["notify", id, is_stored]   ["next_deadline_us", us]   ["stop"]
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from flightsw.core import FlightSoftware
from flightsw.effects import Completion, Effect, Restart, Store, Stored
from flightsw.mission import Mission, StoreFault, TomlError, read_mission
from flightsw.mission.values import read_file
from flightsw.payload import ModeState

FORMAT = "sunlit recording"
FORMAT_VERSION = 1


class RecordingError(ValueError):
    """Not a recording, or one that this version can't drive."""


class Recorder:
    """Makes flight software whose every call is written down.

    Args:
        file: open for writing text; the recorder does not close it.
        mission: of the flight software to be made.
        is_live: flush after every turn, so that a cut loses at most one; else when the file's buffer is full.
    """

    def __init__(self, file: TextIO, mission: Mission, *, is_live: bool = False) -> None:
        self._file, self._mission, self._is_live = file, mission, is_live
        self.write({"format": FORMAT, "version": FORMAT_VERSION, "mission": mission.text})

    def start(self, stored: Stored) -> "RecordedFlightSoftware":
        """Flight software from a store, recorded."""
        self.write(["start", _stored_json(stored)])
        return RecordedFlightSoftware(FlightSoftware(self._mission, stored), self)

    def write(self, line: object) -> None:
        self._file.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n")

    def flush(self) -> None:
        if self._is_live:
            self._file.flush()


class RecordedFlightSoftware:
    """Flight software with a witness. Its calls are FlightSoftware's."""

    def __init__(self, inner: FlightSoftware, recorder: Recorder) -> None:
        self._inner, self._recorder, self._write = inner, recorder, recorder.write

    @property
    def mode(self) -> ModeState:
        return self._inner.mode

    def receive(self, port: str, data: bytes) -> None:
        self._write(["receive", port, data.hex()])
        self._inner.receive(port, data)

    def notify(self, completion: Completion) -> None:
        self._write(["notify", completion.id, completion.is_stored])
        self._inner.notify(completion)

    def tick(self, now_us: int) -> None:
        self._write(["tick", now_us])
        self._inner.tick(now_us)

    def effects(self) -> tuple[Effect, ...]:
        effects = self._inner.effects()
        self._write(["effects", _effects_json(effects)])
        self._recorder.flush()
        return effects

    def transmit(self, port: str, max_bytes: int) -> bytes:
        data = self._inner.transmit(port, max_bytes)
        self._write(["transmit", port, max_bytes, data.hex()])
        return data

    def next_deadline_us(self) -> int | None:
        deadline_us = self._inner.next_deadline_us()
        self._write(["next_deadline_us", deadline_us])
        return deadline_us

    def stop(self) -> None:
        self._write(["stop"])
        self._inner.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first call whose result is another one. `line` counts from 1."""

    line: int
    time_us: int
    call: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What a replay has shown. `is_cut`: the last line was incomplete and left out."""

    calls: int
    time_us: int
    is_cut: bool
    divergence: Divergence | None


def replay(path: Path, progress: Callable[[int, int], None] | None = None) -> ReplayReport:
    """Drive new flight software with a recording and compare every result.

    Args:
        path: the recording.
        progress: told lines done and lines in all, now and then.

    Raises RecordingError.
    """
    mission, lines, is_cut = _read(path)
    flight_software: FlightSoftware | None = None
    time_us = calls = 0
    for number, line in enumerate(lines, start=2):
        try:
            call, *arguments = json.loads(line)
            if call == "start":
                flight_software = FlightSoftware(mission, _stored(*arguments))
                continue
            if flight_software is None:
                raise ValueError("no start")
            recorded, replayed = _drive(flight_software, call, arguments)
        except (ValueError, KeyError, TypeError) as error:
            raise RecordingError(f"{path}:{number}: not a call: {line[:60]}") from error
        calls += 1
        time_us = arguments[0] if call == "tick" else time_us
        if recorded != replayed:
            found = Divergence(
                line=number, time_us=time_us, call=call, recorded=json.dumps(recorded), replayed=json.dumps(replayed)
            )
            return ReplayReport(calls=calls, time_us=time_us, is_cut=is_cut, divergence=found)
        if progress is not None and not number % 10_000:
            progress(number, len(lines))
    return ReplayReport(calls=calls, time_us=time_us, is_cut=is_cut, divergence=None)


def _drive(flight_software: FlightSoftware, call: str, arguments: list[Any]) -> tuple[object, object]:
    """One call: its recorded result and its present one; None for a call without result."""
    match call, arguments:
        case "receive", [str(port), str(data)]:
            flight_software.receive(port, bytes.fromhex(data))
        case "notify", [int(id), bool(is_stored)]:
            flight_software.notify(Completion(id=id, is_stored=is_stored))
        case "tick", [int(now_us)]:
            flight_software.tick(now_us)
        case "stop", []:
            flight_software.stop()
        case "effects", [list(effects)]:
            return effects, _effects_json(flight_software.effects())
        case "transmit", [str(port), int(max_bytes), str(data)]:
            return data, flight_software.transmit(port, max_bytes).hex()
        case "next_deadline_us", [deadline_us]:
            return deadline_us, flight_software.next_deadline_us()
        case _:
            raise ValueError(call)
    return None, None


def _read(path: Path) -> tuple[Mission, list[str], bool]:
    try:
        *lines, rest = read_file(path).split("\n")
        head = json.loads(lines[0])
        if head["format"] != FORMAT or head["version"] != FORMAT_VERSION:
            raise ValueError(head)
        return read_mission(head["mission"], f"{path}: mission"), lines[1:], bool(rest)
    except TomlError as error:
        raise RecordingError(str(error)) from error
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{path}: not a recording of version {FORMAT_VERSION}") from error


def _effects_json(effects: tuple[Effect, ...]) -> list[dict[str, object]]:
    return [{"effect": _EFFECT_NAMES[type(effect)], **asdict(effect)} for effect in effects]


_EFFECT_NAMES = {Store: "store", Restart: "restart"}


def _stored_json(stored: Stored) -> dict[str, object]:
    return {"records": dict(stored.records), "fault": None if stored.fault is None else stored.fault.name}


def _stored(value: dict[str, Any]) -> Stored:
    fault = value["fault"]
    return Stored(records=value["records"], fault=None if fault is None else StoreFault[fault])
