import pytest

from firmware_bindings.devicelink.payload_computer import Cap, ComputerState
from flightsw.mission import load_mission
from hil.environment import RAILS, BatteryAndSun, ConstantWorld, Environment, rail_currents_ma
from hil.environment.payload_supply import LATCH_UP_TIMES

MS_NS = 1_000_000
S_NS = 1_000_000_000
PROFILE = load_mission(None).compute
ALL = 0xFF


class Board:
    """A controller's pins."""

    def __init__(self) -> None:
        self.rails = 0
        self.adc = [0] * 24
        self.power_good = 0
        self.overcurrent = 0
        self.centidegc = [0] * 8
        self.bus_mv = 0
        self.caps = (256, 256)

    def set_adc(self, channel: int, value: int) -> None:
        if channel % 3 == 2:
            self.centidegc[channel // 3] = value
        else:
            self.adc[channel] = value

    def set_bus_mv(self, bus_mv: int) -> None:
        self.bus_mv = bus_mv

    def set_power_good(self, mask: int) -> None:
        self.power_good = mask

    def set_overcurrent(self, mask: int) -> None:
        self.overcurrent = mask


class Computer:
    """A load with a switch."""

    def __init__(self) -> None:
        self.is_on = False
        self.state: ComputerState | None = ComputerState.READY
        self.rate_mtokens_per_s = 0
        self.clock: Cap | None = None

    def set_clock(self, clock: Cap) -> None:
        self.clock = clock

    def set_power(self, is_on: bool) -> None:
        self.is_on = is_on


class World:
    def __init__(self, **start: object) -> None:
        self.board, self.computer = Board(), Computer()
        self.environment = Environment(ConstantWorld(BatteryAndSun(**start)), PROFILE, self.board, self.computer)

    def switch_on(self) -> None:
        self.board.rails = ALL
        for ms in (0, 10):
            self.environment.advance(self.environment._now_ns + ms * MS_NS)
        assert self.board.power_good == ALL

    @property
    def power_mw(self) -> float:
        return sum(mv * ma for mv, ma in zip(self.board.adc[::3], self.board.adc[1::3], strict=True)) / 1000


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.req("BEN-011")
@pytest.mark.parametrize("rail", range(8))
def test_a_rail_rises_and_falls(world: World, rail: int) -> None:
    rise_ns = RAILS[rail].rise_ns
    world.environment.advance(5 * MS_NS)
    world.board.rails = 1 << rail
    world.environment.advance(6 * MS_NS)
    assert world.environment.next_event_ns() == 6 * MS_NS + rise_ns
    world.environment.advance(6 * MS_NS + rise_ns - 1)
    assert (world.board.power_good, world.board.adc[3 * rail]) == (0, 0)
    world.environment.advance(6 * MS_NS + rise_ns)
    assert (world.board.power_good, world.board.adc[3 * rail]) == (1 << rail, RAILS[rail].voltage_mv)
    assert world.board.adc[3 * rail + 1] > 0
    world.board.rails = 0
    world.environment.advance(20 * MS_NS)
    assert (world.board.power_good, world.board.adc) == (0, [0] * 24)


@pytest.mark.req("BEN-011", "BEN-012")
@pytest.mark.parametrize("rail", range(8))
def test_a_cut_takes_effect_at_once(world: World, rail: int) -> None:
    world.switch_on()
    assert world.computer.is_on
    world.environment.cut_rail(rail)
    assert world.board.power_good == ALL & ~(1 << rail)
    assert not world.computer.is_on
    world.environment.mend_rail(rail)
    world.environment.advance(S_NS)
    assert not world.computer.is_on
    world.environment.advance(S_NS + RAILS[rail].rise_ns)
    assert world.computer.is_on


@pytest.mark.req("BEN-015")
def test_a_latch_up_lasts_until_the_power_cycle(world: World) -> None:
    world.switch_on()
    before_ma = world.board.adc[7]
    world.environment.latch_up(2)
    assert (world.board.adc[7], world.board.overcurrent) == (LATCH_UP_TIMES * before_ma, 0b0100)
    world.environment.advance(S_NS)
    assert world.board.adc[7] == LATCH_UP_TIMES * before_ma
    world.board.rails = 0b0011
    world.environment.advance(2 * S_NS)
    world.board.rails = ALL
    for s in (3, 4):
        world.environment.advance(s * S_NS)
    assert (world.board.adc[7], world.board.overcurrent) == (before_ma, 0)


@pytest.mark.req("BEN-015")
def test_a_rail_that_is_off_does_not_latch_up(world: World) -> None:
    world.environment.latch_up(2)
    world.switch_on()
    in_peace = World()
    in_peace.switch_on()
    assert world.board.adc == in_peace.board.adc


@pytest.mark.req("BEN-012")
def test_seven_rails_power_nothing(world: World) -> None:
    world.board.rails = 0b0111_1111
    world.environment.advance(0)
    world.environment.advance(S_NS)
    assert world.board.power_good == 0b0111_1111
    assert not world.computer.is_on


@pytest.mark.req("BEN-013")
@pytest.mark.parametrize("state", [ComputerState.PROMPT, ComputerState.DECODE])
def test_each_mode_takes_its_power(world: World, state: ComputerState) -> None:
    world.switch_on()
    assert world.power_mw == pytest.approx(PROFILE.idle_power_mw, rel=0.005)
    for mode in PROFILE.modes.values():
        rate = mode.prompt_tokens_per_s if state is ComputerState.PROMPT else mode.decode_tokens_per_s
        world.computer.state, world.computer.rate_mtokens_per_s = state, round(1000 * rate)
        world.environment.advance(world.environment._now_ns)
        assert world.power_mw == pytest.approx(mode.power_mw, rel=0.005)
    world.computer.rate_mtokens_per_s *= 2
    world.environment.advance(world.environment._now_ns)
    assert world.power_mw == pytest.approx(20_000, rel=0.005)


@pytest.mark.req("BEN-016")
@pytest.mark.parametrize(
    ("caps", "prompt", "decode"), [((256, 256), 120_000, 20_000), ((256, 64), 30_000, 5000), ((0, 256), 0, 0)]
)
def test_the_controller_s_caps_are_the_payload_s_clock(
    world: World, caps: tuple[int, int], prompt: int, decode: int
) -> None:
    world.board.caps = caps
    world.switch_on()
    assert world.computer.clock == Cap(prompt_mtokens_per_s=prompt, decode_mtokens_per_s=decode)


@pytest.mark.req("BEN-013")
def test_energy_and_charge_are_exact_integrals() -> None:
    world = World(battery_capacity_wh=1.0, battery_charge_permille=500, array_mw=10_000, platform_mw=1_000)
    world.switch_on()
    power_mw, before_mj = world.power_mw, world.environment.payload_energy_mj
    world.environment.advance(10 * MS_NS + 60 * S_NS)
    energy_mj = world.environment.payload_energy_mj - before_mj
    assert energy_mj == pytest.approx(60 * power_mw, rel=1e-12)
    surplus_wh = (9_000 - power_mw) / 1000 / 60
    assert world.environment.power.charge_permille == int(500 + 1000 * surplus_wh)
    assert world.environment.readings().battery_ma == pytest.approx((9_000 - power_mw) / 7.6, rel=0.002)


@pytest.mark.req("BEN-013")
def test_the_battery_is_never_below_empty_or_above_full() -> None:
    world = World(battery_capacity_wh=0.01, platform_mw=1_000)
    world.environment.advance(3600 * S_NS)
    assert world.environment.readings().battery_mv == 8400
    world.environment.power.set_sunlight(False)
    world.environment.advance(7200 * S_NS)
    readings = world.environment.readings()
    assert (readings.battery_charge_permille, readings.battery_mv, readings.array_mw) == (0, 6400, 0)
    world.environment.power.set_charge(250)
    assert world.environment.readings().battery_charge_permille == 250


def test_currents_flow_only_where_a_rail_is_good() -> None:
    assert rail_currents_ma(10_000, 0b1000_0101) == (round(200 / 3.3), 0, 60, 0, 0, 0, 0, round(2000 / 12))


@pytest.mark.req("SKY-007")
def test_parts_of_the_constant_world_can_be_set_and_lost() -> None:
    power = World().environment.power
    power.set_temperature(-500, "battery")
    assert power.temperatures_centidegc == {"structure": 2000, "battery": -500, "panel": 2000}
    assert power.readings().battery_temperature_centidegc == -500
    power.set_temperature(3000)
    assert set(power.temperatures_centidegc.values()) == {3000}
    power.lose_array(250)
    assert power.readings().array_mw == 22_500
    with pytest.raises(ValueError, match="no node 'wing'; there are structure, battery, panel"):
        power.set_temperature(0, "wing")


@pytest.mark.req("SKY-011")
def test_the_controller_sees_the_bus_and_how_warm_the_payload_is(world: World) -> None:
    power = world.environment.power
    assert (world.board.bus_mv, world.board.centidegc) == (power.readings().bus_mv, [2000] * 8)
    power.set_temperature(-1250)
    power.set_charge(500)
    world.environment.advance(S_NS)
    assert (world.board.bus_mv, world.board.centidegc) == (7400, [-1250] * 8)
