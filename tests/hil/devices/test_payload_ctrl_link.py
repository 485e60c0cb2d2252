"""The device link of every payload controller, model and RTL alike: refusals, repeats, garbage, silence, noise."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_bindings.devicelink import Frame, NakReason, Operation
from firmware_bindings.devicelink.registers import payload_ctrl as regs

ID = Frame(seq=200, op=Operation.READ, address=regs.ID.address, data=b"\x01").encode()
ID_REPLY = Frame(seq=200, op=0x81, address=regs.ID.address, data=bytes.fromhex("00005043"))
NOT_SYNC = b"\x00\xff\xa5"


def nak(seq: int, reason: NakReason, address: int = 0) -> Frame:
    return Frame(seq=seq, op=0xFF, address=address, data=bytes([reason]))


@pytest.mark.req("RTL-002")
@pytest.mark.parametrize(
    ("op", "data", "reason"),
    [
        (0x03, b"", NakReason.BAD_OPERATION),
        (0x10, b"", NakReason.BAD_OPERATION),
        (0x81, b"\x01", NakReason.BAD_OPERATION),
        (0x80, b"", NakReason.BAD_OPERATION),
        (0xFF, b"\x01", NakReason.BAD_OPERATION),
        (Operation.SYNC, b"\x00", NakReason.BAD_LENGTH),
        (Operation.READ, b"", NakReason.BAD_LENGTH),
        (Operation.READ, b"\x00", NakReason.BAD_LENGTH),
        (Operation.READ, b"\x11", NakReason.BAD_LENGTH),
        (Operation.READ, b"\x01\x01", NakReason.BAD_LENGTH),
        (Operation.WRITE, b"", NakReason.BAD_LENGTH),
        (Operation.WRITE, bytes(3), NakReason.BAD_LENGTH),
        (Operation.WRITE, bytes(63), NakReason.BAD_LENGTH),
        (Operation.WRITE, bytes(64), NakReason.BAD_ADDRESS),
    ],
)
def test_refusals_have_a_reason(controller, op: int, data: bytes, reason: NakReason) -> None:
    assert controller.exchange(Frame(seq=9, op=op, data=data).encode()) == [nak(9, reason)]


@pytest.mark.req("RTL-002")
def test_a_repeated_sequence_number_is_answered_and_not_executed(controller) -> None:
    read = Frame(seq=7, op=Operation.READ, address=regs.UPTIME_MS.address, data=b"\x01").encode()
    first = controller.exchange(read)
    controller.run(100)
    assert controller.exchange(read) == first
    other = Frame(seq=7, op=Operation.WRITE, address=regs.TARGET.address, data=bytes([0, 0, 0, 4])).encode()
    assert controller.exchange(other) == first
    assert controller.device.rails == 0
    later = controller.exchange(Frame(seq=8, op=Operation.READ, address=regs.UPTIME_MS.address, data=b"\x01").encode())
    assert later[0].data > first[0].data


@pytest.mark.req("RTL-002")
def test_a_repeated_refusal_is_the_same_refusal(controller) -> None:
    up = Frame(seq=7, op=Operation.WRITE, address=regs.TARGET.address, data=bytes([0, 0, 0, 9])).encode()
    expected = [nak(7, NakReason.BAD_VALUE, regs.TARGET.address)]
    assert controller.exchange(up) == expected
    assert controller.exchange(up) == expected


@pytest.mark.req("RTL-002")
def test_sync_forgets_the_stored_reply(controller) -> None:
    read = Frame(seq=7, op=Operation.READ, address=regs.UPTIME_MS.address, data=b"\x01").encode()
    first = controller.exchange(read)
    controller.exchange(Frame(seq=7, op=Operation.SYNC).encode())
    controller.run(10)
    [later] = controller.exchange(read)
    assert later.op == first[0].op
    assert later.data > first[0].data


@pytest.mark.req("RTL-002")
@pytest.mark.parametrize("bit", range(16, 8 * len(ID)))
def test_no_single_bit_error_is_answered(controller, bit: int) -> None:
    damaged = bytearray(ID)
    damaged[bit // 8] ^= 0x80 >> bit % 8
    assert controller.exchange(bytes(damaged), ms=30) == []
    assert controller.exchange(ID) == [ID_REPLY]


@pytest.mark.req("RTL-010")
@pytest.mark.parametrize(
    "garbage",
    [
        b"\xa5",
        b"\x5a",
        b"\xa5\xa5",
        b"\xa5\x5a" + bytes(4) + b"\x00\x41",
        b"\xa5\x5a" + bytes(4) + b"\xff\xff",
        b"\xa5\x5a" + bytes(4) + b"\x00\x00" + b"\xa5\x5a",
        ID[:-1] + b"\x00",
        bytes(200),
        b"\xa5\x5a" * 60 + b"\x00" * 11,
        bytes(range(256)),
    ],
    ids=lambda garbage: garbage[:8].hex(),
)
def test_garbage_before_a_frame_costs_nothing(controller, garbage: bytes) -> None:
    assert controller.exchange(garbage + ID) == [ID_REPLY]


@pytest.mark.req("RTL-010")
def test_a_false_header_gives_back_the_frame_it_swallowed(controller) -> None:
    false_header = b"\xa5\x5a" + bytes(4) + b"\x00\x40"  # wants 66 more octets
    controller.device.write(false_header + ID)
    assert controller.run(18) == b""
    assert controller.exchange(b"", ms=20) == [ID_REPLY]  # after 20 ms of silence
    assert controller.exchange(false_header + ID + bytes(55)) == [ID_REPLY]


@pytest.mark.req("RTL-010")
@pytest.mark.parametrize("length", range(1, len(ID)))
def test_half_a_frame_is_given_up_after_silence(controller, length: int) -> None:
    controller.device.write(ID[:length])
    controller.run(40)
    assert controller.exchange(ID[length:] + ID) == [ID_REPLY]


@pytest.mark.req("RTL-010")
def test_a_pause_below_the_time_out_is_no_silence(controller) -> None:
    controller.device.write(ID[:5])
    controller.run(15)
    controller.device.write(ID[5:6])
    controller.run(15)
    assert controller.exchange(ID[6:]) == [ID_REPLY]


@pytest.mark.req("RTL-002")
def test_requests_in_one_breath_are_answered_in_order(controller) -> None:
    requests = [Frame(seq=s, op=Operation.READ, address=regs.ID.address, data=b"\x01").encode() for s in range(8)]
    controller.device.write(b"".join(requests))
    expected = b"".join(Frame(seq=s, op=0x81, data=bytes.fromhex("00005043")).encode() for s in range(8))
    assert controller.run(30) == expected


@pytest.mark.req("RTL-010")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.binary(max_size=40), st.just(b"\xa5\x5a"), st.just(ID)), max_size=6), st.booleans())
def test_noise_costs_at_most_one_frame(make_device, make_driver, noise: list[bytes], has_pause: bool) -> None:
    driver = make_driver(make_device())
    driver.device.write(b"".join(noise))
    driver.run(60 if has_pause else 25)
    replies = driver.exchange(ID, ms=30)
    if has_pause:
        assert replies == [ID_REPLY]
    else:
        driver.run(40)
        assert driver.exchange(ID) == [ID_REPLY]
    assert driver.device.rails == 0
