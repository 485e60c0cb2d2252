"""The telecommands that wait for the uplink: strictly in order, as octets that the link pulls."""

from collections import deque
from dataclasses import dataclass, field

from hil.ground.request import Request, RequestState

ACQUISITION = b"\x55" * 16
"""Sent when a contact begins, before the first CLTU: what the last contact cut off ends in it. Ref: CCSDS 231.0-B."""
HOLD_US = 1_000_000
"""How long a telecommand is held back after the one it waits for has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """Octets for the link, and the requests that begin and end in them."""

    octets: bytes
    begun: tuple[Request, ...]
    ended: tuple[Request, ...]


@dataclass(slots=True)
class Uplink:
    """CLTUs in the order of their requests. One that is held back holds back all behind it."""

    octets_sent: int = 0
    frames_sent: int = 0
    """CLTUs that the link has taken to their last octet; each carries one frame."""
    _waiting: deque[tuple[Request, bytes]] = field(default_factory=deque)
    _acquisition: bytes = b""
    """What is left of the acquisition sequence."""
    _begun_octets: int = 0
    """How much of the first one the link has taken."""
    _held: tuple[Request, Request] | None = None
    """The telecommand that is held back, and the one it waits for."""

    @property
    def pending(self) -> int:
        """Octets that the link could take now."""
        count = 0
        for request, cltu in self._waiting:
            if self._is_held(request):
                break
            count += len(cltu)
        return count + len(self._acquisition) - self._begun_octets if count else 0

    @property
    def is_holding(self) -> bool:
        return self._held is not None

    @property
    def hold_until_us(self) -> int | None:
        """When the telecommand that is held back leaves at the latest; None if there is none, or no telling."""
        if self._held is None or self._held[1].uplinked_us is None:
            return None
        return self._held[1].uplinked_us + HOLD_US

    def add(self, request: Request, cltu: bytes) -> None:
        self._waiting.append((request, cltu))

    def hold(self, request: Request, awaited: Request) -> None:
        """Keep `request` and all behind it on the ground until it is released."""
        self._held = (request, awaited)

    def restart(self) -> None:
        """The link has broken off: what it has carried of a CLTU is lost, and all of it leaves again."""
        self._begun_octets = 0
        self._acquisition = ACQUISITION

    def release(self) -> None:
        self._held = None

    def pull(self, max_bytes: int) -> Pulled:
        """At most `max_bytes` octets."""
        out = bytearray()
        begun: list[Request] = []
        ended: list[Request] = []
        while self._waiting and len(out) < max_bytes and not self._is_held(self._waiting[0][0]):
            if self._acquisition:
                room = max_bytes - len(out)
                out += self._acquisition[:room]
                self._acquisition = self._acquisition[room:]
                continue
            request, cltu = self._waiting[0]
            if not self._begun_octets and request.state is RequestState.QUEUED:
                begun.append(request)
            taken = cltu[self._begun_octets : self._begun_octets + max_bytes - len(out)]
            out += taken
            self._begun_octets += len(taken)
            if self._begun_octets == len(cltu):
                self._waiting.popleft()
                self._begun_octets = 0
                ended.append(request)
        self.octets_sent += len(out)
        self.frames_sent += len(ended)
        return Pulled(octets=bytes(out), begun=tuple(begun), ended=tuple(ended))

    def _is_held(self, request: Request) -> bool:
        return self._held is not None and self._held[0] is request
