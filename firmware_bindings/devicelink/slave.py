"""The device's end of the link: answers requests, and answers a repeated one without executing it again."""

from collections.abc import Callable
from typing import Protocol

from firmware_bindings.devicelink.frame import MAX_DATA_BYTES, Deframer, Frame
from firmware_bindings.devicelink.operations import (
    MAX_REGISTERS,
    NAK,
    REPLY,
    Identity,
    Nak,
    NakReason,
    Operation,
    identity,
)

Ended = Callable[[bool], object]
"""(is_refused): a request was executed, well or with a refusal."""

Execute = Callable[[int, int, bytes], bytes]
"""(operation, address, data) → reply data. Raises Nak."""


class Slave:
    """Octets in, octets out; one request at a time, in the order of arrival.

    Args:
        device_id: answered to SYNC.
        execute: does what a request asks.
        max_data: the longest data field the device takes, in octets.
        ended: told of every request that was executed, not of repeated ones.
    """

    def __init__(
        self, device_id: int, execute: Execute, max_data: int = MAX_DATA_BYTES, ended: Ended | None = None
    ) -> None:
        self._identity = Identity(device_id=device_id, max_data=max_data)
        self._execute = execute
        self._ended = ended
        self.deframer = Deframer(max_data)
        self._stored: tuple[int, bytes] | None = None

    def receive(self, data: bytes, now_us: int) -> bytes:
        """The replies to the requests that `data`, arriving at `now_us`, completes."""
        return b"".join(self._answer(frame) for frame in self.deframer.receive(data, now_us))

    def _answer(self, request: Frame) -> bytes:
        if request.op == Operation.SYNC:
            self._stored = None
            return self._reply(request)
        if self._stored is None or self._stored[0] != request.seq:
            self._stored = request.seq, self._reply(request)
        return self._stored[1]

    def _reply(self, request: Frame) -> bytes:
        op = request.op | REPLY
        try:
            if request.op != Operation.SYNC:
                data = self._execute(request.op, request.address, request.data)
            elif request.data:
                raise Nak(NakReason.BAD_LENGTH)
            else:
                data = identity.encode(self._identity)
        except Nak as nak:
            op, data = NAK, bytes([nak.reason])
        if self._ended is not None:
            self._ended(op == NAK)
        return Frame(seq=request.seq, op=op, address=request.address, data=data).encode()


class RegisterBank(Protocol):
    """32-bit registers at octet addresses; both methods raise Nak(BAD_ADDRESS) where there is none."""

    def read(self, address: int) -> int: ...

    def write(self, address: int, value: int) -> None: ...


def execute_registers(bank: RegisterBank) -> Execute:
    """The READ and WRITE operations over a register bank.

    Registers are taken in ascending order; at the first bad address the request is refused, and what came before it
    has been done.
    """

    def execute(op: int, address: int, data: bytes) -> bytes:
        if op == Operation.READ:
            if len(data) != 1 or not 1 <= data[0] <= MAX_REGISTERS:
                raise Nak(NakReason.BAD_LENGTH)
            return b"".join(bank.read(address + 4 * i).to_bytes(4, "big") for i in range(data[0]))
        if op == Operation.WRITE:
            if len(data) % 4 or not 4 <= len(data) <= 4 * MAX_REGISTERS:
                raise Nak(NakReason.BAD_LENGTH)
            for at in range(0, len(data), 4):
                bank.write(address + at, int.from_bytes(data[at : at + 4], "big"))
            return b""
        raise Nak(NakReason.BAD_OPERATION)

    return execute
