"""The loop over real ports: a ground on a pty, no boards at all."""

import os
import time
import tty
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from flightsw import FlightSoftware
from flightsw.ccsds import TcSender, TmReceiver
from flightsw.mission import Mission
from flightsw.pus import AckFlags, TcPacket, TmPacket
from flightsw.shell import EffectRunner, Port, PortOption, RecordStore, free_run

DEADLINE_S = 60


@pytest.mark.freerun
@pytest.mark.req("FSW-109")
def test_a_ping_on_a_pty_is_answered_and_a_stop_is_clean(tmp_path: Path, mission: Mission) -> None:
    craft = mission.spacecraft
    controller, device = os.openpty()
    tty.setraw(device)
    os.set_blocking(controller, False)
    RecordStore.init(tmp_path).close()
    runner = EffectRunner(partial(FlightSoftware, mission), RecordStore(tmp_path))
    port = Port(PortOption(name="ground", url=os.ttyname(device), baud=1_000_000), print)
    port.open()
    packet = TcPacket(apid=craft.apid, seq_count=1, ack=AckFlags(15), service=17, subtype=1).encode()
    os.write(controller, TcSender(craft.scid, craft.tc_vcid).cltu(packet))
    receiver = TmReceiver(craft.scid, craft.tm_vcid)
    heard: list[tuple[int, int]] = []
    end_s = time.monotonic() + DEADLINE_S

    def is_over() -> bool:
        try:
            packets = receiver.receive(os.read(controller, 65536))
        except BlockingIOError:
            packets = []
        heard.extend((packet.service, packet.subtype) for packet in map(TmPacket.decode, packets))
        return (17, 2) in heard or time.monotonic() > end_s

    free_run(runner, [port], lambda: time.monotonic_ns() // 1000, is_over)
    port.close()
    os.close(device)
    os.close(controller)
    assert [kind for kind in heard if kind[0] in (1, 17)] == [(1, 1), (1, 3), (1, 7), (17, 2)]
    with closing(RecordStore(tmp_path)) as store:
        assert '"is_running":false' in store.open().records["boot"]
