"""Every state and event of the rail sequencer's table, on the table, the model and the RTL."""

from itertools import product

import pytest

from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.rail_sequencer import TRANSITIONS, Effect, Event, IllegalTransition, State, step

STAGGER_MS, TIMEOUT_MS = 20, 200
RAILS = {
    State.STEADY: 0b011,
    State.RISING: 0b111,
    State.SETTLING: 0b111,
    State.FALLING: 0b001,
    State.TRIPPING: 0b011,
    State.TRIPPED: 0b000,
}
"""Load switches once `reach` has brought a controller into that state."""

WAIT_MS = {State.RISING: TIMEOUT_MS}


def reach(controller, state: State) -> None:
    """Two rails up, then on into `state`, with the watchdog so that any kick bites."""
    controller.write(regs.WATCHDOG_OPEN_MS, value=60_000)
    controller.write(regs.WATCHDOG_CLOSE_MS, value=65_535)
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    controller.device.set_power_good(0b011)
    controller.write(regs.TARGET, count=2)
    controller.run(2 * STAGGER_MS)
    if state in (State.RISING, State.SETTLING, State.TRIPPING, State.TRIPPED):
        controller.write(regs.TARGET, count=3)
    if state in (State.SETTLING, State.TRIPPING, State.TRIPPED):
        controller.device.set_power_good(0b111)
    if state in (State.TRIPPING, State.TRIPPED):
        controller.run(1)
        controller.device.set_power_good(0b011)
    if state is State.TRIPPED:
        controller.run(3 * STAGGER_MS)
    if state is State.FALLING:
        controller.write(regs.TARGET, count=1)
    controller.run(1)
    assert (controller.device.peek("state"), controller.device.rails) == (state, RAILS[state])


def apply(controller, state: State, event: Event, refused: type[Exception]) -> None:
    """Let the event happen, and see it through its millisecond."""
    try:
        match event:
            case Event.BITE:
                controller.write(regs.WATCHDOG_KICK, key=regs.WatchdogKickKey.KICK)
            case Event.LOST:
                controller.device.set_power_good(0b110)
            case Event.GOOD:
                controller.device.set_power_good(0b111)
            case Event.LESS:
                controller.write(regs.TARGET, count=0)
            case Event.MORE:
                controller.write(regs.TARGET, count=4)
            case Event.EXPIRED:
                controller.run(WAIT_MS.get(state, STAGGER_MS) - 1)
            case Event.DARK:
                controller.device.set_power_good(0)
            case Event.CLEAR:
                controller.write(regs.FAULT_CLEAR, key=regs.FaultClearKey.CLEAR)
    except refused:
        assert (state, event) not in TRANSITIONS
    controller.run(1)


def switches_after(rails: int, effects: tuple[Effect, ...]) -> int:
    """The load switches after the effects of an event that `apply` lets happen."""
    for effect in effects:
        match effect:
            case Effect.CLOSE_NEXT:
                rails = rails << 1 | 1
            case Effect.OPEN_HIGHEST:
                rails &= ~(1 << rails.bit_length() >> 1)
            case Effect.OPEN_LOST:
                rails &= 0b110
            case Effect.OPEN_ALL:
                rails = 0
    return rails


@pytest.mark.req("RTL-003", "RTL-004")
@pytest.mark.parametrize(
    ("state", "event"),
    [pair for pair in product(State, Event) if pair[1] is not Event.DARK or pair[0] is State.TRIPPING],
    ids=lambda value: value.name,
)
def test_controllers_do_what_the_table_says(controller, refused, state: State, event: Event) -> None:
    reach(controller, state)
    apply(controller, state, event, refused)
    after, effects = TRANSITIONS.get((state, event), (state, ()))
    rails = switches_after(RAILS[state], effects) if event is not Event.DARK else 0
    if after is State.TRIPPING and not rails:
        after, _ = TRANSITIONS[after, Event.DARK]
    assert (controller.device.rails, controller.device.peek("state")) == (rails, after)
    is_fault = after in (State.TRIPPING, State.TRIPPED)
    assert (controller.device.peek("fault_cause") != regs.FaultCause.NONE) == is_fault


@pytest.mark.parametrize("pair", list(product(State, Event)), ids=lambda pair: f"{pair[0].name}-{pair[1].name}")
def test_the_table_moves_only_where_it_says(pair) -> None:
    if pair in TRANSITIONS:
        assert step(*pair) == TRANSITIONS[pair]
    else:
        with pytest.raises(IllegalTransition, match=f"{pair[1].name} in {pair[0].name}"):
            step(*pair)


def test_every_state_is_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State)
    assert {after for after, _ in TRANSITIONS.values()} == set(State)
