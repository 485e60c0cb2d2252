import pytest
from serial import SerialException, serial_for_url

import hil  # noqa: F401 - registers the URLs
from firmware_bindings.devicelink import Frame, Operation
from firmware_bindings.devicelink.registers import power_board as regs
from hil.devices import DeviceError, instances, is_port, make_device
from hil.devices.power_board import ModelPowerBoard, Readings

SYNC = Frame(seq=1, op=Operation.SYNC).encode()


@pytest.mark.req("BEN-001")
@pytest.mark.parametrize(("url", "device_id"), [("model://payload_ctrl", "5043"), ("model://power_board", "5042")])
def test_a_url_opens_a_device_of_its_own(url: str, device_id: str) -> None:
    with serial_for_url(url, timeout=0.1) as port:
        port.write(SYNC)
        assert port.read(16)[8:10].hex() == device_id


@pytest.mark.req("BEN-001")
def test_a_read_lets_the_devices_own_time_pass() -> None:
    with serial_for_url("model://power_board", timeout=0.25) as port:
        assert port.read(1) == b""
        port.write(Frame(seq=1, op=Operation.READ, address=regs.UPTIME_MS.address, data=b"\x01").encode())
        assert int.from_bytes(port.read(14)[8:12], "big") == 250


@pytest.mark.req("BEN-001")
def test_a_url_names_the_benchs_instance() -> None:
    board = ModelPowerBoard()
    board.sensors = lambda: Readings(battery_mv=8000)
    instances["model://power_board"] = board
    try:
        with serial_for_url("model://power_board", timeout=1) as port:
            port.write(Frame(seq=1, op=Operation.READ, address=regs.BATTERY_MV.address, data=b"\x01").encode())
            assert int.from_bytes(port.read(14)[8:12], "big") == 8000
            with pytest.raises(SerialException, match="only the bench moves time"):
                port.read(1)
    finally:
        del instances["model://power_board"]


@pytest.mark.req("BEN-001")
def test_a_device_that_is_none_is_refused() -> None:
    with pytest.raises(SerialException, match="known: model://payload_ctrl"):
        serial_for_url("model://nothing")
    with pytest.raises(DeviceError, match="no simulated device"):
        make_device("model://nothing")
    with pytest.raises(DeviceError, match="volts"):
        make_device("model://power_board?volts=3")


@pytest.mark.parametrize(
    ("url", "expected"), [("/dev/ttyUSB0", True), ("rfc2217://lab:7000", True), ("rtl://payload_ctrl", False)]
)
def test_ports_are_told_from_simulations(url: str, expected: bool) -> None:
    assert is_port(url) is expected
