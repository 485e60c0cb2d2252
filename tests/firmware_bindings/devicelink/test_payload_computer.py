import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.codec.layout import DecodeError
from firmware_bindings.devicelink import MAX_DATA_BYTES
from firmware_bindings.devicelink import payload_computer as pc

u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)

tokens = st.builds(
    pc.Tokens,
    job=u32,
    finish=st.sampled_from(pc.FinishReason),
    first=u16,
    token_ids=st.lists(u32, max_size=pc.MAX_TOKENS_PER_REPLY).map(tuple),
    text=st.binary(max_size=200),
)

starts = st.builds(
    pc.Start,
    job=u32,
    max_tokens=u16,
    received=u16,
    temperature_permille=u32,
    top_k=u32,
    top_p_permille=u16,
    min_p_permille=u16,
    repeat_penalty_permille=u16,
    seed=st.integers(0, 2**64 - 1),
    question=st.binary(max_size=900),
)

received = st.builds(
    pc.Received, job=u32, first=u16, token_ids=st.lists(u32, max_size=pc.MAX_IDS_PER_REQUEST).map(tuple)
)


@pytest.mark.req("LNK-008")
@given(tokens)
def test_tokens_round_trip(value: pc.Tokens) -> None:
    assert pc.tokens.decode(pc.tokens.encode(value)) == value


@pytest.mark.req("LNK-008")
@given(starts)
def test_start_round_trip(value: pc.Start) -> None:
    assert pc.start.decode(pc.start.encode(value)) == value


@pytest.mark.req("LNK-008")
@given(received)
def test_received_round_trip(value: pc.Received) -> None:
    data = pc.received.encode(value)
    assert pc.received.decode(data) == value
    assert len(data) <= MAX_DATA_BYTES


@pytest.mark.req("LNK-008")
def test_golden_octets() -> None:
    value = pc.Tokens(job=1, finish=pc.FinishReason.STOP, first=2, token_ids=(7042,), text=b" Paris")
    assert pc.tokens.encode(value).hex() == "00000001" + "01" + "0002" + "01" + "00001b82" + b" Paris".hex()
    kept = pc.Snapshot(job=1, tokens=2, octets=3, digest=b"01234567")
    assert pc.snapshot.encode(kept).hex() == "00000001" + "0002" + "00000003" + "3031323334353637"


@pytest.mark.req("LNK-008")
@pytest.mark.parametrize(
    ("codec", "data"),
    [(pc.cap, bytes(7)), (pc.cap, bytes(9)), (pc.tokens, bytes(7)), (pc.cancel, b""), (pc.start, bytes(29))],
    ids=["short", "trailing", "short tokens", "empty", "short start"],
)
def test_anything_else_is_a_decode_error(codec: object, data: bytes) -> None:
    with pytest.raises(DecodeError):
        codec.decode(data)  # type: ignore[attr-defined]
