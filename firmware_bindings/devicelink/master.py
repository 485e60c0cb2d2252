"""The flight software's end of the link: one request at a time, repeated until answered or given up."""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from firmware_bindings.codec.layout import DecodeError
from firmware_bindings.devicelink.frame import Deframer, DeframerCounters, Frame
from firmware_bindings.devicelink.operations import LINK_VERSION, NAK, REPLY, Identity, NakReason, Operation, identity

REPLY_TIMEOUT_US = 250_000
ATTEMPTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a device. `tag` is the caller's own and comes back with the result."""

    op: int
    address: int = 0
    data: bytes = b""
    tag: object = None


class Failure(Enum):
    """Why a request has no reply."""

    SILENT = "no reply"
    WRONG_DEVICE = "another device answers"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A request's end: its reply's data, or the failure, with the device's reason where it refused."""

    request: Request
    data: bytes = b""
    failure: Failure | None = None
    reason: NakReason | int | None = None


def read(address: int, count: int = 1, tag: object = None) -> Request:
    """Read `count` 32-bit registers from octet address `address` on."""
    return Request(op=Operation.READ, address=address, data=bytes([count]), tag=tag)


def write(address: int, *values: int, tag: object = None) -> Request:
    """Write consecutive 32-bit registers from octet address `address` on."""
    return Request(op=Operation.WRITE, address=address, data=b"".join(v.to_bytes(4, "big") for v in values), tag=tag)


def words(data: bytes) -> tuple[int, ...]:
    """A READ's reply data as unsigned 32-bit registers."""
    return tuple(int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4))


class Master:
    """Requests in, results out; retries over a noisy wire are safe, since a device executes each once.

    A session begins with SYNC, which tells who answers; after a device has been silent for all attempts the next
    request begins a new one.

    Args:
        device_id: the device that is expected to answer.
        reply_timeout_us: wait from a request's last octet to its reply.
        attempts: how often a request is sent before the device counts as silent.
    """

    def __init__(self, device_id: int, *, reply_timeout_us: int = REPLY_TIMEOUT_US, attempts: int = ATTEMPTS) -> None:
        self._device_id = device_id
        self._reply_timeout_us = reply_timeout_us
        self._attempts = attempts
        self._deframer = Deframer()
        self._queue: deque[Request] = deque()
        self._results: list[Result] = []
        self._frame: Frame | None = None
        self._unsent = b""
        self._attempt = 0
        self._deadline_us: int | None = None
        self._seq = 0
        self._now_us = 0
        self.identity: Identity | None = None
        """Who answers; None while there is no session."""

    @property
    def idle(self) -> bool:
        """Nothing is asked and nothing outstanding."""
        return not self._queue

    @property
    def counters(self) -> DeframerCounters:
        """What the receiving side has seen."""
        return self._deframer.counters

    def request(self, request: Request) -> None:
        """Queue a request; results come in the same order."""
        self._queue.append(request)

    def results(self) -> list[Result]:
        """The requests that have ended since the last call."""
        done, self._results = self._results, []
        return done

    def tick(self, now_us: int) -> None:
        """Let time pass: begin what is queued, repeat what was not answered."""
        self._now_us = now_us
        if self._deadline_us is not None and now_us >= self._deadline_us:
            self._deadline_us = None
            if self._attempt < self._attempts:
                self._send()
            else:
                self.identity = None
                self._end(Failure.SILENT)
        self._begin()

    def receive(self, data: bytes, now_us: int) -> None:
        """Take octets that arrived at `now_us`. Never raises."""
        self._now_us = now_us
        for frame in self._deframer.receive(data, now_us):
            if self._frame is not None and not self._unsent and frame.seq == self._frame.seq:
                self._take(self._frame, frame)
        self._begin()

    def transmit(self, max_bytes: int) -> bytes:
        """At most `max_bytes` octets that are to be sent now."""
        out, self._unsent = self._unsent[:max_bytes], self._unsent[max_bytes:]
        if out and not self._unsent:
            self._deadline_us = self._now_us + self._reply_timeout_us
        return out

    def next_deadline_us(self) -> int | None:
        """When `tick` has something to do: the reply's deadline; None while octets wait for the line, or idle."""
        return self._deadline_us

    def _take(self, asked: Frame, frame: Frame) -> None:
        if frame.op == NAK and len(frame.data) == 1:
            reason = frame.data[0]
            known = NakReason(reason) if reason in set(NakReason) else reason
            self._end(Failure.REFUSED, known)
        elif frame.op == asked.op | REPLY and asked.op == Operation.SYNC:
            self._synchronise(frame.data)
        elif frame.op == asked.op | REPLY:
            self._results.append(Result(request=self._queue.popleft(), data=frame.data))
            self._drop_frame()

    def _synchronise(self, data: bytes) -> None:
        try:
            answered = identity.decode(data)
        except DecodeError:
            return
        if answered.device_id == self._device_id and answered.link_version == LINK_VERSION:
            self.identity = answered
            self._drop_frame()
        else:
            self._end(Failure.WRONG_DEVICE)

    def _begin(self) -> None:
        if self._frame is None and self._queue:
            self._seq = (self._seq + 1) % 256
            request = self._queue[0] if self.identity else Request(op=Operation.SYNC)
            self._frame = Frame(seq=self._seq, op=request.op, address=request.address, data=request.data)
            self._attempt = 0
            self._send()

    def _send(self) -> None:
        assert self._frame is not None
        self._attempt += 1
        self._unsent = self._frame.encode()

    def _end(self, failure: Failure, reason: NakReason | int | None = None) -> None:
        self._results.append(Result(request=self._queue.popleft(), failure=failure, reason=reason))
        self._drop_frame()

    def _drop_frame(self) -> None:
        self._frame, self._unsent, self._deadline_us = None, b"", None
