"""`hil reg`: peek and poke the registers of a device that nobody else holds."""

import time
from difflib import get_close_matches
from types import ModuleType

import typer
from rich.console import Console
from rich.table import Table
from serial import Serial, SerialException, serial_for_url

from firmware_bindings.devicelink import Master, NakReason, Request, Result, read, words, write
from firmware_bindings.devicelink.registers import Register, payload_ctrl, power_board
from hil.commands.errors import FailedError, UsageError
from hil.devices.port_device import reason

app = typer.Typer(help="Read and write a device's registers.", no_args_is_help=True)

BAUD = 115_200
POLL_S = 0.02
MAX_BYTES = 2048
_MAPS = (payload_ctrl, power_board)
_DEVICE = typer.Argument(metavar="DEVICE", help="A URL or port: model://power_board, /dev/ttyUSB0, …")
_NAME = typer.Argument(metavar="NAME", help="A register's name, in capitals or not.")


@app.command("list")
def registers(device: str = _DEVICE) -> None:
    """Print what registers a device has: reads none of them but its ID."""
    table = Table(box=None, pad_edge=False)
    for title in ("register", "access", "unit"):
        table.add_column(title, no_wrap=True)
    table.add_column("what it is")
    with _opened(device) as port:
        for register in _map(port, device).REGISTERS:
            table.add_row(register.name, register.access, register.unit, register.doc)
    Console().print(table)


@app.command("read")
def peek(device: str = _DEVICE, name: str = _NAME) -> None:
    """Print a register: its value, unit and fields."""
    with _opened(device) as port:
        register = _register(port, device, name)
        if register.access == "wo":
            raise UsageError(f"{register.name} can only be written")
        [word] = words(_ask(port, device, register, read(register.address)))
    print(describe(register, word))


@app.command("write")
def poke(
    device: str = _DEVICE, name: str = _NAME, value: str = typer.Argument(metavar="VALUE", help="As 5 or 0x5.")
) -> None:
    """Write a register."""
    try:
        word = int(value, 0)
    except ValueError:
        raise UsageError(f"{value} is no whole number") from None
    if not 0 <= word < 2**32:
        raise UsageError(f"{value} does not fit 32 bits")
    with _opened(device) as port:
        register = _register(port, device, name)
        if register.access == "ro":
            raise UsageError(f"{register.name} can only be read")
        _ask(port, device, register, write(register.address, word))


def describe(register: Register, word: int) -> str:
    """A register's value in words: "BATTERY_MV = 7400 mV", "STATUS = 0x00000110: state STEADY, rails 1, …"."""
    values = register.unpack(word)
    shown = {name: getattr(value, "name", str(value)) for name, value in values.items()}
    if list(shown) == ["value"]:
        return f"{register.name} = {shown['value']} {register.unit}".rstrip()
    return f"{register.name} = 0x{word:08x}: " + ", ".join(f"{name} {value}" for name, value in shown.items())


def _opened(device: str) -> Serial:
    try:
        return serial_for_url(device, baudrate=BAUD, timeout=POLL_S, exclusive=True)
    except (SerialException, ValueError) as error:
        raise UsageError(f"{device}: {reason(error)}") from error


def _ask(port: Serial, device: str, register: Register, request: Request) -> bytes:
    """The reply's data. Raises FailedError."""
    device_id = next(map.DEVICE_ID for map in _MAPS if register in map.REGISTERS)
    result = _exchange(port, device_id, request)
    if result.failure is not None:
        reason = result.reason.name if isinstance(result.reason, NakReason) else result.reason
        why = f" ({reason})" if reason is not None else ""
        raise FailedError(f"{device}: {register.name}: {result.failure.value}{why}")
    return result.data


def _map(port: Serial, device: str) -> ModuleType:
    """The register map of whichever device answers. Raises FailedError."""
    for map in _MAPS:
        if _exchange(port, map.DEVICE_ID, read(map.ID.address)).failure is None:
            return map
    raise FailedError(f"{device}: no device with registers answers")


def _register(port: Serial, device: str, name: str) -> Register:
    known: dict[str, Register] = {register.name: register for register in _map(port, device).REGISTERS}
    if name.upper() not in known:
        like = get_close_matches(name.upper(), known, cutoff=0.5)
        which = f"{' or '.join(like)}?" if like else f"hil reg list {device} names them"
        raise UsageError(f"{name} is no register of {device}; {which}")
    return known[name.upper()]


def _exchange(port: Serial, device_id: int, request: Request) -> Result:
    """One request and its end. A simulated device's time passes while it is read."""
    master = Master(device_id)
    master.request(request)
    while not (results := master.results()):
        now_us = time.monotonic_ns() // 1000
        master.tick(now_us)
        if data := master.transmit(MAX_BYTES):
            port.write(data)
        master.receive(port.read(max(1, port.in_waiting)), now_us)
    return results[0]
