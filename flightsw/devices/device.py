"""What all drivers share: one end of a device link, and whether anybody answers at the other."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from firmware_bindings.devicelink import Failure, Master, Request, Result, read, words
from flightsw.mission import Device

SILENT_AFTER = 2
"""Requests in a row, each repeated by the link, without a reply that makes sense."""
UNCARRIED_US = 3_000_000
"""Time without any result after which the line itself carries nothing; the link's own time-outs end well before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to be reported: an event of the mission dictionary, by name, and its parameters."""

    event: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """Tag of a request that somebody else waits for: told its result, or None when there will be none."""

    tell: Callable[[Result | None], None]


class DeviceDriver(ABC):
    """A master on one serial line. Nothing that arrives raises; what makes no sense counts as no reply.

    Args:
        device: which board this is.
        device_id: what it must answer to SYNC.
    """

    def __init__(self, device: Device, device_id: int) -> None:
        self._device = device
        self._device_id = device_id
        self._master = Master(device_id)
        self._failures = 0
        self._lost_frames = 0
        self._notices: list[Notice] = []
        self._errands: list[Errand] = []
        self._next_poll_us: int | None = 0
        self._heard_us: int | None = None
        self.is_silent = False

    @property
    def link_errors(self) -> int:
        """Frames lost to noise since boot."""
        counters = self._master.counters
        return self._lost_frames + counters.crc_errors + counters.timeouts

    def notices(self) -> tuple[Notice, ...]:
        """What happened since the last call."""
        out, self._notices = tuple(self._notices), []
        return out

    def look(self, address: int, count: int, tell: Callable[[tuple[int, ...] | None], None]) -> None:
        """Read registers for somebody, who is told their words, or None if the device refuses or is silent."""

        def take(result: Result | None) -> None:
            tell(None if result is None or result.failure is not None else words(result.data))

        self._run_errand(read(address, count), take)

    def receive(self, data: bytes, now_us: int) -> None:
        """Take octets that arrived at `now_us`."""
        self._master.receive(data, now_us)

    def transmit(self, max_bytes: int, now_us: int) -> bytes:
        """At most `max_bytes` octets that are to be sent now."""
        self._master.tick(now_us)
        return self._master.transmit(max_bytes)

    def tick(self, now_us: int) -> None:
        """Take the replies, poll when it is time."""
        self._master.tick(now_us)
        while results := self._master.results():
            self._heard_us = now_us
            for result in results:
                self._hear(result, now_us)
        if self._master.idle or self._heard_us is None:
            self._heard_us = now_us
        elif now_us - self._heard_us >= UNCARRIED_US:
            self._heard_us = now_us
            self._abandon()
            self._lose(now_us)
        if self._next_poll_us is not None and now_us >= self._next_poll_us and self._master.idle:
            self._poll(now_us)
            self._master.tick(now_us)

    @property
    def next_deadline_us(self) -> int | None:
        """When `tick` has something to do."""
        if self._master.idle:
            return self._next_poll_us
        reply_us, uncarried_us = self._master.next_deadline_us(), (self._heard_us or 0) + UNCARRIED_US
        return uncarried_us if reply_us is None else min(reply_us, uncarried_us)

    @abstractmethod
    def _poll(self, now_us: int) -> None:
        """Ask what is to be known, and set when to ask again."""

    @abstractmethod
    def _take(self, result: Result, now_us: int) -> bool:
        """A reply or a refusal; whether it makes sense."""

    def _on_silent(self, now_us: int) -> None:  # noqa: B027 - most boards need nothing done then
        """The device has just been given up."""

    def _ask(self, *requests: Request) -> None:
        for request in requests:
            self._master.request(request)

    def _run_errand(self, request: Request, tell: Callable[[Result | None], None]) -> None:
        errand = Errand(tell)
        self._errands.append(errand)
        self._ask(replace(request, tag=errand))

    def _abandon(self) -> None:
        """Forget what was asked: the device has lost power, or begins anew."""
        errands, self._errands = self._errands, []
        for errand in errands:
            errand.tell(None)
        self._lost_frames = self.link_errors
        self._master = Master(self._device_id)
        self._failures = 0

    def _hear(self, result: Result, now_us: int) -> None:
        has_answered = result.failure is None or result.failure is Failure.REFUSED
        errand = result.request.tag
        if isinstance(errand, Errand):
            self._errands.remove(errand)
            errand.tell(result)
        if has_answered and (isinstance(errand, Errand) or self._take(result, now_us)):
            self._failures = 0
            if self.is_silent:
                self.is_silent = False
                self._notices.append(Notice(event="device_found", values={"device": self._device}))
            return
        self._failures += 1
        if self._failures >= SILENT_AFTER:
            self._lose(now_us)

    def _lose(self, now_us: int) -> None:
        if not self.is_silent:
            self.is_silent = True
            self._notices.append(Notice(event="device_silent", values={"device": self._device}))
            self._on_silent(now_us)
