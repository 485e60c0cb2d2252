"""Every state and event of the rail sequencer's table, on the table, the model and the RTL."""

from itertools import product

import pytest

from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.rail_sequencer import TRANSITIONS, Effect, Event, IllegalTransition, State, step

STAGGER_MS, TIMEOUT_MS, RETRY_MS = 20, 200, 100
RAILS = {
    State.STEADY: 0b0011,
    State.RISING: 0b0111,
    State.SETTLING: 0b0111,
    State.FALLING: 0b0001,
    State.TRIPPING: 0b1101,
    State.BACKOFF: 0b0001,
    State.TRIPPED: 0b0000,
}
"""Load switches once `reach` has brought a controller into that state."""

TRIPPED_RAIL = 1
"""In TRIPPING and BACKOFF."""
WAIT_MS = {State.RISING: TIMEOUT_MS, State.BACKOFF: RETRY_MS - STAGGER_MS}
LOST = 0b0001
"""The rail that `apply` lets fail for FAULT."""
DRAGGED = 0b0100
"""And the one above the tripped one for DRAGGED."""


def reach(controller, state: State) -> None:
    """Two rails up, then on into `state`, with the watchdog so that any kick bites and each rail tried again once."""
    controller.write(regs.WATCHDOG_OPEN_MS, value=60_000)
    controller.write(regs.WATCHDOG_CLOSE_MS, value=65_535)
    controller.write(regs.WATCHDOG_CTRL, enable=1)
    for rail in range(4):
        controller.write(regs.RAIL_CTRL[rail], retries=1)
    controller.device.set_power_good(0b0011)
    controller.write(regs.TARGET, count=2)
    controller.run(2 * STAGGER_MS + 1)
    match state:
        case State.RISING:
            controller.write(regs.TARGET, count=3)
        case State.SETTLING:
            controller.device.set_power_good(0b0111)
            controller.write(regs.TARGET, count=3)
        case State.FALLING:
            controller.write(regs.TARGET, count=1)
        case State.TRIPPING:
            controller.device.set_power_good(0b1111)
            controller.write(regs.TARGET, count=4)
            controller.run(2 * STAGGER_MS)
            controller.device.set_power_good(0b1101)
        case State.BACKOFF:
            controller.device.set_power_good(0b0001)
            controller.run(STAGGER_MS)
        case State.TRIPPED:
            controller.write(regs.WATCHDOG_KICK, key=regs.WatchdogKickKey.KICK)
    controller.run(1)
    assert (controller.device.peek("state"), controller.device.rails) == (state, RAILS[state])


def apply(controller, state: State, event: Event, refused: type[Exception]) -> None:
    """Let the event happen, and see it through its millisecond."""
    good = RAILS[state] & 0b1101 if state is State.TRIPPING else 0b0011
    try:
        match event:
            case Event.BITE:
                controller.write(regs.WATCHDOG_KICK, key=regs.WatchdogKickKey.KICK)
            case Event.BROWNOUT:
                controller.device.set_bus_mv(5000)
            case Event.FAULT:
                controller.device.set_power_good((good | 0b0100) & ~LOST)
            case Event.DRAGGED:
                controller.device.set_power_good(good & ~DRAGGED)
            case Event.GOOD:
                controller.device.set_power_good(0b1111)
            case Event.LESS:
                controller.write(regs.TARGET, count=0)
            case Event.MORE:
                controller.write(regs.TARGET, count=4)
            case Event.EXPIRED:
                controller.run(WAIT_MS.get(state, STAGGER_MS) - 1)
            case Event.CLEAR:
                controller.write(regs.FAULT_CLEAR, key=regs.FaultClearKey.CLEAR)
    except refused:
        assert (state, event) not in TRANSITIONS
    controller.run(1)


def switches_after(rails: int, effects: tuple[Effect, ...], event: Event) -> int:
    """The load switches after the effects of an event that `apply` lets happen."""
    for effect in effects:
        match effect:
            case Effect.CLOSE_NEXT:
                rails = rails << 1 | 1
            case Effect.OPEN_HIGHEST:
                rails &= ~(1 << rails.bit_length() >> 1)
            case Effect.OPEN_FAULTED:
                rails &= ~(DRAGGED if event is Event.DRAGGED else LOST)
            case Effect.OPEN_ALL:
                rails = 0
    return rails


def walked(pair: tuple[State, Event]) -> bool:
    """RETRY and SPENT follow from TRIPPING by themselves; DRAGGED is another event's FAULT elsewhere."""
    state, event = pair
    return event not in (Event.RETRY, Event.SPENT) and (event is not Event.DRAGGED or state is State.TRIPPING)


@pytest.mark.req("RTL-003", "RTL-004")
@pytest.mark.parametrize(("state", "event"), list(filter(walked, product(State, Event))), ids=lambda value: value.name)
def test_controllers_do_what_the_table_says(controller, refused, state: State, event: Event) -> None:
    reach(controller, state)
    was_faulted = controller.device.peek("fault_cause") != regs.FaultCause.NONE
    apply(controller, state, event, refused)
    after, effects = TRANSITIONS.get((state, event), (state, ()))
    rails = switches_after(RAILS[state], effects, event)
    if after is State.TRIPPING and not rails & ~((2 << (0 if event is Event.FAULT else TRIPPED_RAIL)) - 1):
        is_rising = state is State.RISING and event is Event.EXPIRED
        after, _ = TRANSITIONS[after, Event.RETRY] if not is_rising or rails == 0b0011 else (after, ())
    if state is State.BACKOFF and event is Event.EXPIRED:
        after, effects = TRANSITIONS[after, Event.MORE]  # TARGET still asks for the rail
        rails = switches_after(rails, effects, event)
    assert (controller.device.rails, controller.device.peek("state")) == (rails, after)
    is_cleared = event is Event.CLEAR and state is not State.TRIPPING
    is_faulted = not is_cleared and (was_faulted or after in (State.TRIPPING, State.BACKOFF, State.TRIPPED))
    assert (controller.device.peek("fault_cause") != regs.FaultCause.NONE) == is_faulted


@pytest.mark.req("RTL-016")
@pytest.mark.parametrize(("retries", "after"), [(1, State.BACKOFF), (0, State.STEADY)], ids=["RETRY", "SPENT"])
def test_a_trip_ends_in_a_pause_or_a_lockout(controller, retries: int, after: State) -> None:
    reach(controller, State.STEADY)
    controller.write(regs.RAIL_CTRL[1], retries=retries)
    controller.device.set_power_good(0b0001)
    controller.run(1)
    assert (controller.device.peek("state"), controller.device.rails) == (after, 0b0001)
    assert controller.device.peek("locked_out") == (0 if retries else 0b0010)


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
