import pytest

from firmware_bindings.devicelink import Deframer, Frame, Operation
from firmware_bindings.devicelink import payload_computer as link
from firmware_bindings.devicelink.payload_computer import ComputerOperation, ComputerState
from firmware_bindings.kernel_engine import KernelEngine
from hil.devices.payload_computer import KernelPayloadComputer
from hil.models import default_model_path

MS_NS = 1_000_000
SYNC = Frame(seq=1, op=Operation.SYNC).encode()
LOAD = Frame(seq=2, op=ComputerOperation.LOAD, data=link.load.encode(link.Load(context_tokens=64))).encode()


@pytest.fixture
def computer() -> KernelPayloadComputer:
    return KernelPayloadComputer(KernelEngine(default_model_path()), boot_ns=2000 * MS_NS, load_us=1_000_000)


@pytest.mark.req("BEN-003")
def test_it_answers_when_it_has_booted(computer: KernelPayloadComputer) -> None:
    computer.write(SYNC)
    computer.set_power(True)
    computer.advance(1999 * MS_NS)
    computer.write(SYNC)
    assert (computer.read(), computer.state, computer.next_event_ns()) == (b"", None, 2000 * MS_NS)
    computer.advance(2000 * MS_NS)
    computer.write(SYNC)
    [reply] = Deframer().receive(computer.read(), 0)
    assert reply.data[:2].hex() == "504d"
    assert computer.state is ComputerState.EMPTY


@pytest.mark.req("BEN-003")
def test_without_power_all_is_lost(computer: KernelPayloadComputer) -> None:
    computer.set_power(True)
    computer.advance(2000 * MS_NS)
    computer.write(LOAD)
    assert computer.next_event_ns() == 2000 * MS_NS  # the reply waits to be read
    computer.read()
    assert computer.next_event_ns() == 3000 * MS_NS
    computer.advance(3000 * MS_NS)
    assert computer.state is ComputerState.READY
    computer.write(SYNC)
    computer.set_power(False)
    assert (computer.read(), computer.state, computer.next_event_ns()) == (b"", None, None)
    computer.set_power(True)
    computer.advance(5000 * MS_NS)
    assert computer.state is ComputerState.EMPTY
