"""The payload computer's program: `python -m firmware_bindings serve PORT` answers questions on a serial port."""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from serial import Serial, serial_for_url

from firmware_bindings.arguments import count, threads
from firmware_bindings.background import Background
from firmware_bindings.checkpoints import FolderCheckpoints
from firmware_bindings.computer import PayloadComputer
from firmware_bindings.engine import Engine
from firmware_bindings.kernel import KV_TYPES, KernelError, Model
from firmware_bindings.kernel_engine import KernelEngine

BAUD = 115_200
POLL_S = 0.005
"""The longest that a token or a request waits to be noticed."""
MAX_READ_BYTES = 4096
DESCRIPTION = """\
Be a payload computer: answer the device link on PORT with a language model, until terminated.

  python -m firmware_bindings serve /dev/ttyS0 --model model.gguf
"""


def serve(port: Serial, engine: Engine, is_over: Callable[[], bool], *, load_us: int = 0) -> None:
    """Be the payload computer on an open port until `is_over`. Raises SerialException when the port goes away."""
    background = Background(engine)
    computer = PayloadComputer(background, load_us=load_us)
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
        background.close()


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
    parser.add_argument(
        "--threads", type=threads, metavar="N", default=0, help="of the kernel (default: one per processor)"
    )
    parser.add_argument(
        "--kv", choices=KV_TYPES, default="f32", help="how keys and values are stored; f16 halves them (default: f32)"
    )
    parser.add_argument(
        "--store",
        type=Path,
        metavar="DIR",
        help="keep unfinished answers here, over a loss of power (default: nowhere)",
    )
    parser.add_argument(
        "--load-ms", type=count, metavar="N", default=0, help="least time that loading takes (default 0)"
    )
    options = parser.parse_args(argv)

    terminated = threading.Event()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a port whose other end has gone is an error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: terminated.set())
    try:
        name = Model(options.model).name
        if options.store:
            options.store.mkdir(parents=True, exist_ok=True)
        with serial_for_url(options.port, baudrate=BAUD) as port:
            print(f"serving {name} on {options.port}", flush=True)
            checkpoints = FolderCheckpoints(options.store) if options.store else None
            engine = KernelEngine(options.model, threads=options.threads, checkpoints=checkpoints, kv=options.kv)
            serve(port, engine, terminated.is_set, load_us=1000 * options.load_ms)
    except (KernelError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
