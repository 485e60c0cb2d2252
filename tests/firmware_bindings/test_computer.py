"""The payload computer's logic, with an engine whose answers are known."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.computer import MAX_TEXT_BYTES, PayloadComputer
from firmware_bindings.devicelink import Deframer, Frame, NakReason
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.payload_computer import ComputerOperation as Op
from firmware_bindings.devicelink.payload_computer import ComputerState, FinishReason
from firmware_bindings.engine import Checkpoint, EngineError, Finish, Prompt, Question, Step, Token

PROMPT_TOKENS = 10
CAP = link.Cap(prompt_mtokens_per_s=20_000, decode_mtokens_per_s=5_000)  # 50 ms and 200 ms a token
START = link.start.encode(link.Start(job=7, max_tokens=100, question=b"?"))


class Script:
    """Answers with the steps that it was given, and saves as it was told."""

    def __init__(self, *steps: Step | None, error: str = "") -> None:
        self.steps = steps
        self.error = error
        self.asked: list[Question] = []
        self.saves: list[Checkpoint | EngineError | None] = []

    def load(self, name: str, context_tokens: int) -> Iterator[None]:
        if name == "missing.gguf":
            raise EngineError("missing.gguf: no such file")
        yield from ()

    def answer(self, question: Question, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        self.asked.append(question)
        yield from self.steps
        if self.error:
            raise EngineError(self.error)

    def save(self) -> Checkpoint | None:
        kept = self.saves.pop(0)
        if isinstance(kept, EngineError):
            raise kept
        return kept


class Bench:
    """Asks a payload computer at chosen times."""

    def __init__(self, *steps: Step | None, error: str = "", load_us: int = 0) -> None:
        self.engine = Script(*steps, error=error)
        self.computer = PayloadComputer(self.engine, load_us=load_us)
        self._deframer = Deframer()
        self._seq = 0

    def request(self, op: int, data: bytes = b"", *, at_us: int) -> bytes | NakReason:
        self._seq = (self._seq + 1) % 256
        out = self.computer.receive(Frame(seq=self._seq, op=op, data=data).encode(), at_us)
        [reply] = self._deframer.receive(out, at_us)
        return NakReason(reply.data[0]) if reply.op == 0xFF else reply.data

    def status(self, at_us: int) -> link.Status:
        return link.status.decode(self.request(Op.STATUS, at_us=at_us))

    def tokens(self, first: int = 0, *, at_us: int, job: int = 7) -> link.Tokens:
        asked = link.TokensRequest(job=job, first=first)
        return link.tokens.decode(self.request(Op.TOKENS, link.tokens_request.encode(asked), at_us=at_us))

    def cap(self, cap: link.Cap, *, at_us: int) -> None:
        assert self.request(Op.CAP, link.cap.encode(cap), at_us=at_us) == b""

    def start(self, start: bytes = START) -> None:
        """Loaded, capped, and asked job 7, all at time 0."""
        load = link.load.encode(link.Load(context_tokens=64))
        assert self.request(Op.LOAD, load, at_us=0) == b""
        self.cap(CAP, at_us=0)
        assert self.request(Op.START, start, at_us=0) == b""

    def receive(self, first: int, *token_ids: int, job: int = 7) -> bytes | NakReason:
        """Tell what job 7 has answered before, at time 0."""
        data = link.received.encode(link.Received(job=job, first=first, token_ids=token_ids))
        return self.request(Op.RECEIVED, data, at_us=0)

    def snapshot(self, tokens: int, *, at_us: int, job: int = 7) -> link.Snapshot | NakReason:
        data = link.snapshot_request.encode(link.SnapshotRequest(job=job, tokens=tokens))
        reply = self.request(Op.SNAPSHOT, data, at_us=at_us)
        return reply if isinstance(reply, NakReason) else link.snapshot.decode(reply)


def answer(tokens: int, reason: FinishReason = FinishReason.STOP) -> tuple[Step, ...]:
    made = (Token(id=i, text=b"%d " % i) for i in range(tokens))
    return Prompt(tokens=PROMPT_TOKENS, unread=PROMPT_TOKENS), *made, Finish(reason=reason)


@pytest.mark.req("INF-101")
def test_tokens_appear_exactly_at_their_rates() -> None:
    bench = Bench(*answer(3))
    bench.start()
    for token in range(3):
        due_us = 500_000 + 200_000 * token
        assert len(bench.tokens(at_us=due_us - 1).token_ids) == token
        assert len(bench.tokens(at_us=due_us).token_ids) == token + 1
    assert bench.tokens(at_us=1_099_999).finish == FinishReason.RUNNING
    whole = bench.tokens(at_us=1_100_000)
    assert (whole.token_ids, whole.text, whole.finish) == ((0, 1, 2), b"0 1 2 ", FinishReason.STOP)
    assert bench.status(at_us=1_100_000).state == ComputerState.READY


@pytest.mark.req("INF-101")
def test_the_next_deadline_is_when_something_happens() -> None:
    bench = Bench(*answer(2))
    bench.start()
    deadlines = []
    while (deadline_us := bench.computer.next_deadline_us()) is not None:
        deadlines.append(deadline_us)
        bench.computer.advance(deadline_us)
    assert deadlines == [500_000, 700_000, 900_000]
    assert bench.computer.state is ComputerState.READY


@pytest.mark.req("INF-101")
@given(st.lists(st.integers(1, 400_000), max_size=30))
def test_when_it_is_looked_at_changes_nothing(steps_us: list[int]) -> None:
    bench = Bench(*answer(5))
    bench.start()
    now_us = 0
    for step_us in steps_us:
        now_us += step_us
        bench.computer.advance(now_us)
        expected = max(0, min(5, (now_us - 500_000) // 200_000 + 1))
        assert bench.status(now_us).generated_tokens == expected


@pytest.mark.req("INF-102")
def test_a_changed_cap_holds_from_that_instant_on() -> None:
    bench = Bench(*answer(3))
    bench.start()
    bench.cap(link.Cap(prompt_mtokens_per_s=40_000, decode_mtokens_per_s=10_000), at_us=300_000)  # 6 of 10 read
    assert bench.tokens(at_us=399_999).token_ids == ()
    assert bench.tokens(at_us=400_000).token_ids == (0,)
    bench.cap(CAP, at_us=450_000)  # half of the next token's work is done
    assert bench.tokens(at_us=549_999).token_ids == (0,)
    assert bench.tokens(at_us=550_000).token_ids == (0, 1)


@pytest.mark.req("INF-102")
def test_a_rate_of_nought_pauses() -> None:
    bench = Bench(*answer(3))
    bench.start()
    bench.cap(link.Cap(prompt_mtokens_per_s=0, decode_mtokens_per_s=0), at_us=600_000)
    assert bench.computer.next_deadline_us() is None
    assert bench.computer.rate_mtokens_per_s == 0
    assert bench.tokens(at_us=60_000_000).token_ids == (0,)
    bench.cap(CAP, at_us=60_000_000)
    assert bench.tokens(at_us=60_100_000).token_ids == (0, 1)


@pytest.mark.req("INF-102")
def test_a_slower_clock_wins_over_the_cap_and_a_faster_one_does_not() -> None:
    bench = Bench(*answer(4))
    bench.start()
    bench.computer.advance(500_000)
    bench.computer.clock = link.Cap(prompt_mtokens_per_s=0, decode_mtokens_per_s=2_500)
    assert bench.computer.rate_mtokens_per_s == 2_500
    assert bench.computer.next_deadline_us() == 900_000
    assert bench.tokens(at_us=899_999).token_ids == (0,)
    assert bench.tokens(at_us=900_000).token_ids == (0, 1)
    bench.computer.clock = link.Cap(prompt_mtokens_per_s=0, decode_mtokens_per_s=50_000)
    assert bench.tokens(at_us=1_099_999).token_ids == (0, 1)
    assert bench.tokens(at_us=1_100_000).token_ids == (0, 1, 2)


@pytest.mark.req("INF-102")
def test_a_late_engine_is_waited_for_and_not_caught_up_with() -> None:
    bench = Bench(Prompt(tokens=1, unread=1), None, None, *answer(2)[1:])  # asked for before and after a request
    bench.start()
    assert bench.tokens(at_us=50_000).token_ids == ()  # due, and not there
    assert bench.tokens(at_us=80_000).token_ids == (0,)
    assert bench.tokens(at_us=279_999).token_ids == (0,)
    assert bench.tokens(at_us=280_000).token_ids == (0, 1)


@pytest.mark.req("INF-103")
def test_cancel_stops_at_once() -> None:
    bench = Bench(*answer(5))
    bench.start()
    assert bench.request(Op.CANCEL, link.cancel.encode(link.Cancel(job=7)), at_us=700_000) == b""
    tokens = bench.tokens(at_us=5_000_000)
    assert (tokens.token_ids, tokens.finish) == ((0, 1), FinishReason.CANCELLED)


@pytest.mark.req("INF-104")
def test_an_answer_at_its_limit_ends_with_its_last_token() -> None:
    bench = Bench(
        Prompt(tokens=1, unread=1), *(Token(id=i, text=b"") for i in range(100)), Finish(reason=FinishReason.LENGTH)
    )
    bench.start()
    last_us = 50_000 + 99 * 200_000
    first = 0
    while first < 100 - link.MAX_TOKENS_PER_REPLY:
        tokens = bench.tokens(first, at_us=last_us)
        assert tokens.finish == FinishReason.RUNNING
        first += len(tokens.token_ids)
    assert bench.tokens(first, at_us=last_us).finish == FinishReason.LENGTH


@pytest.mark.req("INF-104")
def test_a_failing_engine_ends_the_job_and_says_why() -> None:
    bench = Bench(*answer(1)[:-1], error="a logit is not a number")
    bench.start()
    tokens = bench.tokens(at_us=5_000_000)
    assert (tokens.token_ids, tokens.finish) == ((0,), FinishReason.FAILED)
    assert bench.status(at_us=5_000_000).message == b"a logit is not a number"


@pytest.mark.req("INF-104")
def test_loading_takes_its_time_and_can_fail() -> None:
    bench = Bench(load_us=1_000_000)
    assert bench.request(Op.START, START, at_us=0) is NakReason.NOT_READY
    bench.request(Op.LOAD, link.load.encode(link.Load(context_tokens=64)), at_us=0)
    assert bench.status(at_us=999_999).state == ComputerState.LOADING
    assert bench.status(at_us=1_000_000).state == ComputerState.READY
    bench.request(Op.LOAD, link.load.encode(link.Load(context_tokens=64, name=b"missing.gguf")), at_us=1_000_000)
    failed = bench.status(at_us=1_000_001)
    assert (failed.state, failed.message) == (ComputerState.FAILED, b"missing.gguf: no such file")


@pytest.mark.req("INF-104")
@pytest.mark.parametrize(
    ("op", "data", "reason"),
    [
        (Op.START, START, NakReason.BUSY),
        (Op.LOAD, link.load.encode(link.Load(context_tokens=64)), NakReason.BUSY),
        (Op.TOKENS, link.tokens_request.encode(link.TokensRequest(job=8, first=0)), NakReason.BAD_VALUE),
        (Op.TOKENS, link.tokens_request.encode(link.TokensRequest(job=7, first=1)), NakReason.BAD_VALUE),
        (Op.CANCEL, link.cancel.encode(link.Cancel(job=8)), NakReason.BAD_VALUE),
        (Op.STATUS, b"x", NakReason.BAD_LENGTH),
        (Op.CAP, b"x", NakReason.BAD_LENGTH),
        (0x55, b"", NakReason.BAD_OPERATION),
    ],
)
def test_what_makes_no_sense_now_is_refused(op: int, data: bytes, reason: NakReason) -> None:
    bench = Bench(*answer(1))
    bench.start()
    assert bench.request(op, data, at_us=1) is reason


@pytest.mark.req("INF-104")
@pytest.mark.parametrize("start", [(0, 1, b"?"), (1, 0, b"?"), (1, 1, b""), (1, 1, b"\xff")])
def test_a_bad_question_is_refused(start: tuple[int, int, bytes]) -> None:
    bench = Bench()
    bench.request(Op.LOAD, link.load.encode(link.Load(context_tokens=64)), at_us=0)
    job, max_tokens, question = start
    data = link.start.encode(link.Start(job=job, max_tokens=max_tokens, question=question))
    assert bench.request(Op.START, data, at_us=1) is NakReason.BAD_VALUE


@pytest.mark.req("INF-104")
def test_long_texts_are_spread_over_replies() -> None:
    texts = [b"a" * 500, b"b" * 500, b"c" * MAX_TEXT_BYTES]
    steps = [Token(id=i, text=text) for i, text in enumerate(texts)]
    bench = Bench(Prompt(tokens=1, unread=1), *steps, Finish(reason=FinishReason.STOP, text=b"!"))
    bench.start()
    received, first, finish = b"", 0, FinishReason.RUNNING
    for _ in range(3):
        tokens = bench.tokens(first, at_us=9_000_000)
        received, first, finish = received + tokens.text, first + len(tokens.token_ids), tokens.finish
    assert finish == FinishReason.RUNNING
    tokens = bench.tokens(first, at_us=9_000_000)
    assert (received + tokens.text, tokens.finish) == (b"".join(texts) + b"!", FinishReason.STOP)


@pytest.mark.req("INF-104")
def test_a_token_too_long_for_any_reply_fails_the_job() -> None:
    bench = Bench(Prompt(tokens=1, unread=1), Token(id=5, text=bytes(MAX_TEXT_BYTES + 1)))
    bench.start()
    assert bench.tokens(at_us=9_000_000).finish == FinishReason.FAILED
    assert b"token 5" in bench.status(at_us=9_000_000).message


def resumed(received: int, max_tokens: int = 100) -> bytes:
    return link.start.encode(link.Start(job=7, max_tokens=max_tokens, received=received, question=b"?"))


@pytest.mark.req("INF-106")
def test_a_resumed_job_is_asked_with_what_was_received() -> None:
    bench = Bench(Prompt(tokens=10, unread=4), Token(id=12, text=b"c"), Finish(reason=FinishReason.STOP))
    assert bench.receive(0, 10, 99) == b""
    assert bench.receive(1, 11, 55) == b""  # it was told of two pieces, the second one anew
    bench.start(resumed(2))
    assert [question.received for question in bench.engine.asked] == [(10, 11)]
    assert bench.status(199_999).generated_tokens == 2
    tokens = bench.tokens(2, at_us=200_000)  # 4 tokens at 20 a second
    assert (tokens.first, tokens.token_ids) == (2, (12,))
    assert bench.status(200_000).generated_tokens == 3
    assert bench.tokens(3, at_us=400_000).finish == FinishReason.STOP
    data = link.tokens_request.encode(link.TokensRequest(job=7, first=1))
    assert bench.request(Op.TOKENS, data, at_us=400_000) is NakReason.BAD_VALUE


@pytest.mark.req("INF-106")
def test_a_resumed_answer_ends_at_its_limit() -> None:
    bench = Bench(Prompt(tokens=1, unread=1), Token(id=12, text=b"c"), Finish(reason=FinishReason.LENGTH))
    bench.receive(0, 10, 11)
    bench.start(resumed(2, max_tokens=3))
    tokens = bench.tokens(2, at_us=50_000)
    assert (tokens.token_ids, tokens.finish) == ((12,), FinishReason.LENGTH)


@pytest.mark.req("INF-106")
@pytest.mark.parametrize("told", [(), (1,), (1, 2, 3)])
def test_it_resumes_only_what_it_was_told_of(told: tuple[int, ...]) -> None:
    bench = Bench()
    bench.request(Op.LOAD, link.load.encode(link.Load(context_tokens=64)), at_us=0)
    assert bench.receive(0, *told) == b""
    assert bench.receive(len(told) + 1, 4) is NakReason.BAD_VALUE
    assert bench.request(Op.START, resumed(len(told) + 1), at_us=1) is NakReason.BAD_VALUE
    assert bench.request(Op.START, resumed(3, max_tokens=2), at_us=1) is NakReason.BAD_VALUE
    assert bench.receive(0, 5, job=8) == b""
    assert bench.request(Op.START, resumed(1), at_us=1) is NakReason.BAD_VALUE


@pytest.mark.req("INF-107")
def test_a_snapshot_is_asked_for_until_it_is_there() -> None:
    bench = Bench(*answer(5))
    bench.start()
    kept = Checkpoint(tokens=2, octets=1000, digest=b"01234567")
    bench.engine.saves = [None, kept]
    assert bench.snapshot(2, at_us=700_000) == link.Snapshot(job=7, tokens=0, octets=0, digest=bytes(8))
    there = link.Snapshot(job=7, tokens=2, octets=1000, digest=b"01234567")
    assert bench.snapshot(2, at_us=700_000) == there
    assert bench.snapshot(1, at_us=700_000) == there  # which is enough
    assert bench.snapshot(3, at_us=700_000) is NakReason.BAD_VALUE
    assert bench.snapshot(2, at_us=700_000, job=8) is NakReason.BAD_VALUE


@pytest.mark.req("INF-107")
def test_there_is_something_to_keep_only_while_it_answers() -> None:
    bench = Bench(*answer(1))
    bench.start()
    assert bench.snapshot(0, at_us=499_999) is NakReason.NOT_READY
    assert bench.snapshot(0, at_us=500_000) == link.Snapshot(job=7, tokens=0, octets=0, digest=bytes(8))
    assert bench.snapshot(0, at_us=700_000) is NakReason.NOT_READY


@pytest.mark.req("INF-107")
def test_what_can_not_be_kept_is_said_and_the_answer_goes_on() -> None:
    bench = Bench(*answer(2))
    bench.start()
    bench.engine.saves = [EngineError("disk full")]
    assert bench.snapshot(1, at_us=500_000) is NakReason.REFUSED
    assert bench.status(at_us=500_000).message == b"disk full"
    assert bench.tokens(at_us=900_000).token_ids == (0, 1)
