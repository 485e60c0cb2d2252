"""The payload controller's rail sequencer, as a table.

`step` is pure: whoever calls it owns the switches and the timer. The RTL sequencer is walked through the same pairs,
and the diagram in its README is generated from `TRANSITIONS`. When several events hold at once, the first of `Event`
that the state knows is taken.
"""

from collections.abc import Mapping
from enum import Enum, auto

from firmware_bindings.devicelink.registers.payload_ctrl import State

__all__ = ["TRANSITIONS", "Effect", "Event", "IllegalTransition", "State", "step"]


class Event(Enum):
    BITE = auto()
    """The watchdog has bitten."""
    BROWNOUT = auto()
    """The bus is too low."""
    FAULT = auto()
    """A closed rail lost power-good or carries too much; while another one trips: a rail below that one."""
    DRAGGED = auto()
    """So did a rail above the one that trips: a consequence."""
    GOOD = auto()
    """The rising rail is power-good."""
    LESS = auto()
    """More rails are on than TARGET asks for."""
    MORE = auto()
    """Fewer rails are on than TARGET asks for."""
    RETRY = auto()
    """No rail above the tripped one is on, and it has an attempt left."""
    SPENT = auto()
    """No rail above the tripped one is on, and it is locked out."""
    EXPIRED = auto()
    """The timer has run out."""
    CLEAR = auto()
    """FAULT_CLEAR was written."""


class Effect(Enum):
    CLOSE_NEXT = auto()
    MARK_GOOD = auto()
    OPEN_HIGHEST = auto()
    OPEN_FAULTED = auto()
    OPEN_ALL = auto()
    START_TIMEOUT = auto()
    START_STAGGER = auto()
    START_BACKOFF = auto()
    TRIP_FAULTED = auto()
    TRIP_RISING = auto()
    LATCH_WATCHDOG = auto()
    LATCH_UNDER_VOLTAGE = auto()
    CLEAR_FAULT = auto()


class IllegalTransition(RuntimeError):  # noqa: N818 - the state machine's own word
    """The event means nothing in this state; nothing has moved."""


_BITE = (State.TRIPPED, (Effect.LATCH_WATCHDOG, Effect.OPEN_ALL))
_BROWNOUT = (State.TRIPPED, (Effect.LATCH_UNDER_VOLTAGE, Effect.OPEN_ALL))
_FAULT = (State.TRIPPING, (Effect.TRIP_FAULTED, Effect.OPEN_FAULTED, Effect.START_STAGGER))
_LESS = (State.FALLING, (Effect.OPEN_HIGHEST, Effect.START_STAGGER))

TRANSITIONS: Mapping[tuple[State, Event], tuple[State, tuple[Effect, ...]]] = {
    (State.STEADY, Event.BITE): _BITE,
    (State.STEADY, Event.BROWNOUT): _BROWNOUT,
    (State.STEADY, Event.FAULT): _FAULT,
    (State.STEADY, Event.LESS): _LESS,
    (State.STEADY, Event.MORE): (State.RISING, (Effect.CLOSE_NEXT, Effect.START_TIMEOUT)),
    (State.RISING, Event.BITE): _BITE,
    (State.RISING, Event.BROWNOUT): _BROWNOUT,
    (State.RISING, Event.FAULT): _FAULT,
    (State.RISING, Event.GOOD): (State.SETTLING, (Effect.MARK_GOOD, Effect.START_STAGGER)),
    (State.RISING, Event.LESS): _LESS,
    (State.RISING, Event.EXPIRED): (
        State.TRIPPING,
        (Effect.TRIP_RISING, Effect.OPEN_HIGHEST, Effect.START_STAGGER),
    ),
    (State.SETTLING, Event.BITE): _BITE,
    (State.SETTLING, Event.BROWNOUT): _BROWNOUT,
    (State.SETTLING, Event.FAULT): _FAULT,
    (State.SETTLING, Event.EXPIRED): (State.STEADY, ()),
    (State.FALLING, Event.BITE): _BITE,
    (State.FALLING, Event.BROWNOUT): _BROWNOUT,
    (State.FALLING, Event.FAULT): _FAULT,
    (State.FALLING, Event.EXPIRED): (State.STEADY, ()),
    (State.TRIPPING, Event.BITE): _BITE,
    (State.TRIPPING, Event.BROWNOUT): _BROWNOUT,
    (State.TRIPPING, Event.FAULT): (State.TRIPPING, (Effect.TRIP_FAULTED, Effect.OPEN_FAULTED)),
    (State.TRIPPING, Event.DRAGGED): (State.TRIPPING, (Effect.OPEN_FAULTED,)),
    (State.TRIPPING, Event.RETRY): (State.BACKOFF, (Effect.START_BACKOFF,)),
    (State.TRIPPING, Event.SPENT): (State.STEADY, ()),
    (State.TRIPPING, Event.EXPIRED): (State.TRIPPING, (Effect.OPEN_HIGHEST, Effect.START_STAGGER)),
    (State.BACKOFF, Event.BITE): _BITE,
    (State.BACKOFF, Event.BROWNOUT): _BROWNOUT,
    (State.BACKOFF, Event.FAULT): _FAULT,
    (State.BACKOFF, Event.LESS): _LESS,
    (State.BACKOFF, Event.EXPIRED): (State.STEADY, ()),
    (State.TRIPPED, Event.CLEAR): (State.STEADY, (Effect.CLEAR_FAULT,)),
}


def step(state: State, event: Event) -> tuple[State, tuple[Effect, ...]]:
    """The next state and its effects. Raises IllegalTransition, having changed nothing."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"{event.name} in {state.name}") from None
