"""What a session has read: cut back, forked, and carried to another process through a snapshot."""

import hashlib
import json
import subprocess
import sys
from struct import pack_into, unpack_from

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.kernel import ContextFull, Model, Pace, Sampling, SnapshotError, UsageError

PROMPT = list(range(3, 23))
HEAD = 56
SAMPLING = Sampling(temperature=1.1, top_k=50, repeat_penalty=1.1, seed=7)

CONTINUE = """
import json, sys
from firmware_bindings.kernel import Model, Sampling
with Model(sys.argv[1], threads=2, context_tokens=128).session(batch_tokens=3, isa="portable") as session:
    session.restore(sys.stdin.buffer.read())
    sampling = Sampling(temperature=1.1, top_k=50, repeat_penalty=1.1, seed=7)
    made = [session.position, list(session.generate([], 20, sampling)), bytes(session.logits()).hex()]
print(json.dumps(made))
"""


@pytest.mark.req("INF-020")
def test_an_answer_goes_on_bit_for_bit_in_another_process(tiny: Model) -> None:
    """There with other threads, batches, context and instruction set."""
    with tiny.session() as whole, tiny.session() as cut:
        expected = list(whole.generate(PROMPT, 29, SAMPLING))
        answer = cut.generate(PROMPT, 29, SAMPLING)
        made = [next(answer) for _ in range(10)]
        command = [sys.executable, "-c", CONTINUE, str(tiny.path)]
        done = subprocess.run(command, input=cut.snapshot(), capture_output=True, check=True)
        position, went_on, logits = json.loads(done.stdout)
        assert position == len(PROMPT) + 9  # the tenth was chosen and not yet appended
        assert made == expected[:10]
        assert went_on == expected[9:]
        assert bytes.fromhex(logits) == bytes(whole.logits())


@pytest.mark.req("INF-020")
def test_a_snapshot_gives_the_same_bits_with_and_without_logits(tiny: Model) -> None:
    with tiny.session() as session, tiny.session() as other:
        session.prefill(PROMPT)
        other.restore(session.snapshot())
        assert (other.ids, bytes(other.logits())) == (PROMPT, bytes(session.logits()))
        session.truncate(10)
        other.restore(session.snapshot())
        with pytest.raises(UsageError, match="no logits"):
            other.greedy()
        for each in (session, other):
            each.prefill(PROMPT[10:])
        assert bytes(session.logits()) == bytes(other.logits())
        assert session.snapshot() == other.snapshot()
        session.truncate(0)
        other.restore(session.snapshot())
        assert other.ids == []


def sealed(octets: bytearray) -> bytes:
    """With the checksum that belongs to it: an enemy can compute it too."""
    return bytes(octets[:-32]) + hashlib.sha256(octets[:-32]).digest()


@pytest.fixture(scope="module")
def snapshot(tiny_path) -> bytes:
    with Model(tiny_path, threads=1, context_tokens=64).session() as session:
        session.prefill(PROMPT)
        return session.snapshot()


@pytest.mark.req("INF-021")
def test_damaged_snapshots_are_refused_and_change_nothing(tiny: Model, snapshot: bytes) -> None:
    with tiny.session() as session:
        session.prefill([5, 6])
        before = bytes(session.logits())
        cuts = [snapshot[:n] for n in [*range(0, 90), len(snapshot) // 2, len(snapshot) - 1]]
        flips = [bytearray(snapshot) for _ in range(0, len(snapshot), 999)]
        for i, flipped in enumerate(flips):
            flipped[i * 999] ^= 1 << i % 8
        for broken in [*cuts, *map(bytes, flips), snapshot + b"\0"]:
            with pytest.raises(SnapshotError):
                session.restore(broken)
        assert (session.ids, bytes(session.logits())) == ([5, 6], before)


@pytest.mark.req("INF-021")
@pytest.mark.parametrize(
    ("at", "layout", "value", "cause"),
    [
        (0, "<Q", 0, "not a snapshot"),
        (8, "<I", 3, "version 3"),
        (12, "<Q", 0, "another model"),
        (44, "<I", 21, "not the size"),
        (44, "<I", 0, "not the size"),
        (48, "<I", 0, "not the size"),
        (48, "<I", 2, "contradicts itself"),
        (52, "<I", 0, "stored as"),
        (HEAD, "<I", 512, "no such token 512"),
        (HEAD + 80, "<I", 0x7FC00000, "not finite"),
        (HEAD + 80, "<I", 0xFF800000, "not finite"),
    ],
)
def test_forged_snapshots_are_refused(tiny: Model, snapshot: bytes, at: int, layout: str, value: int, cause) -> None:
    forged = bytearray(snapshot)
    pack_into(layout, forged, at, value)
    with tiny.session() as session, pytest.raises(SnapshotError, match=cause):
        session.restore(sealed(forged))


@pytest.mark.req("INF-021")
@given(changes=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=6))
def test_whatever_a_snapshot_says_the_session_works_on(tiny_path, snapshot: bytes, changes) -> None:
    forged = bytearray(snapshot)
    for at, value in changes:
        forged[at] = value
    with Model(tiny_path, threads=1, context_tokens=64).session() as session:
        try:
            session.restore(sealed(forged))
        except (SnapshotError, ContextFull):
            assert session.position == 0
        session.prefill([5])
        assert unpack_from("<f", bytes(session.logits()))


@pytest.mark.req("INF-023")
def test_a_session_goes_on_only_with_keys_and_values_of_its_own_kind(tiny: Model) -> None:
    with tiny.session(kv="f16") as half, tiny.session(kv="f16") as other, tiny.session() as whole:
        expected = list(half.generate(PROMPT, 12))
        snapshot = half.snapshot()
        half.truncate(0)
        other.restore(snapshot)
        assert bytes(other.fork().logits()) == bytes(other.logits())
        assert list(half.generate(PROMPT, 12)) == expected
        assert half.snapshot() == snapshot
        whole.prefill(PROMPT)
        assert len(snapshot) < len(whole.snapshot())
        with pytest.raises(SnapshotError, match="stored as f16; this session stores them as f32"):
            whole.restore(snapshot)
        with pytest.raises(SnapshotError, match="stored as f32; this session stores them as f16"):
            half.restore(whole.snapshot())


@pytest.mark.req("INF-023")
@pytest.mark.parametrize("value", [0x7C00, 0x7E01, 0xFC00])
def test_a_half_that_is_not_finite_is_refused(tiny: Model, value: int) -> None:
    with tiny.session(kv="f16") as session:
        session.prefill(PROMPT)
        forged = bytearray(session.snapshot())
        pack_into("<H", forged, HEAD + 4 * len(PROMPT) + 2, value)
        with pytest.raises(SnapshotError, match="not finite"):
            session.restore(sealed(forged))


@pytest.mark.req("INF-023")
def test_keys_and_values_are_stored_in_known_ways_alone(tiny: Model) -> None:
    with pytest.raises(UsageError, match="f8; known: f32, f16"):
        tiny.session(kv="f8")


@pytest.mark.req("INF-021")
def test_a_snapshot_that_is_longer_than_the_context_is_refused(tiny_path, snapshot: bytes) -> None:
    with (
        Model(tiny_path, threads=1, context_tokens=16).session() as session,
        pytest.raises(ContextFull, match="tokens are 16"),
    ):
        session.restore(snapshot)


@pytest.mark.req("INF-019")
def test_forks_share_a_beginning_and_nothing_else(tiny: Model) -> None:
    with tiny.session() as trunk, tiny.session() as alone:
        trunk.prefill(PROMPT)
        with trunk.fork() as left, trunk.fork() as right:
            assert bytes(left.logits()) == bytes(trunk.logits())
            left.prefill([40, 41])
            right.prefill([50, 51])
            alone.prefill([*PROMPT, 50, 51])
            assert bytes(right.logits()) == bytes(alone.logits()) != bytes(left.logits())
        assert trunk.ids == PROMPT


@pytest.mark.req("INF-019")
@pytest.mark.parametrize("prompt", [PROMPT, [*PROMPT, 9], PROMPT[:5], [*PROMPT[:7], 99, 98], [77], [77, 78]])
def test_a_beginning_in_common_is_not_computed_again(tiny: Model, prompt: list[int]) -> None:
    with tiny.session() as session, tiny.session() as fresh:
        session.prefill(PROMPT)
        rest = session.reuse(prompt)
        assert 1 <= len(rest) == len(prompt) - session.position
        session.prefill(rest)
        fresh.prefill(prompt)
        assert (session.ids, bytes(session.logits())) == (prompt, bytes(fresh.logits()))


def test_no_further_than_it_has_come(tiny: Model) -> None:
    with tiny.session() as session:
        session.prefill(PROMPT)
        for position in (-1, 21, 2**32):
            with pytest.raises(UsageError, match="no such position"):
                session.truncate(position)
        with pytest.raises(UsageError, match="at least one token"):
            session.reuse([])


# Pace ---------------------------------------------------------------------------------------------------------------


@pytest.mark.req("INF-022")
@pytest.mark.parametrize(
    ("pace", "took_us", "next_us"),
    [
        (Pace(), 40_000, 40_000),
        (Pace(mtokens_per_s=20_000), 40_000, 50_000),
        (Pace(mtokens_per_s=20_000), 60_000, 60_000),
        (Pace(mtokens_per_s=3), 1, 333_333_334),
        (Pace(duty_permille=250), 40_000, 160_000),
        (Pace(duty_permille=300), 1, 4),
        (Pace(mtokens_per_s=20_000, duty_permille=900), 40_000, 50_000),
        (Pace(mtokens_per_s=0), 40_000, None),
    ],
)
def test_a_token_waits_for_rate_and_duty_cycle(pace: Pace, took_us: int, next_us: int | None) -> None:
    assert pace.next_us(0, took_us) == next_us
    assert pace.next_us(10**9, 10**9 + took_us) == (None if next_us is None else 10**9 + next_us)


@pytest.mark.req("INF-022")
def test_a_pace_may_change_between_tokens() -> None:
    pace, now_us, began = Pace(mtokens_per_s=10_000), 0, []
    for token in range(6):
        pace.mtokens_per_s = 10_000 if token < 3 else 5_000
        began.append(now_us)
        due_us = pace.next_us(now_us, now_us + 7_000)
        assert due_us is not None
        now_us = due_us
    assert began == [0, 100_000, 200_000, 300_000, 500_000, 700_000]


@pytest.mark.parametrize("wrong", [{"mtokens_per_s": -1}, {"duty_permille": 0}, {"duty_permille": 1001}])
def test_a_pace_that_makes_no_sense(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no such pace"):
        Pace(**wrong)
