"""One link up and one down: pulls what each can carry while a station sees the satellite, delays it, and flips bits."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from flightsw.ccsds import ASM, TM_FRAME_LENGTH
from hil.channel.bit_errors import BitErrors
from hil.channel.pace import Pace
from hil.channel.passes import AlwaysInContact, Contact, Passes

FRAME_OCTETS = len(ASM) + TM_FRAME_LENGTH
LOOK_NS = 100_000_000
"""How often the range is looked up while in contact; light time changes by 3 µs in that time at most."""
_POINTER_AT = len(ASM) + 4
_ONLY_IDLE = 0x7FE

Source = Callable[[int], bytes]
"""At most so many octets, of what there is to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """The link, as `bench.toml` has it."""

    uplink_bits_per_s: int = 64_000
    downlink_bits_per_s: int = 1_000_000
    range_km: float = 550.0
    """Where no orbit says it."""
    uplink_bit_error_rate: float = 0.0
    downlink_bit_error_rate: float = 0.0

    def __post_init__(self) -> None:
        for name in ("uplink_bits_per_s", "downlink_bits_per_s"):
            if not 1 <= getattr(self, name) <= 1_000_000_000:
                raise ValueError(f"{name} = {getattr(self, name)} is not from 1 to 1000000000")
        for name in ("uplink_bit_error_rate", "downlink_bit_error_rate"):
            if not 0 <= getattr(self, name) <= 0.5:
                raise ValueError(f"{name} = {getattr(self, name)} is not from 0 to 0.5")
        if not 0 <= self.range_km <= 1_000_000:
            raise ValueError(f"range_km = {self.range_km} is not from 0 to 1000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTruth:
    """What the link has really carried, and done to it.

    A frame is hit if a bit behind its sync marker was flipped; a wrong bit in the marker alone may lose it or not.
    """

    uplink_octets: int
    uplink_bits_flipped: int
    downlink_octets: int
    downlink_bits_flipped: int
    downlink_frames: int
    downlink_frames_hit: int
    downlink_marker_bits_flipped: int


class _Link:
    """One direction; it carries whole units, and `is_fill` tells units that nobody waits for."""

    def __init__(self, bits_per_s: int, unit_octets: int, errors: BitErrors) -> None:
        self._pace = Pace(bits_per_s, 8 * unit_octets)
        self._unit_octets = unit_octets
        self.errors = errors
        self.octets = 0
        self._is_drained = False
        self._in_flight: deque[tuple[int, bool, bytes]] = deque()

    def carry(self, elapsed_ns: int, arrival_ns: int, source: Source, is_fill: Callable[[bytes], bool]) -> bool:
        """Send for `elapsed_ns` up to now, to arrive at `arrival_ns`; whether there may be more than fill to send."""
        room = self._unit_octets * self._pace.units(elapsed_ns)
        if not room:
            return not self._is_drained
        data = source(room)
        fill = is_fill(data)
        if len(data) < room:
            self._pace.idle()
        if data:
            self.octets += len(data)
            arrival_ns = max(arrival_ns, self._in_flight[-1][0]) if self._in_flight else arrival_ns
            self._in_flight.append((arrival_ns, fill, self.errors.apply(data)))
        self._is_drained = fill
        return not fill

    def wake(self) -> None:
        """There may be something to send."""
        self._is_drained = False

    def arrived(self, now_ns: int) -> bytes:
        out = b""
        while self._in_flight and self._in_flight[0][0] <= now_ns:
            out += self._in_flight.popleft()[2]
        return out

    def next_event_ns(self) -> int | None:
        return next((at for at, fill, _ in self._in_flight if not fill), None)


class Channel:
    """The link between a ground station and a satellite.

    Args:
        plan: rates, range and error rates.
        seed: of its bit errors.
        passes: when a station sees the satellite; None: always, from the plan's range.
    """

    def __init__(self, plan: ChannelPlan, seed: int, passes: Passes | None = None) -> None:
        up = BitErrors(plan.uplink_bit_error_rate, f"uplink {seed}", 1)
        down = BitErrors(plan.downlink_bit_error_rate, f"downlink {seed}", FRAME_OCTETS, len(ASM))
        self._up = _Link(plan.uplink_bits_per_s, 1, up)
        self._down = _Link(plan.downlink_bits_per_s, FRAME_OCTETS, down)
        self._now_ns = 0
        self._passes = passes or AlwaysInContact(range_km=plan.range_km)
        self._contact = self._passes.contact(0)
        self._edge_ns = self._passes.next_edge_ns(0)
        self._looked_ns = 0
        self.is_open = True
        """Whether the link works at all; while it doesn't, nothing is pulled from either end. Nobody is told."""
        self.is_manned = True
        """Whether the stations are on duty; while they aren't, there is no contact."""

    def advance(self, now_ns: int, ground: Source, satellite: Source) -> bool:
        """Let both ends send until `now_ns`; whether they may have more to say, only-idle frames aside."""
        elapsed_ns, self._now_ns = now_ns - self._now_ns, now_ns
        self._look(now_ns)
        contact = self.contact
        if contact is None or not self.is_open:
            return False
        arrival_ns = now_ns + contact.light_time_ns
        up = self._up.carry(elapsed_ns, arrival_ns, ground, lambda data: not data)
        down = self._down.carry(elapsed_ns, arrival_ns, satellite, is_only_idle)
        return up or down

    @property
    def contact(self) -> Contact | None:
        """Which station is in contact with the satellite now, and from how far."""
        return self._contact if self.is_manned else None

    def wake(self) -> None:
        """Something has happened at the satellite, of which it may have to tell."""
        self._down.wake()

    def at_satellite(self) -> bytes:
        """The octets that have arrived there by now."""
        return self._up.arrived(self._now_ns)

    def at_ground(self) -> bytes:
        """The octets that have arrived there by now."""
        return self._down.arrived(self._now_ns)

    def next_event_ns(self) -> int | None:
        """When octets in flight arrive, only-idle frames aside, or the contact changes; None if neither will."""
        times = (self._up.next_event_ns(), self._down.next_event_ns(), self._edge_ns)
        return min((at for at in times if at is not None), default=None)

    @property
    def truth(self) -> ChannelTruth:
        """What the link has done so far."""
        return ChannelTruth(
            uplink_octets=self._up.octets,
            uplink_bits_flipped=self._up.errors.bits_flipped,
            downlink_octets=self._down.octets,
            downlink_bits_flipped=self._down.errors.bits_flipped,
            downlink_frames=self._down.octets // FRAME_OCTETS,
            downlink_frames_hit=self._down.errors.units_hit,
            downlink_marker_bits_flipped=self._down.errors.marker_bits_flipped,
        )

    def _look(self, now_ns: int) -> None:
        """Look up the contact at the last of its edges, or of the multiples of LOOK_NS: whoever steps, and however."""
        while self._edge_ns is not None and self._edge_ns <= now_ns:
            self._looked_ns, self._edge_ns = self._edge_ns, self._passes.next_edge_ns(self._edge_ns)
            self._contact = self._passes.contact(self._looked_ns)
        look_ns = now_ns - now_ns % LOOK_NS
        if self._contact is not None and look_ns > self._looked_ns:
            self._looked_ns = look_ns
            self._contact = self._passes.contact(look_ns)


def is_only_idle(frames: bytes) -> bool:
    """Whether whole frames with their markers carry no packets, by their first header pointers."""
    pointers = zip(frames[_POINTER_AT::FRAME_OCTETS], frames[_POINTER_AT + 1 :: FRAME_OCTETS], strict=False)
    return all((high << 8 | low) & 0x7FF == _ONLY_IDLE for high, low in pointers)
