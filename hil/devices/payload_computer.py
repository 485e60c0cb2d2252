"""The payload computer inside the bench process: `kernel://payload_computer`. It lives while it has power."""

from pathlib import Path

from firmware_bindings.computer import PayloadComputer
from firmware_bindings.devicelink.payload_computer import Cap, ComputerState
from firmware_bindings.engine import Engine, EngineError
from firmware_bindings.kernel_engine import KernelEngine
from hil.models import ModelError, check_file, default_model_path

_US_NS = 1000


class KernelPayloadComputer:
    """A payload computer that is off until it is switched on, and answers `boot_ns` later.

    Args:
        engine: does the inference; its models and its checkpoints survive a loss of power, as on a disk.
        boot_ns: from power to an answering device link.
        load_us: how long loading a model takes.
    """

    def __init__(self, engine: Engine, *, boot_ns: int = 0, load_us: int = 0) -> None:
        self._engine = engine
        self._boot_ns = boot_ns
        self._load_us = load_us
        self._computer: PayloadComputer | None = None
        self._clock: Cap | None = None
        self._boots_at_ns: int | None = None
        self._out = b""
        self._now_ns = 0

    @property
    def state(self) -> ComputerState | None:
        """What it is doing; None while it is off or boots."""
        return self._computer.state if self._computer else None

    @property
    def rate_mtokens_per_s(self) -> int:
        """The cap on what it computes now; 0 while it computes nothing."""
        return self._computer.rate_mtokens_per_s if self._computer else 0

    def set_power(self, is_on: bool) -> None:
        """Switch it on, or take its power: everything it knew and had to say is gone at that instant."""
        if is_on and self._boots_at_ns is None:
            self._boots_at_ns = self._now_ns + self._boot_ns
            self.advance(self._now_ns)
        elif not is_on and self._boots_at_ns is not None:
            if self._computer:
                self._computer.power_off()
            self._computer, self._boots_at_ns, self._out = None, None, b""

    def set_clock(self, clock: Cap) -> None:
        """From now on it computes no faster than this, whatever it was told."""
        self._clock = clock
        if self._computer:
            self._computer.clock = clock

    def write(self, data: bytes) -> None:
        """Octets arriving at the serial port now; nobody hears them without power."""
        if self._computer:
            self._out += self._computer.receive(data, self._uptime_us(self._now_ns))

    def read(self) -> bytes:
        """The octets sent since the last read."""
        out, self._out = self._out, b""
        return out

    def advance(self, until_ns: int) -> None:
        """Run to that time."""
        if self._computer is None and self._boots_at_ns is not None and self._boots_at_ns <= until_ns:
            self._computer = PayloadComputer(self._engine, load_us=self._load_us)
            self._computer.clock = self._clock
        self._now_ns = until_ns
        if self._computer:
            self._out += self._computer.advance(self._uptime_us(until_ns))

    def next_event_ns(self) -> int | None:
        """The end of booting or loading, or the next token; None if nothing is pending."""
        if self._boots_at_ns is None or self._computer is None:
            return self._boots_at_ns
        if self._out:
            return self._now_ns
        deadline_us = self._computer.next_deadline_us()
        return None if deadline_us is None else self._boots_at_ns + deadline_us * _US_NS

    def _uptime_us(self, now_ns: int) -> int:
        assert self._boots_at_ns is not None
        return (now_ns - self._boots_at_ns) // _US_NS


def make_payload_computer(
    model: str = "", *, context_tokens: int = 2048, boot_ns: int = 0, load_us: int = 0, is_on: bool = True
) -> KernelPayloadComputer:
    """A payload computer with a model's file, by default the default model's; a bench switches it on itself.

    Raises ModelError for a file that is missing, damaged, or no model.
    """
    engine = checked_engine(model, context_tokens)
    computer = KernelPayloadComputer(engine, boot_ns=boot_ns, load_us=load_us)
    computer.set_power(is_on)
    return computer


def checked_engine(model: str, context_tokens: int) -> KernelEngine:
    """An engine that has its default model at hand. Raises ModelError."""
    engine = KernelEngine(check_file(Path(model) if model else default_model_path()))
    try:
        for _ in engine.load("", context_tokens):
            pass
    except EngineError as error:
        raise ModelError(str(error)) from error
    return engine
