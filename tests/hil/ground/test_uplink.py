import pytest

from flightsw.pus import RequestId
from hil.ground.request import Request
from hil.ground.uplink import HOLD_US, Uplink


def request(count: int) -> Request:
    return Request(id=RequestId(packet_id=0x1864, sequence_control=0xC000 | count), name="ping", arguments={})


@pytest.mark.req("GND-001")
def test_telecommands_leave_in_order_and_in_pieces():
    uplink, first, second = Uplink(), request(1), request(2)
    uplink.add(first, b"abc")
    uplink.add(second, b"defg")
    assert uplink.pending == 7
    pulled = uplink.pull(2)
    assert (pulled.octets, pulled.begun, pulled.ended) == (b"ab", (first,), ())
    pulled = uplink.pull(2)
    assert (pulled.octets, pulled.begun, pulled.ended) == (b"cd", (second,), (first,))
    assert uplink.pending == 3
    assert uplink.pull(100).octets == b"efg"
    assert uplink.pull(100).octets == b""
    assert (uplink.octets_sent, uplink.frames_sent) == (7, 2)


@pytest.mark.req("GND-007")
def test_one_that_is_held_back_holds_back_all_behind_it():
    uplink, awaited, held, last = Uplink(), request(1), request(2), request(3)
    for each in (awaited, held, last):
        uplink.add(each, b"x")
    uplink.hold(held, awaited)
    assert uplink.pending == 1
    assert uplink.hold_until_us is None
    assert uplink.pull(100).ended == (awaited,)
    assert uplink.pull(100).octets == b""
    awaited.uplinked_us = 5
    assert uplink.hold_until_us == 5 + HOLD_US
    uplink.release()
    assert uplink.pull(100).ended == (held, last)
