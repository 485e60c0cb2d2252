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
    LOST = auto()
    """A rail that was good is not power-good any more."""
    GOOD = auto()
    """The rising rail is power-good."""
    LESS = auto()
    """More rails are on than TARGET asks for."""
    MORE = auto()
    """Fewer rails are on than TARGET asks for."""
    DARK = auto()
    """No rail is on."""
    EXPIRED = auto()
    """The timer has run out."""
    CLEAR = auto()
    """FAULT_CLEAR was written."""


class Effect(Enum):
    CLOSE_NEXT = auto()
    MARK_GOOD = auto()
    OPEN_HIGHEST = auto()
    OPEN_LOST = auto()
    OPEN_ALL = auto()
    START_TIMEOUT = auto()
    START_STAGGER = auto()
    LATCH_TIMEOUT = auto()
    LATCH_LOST = auto()
    LATCH_WATCHDOG = auto()
    CLEAR_FAULT = auto()


class IllegalTransition(RuntimeError):  # noqa: N818 - the state machine's own word
    """The event means nothing in this state; nothing has moved."""


_LOST = (State.TRIPPING, (Effect.LATCH_LOST, Effect.OPEN_LOST, Effect.START_STAGGER))
_BITE = (State.TRIPPED, (Effect.LATCH_WATCHDOG, Effect.OPEN_ALL))

TRANSITIONS: Mapping[tuple[State, Event], tuple[State, tuple[Effect, ...]]] = {
    (State.STEADY, Event.BITE): _BITE,
    (State.STEADY, Event.LOST): _LOST,
    (State.STEADY, Event.LESS): (State.FALLING, (Effect.OPEN_HIGHEST, Effect.START_STAGGER)),
    (State.STEADY, Event.MORE): (State.RISING, (Effect.CLOSE_NEXT, Effect.START_TIMEOUT)),
    (State.RISING, Event.BITE): _BITE,
    (State.RISING, Event.LOST): _LOST,
    (State.RISING, Event.GOOD): (State.SETTLING, (Effect.MARK_GOOD, Effect.START_STAGGER)),
    (State.RISING, Event.LESS): (State.FALLING, (Effect.OPEN_HIGHEST, Effect.START_STAGGER)),
    (State.RISING, Event.EXPIRED): (
        State.TRIPPING,
        (Effect.LATCH_TIMEOUT, Effect.OPEN_HIGHEST, Effect.START_STAGGER),
    ),
    (State.SETTLING, Event.BITE): _BITE,
    (State.SETTLING, Event.LOST): _LOST,
    (State.SETTLING, Event.EXPIRED): (State.STEADY, ()),
    (State.FALLING, Event.BITE): _BITE,
    (State.FALLING, Event.LOST): _LOST,
    (State.FALLING, Event.EXPIRED): (State.STEADY, ()),
    (State.TRIPPING, Event.BITE): (State.TRIPPED, (Effect.OPEN_ALL,)),
    (State.TRIPPING, Event.LOST): (State.TRIPPING, (Effect.OPEN_LOST,)),
    (State.TRIPPING, Event.DARK): (State.TRIPPED, ()),
    (State.TRIPPING, Event.EXPIRED): (State.TRIPPING, (Effect.OPEN_HIGHEST, Effect.START_STAGGER)),
    (State.TRIPPED, Event.CLEAR): (State.STEADY, (Effect.CLEAR_FAULT,)),
}


def step(state: State, event: Event) -> tuple[State, tuple[Effect, ...]]:
    """The next state and its effects. Raises IllegalTransition, having changed nothing."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"{event.name} in {state.name}") from None
