import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flightsw.ccsds import CltuReceiver, encode_cltu

IDLE = b"\x55" * 8
FRAME = bytes(range(20))

frames = st.binary(min_size=1, max_size=1024)
both = pytest.mark.parametrize("correct", [False, True], ids=["detect", "correct"])


def fill(frame: bytes) -> bytes:
    """The frame as a candidate: with its fill."""
    return frame + b"\x55" * (-len(frame) % 7)


def flip(data: bytes, bit: int) -> bytes:
    return data[: bit // 8] + bytes([data[bit // 8] ^ 0x80 >> bit % 8]) + data[bit // 8 + 1 :]


def receive(receiver: CltuReceiver, data: bytes, piece: int) -> list[bytes]:
    return [frame for at in range(0, len(data), piece) for frame in receiver.receive(data[at : at + piece])]


@pytest.mark.req("PKT-007")
@both
@given(st.lists(frames, max_size=3), st.integers(1, 40))
def test_read_whole_bytewise_and_in_pieces(correct: bool, sent: list[bytes], piece: int) -> None:
    data = b"".join(encode_cltu(frame) for frame in sent)
    for size in (max(1, len(data)), 1, piece):
        receiver = CltuReceiver(correct=correct)
        assert receive(receiver, data, size) == [fill(frame) for frame in sent]
        counters = receiver.counters
        assert (counters.cltus, counters.rejected_codeblocks, counters.skipped_octets) == (len(sent), 0, 0)


@pytest.mark.req("PKT-007")
@both
@given(frames, st.binary(max_size=64), st.binary(max_size=64))
def test_found_between_anything(correct: bool, frame: bytes, before: bytes, after: bytes) -> None:
    """Noise that looks like a start sequence may cost what follows it, so here it does not."""
    if correct:
        assume(CltuReceiver(correct=True).receive(before + bytes(2000)) == [])
    else:
        assume(b"\xeb\x90" not in before + b"\xeb")
    receiver = CltuReceiver(correct=correct)
    assert fill(frame) in receiver.receive(before + encode_cltu(frame) + IDLE + after)
    assert fill(frame) not in receiver.receive(IDLE)


@pytest.mark.req("PKT-007")
@both
@given(st.lists(st.binary(max_size=3000), max_size=5))
def test_noise_raises_nothing_and_is_held_for_no_longer_than_a_cltu(correct: bool, chunks: list[bytes]) -> None:
    receiver = CltuReceiver(correct=correct)
    received = 0
    for chunk in [*chunks, IDLE * 200]:
        received += len(chunk)
        for candidate in receiver.receive(chunk):
            assert 7 <= len(candidate) <= 148 * 7
    assert receiver.counters.skipped_octets <= received
    assert receiver.receive(encode_cltu(FRAME) + IDLE) == [fill(FRAME)]


@pytest.mark.req("PKT-007")
def test_an_endless_cltu_is_cut_off() -> None:
    receiver = CltuReceiver()
    (candidate,) = receiver.receive(encode_cltu(bytes(3000)))
    assert candidate == bytes(148 * 7)
    assert receiver.counters.skipped_octets > 2000


@pytest.mark.req("PKT-007")
def test_a_lost_tail_costs_no_other_cltu() -> None:
    receiver = CltuReceiver(correct=False)
    assert receiver.receive(encode_cltu(FRAME)[:-8] + encode_cltu(FRAME)) == [fill(FRAME)] * 2
    assert receiver.counters.rejected_codeblocks == 1


@pytest.mark.req("PKT-007")
def test_what_is_skipped_is_counted() -> None:
    receiver = CltuReceiver()
    receiver.receive(b"\x00" * 10 + IDLE + encode_cltu(FRAME) + b"\x00" * 11)
    assert receiver.counters.skipped_octets == 20  # the last octet may yet be half a start sequence


def test_a_start_without_a_codeblock_is_no_cltu() -> None:
    receiver = CltuReceiver(correct=False)
    assert receiver.receive(b"\xeb\x90" + b"\x01" * 8 + encode_cltu(FRAME)) == [fill(FRAME)]
    assert (receiver.counters.cltus, receiver.counters.rejected_codeblocks) == (1, 1)


@pytest.mark.req("PKT-008")
@pytest.mark.parametrize("bit", range(8 * len(encode_cltu(FRAME))))
def test_any_one_wrong_bit_is_corrected(bit: int) -> None:
    receiver = CltuReceiver(correct=True)
    candidates = receiver.receive(flip(encode_cltu(FRAME), bit) + IDLE + encode_cltu(FRAME) + IDLE)
    assert [candidate[: len(FRAME)] for candidate in candidates] == [FRAME, FRAME]


@pytest.mark.req("PKT-008")
def test_one_wrong_bit_in_every_codeblock_is_corrected() -> None:
    cltu = encode_cltu(bytes(1024))
    for block in range(147):
        cltu = flip(cltu, 16 + 64 * block + block % 63)
    receiver = CltuReceiver(correct=True)
    assert receiver.receive(cltu) == [fill(bytes(1024))]
    assert receiver.counters.corrected_codeblocks == 147


@pytest.mark.req("PKT-008")
@pytest.mark.parametrize("bit", [16, 40, 16 + 62, 16 + 64])
def test_without_correction_a_wrong_bit_ends_the_cltu(bit: int) -> None:
    receiver = CltuReceiver(correct=False)
    decoded = 7 * ((bit - 16) // 64)
    candidates = receiver.receive(flip(encode_cltu(FRAME), bit))
    assert candidates == ([FRAME[:decoded]] if decoded else [])
    assert receiver.counters.rejected_codeblocks == 1
