import pytest

from firmware_bindings.devicelink import Deframer, Frame, NakReason, Operation
from firmware_bindings.devicelink.registers import power_board as regs
from hil.devices.power_board import ModelPowerBoard, Readings
from hil.devices.power_board_control import Loads

MS_NS = 1_000_000
SHOWN = Readings(
    battery_mv=8100,
    battery_ma=-1500,
    battery_charge_permille=640,
    is_sunlit=True,
    temperature_centidegc=-750,
    array_mw=30_000,
    load_mw=12_345,
    array_mv=17_500,
    array_ma=1714,
    battery_temperature_centidegc=-1250,
    panel_temperature_centidegc=6400,
    bus_mv=8050,
    heater_mw=5000,
)


@pytest.fixture
def board() -> ModelPowerBoard:
    board = ModelPowerBoard()
    board.sensors = lambda: SHOWN
    return board


def read(board: ModelPowerBoard, address: int, count: int = 1) -> bytes:
    board.write(Frame(seq=0, op=Operation.SYNC).encode())
    board.write(Frame(seq=1, op=Operation.READ, address=address, data=bytes([count])).encode())
    reply = Deframer().receive(board.read(), 0)[-1]
    assert reply.op == Operation.READ | 0x80
    return reply.data


def shown(board: ModelPowerBoard, name: str) -> int:
    """The first field of a register."""
    register = getattr(regs, name)
    return next(iter(register.unpack(int.from_bytes(read(board, register.address), "big")).values()))


def write(board: ModelPowerBoard, name: str, word: int) -> int:
    """Operation of the reply, and the reason where it is a refusal."""
    data = word.to_bytes(4, "big")
    board.write(Frame(seq=2, op=Operation.SYNC).encode())
    board.write(Frame(seq=3, op=Operation.WRITE, address=getattr(regs, name).address, data=data).encode())
    reply = Deframer().receive(board.read(), 0)[-1]
    return reply.data[0] if reply.op == 0xFF else 0


@pytest.mark.req("BEN-002")
def test_registers_show_the_sensors(board: ModelPowerBoard) -> None:
    board.advance(1234 * MS_NS)
    expected = {
        "ID": 0x5042,
        "UPTIME_MS": 1234,
        "BATTERY_MV": 8100,
        "BATTERY_MA": -1500,
        "BATTERY_CHARGE_PERMILLE": 640,
        "SUNLIGHT": 1,
        "TEMPERATURE_CENTIDEGC": -750,
        "ARRAY_MW": 30_000,
        "LOAD_MW": 12_345,
        "ARRAY_MV": 17_500,
        "ARRAY_MA": 1714,
        "BATTERY_TEMPERATURE_CENTIDEGC": -1250,
        "PANEL_TEMPERATURE_CENTIDEGC": 6400,
        "BUS_MV": 8050,
        "HEATER_MW": 5000,
    }
    assert {name: shown(board, name) for name in expected} == expected


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


@pytest.mark.req("BEN-006")
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("HEATER_LIMITS_CENTIDEGC", {"on": -500, "off": -400}),
        ("HEATER_CHARGES_PERMILLE", {"hold": 0, "release": 20}),
        ("BUS_LIMITS_MV", {"shed": 24_000, "connect": 26_000}),
        ("SWITCHES", {"payload": 0, "auxiliary": 1}),
    ],
)
def test_settings_are_taken(board: ModelPowerBoard, name: str, fields: dict[str, int]) -> None:
    register = getattr(regs, name)
    word = register.pack(**fields)
    assert write(board, name, word) == 0
    assert int.from_bytes(read(board, register.address), "big") == word
    board.restart()
    assert int.from_bytes(read(board, register.address), "big") == register.reset


@pytest.mark.req("BEN-006")
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("HEATER_LIMITS_CENTIDEGC", regs.HEATER_LIMITS_CENTIDEGC.pack(on=500, off=599)),
        ("HEATER_LIMITS_CENTIDEGC", regs.HEATER_LIMITS_CENTIDEGC.pack(on=-4001, off=0)),
        ("HEATER_LIMITS_CENTIDEGC", regs.HEATER_LIMITS_CENTIDEGC.pack(on=0, off=3001)),
        ("HEATER_CHARGES_PERMILLE", regs.HEATER_CHARGES_PERMILLE.pack(hold=300, release=300)),
        ("HEATER_CHARGES_PERMILLE", regs.HEATER_CHARGES_PERMILLE.pack(hold=900, release=1001)),
        ("BUS_LIMITS_MV", regs.BUS_LIMITS_MV.pack(shed=7000, connect=6200)),
        ("BUS_LIMITS_MV", regs.BUS_LIMITS_MV.pack(shed=1999, connect=6200)),
        ("SWITCHES", 8),
        ("TRIPS_CLEAR", 1),
    ],
)
def test_settings_out_of_range_are_refused_and_change_nothing(board: ModelPowerBoard, name: str, word: int) -> None:
    before = read(board, getattr(regs, name).address)
    assert write(board, name, word) == NakReason.BAD_VALUE
    assert read(board, getattr(regs, name).address) == before


@pytest.mark.req("BEN-005")
def test_the_heater_follows_the_batterys_temperature_with_hysteresis(board: ModelPowerBoard) -> None:
    def heats(centidegc: int, permille: int = 800) -> bool:
        board.sensors = lambda: Readings(battery_temperature_centidegc=centidegc, battery_charge_permille=permille)
        return board.control().heater

    assert [heats(t) for t in (201, 200, 500, 699, 700, 300, 200)] == [False, True, True, True, False, False, True]
    assert write(board, "SWITCHES", 0b101) == 0
    assert not heats(100)


@pytest.mark.req("BEN-005")
def test_the_heater_is_held_off_while_charge_is_low(board: ModelPowerBoard) -> None:
    charges = (251, 250, 300, 349, 350, 300, 250)
    board.sensors = Readings
    heats = []
    for permille in charges:
        shown_now = Readings(battery_temperature_centidegc=-500, battery_charge_permille=permille)
        board.sensors = lambda shown_now=shown_now: shown_now
        heats.append(board.control().heater)
    assert heats == [True, False, False, False, True, True, False]
    assert shown(board, "TRIPS") == 0
    assert regs.TRIPS.unpack(int.from_bytes(read(board, regs.TRIPS.address), "big"))["heater_held"] == 1
    assert write(board, "TRIPS_CLEAR", regs.TripsClearKey.CLEAR) == 0
    assert int.from_bytes(read(board, regs.TRIPS.address), "big") == 0


@pytest.mark.req("BEN-005")
def test_loads_are_shed_and_let_on_after_three_loops(board: ModelPowerBoard) -> None:
    def is_on(bus_mv: int) -> bool:
        board.sensors = lambda: Readings(bus_mv=bus_mv)
        return board.control().payload

    assert [is_on(mv) for mv in (6200, 6200, 6201, 6200, 6200, 6200)] == [True, True, True, True, True, False]
    assert [is_on(mv) for mv in (7000, 7000, 6999, 7000, 7000, 7000)] == [False, False, False, False, False, True]
    assert not [is_on(6000) for _ in range(3)][-1]
    assert board.loads == Loads(payload=False, heater=False, auxiliary=False)
    is_on(0)
    assert read(board, regs.TRIPS.address).hex() == "00000005"


@pytest.mark.req("BEN-005")
def test_a_weak_battery_and_a_cold_one_do_not_make_the_heater_cycle() -> None:
    """Compass-1: the heater pulls the bus down, is shed, and the bus recovers; here, with a gauge stuck at full."""
    board, closings, was_on = ModelPowerBoard(), 0, False
    for _ in range(3600):
        now = Readings(
            battery_temperature_centidegc=-1500, battery_charge_permille=900, bus_mv=6100 if was_on else 7100
        )
        board.sensors = lambda now=now: now
        is_on = board.control().heater
        closings += is_on and not was_on
        was_on = is_on
    assert closings == 6
