import pytest

from firmware_bindings.devicelink import Deframer, Frame, NakReason, Operation
from firmware_bindings.devicelink.registers import power_board as regs
from hil.devices.power_board import ModelPowerBoard, Readings

MS_NS = 1_000_000
SHOWN = Readings(
    battery_mv=8100,
    battery_ma=-1500,
    battery_charge_permille=640,
    is_sunlit=True,
    temperature_centidegc=-750,
    array_mw=30_000,
    load_mw=12_345,
)


@pytest.fixture
def board() -> ModelPowerBoard:
    board = ModelPowerBoard()
    board.sensors = lambda: SHOWN
    return board


def read(board: ModelPowerBoard, address: int, count: int = 1) -> bytes:
    board.write(Frame(seq=1, op=Operation.READ, address=address, data=bytes([count])).encode())
    [reply] = Deframer().receive(board.read(), 0)
    assert reply.op == Operation.READ | 0x80
    return reply.data


@pytest.mark.req("BEN-002")
def test_registers_show_the_sensors(board: ModelPowerBoard) -> None:
    board.advance(1234 * MS_NS)
    data = read(board, 0, len(regs.REGISTERS))
    words = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4)]
    shown = {r.name: next(iter(r.unpack(word).values())) for r, word in zip(regs.REGISTERS, words, strict=True)}
    del shown["VERSION"]
    assert shown == {
        "ID": 0x5042,
        "UPTIME_MS": 1234,
        "BATTERY_MV": 8100,
        "BATTERY_MA": -1500,
        "BATTERY_CHARGE_PERMILLE": 640,
        "SUNLIGHT": 1,
        "TEMPERATURE_CENTIDEGC": -750,
        "ARRAY_MW": 30_000,
        "LOAD_MW": 12_345,
    }


@pytest.mark.req("BEN-002")
@pytest.mark.parametrize(("address", "reason"), [(0, NakReason.REFUSED), (0x400, NakReason.BAD_ADDRESS)])
def test_writes_are_refused(board: ModelPowerBoard, address: int, reason: NakReason) -> None:
    board.write(Frame(seq=1, op=Operation.WRITE, address=address, data=bytes(4)).encode())
    [reply] = Deframer().receive(board.read(), 0)
    assert (reply.op, reply.data) == (0xFF, bytes([reason]))


@pytest.mark.req("BEN-002")
def test_half_a_request_is_given_up_in_silence(board: ModelPowerBoard) -> None:
    request = Frame(seq=1, op=Operation.SYNC).encode()
    board.write(b"\xa5\x5a" + bytes(4) + b"\x00\x20" + request)  # a false header that swallows the request
    assert board.read() == b""
    due_ns = board.next_event_ns()
    assert due_ns is not None
    board.advance(due_ns)
    [reply] = Deframer().receive(board.read(), 0)
    assert reply.data[:2].hex() == "5042"
    assert board.next_event_ns() is None
