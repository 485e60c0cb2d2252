"""The cap outputs of every payload controller, model and RTL alike."""

import pytest

from firmware_bindings.devicelink.registers import payload_ctrl as regs

PERIOD_MS = 256


@pytest.fixture
def capped(controller):
    """Rail 0 up, which the caps need, and a duty for each mode."""
    controller.write(regs.CAP_RAILS, rails=0b1)
    for mode, register in enumerate(regs.CAP_DUTY):
        controller.write(register, output0=64 * mode, output1=256 - 64 * mode)
    controller.device.set_power_good(0b1)
    controller.write(regs.TARGET, count=1)
    controller.run(40)
    return controller


def on_for(controller, ms: int) -> tuple[int, int]:
    """How many of so many milliseconds each output is on."""
    on = [0, 0]
    for _ in range(ms):
        controller.run(1)
        for output in (0, 1):
            on[output] += controller.device.peek("caps_on") >> output & 1
    return on[0], on[1]


@pytest.mark.req("RTL-033")
@pytest.mark.parametrize("mode", range(4))
def test_a_mode_s_duties_hold_from_the_next_period_on(capped, mode: int) -> None:
    capped.write(regs.CAP_MODE, mode=mode)
    capped.run(PERIOD_MS)
    duties = (64 * mode, 256 - 64 * mode)
    assert capped.device.caps == duties
    assert capped.read(regs.CAP_STATUS) == {"output0": duties[0], "output1": duties[1]}
    assert on_for(capped, PERIOD_MS) == duties


@pytest.mark.req("RTL-033")
def test_a_new_duty_waits_for_the_end_of_the_period(capped) -> None:
    assert capped.device.caps == (0, 256)
    capped.write(regs.CAP_DUTY[0], output0=3, output1=3)
    due_ms = capped.device.next_event_ns() // 1_000_000 - capped.now_ms
    assert 0 < due_ms <= PERIOD_MS
    capped.run(due_ms - 1)
    assert capped.device.caps == (0, 256)
    capped.run(1)
    assert capped.device.caps == (3, 3)
    assert on_for(capped, PERIOD_MS) == (3, 3)


@pytest.mark.req("RTL-033")
def test_they_are_off_when_a_rail_that_they_need_is_not_good(capped) -> None:
    capped.run(10)
    assert capped.device.peek("caps_on") == 0b10
    capped.device.set_power_good(0)
    capped.run(1)
    assert capped.device.peek("caps_on") == 0
    assert capped.device.caps == (0, 0)
    assert on_for(capped, 50) == (0, 0)


@pytest.mark.req("RTL-033")
def test_by_default_they_need_every_rail(controller) -> None:
    controller.write(regs.CAP_DUTY[0], output0=256, output1=256)
    controller.device.set_power_good(0b1)
    controller.write(regs.TARGET, count=1)
    assert on_for(controller, 100) == (0, 0)


@pytest.mark.req("RTL-033")
@pytest.mark.parametrize(
    ("register", "value"),
    [
        (regs.CAP_MODE, 4),
        (regs.CAP_RAILS, 256),
        (regs.CAP_DUTY[0], 257),
        (regs.CAP_DUTY[1], 257 << 16),
        (regs.CAP_DUTY[2], 0x1FF),
        (regs.CAP_DUTY[3], 1 << 9),
    ],
)
def test_a_value_out_of_range_is_refused(controller, refused, register, value: int) -> None:
    with pytest.raises(refused, match="BAD_VALUE"):
        controller.write_word(register.address, value)
    assert controller.read_word(register.address) == register.reset
