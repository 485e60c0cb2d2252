"""Turns around real flight software and a real store."""

import json
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from flightsw import FlightSoftware
from flightsw.ccsds import TcSender, TmReceiver
from flightsw.mission import DICTIONARY, Mission
from flightsw.pus import AckFlags, TcPacket, TmPacket
from flightsw.shell import EffectRunner, RecordStore
from flightsw.shell.record_store import FILE_NAME


class Flight:
    """A runner and what its ground hears."""

    def __init__(self, mission: Mission, folder: Path) -> None:
        craft = mission.spacecraft
        self.folder = folder
        self.store = RecordStore(folder)
        self.runner = EffectRunner(partial(FlightSoftware, mission), self.store)
        self._apid = craft.apid
        self._sender = TcSender(craft.scid, craft.tc_vcid)
        self._receiver = TmReceiver(craft.scid, craft.tm_vcid)
        self.now_us = 0

    def command(self, name: str, **arguments: object) -> list[tuple[int, int]]:
        """Send a telecommand; the types of the reports that come down until there is none left."""
        telecommand = DICTIONARY.telecommand(name)
        packet = TcPacket(
            apid=self._apid,
            seq_count=0,
            ack=AckFlags.COMPLETION,
            service=telecommand.service,
            subtype=telecommand.subtype,
            data=telecommand.encode(telecommand.arguments.complete(arguments)),
        )
        self.now_us += 1000
        self.runner.turn(self.now_us, {"ground": self._sender.cltu(packet.encode())})
        return self.heard()

    def heard(self) -> list[tuple[int, int]]:
        packets = self._receiver.receive(self.runner.pull("ground", 2600))
        return [(packet.service, packet.subtype) for packet in map(TmPacket.decode, packets)]

    def records(self) -> dict[str, str]:
        """What a power cut now would leave."""
        self.store.close()
        with closing(RecordStore(self.folder)) as store:
            return dict(store.open().records)


@pytest.fixture
def flight(tmp_path: Path, mission: Mission) -> Iterator[Flight]:
    RecordStore.init(tmp_path).close()
    flight = Flight(mission, tmp_path)
    flight.runner.turn(0, {})
    flight.heard()
    yield flight
    flight.store.close()


@pytest.mark.req("FSW-104")
def test_what_is_acknowledged_is_durable(flight: Flight) -> None:
    assert (1, 7) in flight.command("set_ceiling", mode="ECO")
    assert flight.records()["ceiling"] == '"ECO"'


@pytest.mark.req("FSW-104")
def test_a_store_that_is_gone_fails_the_command_and_not_the_flight(flight: Flight) -> None:
    flight.store.close()
    heard = flight.command("set_ceiling", mode="ECO")
    assert {(1, 8), (5, 4)} <= set(heard)
    assert (17, 2) in flight.command("ping")


@pytest.mark.req("FSW-104")
def test_a_restart_begins_anew_from_the_store(flight: Flight) -> None:
    before = flight.runner.flight_software
    assert (1, 7) in flight.command("set_ceiling", mode="ECO")
    assert (1, 7) in flight.command("restart")
    flight.runner.turn(flight.now_us + 3_000_000, {})
    after = flight.runner.flight_software
    assert (after is before, flight.runner.restarts) == (False, 1)
    assert isinstance(after, FlightSoftware)
    assert after.mode.ceiling.name == "ECO"
    assert json.loads(flight.records()["boot"]) == {"unclean_boots": 0, "is_running": True}


@pytest.mark.req("FSW-104")
def test_a_stop_is_clean_and_closes_the_store(flight: Flight) -> None:
    flight.runner.stop(flight.now_us)
    assert json.loads(flight.records()["boot"]) == {"unclean_boots": 0, "is_running": False}


@pytest.mark.req("FSW-103")
def test_a_store_cut_short_boots_safe(flight: Flight, mission: Mission) -> None:
    assert (1, 7) in flight.command("set_ceiling", mode="ECO")
    flight.store.close()
    path = flight.folder / FILE_NAME
    path.write_bytes(path.read_bytes()[:-4096] + b"\xff" * 100)
    again = Flight(mission, flight.folder)
    again.runner.turn(0, {})
    assert (5, 4) in again.heard()
    assert isinstance(again.runner.flight_software, FlightSoftware)
    assert again.runner.flight_software.mode.commanded.mode.name == "SAFE"
    again.store.close()


@pytest.mark.req("FSW-104")
def test_the_next_deadline_is_the_flight_softwares(flight: Flight) -> None:
    assert flight.runner.next_deadline_us() == flight.runner.flight_software.next_deadline_us()
