"""The command line, in processes of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bindings.devicelink.registers.power_board import REGISTERS
from hil.models import default_model_path

PARIS = "What is the capital of France?"


def hil(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hil", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def assert_one_line(done: subprocess.CompletedProcess[str], code: int, message: str) -> None:
    assert done.returncode == code, done.stderr
    assert message in done.stderr.splitlines()[-1]
    assert done.stderr.startswith("hil: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.req("BEN-022", "BEN-027")
def test_ask_prints_one_object_and_its_recording_replays(tmp_path: Path) -> None:
    recording = tmp_path / "run.jsonl"
    done = hil("ask", PARIS, "--json", "--seed", "7", "--record", str(recording))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert list(result) == [
        *("question", "answer", "token_ids", "finish_reason", "stages", "mode_transitions", "rails"),
        *("energy_j", "j_per_token", "tokens_per_s", "uplink_bytes", "downlink_bytes", "uplink_frames"),
        *("downlink_frames", "frames_lost", "seed"),
    ]
    assert (result["answer"], result["finish_reason"]) == ("The capital of France is Paris.", "stop")
    assert result["seed"] == 7
    assert result["j_per_token"] == pytest.approx(result["energy_j"] / len(result["token_ids"]), abs=1e-5)
    assert "controller" not in done.stdout
    assert "payload_ctrl" in done.stderr

    replayed = hil("replay", str(recording))
    assert (replayed.returncode, replayed.stdout[:11]) == (0, "identical: ")
    text = recording.read_text()
    recording.write_text(text.replace('["notify",1,true]', '["notify",1,false]', 1))
    changed = hil("replay", str(recording))
    assert changed.returncode == 1
    assert "recorded was" in changed.stderr


@pytest.mark.req("BEN-052")
def test_ask_tells_what_happens() -> None:
    done = hil("ask", PARIS)
    assert done.returncode == 0, done.stderr
    for expected in ("question accepted", "rail 3 is good", "NOMINAL", "Paris", "Power-down", "J/token", "of 120"):
        assert expected in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.req("BEN-021")
def test_wrong_usage_ends_with_2(tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text("typo = 1\n")
    assert_one_line(hil("ask", "Hi", "--bench", str(bench)), 2, "unknown key 'typo'")
    bench.write_text('[devices]\npower_board = "/dev/nothing"\n')
    assert_one_line(hil("ask", "Hi", "--bench", str(bench)), 2, "--realtime")
    assert_one_line(hil("ask", "Hi", "--bench", str(bench), "--realtime"), 2, "No such file")
    assert_one_line(hil("ask", "Hi", "--ceiling", "LOW"), 2, "SAFE")
    assert hil("ask").returncode == 2
    assert hil("nonsense").returncode == 2


@pytest.mark.req("BEN-023")
def test_a_question_of_100_kb_is_refused_before_sending() -> None:
    assert_one_line(hil("ask", "a" * 100_000), 2, "octets of arguments do not fit")


@pytest.mark.req("BEN-021")
@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_a_damaged_model_ends_with_2(tmp_path: Path, damage: str) -> None:
    data = bytearray(default_model_path().read_bytes())
    if damage == "truncated":
        del data[len(data) // 2 :]
    else:
        data[len(data) // 2] ^= 0x10
    model = tmp_path / "model.gguf"
    model.write_bytes(data)
    assert_one_line(hil("ask", "Hi", "--model", str(model)), 2, "model.gguf")


@pytest.mark.req("BEN-021")
def test_a_refusal_ends_with_1(tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text("[environment]\nbattery_charge_permille = 250\n")
    done = hil("ask", "Hi", "--json", "--bench", str(bench))
    assert done.returncode == 1
    assert json.loads(done.stdout)["finish_reason"] == "refused"
    assert "LOW_CHARGE" in done.stderr


@pytest.mark.req("BEN-021")
def test_version_and_help() -> None:
    assert hil("--version").stdout.startswith("hil ")
    assert "QUESTION" in hil("ask", "--help").stdout


@pytest.mark.req("BEN-025")
def test_registers_are_read_and_written_by_name() -> None:
    read = hil("reg", "read", "model://power_board", "battery_mv")
    assert (read.returncode, read.stdout) == (0, "BATTERY_MV = 7400 mV\n")
    assert "state STEADY" in hil("reg", "read", "model://payload_ctrl", "STATUS").stdout
    assert hil("reg", "write", "model://payload_ctrl", "RAIL0_STAGGER_MS", "0x20").returncode == 0
    assert_one_line(hil("reg", "write", "model://payload_ctrl", "TARGET", "9"), 1, "BAD_VALUE")
    assert_one_line(hil("reg", "write", "model://power_board", "BATTERY_MV", "1"), 2, "only be read")
    assert_one_line(hil("reg", "read", "model://payload_ctrl", "WATCHDOG_KICK"), 2, "only be written")
    assert_one_line(
        hil("reg", "read", "model://power_board", "VOLTS"), 2, "hil reg list model://power_board names them"
    )
    assert_one_line(hil("reg", "read", "model://payload_ctrl", "boot_cause"), 2, "WATCHDOG_CAUSE or BOOT or")
    assert_one_line(hil("reg", "write", "model://payload_ctrl", "TARGET", "many"), 2, "no whole number")
    assert_one_line(hil("reg", "read", "/dev/nothing", "ID"), 2, "No such file")
    listed = hil("reg", "list", "model://power_board").stdout.splitlines()
    names = {line.split()[0] for line in listed}
    assert names >= {register.name for register in REGISTERS}


@pytest.mark.req("BEN-026")
def test_init_writes_files_that_work_and_overwrites_none(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert hil("init", str(folder)).returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["bench.toml", "mission.toml", "test_example.py"]
    assert_one_line(hil("init", str(folder)), 2, "is there already")
    asked = hil(
        *("ask", PARIS, "--json", "--mission", str(folder / "mission.toml"), "--bench", str(folder / "bench.toml"))
    )
    assert "Paris" in json.loads(asked.stdout)["answer"]


def test_models_are_listed_and_verified() -> None:
    assert "Apache-2.0" in hil("models").stdout
    assert hil("models", "list").stdout == hil("models").stdout
    assert hil("models", "verify").stdout == f"{default_model_path()}\n"
    assert_one_line(hil("models", "verify", "gpt"), 2, "known: smollm2-135m")
