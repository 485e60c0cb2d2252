"""The payload computer's program: `python -m firmware_bindings serve PORT` answers questions on a serial port.

The kernel works in a thread of its own, so that the link is answered meanwhile.
"""

import argparse
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from serial import Serial, SerialException, serial_for_url

from firmware_bindings.computer import Engine, EngineError, PayloadComputer, Step
from firmware_bindings.engine import KernelEngine
from firmware_bindings.kernel import KernelError, Model

T = TypeVar("T")

BAUD = 115_200
POLL_S = 0.005
"""The longest that a token or a request waits to be noticed."""
CANCEL_POLL_S = 0.1
MAX_READ_BYTES = 4096
DESCRIPTION = """\
Be a payload computer: answer the device link on PORT with a language model, until terminated.

  python -m firmware_bindings serve /dev/ttyS0 --model model.gguf
"""


class _Work(Generic[T]):
    """An iterator that another thread walks, one item ahead of what was asked for; None means not yet."""

    def __init__(
        self, items: Callable[[], Iterator[T]], turn: threading.Lock, is_cancelled: Callable[[], bool]
    ) -> None:
        self._items = items
        self._turn = turn
        self._is_cancelled = is_cancelled
        self._wanted = threading.Semaphore(0)
        self._made: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._run).start()

    def __iter__(self) -> Iterator[T | None]:
        return self

    def __next__(self) -> T | None:
        try:
            made = self._made.get_nowait()
        except queue.Empty:
            return None
        if isinstance(made, Exception):
            raise made
        self._wanted.release()
        return made

    def _run(self) -> None:
        with self._turn:
            try:
                for item in self._items():
                    self._made.put(item)
                    while not self._wanted.acquire(timeout=CANCEL_POLL_S):
                        if self._is_cancelled():
                            return
                self._made.put(StopIteration())
            except EngineError as error:
                self._made.put(error)


class Background:
    """An engine that works in threads of its own, one at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()

    def load(self, name: str, context_tokens: int) -> Iterator[None]:
        return _Work(lambda: self._engine.load(name, context_tokens), self._turn, lambda: False)

    def answer(self, question: str, max_tokens: int, is_cancelled: Callable[[], bool]) -> Iterator[Step | None]:
        return _Work(lambda: self._engine.answer(question, max_tokens, is_cancelled), self._turn, is_cancelled)


def serve(port: Serial, engine: Engine, is_over: Callable[[], bool], *, load_us: int = 0) -> None:
    """Be the payload computer on an open port until `is_over`. Raises SerialException when the port goes away."""
    computer = PayloadComputer(Background(engine), load_us=load_us)
    start_ns = time.monotonic_ns()
    port.timeout = POLL_S
    try:
        while not is_over():
            data = port.read(max(1, min(port.in_waiting, MAX_READ_BYTES)))
            now_us = (time.monotonic_ns() - start_ns) // 1000
            if out := computer.receive(data, now_us) if data else computer.advance(now_us):
                port.write(out)
    finally:
        computer.power_off()


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 terminated, 1 the model or the port failed, 2 wrong usage; an error is one line."""
    parser = argparse.ArgumentParser(
        prog="python -m firmware_bindings serve",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("port", metavar="PORT", help="serial port or pyserial URL")
    parser.add_argument(
        "--model", type=Path, required=True, help="the default model, a GGUF file; others lie beside it"
    )
    parser.add_argument("--threads", type=int, default=0, help="of the kernel (default: one per processor)")
    parser.add_argument("--load-ms", type=int, default=0, help="least time that loading takes (default 0)")
    options = parser.parse_args(argv)

    terminated = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: terminated.set())
    try:
        name = Model(options.model).name
        with serial_for_url(options.port, baudrate=BAUD) as port:
            print(f"serving {name} on {options.port}", flush=True)
            engine = KernelEngine(options.model, threads=options.threads)
            serve(port, engine, terminated.is_set, load_us=1000 * options.load_ms)
    except (KernelError, SerialException, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
