import os
import select
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from flightsw.core import PORTS
from flightsw.shell import DEVICE_BAUD, GROUND_BAUD, Port, PortError, PortOption


@pytest.mark.req("FSW-107")
def test_an_option_names_port_and_baud() -> None:
    assert PortOption.parse("ground=/dev/ttyS0", PORTS) == PortOption(name="ground", url="/dev/ttyS0", baud=GROUND_BAUD)
    assert PortOption.parse("power_board=loop://", PORTS).baud == DEVICE_BAUD
    assert PortOption.parse("ground=loop://,9600", PORTS).baud == 9600


@pytest.mark.req("FSW-107")
@pytest.mark.parametrize("text", ["", "ground", "ground=", "radio=/dev/ttyS0", "ground=loop://,fast", "ground=x,0"])
def test_a_wrong_option_says_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match=r"NAME|baud"):
        PortOption.parse(text, PORTS)


@pytest.mark.req("FSW-107")
def test_a_port_that_does_not_exist_is_named() -> None:
    with pytest.raises(PortError, match="power_board: /dev/none"):
        Port(PortOption(name="power_board", url="/dev/none", baud=9600), print).open()


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    """A pty in raw mode: its controlling end, and the path of the other."""
    controller, device = os.openpty()
    tty.setraw(device)
    yield controller, os.ttyname(device)
    os.close(device)
    os.close(controller)


@pytest.mark.req("FSW-107")
def test_octets_are_pulled_at_the_baud_rate(pty: tuple[int, str]) -> None:
    controller, path = pty
    port = Port(PortOption(name="ground", url=path, baud=100_000), print)
    port.open()
    asked: list[int] = []

    def pull(name: str, max_bytes: int) -> bytes:
        asked.append(max_bytes)
        return bytes(max_bytes)

    for now_us in range(0, 101_000, 1000):
        port.write(now_us, pull)
    assert sum(asked) == 1000
    got = b""
    while len(got) < 1000:
        got += os.read(controller, 4096)
    assert got == bytes(1000)
    port.close()


@pytest.mark.req("FSW-107")
def test_what_arrives_is_read_without_waiting(pty: tuple[int, str]) -> None:
    controller, path = pty
    port = Port(PortOption(name="ground", url=path, baud=9600), print)
    port.open()
    assert port.read(0) == b""
    os.write(controller, b"\x00\xffhello")
    got = b""
    while len(got) < 7:
        select.select([port.fileno()], [], [])
        got += port.read(0)
    assert got == b"\x00\xffhello"
    port.close()


@pytest.mark.req("FSW-108")
def test_a_lost_port_is_said_once_and_opened_again(tmp_path: Path) -> None:
    link = tmp_path / "ground"
    controller, device = os.openpty()
    link.symlink_to(os.ttyname(device))
    said: list[str] = []
    port = Port(PortOption(name="ground", url=str(link), baud=9600), said.append)
    port.open()
    os.close(device)
    os.close(controller)
    link.unlink()
    for now_us in range(0, 3_000_000, 100_000):
        assert port.read(now_us) == b""
        port.write(now_us, lambda _, max_bytes: bytes(max_bytes))
    assert len(said) == 1
    assert "lost" in said[0]
    assert port.fileno() is None
    controller, device = os.openpty()
    link.symlink_to(os.ttyname(device))
    port.read(5_000_000)
    assert len(said) == 2
    assert "back" in said[1]
    port.close()
    os.close(device)
    os.close(controller)
