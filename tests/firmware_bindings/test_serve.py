"""The payload computer's program in a process of its own, on a pty."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_bindings.devicelink import Master, Request, Result
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.payload_computer import ComputerOperation as Op
from firmware_bindings.devicelink.payload_computer import ComputerState, FinishReason
from firmware_bindings.serve import main
from hil.models import default_model_path

DEADLINE_S = 60
ENDLESS = link.Cap(prompt_mtokens_per_s=10**9, decode_mtokens_per_s=10**9)


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """A pty: our end's descriptor, and the name of the other."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


class Asker:
    """The flight software's end of the link, on the wall clock."""

    def __init__(self, descriptor: int) -> None:
        self._line = descriptor
        self._master = Master(link.DEVICE_ID)
        self._deadline_s = time.monotonic() + DEADLINE_S

    def __call__(self, op: int, data: bytes = b"") -> Result:
        self._master.request(Request(op=op, data=data))
        while not (results := self._master.results()):
            assert time.monotonic() < self._deadline_s
            now_us = time.monotonic_ns() // 1000
            self._master.tick(now_us)
            if out := self._master.transmit(512):
                os.write(self._line, out)
            if select.select([self._line], [], [], 0.01)[0]:
                self._master.receive(os.read(self._line, 512), now_us)
        return results[0]

    def until(self, state: ComputerState) -> link.Status:
        while (status := link.status.decode(self(Op.STATUS).data)).state != state:
            pass
        return status


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process, killed in the end if it still runs."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.freerun
@pytest.mark.req("INF-105")
def test_a_question_is_answered_and_cancelled_over_a_pty(line: tuple[int, str]) -> None:
    descriptor, name = line
    command = [sys.executable, "-m", "firmware_bindings", "serve", name, "--model", str(default_model_path())]
    with started(command) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("serving ")
        ask = Asker(descriptor)
        ask(Op.LOAD, link.load.encode(link.Load(context_tokens=512)))
        ask.until(ComputerState.READY)
        ask(Op.CAP, link.cap.encode(ENDLESS))
        ask(Op.START, link.start.encode(link.Start(job=1, max_tokens=16, question=b"What is the capital of France?")))
        ask.until(ComputerState.READY)
        reply = ask(Op.TOKENS, link.tokens_request.encode(link.TokensRequest(job=1, first=0)))
        tokens = link.tokens.decode(reply.data)
        assert (tokens.text, tokens.finish) == (b"The capital of France is Paris.", FinishReason.STOP)

        ask(Op.START, link.start.encode(link.Start(job=2, max_tokens=400, question=b"Tell me a long story.")))
        ask.until(ComputerState.DECODE)
        ask(Op.CANCEL, link.cancel.encode(link.Cancel(job=2)))
        assert ask.until(ComputerState.READY).job == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0


@contextmanager
def serving(line: tuple[int, str], store: Path) -> Iterator[Asker]:
    """A program with its model loaded and no cap; killed in the end."""
    descriptor, name = line
    command = [sys.executable, "-m", "firmware_bindings", "serve", name, "--model", str(default_model_path())]
    with started([*command, "--store", str(store)]) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("serving ")
        ask = Asker(descriptor)
        ask(Op.LOAD, link.load.encode(link.Load(context_tokens=256)))
        ask.until(ComputerState.READY)
        ask(Op.CAP, link.cap.encode(ENDLESS))
        yield ask


def answered(ask: Asker, start: link.Start, tokens: int) -> tuple[tuple[int, ...], bytes]:
    """Ids and text of a job, until there are so many tokens behind those received, or it has ended."""
    ask(Op.START, link.start.encode(start))
    ids: tuple[int, ...] = ()
    text, finish = b"", FinishReason.RUNNING
    while len(ids) < tokens and finish == FinishReason.RUNNING:
        request = link.TokensRequest(job=start.job, first=start.received + len(ids))
        more = link.tokens.decode(ask(Op.TOKENS, link.tokens_request.encode(request)).data)
        ids, text, finish = ids + more.token_ids, text + more.text, FinishReason(more.finish)
    return ids, text


@pytest.mark.freerun
@pytest.mark.req("INF-106")
@pytest.mark.parametrize("temperature_permille", [0, 1000])
def test_a_killed_answer_goes_on_in_another_process(
    line: tuple[int, str], tmp_path: Path, temperature_permille: int
) -> None:
    start = link.Start(
        job=3, max_tokens=32, temperature_permille=temperature_permille, seed=7, question=b"Tell me a long story."
    )
    with serving(line, tmp_path / "other") as ask:
        whole, text = answered(ask, start, 32)
    with serving(line, tmp_path / "store") as ask:
        ask(Op.CAP, link.cap.encode(replace(ENDLESS, decode_mtokens_per_s=2000)))  # so that it is far from its end
        ids, begun = answered(ask, start, 2)
        request = link.snapshot_request.encode(link.SnapshotRequest(job=3, tokens=len(ids)))
        while link.snapshot.decode(ask(Op.SNAPSHOT, request).data).tokens < len(ids):
            pass
    assert len(list((tmp_path / "store").iterdir())) == 1
    with serving(line, tmp_path / "store") as ask:
        ask(Op.RECEIVED, link.received.encode(link.Received(job=3, first=0, token_ids=ids)))
        rest, end = answered(ask, replace(start, received=len(ids)), 32)
    assert (ids + rest, begun + end) == (whole, text)


@pytest.mark.req("INF-105")
@pytest.mark.parametrize("what", ["port", "model", "store"])
def test_what_is_missing_is_one_line(what: str, tmp_path: Path) -> None:
    model = tmp_path / "none.gguf" if what == "model" else default_model_path()
    command = [sys.executable, "-m", "firmware_bindings", "serve", str(tmp_path / "port"), "--model", str(model)]
    if what == "store":
        (tmp_path / "file").touch()
        command += ["--store", str(tmp_path / "file")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.req("INF-105")
@pytest.mark.parametrize("option", [["--threads", "-1"], ["--threads", "65"], ["--load-ms", "-5"]])
def test_options_out_of_range_are_2(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["loop://", "--model", str(default_model_path()), *option])
    assert exit_.value.code == 2
    assert "error: " in capsys.readouterr().err.splitlines()[-1]
