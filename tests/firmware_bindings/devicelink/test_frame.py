from binascii import crc_hqx

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.codec.layout import EncodeError
from firmware_bindings.devicelink import FRAME_TIMEOUT_US, Deframer, Frame

frames = st.builds(
    Frame,
    seq=st.integers(0, 255),
    op=st.integers(0, 255),
    address=st.integers(0, 0xFFFF),
    data=st.binary(max_size=64),
)


@pytest.mark.req("LNK-001")
def test_golden_octets() -> None:
    frame = Frame(seq=1, op=1, address=0x10, data=b"\x01")
    crc = crc_hqx(bytes.fromhex("01010010000101"), 0xFFFF)
    assert frame.encode().hex() == f"a55a01010010000101{crc:04x}"


@pytest.mark.req("LNK-001")
@pytest.mark.parametrize("field", [{"seq": 256}, {"op": -1}, {"address": 0x10000}, {"data": bytes(0x10000)}])
def test_fields_out_of_range_are_the_callers_fault(field: dict[str, object]) -> None:
    with pytest.raises(EncodeError):
        Frame(**{"seq": 0, "op": 0, **field}).encode()  # type: ignore[arg-type]


@pytest.mark.req("LNK-002")
@given(st.lists(frames, max_size=4), st.integers(1, 50))
def test_read_whole_bytewise_and_in_pieces(sent: list[Frame], piece: int) -> None:
    data = b"".join(frame.encode() for frame in sent)
    for size in (max(1, len(data)), 1, piece):
        deframer = Deframer()
        got = [f for at in range(0, len(data), size) for f in deframer.receive(data[at : at + size], 0)]
        assert got == sent
        assert deframer.counters.skipped_bytes == 0


@pytest.mark.req("LNK-002")
@given(st.binary(max_size=40), frames)
def test_garbage_then_silence_costs_nothing_after_it(garbage: bytes, frame: Frame) -> None:
    deframer = Deframer(max_data=64)
    deframer.receive(garbage, 0)
    assert deframer.receive(frame.encode(), FRAME_TIMEOUT_US + 1)[-1:] == [frame]


@pytest.mark.req("LNK-002")
@given(st.binary(max_size=40), frames)
def test_garbage_right_before_costs_at_most_one_frame(garbage: bytes, frame: Frame) -> None:
    deframer = Deframer(max_data=64)
    got = deframer.receive(garbage + frame.encode() * 12, 0)
    assert frame in got


@pytest.mark.req("LNK-003")
def test_a_half_sent_frame_times_out() -> None:
    frame = Frame(seq=7, op=1, data=b"\x01")
    deframer = Deframer()
    assert deframer.receive(frame.encode()[:6], 0) == []
    assert deframer.receive(b"", FRAME_TIMEOUT_US) == []
    assert deframer.receive(frame.encode(), FRAME_TIMEOUT_US + 1) == [frame]
    assert deframer.counters.timeouts == 1
    assert deframer.counters.skipped_bytes == 6


@pytest.mark.req("LNK-002")
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_noise_raises_nothing_and_memory_is_bounded(chunks: list[bytes]) -> None:
    deframer = Deframer(max_data=64)
    for at, chunk in enumerate(chunks):
        deframer.receive(chunk, at * 1000)
        assert len(deframer._buffer) < 64 + 10
