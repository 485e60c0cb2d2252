"""python -m firmware_bindings"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bindings.__main__ import main
from firmware_bindings.kernel import Model, instruction_sets


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main(arguments)
    except SystemExit as exit_:
        code = int(str(exit_.code))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.req("INF-015")
def test_json(golden, capsys: pytest.CaptureFixture[str]) -> None:
    ids = ",".join(map(str, golden.prompt))
    code, out, err = run(capsys, str(golden.path), "--ids", ids, "--greedy", "32", "--logits", "10", "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    result = json.loads(out)
    assert list(result)[:4] == ["prompt_ids", "logits", "greedy_ids", "text"]
    assert list(result)[4:] == ["isa", "threads", "tokens_per_s", "sha256", "logits_sha256"]
    assert result["sha256"] == hashlib.sha256(golden.path.read_bytes()).hexdigest()
    assert all(speed > 0 for speed in result["tokens_per_s"].values())
    assert result["prompt_ids"] == golden.prompt
    assert result["greedy_ids"][:16] == golden.greedy[:16]
    assert len(result["logits"]) == 10
    last = golden.logits[-1]
    assert [token_id for token_id, _ in result["logits"]] == [int(i) for i in (-last).argsort()[:10]]
    for token_id, value in result["logits"]:
        assert value == pytest.approx(float(last[token_id]), abs=golden.tolerance)


@pytest.mark.req("INF-004", "INF-015")
def test_the_hash_of_all_logits_is_the_same_on_every_instruction_set(
    golden, isa: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = ",".join(map(str, golden.prompt))
    digest = hashlib.sha256()
    with Model(golden.path, threads=1, context_tokens=64).session(isa="portable") as session:
        for token_id in golden.prompt:
            session.step(token_id)
            digest.update(session.logits())
    _, out, _ = run(capsys, str(golden.path), "--ids", ids, "--isa", isa, "--threads", "3", "--json")
    result = json.loads(out)
    assert (result["isa"], result["threads"]) == (isa, 3)
    assert result["tokens_per_s"]["decode"] is None
    assert result["logits_sha256"] == digest.hexdigest()


@pytest.mark.req("INF-015")
def test_all_logits_in_order_of_id(tiny_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, str(tiny_path), "--ids", "5", "--logits", "all", "--json")
    result = json.loads(out)
    assert [token_id for token_id, _ in result["logits"]] == list(range(512))
    assert (result["greedy_ids"], result["text"]) == ([], "")


def test_for_people(tiny_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, str(tiny_path), "--ids", "1,2,3", "--greedy", "3", "--logits", "2")
    assert (code, err) == (0, "")
    assert [len(line.split()) for line in out.splitlines()[:2]] == [2, 2]
    assert len(out.splitlines()[2].split(",")) == 3


@pytest.mark.req("INF-015")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--ids", "512"],
        ["--ids", "5", "--greedy", "513"],
        ["--ids", ""],
        ["--ids", "1,x"],
        ["--ids", "1", "--greedy", "-1"],
        ["--ids", "1", "--logits", "some"],
        ["--ids", "1", "--frobnicate"],
        ["--ids", "1", "--prompt", "a"],
        ["--prompt", ""],
        ["--ids", "1", "--isa", "abacus"],
        ["--ids", "1", "--threads", "65"],
        ["--ids", "1", "--threads", "9" * 30],
        [],
    ],
)
def test_wrong_usage_is_2(tiny_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, str(tiny_path), *arguments)
    assert (code, out) == (2, "")
    assert "error: " in err.splitlines()[-1]


@pytest.mark.req("INF-015")
def test_a_file_that_is_wrong_is_1_and_one_line(
    tmp_path: Path, tiny_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.gguf").touch()
    (tmp_path / "cut.gguf").write_bytes(tiny_path.read_bytes()[:-1])
    (tmp_path / "folder.gguf").mkdir()
    os.mkfifo(tmp_path / "pipe.gguf")
    causes = {"none": "No such file", "empty": "is empty", "cut": "larger than the file"}
    causes |= {"folder": "not a file", "pipe": "not a file"}
    for name, cause in causes.items():
        code, out, err = run(capsys, str(tmp_path / f"{name}.gguf"), "--ids", "1")
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith(f"error: {tmp_path / name}.gguf: ")
        assert cause in err


@pytest.mark.req("INF-003", "INF-015")
def test_a_question_and_a_text(default_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = "What is the capital of France?"
    code, out, _ = run(capsys, str(default_path), "--chat", question, "--greedy", "40", "--json")
    result = json.loads(out)
    assert code == 0
    assert "Paris" in result["text"]
    assert len(result["greedy_ids"]) < 40  # it ended by itself
    code, out, _ = run(capsys, str(default_path), "--chat", question)
    assert (code, out.splitlines()[1]) == (0, result["text"])
    _, out, _ = run(capsys, str(default_path), "--prompt", f"<|im_start|>user\n{question}<|im_end|>", "--json")
    prompt = json.loads(out)["prompt_ids"]
    assert prompt == result["prompt_ids"][-len(prompt) - 5 : -5]  # then come "\n<|im_start|>assistant\n"


@pytest.mark.req("INF-015")
def test_a_text_begins_as_the_file_wants(parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "begin.gguf"
    for wanted in (0, 1):
        path.write_bytes(parts.file.with_metadata(tokenizer__ggml__add_bos_token=(7, bytes([wanted]))).encode())
        _, out, _ = run(capsys, str(path), "--prompt", "the", "--json")
        assert (json.loads(out)["prompt_ids"][0] == 1) == bool(wanted)


@pytest.mark.req("INF-015")
def test_an_instruction_set_that_is_not_here_is_1(tiny_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, is_here in instruction_sets().items():
        code, _, err = run(capsys, str(tiny_path), "--ids", "1", "--isa", name)
        assert (code, err == "", name in err) == ((0, True, False) if is_here else (1, False, True))


@pytest.mark.req("INF-015")
def test_who_stops_to_listen_gets_no_explanation(tiny_path: Path) -> None:
    command = [sys.executable, "-m", "firmware_bindings", str(tiny_path), "--ids", "5", "--logits", "all"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


@pytest.mark.req("INF-015")
def test_a_full_disk_is_1_and_one_line(tiny_path: Path) -> None:
    command = [sys.executable, "-m", "firmware_bindings", str(tiny_path), "--ids", "5", "--json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: [Errno 28] No space left on device\n")


@pytest.mark.req("INF-015")
def test_what_a_terminal_can_not_show_is_a_question_mark(tiny_path: Path) -> None:
    path = tiny_path.with_name("llama-tiny-s50-F32.gguf")
    command = [sys.executable, "-m", "firmware_bindings", str(path), "--ids", "9", "--greedy", "12"]
    shown, expected = (
        subprocess.run(command, env=os.environ | {"PYTHONIOENCODING": name}, capture_output=True, check=True).stdout
        for name in ("ascii", "utf-8")
    )
    assert b"?" in shown
    assert shown == expected.decode().encode("ascii", errors="replace")


@pytest.mark.req("INF-015")
def test_as_a_program(tiny_path: Path) -> None:
    """The whole context is used: 512 tokens, the last of them not appended."""
    command = [sys.executable, "-m", "firmware_bindings", str(tiny_path), "--ids", "5", "--greedy", "512", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)["greedy_ids"]) == 512
    shown = subprocess.run(
        [sys.executable, "-m", "firmware_bindings", "--help"], capture_output=True, text=True, check=True
    )
    assert "Exit codes: 0 done, 1 the file or the run failed, 2 wrong usage." in shown.stdout
