import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flightsw.ccsds import TcSender
from flightsw.mission import DICTIONARY, Mission, load_mission
from flightsw.pus import AckFlags, TcPacket
from flightsw.shell import EffectRunner, Recorder, RecordingError, RecordStore, replay

MISSION = load_mission(None)


def _cltu(mission: Mission, name: str, seq_count: int, **arguments: object) -> bytes:
    telecommand = DICTIONARY.telecommand(name)
    packet = TcPacket(
        apid=mission.spacecraft.apid,
        seq_count=seq_count,
        ack=AckFlags.ACCEPTANCE | AckFlags.COMPLETION,
        service=telecommand.service,
        subtype=telecommand.subtype,
        source_id=mission.spacecraft.ground_source_id,
        data=telecommand.encode(arguments),
    )
    return TcSender(mission.spacecraft.scid, mission.spacecraft.tc_vcid).cltu(packet.encode())


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Three seconds of a satellite whose boards are silent: a ping, a ceiling, noise, a restart, a clean stop."""
    path = tmp_path / "run.jsonl"
    with path.open("w", encoding="utf-8") as file:
        runner = EffectRunner(Recorder(file, MISSION).start, RecordStore.init(tmp_path / "store"))
        said = {
            0: _cltu(MISSION, "ping", 0),
            500: _cltu(MISSION, "set_ceiling", 1, mode="ECO"),
            700: b"\xa5" * 40,
            1000: _cltu(MISSION, "restart", 2),
        }
        for ms in range(3000):
            runner.turn(ms * 1000, {"ground": said[ms]} if ms in said else {})
            runner.pull("ground", 125)
            for port in ("payload_ctrl", "power_board", "payload_computer"):
                runner.pull(port, 12)
            runner.next_deadline_us()
        runner.stop(3_000_000)
        assert runner.restarts == 1
    return path


@pytest.mark.req("FSW-105")
def test_a_recording_replays_byte_for_byte(recording: Path) -> None:
    told: list[tuple[int, int]] = []
    report = replay(recording, lambda done, total: told.append((done, total)))
    assert report.divergence is None
    assert not report.is_cut
    assert report.time_us == 3_000_000
    assert report.calls > 3000 * 7
    assert told
    assert told == sorted(told)


@pytest.mark.req("FSW-105")
def test_a_changed_recording_diverges_where_it_was_changed(recording: Path) -> None:
    lines = recording.read_text().split("\n")
    number, line = next((n, ln) for n, ln in enumerate(lines) if n > 2000 and ln.startswith('["transmit","ground"'))
    call = json.loads(line)
    call[3] = f"{int(call[3][:2], 16) ^ 1:02x}" + call[3][2:]
    lines[number] = json.dumps(call)
    recording.write_text("\n".join(lines))
    divergence = replay(recording).divergence
    assert divergence is not None
    assert (divergence.line, divergence.call) == (number + 1, "transmit")
    assert divergence.recorded != divergence.replayed


@pytest.mark.req("FSW-105")
def test_a_recording_cut_in_a_line_replays_up_to_it(recording: Path) -> None:
    text = recording.read_text()
    recording.write_text(text[: text.index("\n", len(text) // 2) - 3])
    report = replay(recording)
    assert report.is_cut
    assert report.divergence is None
    assert 0 < report.time_us < 3_000_000


def _no_head(text: str) -> str:
    return text.split("\n", 1)[1]


def _no_call(text: str) -> str:
    return text.replace('["tick",', '["tock",', 1)


def _no_start(text: str) -> str:
    head, _, rest = text.split("\n", 2)
    return f"{head}\n{rest}"


def _other_version(text: str) -> str:
    return text.replace('"version":1', '"version":2', 1)


def _bad_mission(text: str) -> str:
    return text.replace("scid = ", "scit = ", 1)


@pytest.mark.req("FSW-106")
@pytest.mark.parametrize("damage", [_no_head, _no_call, _no_start, _other_version, _bad_mission, lambda _: ""])
def test_what_is_no_recording_is_one_clear_line(recording: Path, damage: Callable[[str], str]) -> None:
    recording.write_text(damage(recording.read_text()))
    with pytest.raises(RecordingError, match=r"run\.jsonl"):
        replay(recording)


@pytest.mark.req("FSW-106")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("none", "binary"):
        with pytest.raises(RecordingError, match=name):
            replay(tmp_path / name)
