"""Listens to a payload computer's serial line, to know what it does, and so what it draws."""

from contextlib import suppress

from firmware_bindings.codec.layout import DecodeError
from firmware_bindings.devicelink import Deframer
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.payload_computer import ComputerOperation, ComputerState, FinishReason

_REPLY = 0x80


class ComputerTap:
    """What requests and replies tell about a payload computer; as late as the next of them."""

    def __init__(self) -> None:
        self._asked, self._answered = Deframer(), Deframer()
        self._cap = link.Cap(prompt_mtokens_per_s=0, decode_mtokens_per_s=0)
        self.state = ComputerState.EMPTY

    @property
    def rate_mtokens_per_s(self) -> int:
        """The cap on what it computes now; 0 while it computes nothing."""
        if self.state is ComputerState.PROMPT:
            return self._cap.prompt_mtokens_per_s
        return self._cap.decode_mtokens_per_s if self.state is ComputerState.DECODE else 0

    def asked(self, data: bytes, now_us: int) -> None:
        """Octets on their way to it."""
        for frame in self._asked.receive(data, now_us):
            with suppress(DecodeError):
                match frame.op:
                    case ComputerOperation.CAP:
                        self._cap = link.cap.decode(frame.data)
                    case ComputerOperation.START:
                        self.state = ComputerState.PROMPT
                    case ComputerOperation.CANCEL:
                        self.state = ComputerState.READY

    def answered(self, data: bytes, now_us: int) -> None:
        """Octets on their way from it."""
        for frame in self._answered.receive(data, now_us):
            with suppress(DecodeError, ValueError):
                if frame.op == ComputerOperation.STATUS | _REPLY:
                    self.state = ComputerState(link.status.decode(frame.data).state)
                elif frame.op == ComputerOperation.TOKENS | _REPLY:
                    self._progress(link.tokens.decode(frame.data))

    def _progress(self, tokens: link.Tokens) -> None:
        if tokens.finish != FinishReason.RUNNING:
            self.state = ComputerState.READY
        elif tokens.token_ids:
            self.state = ComputerState.DECODE
