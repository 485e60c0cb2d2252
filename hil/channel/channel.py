"""One link up and one down: pulls what each can carry, delays it by the light time, and flips bits."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from flightsw.ccsds import ASM, TM_FRAME_LENGTH
from hil.channel.bit_errors import BitErrors
from hil.channel.pace import Pace

LIGHT_KM_PER_S = 299_792.458
_NS_PER_S = 1_000_000_000

Source = Callable[[int], bytes]
"""At most so many octets, of what there is to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """The link, as `bench.toml` has it."""

    uplink_bits_per_s: int = 64_000
    downlink_bits_per_s: int = 1_000_000
    range_km: float = 550.0
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
    """What the link has really carried, and done to it. Frames are the units of ASM and frame, whole ones."""

    uplink_octets: int
    uplink_bits_flipped: int
    downlink_octets: int
    downlink_bits_flipped: int
    downlink_frames: int
    downlink_frames_hit: int


class _Link:
    """One direction."""

    def __init__(self, bits_per_s: int, delay_ns: int, errors: BitErrors) -> None:
        self._pace = Pace(bits_per_s)
        self._delay_ns = delay_ns
        self.errors = errors
        self.octets = 0
        self._in_flight: deque[tuple[int, bytes]] = deque()

    def carry(self, elapsed_ns: int, now_ns: int, source: Source) -> bytes:
        """Send for `elapsed_ns` up to now; what was sent."""
        room = self._pace.octets(elapsed_ns)
        data = source(room) if room else b""
        if data:
            self.octets += len(data)
            self._in_flight.append((now_ns + self._delay_ns, self.errors.apply(data)))
        if len(data) < room:
            self._pace.idle()
        return data

    def arrived(self, now_ns: int) -> bytes:
        out = b""
        while self._in_flight and self._in_flight[0][0] <= now_ns:
            out += self._in_flight.popleft()[1]
        return out

    def next_event_ns(self) -> int | None:
        return self._in_flight[0][0] if self._in_flight else None


class Channel:
    """The link between a ground station and a satellite.

    Args:
        plan: rates, range and error rates.
        seed: of its bit errors.
    """

    def __init__(self, plan: ChannelPlan, seed: int) -> None:
        delay_ns = round(plan.range_km / LIGHT_KM_PER_S * _NS_PER_S)
        up = BitErrors(plan.uplink_bit_error_rate, f"uplink {seed}", 1)
        down = BitErrors(plan.downlink_bit_error_rate, f"downlink {seed}", len(ASM) + TM_FRAME_LENGTH)
        self._up = _Link(plan.uplink_bits_per_s, delay_ns, up)
        self._down = _Link(plan.downlink_bits_per_s, delay_ns, down)
        self._now_ns = 0
        self.is_open = True
        """Whether there is a link at all; while there is none, nothing is pulled from either end."""

    def advance(self, now_ns: int, ground: Source, satellite: Source) -> tuple[bytes, bytes]:
        """Let both ends send until `now_ns`; what they have sent, up and down."""
        elapsed_ns, self._now_ns = now_ns - self._now_ns, now_ns
        if not self.is_open:
            return b"", b""
        return self._up.carry(elapsed_ns, now_ns, ground), self._down.carry(elapsed_ns, now_ns, satellite)

    def at_satellite(self) -> bytes:
        """The octets that have arrived there by now."""
        return self._up.arrived(self._now_ns)

    def at_ground(self) -> bytes:
        """The octets that have arrived there by now."""
        return self._down.arrived(self._now_ns)

    def next_event_ns(self) -> int | None:
        """When octets in flight arrive; None if there are none."""
        times = (self._up.next_event_ns(), self._down.next_event_ns())
        return min((at for at in times if at is not None), default=None)

    @property
    def truth(self) -> ChannelTruth:
        """What the link has done so far."""
        return ChannelTruth(
            uplink_octets=self._up.octets,
            uplink_bits_flipped=self._up.errors.bits_flipped,
            downlink_octets=self._down.octets,
            downlink_bits_flipped=self._down.errors.bits_flipped,
            downlink_frames=self._down.octets // (len(ASM) + TM_FRAME_LENGTH),
            downlink_frames_hit=self._down.errors.units_hit,
        )
