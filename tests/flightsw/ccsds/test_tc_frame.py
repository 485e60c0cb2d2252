import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import MAX_TC_PACKET_OCTETS, DecodeError, EncodeError, TcFrame, with_crc

frames = st.builds(
    TcFrame,
    is_bypass=st.just(True),
    is_control=st.booleans(),
    scid=st.integers(0, 0x3FF),
    vcid=st.integers(0, 0x3F),
    seq_count=st.integers(0, 0xFF),
    data=st.binary(min_size=1, max_size=MAX_TC_PACKET_OCTETS),
)

FRAME = TcFrame(is_bypass=True, scid=0x1A5, vcid=3, data=b"\x01\x02")
WIRE = FRAME.encode()


@pytest.mark.req("PKT-003")
def test_golden_octets() -> None:
    assert WIRE[:-2].hex() == "21a50c08000102"


@pytest.mark.req("PKT-003")
@given(frames)
def test_round_trip(frame: TcFrame) -> None:
    assert TcFrame.decode(frame.encode()) == frame
    assert len(frame.encode()) <= 1024


@pytest.mark.req("PKT-003")
@pytest.mark.parametrize(
    "octets",
    [
        b"",
        WIRE[:4],
        WIRE[:-1],
        WIRE + b"\x00",
        WIRE[:-1] + bytes([WIRE[-1] ^ 1]),
        with_crc(bytes.fromhex("61a50c08000102")),
        with_crc(bytes.fromhex("25a50c08000102")),
        with_crc(bytes.fromhex("11a50c08000102")),
        with_crc(bytes.fromhex("21a50c0600")),
    ],
    ids=["empty", "header cut", "cut", "trailing", "FECF", "version 1", "spare bit", "control in sequence", "no data"],
)
def test_anything_else_is_a_decode_error(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        TcFrame.decode(octets)


@pytest.mark.req("PKT-003")
@pytest.mark.parametrize(
    "field",
    [{"scid": 1024}, {"vcid": 64}, {"seq_count": 256}, {"data": b""}, {"data": bytes(1018)}, {"is_bypass": 1}],
    ids=lambda field: next(iter(field)),
)
def test_fields_out_of_range_are_the_callers_fault(field: dict[str, object]) -> None:
    values = {"is_bypass": True, "scid": 0, "vcid": 0, "data": b"\0", **field}
    with pytest.raises(EncodeError):
        TcFrame(**values)  # type: ignore[arg-type]


def test_control_in_sequence_is_reserved() -> None:
    with pytest.raises(EncodeError, match="reserved"):
        TcFrame(is_bypass=False, is_control=True, scid=0, vcid=0, data=b"\0")
