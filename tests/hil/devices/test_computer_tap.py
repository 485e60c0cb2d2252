import pytest

from firmware_bindings.devicelink import Frame
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.payload_computer import ComputerOperation as Op
from firmware_bindings.devicelink.payload_computer import ComputerState, FinishReason
from hil.devices.computer_tap import ComputerTap

CAP = Frame(seq=1, op=Op.CAP, data=link.cap.encode(link.Cap(prompt_mtokens_per_s=60_000, decode_mtokens_per_s=12_000)))
START = Frame(seq=2, op=Op.START, data=link.start.encode(link.Start(job=1, max_tokens=8, question=b"?")))
CANCEL = Frame(seq=5, op=Op.CANCEL, data=link.cancel.encode(link.Cancel(job=1)))


def tokens(count: int, finish: FinishReason) -> bytes:
    reply = link.Tokens(job=1, finish=finish, first=0, token_ids=tuple(range(count)), text=b"")
    return Frame(seq=3, op=Op.TOKENS | 0x80, data=link.tokens.encode(reply)).encode()


@pytest.mark.req("BEN-004")
def test_it_follows_a_job() -> None:
    tap = ComputerTap()
    tap.asked(CAP.encode(), 0)
    assert (tap.state, tap.rate_mtokens_per_s) == (ComputerState.EMPTY, 0)
    tap.asked(START.encode(), 0)
    assert (tap.state, tap.rate_mtokens_per_s) == (ComputerState.PROMPT, 60_000)
    tap.answered(tokens(0, FinishReason.RUNNING), 0)
    assert tap.state is ComputerState.PROMPT
    tap.answered(tokens(2, FinishReason.RUNNING), 0)
    assert (tap.state, tap.rate_mtokens_per_s) == (ComputerState.DECODE, 12_000)
    tap.answered(tokens(2, FinishReason.STOP), 0)
    assert (tap.state, tap.rate_mtokens_per_s) == (ComputerState.READY, 0)


@pytest.mark.req("BEN-004")
def test_it_believes_the_computers_own_word_and_no_noise() -> None:
    tap = ComputerTap()
    status = link.Status(state=ComputerState.LOADING, job=0, prompt_tokens=0, generated_tokens=0, uptime_ms=0)
    tap.answered(Frame(seq=1, op=Op.STATUS | 0x80, data=link.status.encode(status)).encode(), 0)
    assert tap.state is ComputerState.LOADING
    tap.answered(Frame(seq=1, op=Op.STATUS | 0x80, data=b"\x09" * 13).encode(), 0)
    tap.answered(Frame(seq=1, op=Op.TOKENS | 0x80, data=b"?").encode(), 0)
    tap.asked(bytes(range(256)), 0)
    assert tap.state is ComputerState.LOADING
    tap.asked(START.encode() + CANCEL.encode(), 0)
    assert tap.state is ComputerState.READY
