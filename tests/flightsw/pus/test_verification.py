import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw.ccsds import DecodeError, EncodeError
from flightsw.pus import FailureCode, FailureNotice, RequestId, VerificationReport, VerificationSubtype

REQUEST = RequestId(packet_id=0x1802, sequence_control=0xC034)

request_ids = st.builds(RequestId, packet_id=st.integers(0, 0xFFFF), sequence_control=st.integers(0, 0xFFFF))
notices = st.builds(FailureNotice, code=st.integers(0, 0xFFFF), data=st.binary(max_size=20))
reports = st.sampled_from(VerificationSubtype).flatmap(
    lambda subtype: st.builds(
        VerificationReport,
        request_id=request_ids,
        subtype=st.just(subtype),
        step=st.integers(0, 255) if subtype.has_step else st.none(),
        failure=notices if subtype.is_failure else st.none(),
    )
)


@pytest.mark.req("PUS-004")
@given(reports)
def test_round_trip(report: VerificationReport) -> None:
    assert VerificationReport.decode(report.subtype, report.encode()) == report


@pytest.mark.req("PUS-004")
def test_golden_octets() -> None:
    def encoded(**fields: object) -> str:
        return VerificationReport(request_id=REQUEST, **fields).encode().hex()  # type: ignore[arg-type]

    refused = FailureNotice(code=FailureCode.ILLEGAL_DATA, data=b"\x07")
    assert encoded(subtype=VerificationSubtype.ACCEPTED) == "1802c034"
    assert encoded(subtype=VerificationSubtype.START_FAILED, failure=refused) == "1802c034000507"
    assert encoded(subtype=VerificationSubtype.PROGRESSED, step=3) == "1802c03403"
    assert encoded(subtype=VerificationSubtype.PROGRESS_FAILED, step=3, failure=refused) == "1802c03403000507"


@pytest.mark.req("PUS-004")
@pytest.mark.parametrize(
    ("subtype", "data"),
    [(1, ""), (1, "1802c0"), (1, "1802c03400"), (2, "1802c034"), (2, "1802c03400"), (5, "1802c034"), (9, "1802c034")],
)
def test_anything_else_is_a_decode_error(subtype: int, data: str) -> None:
    with pytest.raises(DecodeError):
        VerificationReport.decode(subtype, bytes.fromhex(data))


@pytest.mark.req("PUS-004")
@pytest.mark.parametrize(
    "fields",
    [
        {"subtype": VerificationSubtype.COMPLETED, "failure": FailureNotice(code=1)},
        {"subtype": VerificationSubtype.COMPLETION_FAILED},
        {"subtype": VerificationSubtype.STARTED, "step": 1},
        {"subtype": VerificationSubtype.PROGRESSED},
        {"subtype": VerificationSubtype.PROGRESSED, "step": 256},
    ],
    ids=["success with notice", "failure without", "start with step", "progress without", "step out of range"],
)
def test_what_does_not_fit_together_is_the_callers_fault(fields: dict[str, object]) -> None:
    with pytest.raises(EncodeError):
        VerificationReport(request_id=REQUEST, **fields)  # type: ignore[arg-type]
