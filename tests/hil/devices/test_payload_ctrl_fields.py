"""Every encoded value that a status field of the payload controller can have, seen over its link."""

import pytest

from firmware_bindings.devicelink import NakReason
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import FaultCause, LockoutClearKey, RailState, State

BACKOFF_MS = 40
PATIENCE_MS = 400


@pytest.fixture
def driver(make_device, make_driver):
    """A controller reached directly, lock-step, its rails without a stagger."""
    driver = make_driver(make_device())
    for rail in range(8):
        driver.write(regs.RAIL_STAGGER_MS[rail], value=0)
    return driver


def below(driver, rail: int) -> int:
    """Bring the rails below this one up; their mask."""
    driver.power_good_follows = 0
    driver.write(regs.TARGET, count=rail)
    driver.run(20)
    driver.power_good_follows = None
    driver.device.set_power_good((1 << rail) - 1)
    assert driver.device.rails == (1 << rail) - 1
    return (1 << rail) - 1


def shown(driver, rail: int) -> tuple[State, RailState, FaultCause]:
    """State of the sequencer, state and cause of the rail."""
    status = driver.read(regs.RAIL_STATUS[rail])
    return State(driver.read(regs.STATUS)["state"]), RailState(status["state"]), FaultCause(status["cause"])


def wait_for(driver, rails: int) -> None:
    for _ in range(PATIENCE_MS):
        if driver.device.rails == rails:
            return
        driver.run(1)
    raise AssertionError(f"rails {driver.device.rails:#x}, not {rails:#x}, after {PATIENCE_MS} ms")


@pytest.mark.req("RTL-001", "RTL-016")
@pytest.mark.parametrize("rail", range(8))
def test_a_rail_shows_its_states_and_why_it_tripped(driver, rail: int) -> None:
    device, others = driver.device, below(driver, rail)
    every = others | 1 << rail
    driver.write(regs.RAIL_CTRL[rail], fast_trip=1, slow_trip=1, retries=2)
    driver.write(regs.RAIL_LIMIT_MA[rail], value=500)
    driver.write(regs.RAIL_BLANKING_MS[rail], value=0)
    driver.write(regs.RAIL_POWER_GOOD_TIMEOUT_MS[rail], value=20)
    driver.write(regs.RAIL_RETRY_MS[rail], value=BACKOFF_MS)
    driver.write(regs.RAIL_STAGGER_MS[rail], value=10)
    driver.write(regs.AVERAGE_SHIFT, value=0)
    assert shown(driver, rail) == (State.STEADY, RailState.OFF, FaultCause.NONE)
    driver.write(regs.TARGET, count=rail + 1)
    assert shown(driver, rail) == (State.RISING, RailState.RISING, FaultCause.NONE)

    def late() -> None:
        driver.run(20)

    def lost() -> None:
        device.set_power_good(others)

    def overcurrent() -> None:
        device.set_overcurrent(1 << rail)

    def slow_overcurrent() -> None:
        device.set_adc(3 * rail + 1, 600)

    for cause, happens in (
        (FaultCause.POWER_GOOD_TIMEOUT, late),
        (FaultCause.POWER_GOOD_LOST, lost),
        (FaultCause.OVERCURRENT, overcurrent),
        (FaultCause.SLOW_OVERCURRENT, slow_overcurrent),
    ):
        happens()
        wait_for(driver, others)
        device.set_adc(3 * rail + 1, 0)
        assert shown(driver, rail) == (State.BACKOFF, RailState.TRIPPED, cause)
        device.set_overcurrent(0)
        device.set_power_good(every)
        wait_for(driver, every)
        assert shown(driver, rail) == (State.SETTLING, RailState.ON, cause)
        driver.run(60)  # and a sample
        assert driver.read(regs.STATUS)["state"] == State.STEADY
        driver.write(regs.LOCKOUT_CLEAR, rails=1 << rail, key=LockoutClearKey.CLEAR)
    driver.write(regs.RAIL_CTRL[rail], fast_trip=1)
    lost()
    wait_for(driver, others)
    assert shown(driver, rail) == (State.STEADY, RailState.LOCKED_OUT, FaultCause.POWER_GOOD_LOST)


@pytest.mark.req("RTL-003", "RTL-004", "RTL-005")
def test_the_sequencer_shows_its_states(driver) -> None:
    device = driver.device
    others = below(driver, 3)
    driver.write(regs.RAIL_STAGGER_MS[2], value=30)
    driver.write(regs.TARGET, count=2)
    assert driver.read(regs.STATUS)["state"] == State.FALLING
    driver.run(40)
    device.set_power_good(others)
    driver.write(regs.TARGET, count=3)
    wait_for(driver, others)
    driver.run(40)
    driver.write(regs.RAIL_STAGGER_MS[0], value=30)
    device.set_power_good(0b110)
    driver.run(1)
    assert shown(driver, 0) == (State.TRIPPING, RailState.LOCKED_OUT, FaultCause.POWER_GOOD_LOST)
    device.set_bus_mv(5000)
    driver.run(1)
    assert driver.read(regs.STATUS)["state"] == State.TRIPPED


@pytest.mark.req("RTL-034")
def test_frames_and_refusals_are_counted(driver, refused) -> None:
    before = driver.read(regs.LINK_FRAMES)
    with pytest.raises(refused) as refusal:
        driver.write_word(regs.TARGET.address, 9)
    assert refusal.value.reason is NakReason.BAD_VALUE
    assert driver.read(regs.LINK_FRAMES) == {"frames": before["frames"] + 2, "naks": before["naks"] + 1}
