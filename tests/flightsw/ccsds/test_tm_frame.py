import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import DecodeError, EncodeError, TmFrame, TmFrameHeader, with_crc

frames = st.builds(
    TmFrame,
    scid=st.integers(0, 0x3FF),
    vcid=st.integers(0, 7),
    mc_count=st.integers(0, 0xFF),
    vc_count=st.integers(0, 0xFF),
    first_header_pointer=st.sampled_from([0, 1, 243, 0x7FE, 0x7FF]),
    data=st.binary(min_size=244, max_size=244),
    ocf=st.binary(min_size=4, max_size=4),
)

VALUES = {"scid": 0x1A5, "vcid": 1, "mc_count": 2, "vc_count": 3, "first_header_pointer": 0, "ocf": b"\1\2\3\4"}
WIRE = TmFrame(**VALUES, data=bytes(4)).encode()  # type: ignore[arg-type]


@pytest.mark.req("PKT-004")
def test_golden_octets() -> None:
    assert WIRE[:-2].hex() == "1a53020318000000000001020304"


@pytest.mark.req("PKT-004")
@given(frames)
def test_round_trip(frame: TmFrame) -> None:
    assert TmFrame.decode(frame.encode()) == frame
    assert len(frame.encode()) == 256


@pytest.mark.req("PKT-004")
@pytest.mark.parametrize(
    "octets",
    [
        b"",
        with_crc(bytes(10)),
        WIRE[:-1],
        with_crc(bytes.fromhex("5a53020318000000000001020304")),
        with_crc(bytes.fromhex("1a52020318000000000001020304")),
        with_crc(bytes.fromhex("1a53020398000000000001020304")),
        with_crc(bytes.fromhex("1a53020358000000000001020304")),
        with_crc(bytes.fromhex("1a53020318040000000001020304")),
    ],
    ids=["empty", "no data", "FECF", "version 1", "no OCF", "secondary header", "not packets", "pointer beyond data"],
)
def test_anything_else_is_a_decode_error(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        TmFrame.decode(octets)


@pytest.mark.req("PKT-004")
@pytest.mark.parametrize(
    "field",
    [{"scid": 1024}, {"vcid": 8}, {"mc_count": 256}, {"first_header_pointer": 4}, {"ocf": b""}, {"data": b""}],
    ids=lambda field: next(iter(field)),
)
def test_fields_out_of_range_are_the_callers_fault(field: dict[str, object]) -> None:
    with pytest.raises(EncodeError):
        TmFrame(**{**VALUES, "data": bytes(4), **field})  # type: ignore[arg-type]


def test_headers_of_other_profiles_are_headers() -> None:
    header = TmFrameHeader(scid=1, vcid=0, has_ocf=False, is_synchronous_data=True, first_header_pointer=0x123)
    assert TmFrameHeader.decode(header.encode()) == header
