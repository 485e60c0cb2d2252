"""The model and the RTL of the payload controller, side by side through random sequences: whatever is sent to both and
stands at the pins of both, both show the same at the end of each millisecond, and answer with the same octets.

Requests end with a millisecond: the RTL takes the last octet just behind it, where the model's time stands, too, and
has carried them out before the first channel of a measurement, 48 clocks behind it, is new.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from firmware_bindings.devicelink import Frame, Operation
from firmware_bindings.devicelink.registers import Register
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from hil.devices.payload_ctrl_model import PEEKS, RAILS, ModelPayloadController
from hil.devices.payload_ctrl_rtl import RtlPayloadController
from hil.rtl.build import VerilatorMissingError, library
from hil.rtl.chip import CLOCKS_PER_MS

MS_NS = 1_000_000
CLOCKS_PER_OCTET = 100
TAKEN_EARLY = 5  # clocks before its stop bit is over, in the middle of it, an octet is taken
SILENCE_MS = 25  # after which half a frame is given up
EXAMPLES, STEPS = (int(number) for number in os.environ.get("SUNLIT_TWINS", "12,50").split(","))

READABLE = [register for register in regs.REGISTERS if register.access != "wo"]
WRITABLE = [register for register in regs.REGISTERS if register.access != "ro"]
COMMANDS = [
    (regs.FAULT_CLEAR, regs.FaultClearKey.CLEAR),
    (regs.LOCKOUT_CLEAR, regs.LOCKOUT_CLEAR.pack(key=regs.LockoutClearKey.CLEAR, rails=0xFF)),
    (regs.WATCHDOG_KICK, regs.WatchdogKickKey.KICK),
    (regs.WATCHDOG_CTRL, 1),
    (regs.WATCHDOG_DISARM, regs.WatchdogDisarmKey.DISARM),
    (regs.COUNTERS_CLEAR, regs.CountersClearKey.CLEAR),
]
# What the model does at the end of a millisecond takes the RTL some clocks: more than are left when a chain of rails
# has no pause between them, or a comparator must see too much current for more than 8 clocks after blanking.
LEAST = dict.fromkeys((*regs.RAIL_STAGGER_MS, *regs.RAIL_RETRY_MS), 1)
MOST = dict.fromkeys(regs.RAIL_TRIP_CLOCKS, 8)

masks = st.one_of(st.integers(0, 0xFF), st.sampled_from([0, 0xFF]))
mailbox_addresses = st.integers(0, 7).map(lambda word: regs.MAILBOX.address + 4 * word)


def words_for(register: Register) -> st.SearchStrategy[int]:
    """What may be written to a register: mostly what its fields can hold, and small numbers, sometimes anything."""
    least, most = LEAST.get(register, 0), MOST.get(register, 0xFFFF_FFFF)
    if register.fields[0].name == "value":
        return st.one_of(st.integers(least, min(most, 30)), st.integers(least, most))
    fields = {
        field.name: st.sampled_from([member.value for member in field.choices])
        if field.choices
        else st.one_of(st.integers(0, min(field.mask, 16)), st.integers(0, field.mask))
        for field in register.fields
    }
    fitting = st.fixed_dictionaries(fields).map(lambda values: register.pack(**values))
    return st.one_of(fitting, fitting, fitting, st.integers(0, 0xFFFF_FFFF))


class Twins(RuleBasedStateMachine):
    """Time stands at the end of a millisecond between two rules."""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.rtl = ModelPayloadController(), RtlPayloadController()
        self.now_ms = 0
        self.seq = 0
        self.last = b""

    # Time

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms
        self.model.advance(self.now_ms * MS_NS)
        self.rtl.advance(self.now_ms * MS_NS)
        self.compare()

    def compare(self) -> None:
        shown = [{name: twin.peek(name) for name in PEEKS} for twin in (self.model, self.rtl)]
        assert shown[0] == shown[1]
        assert self.model.rails == self.rtl.rails
        assert self.model.caps == self.rtl.caps

    @rule(ms=st.one_of(st.integers(1, 12), st.integers(1, 400)))
    def time_passes(self, ms: int) -> None:
        self.pass_ms(ms)

    # The link

    def send(self, octets: bytes) -> None:
        on_the_wire = CLOCKS_PER_OCTET * len(octets) - TAKEN_EARLY
        ms = -(-on_the_wire // CLOCKS_PER_MS)
        begin = (self.now_ms + ms) * CLOCKS_PER_MS - on_the_wire
        self.rtl.advance(-(-begin * MS_NS // CLOCKS_PER_MS))
        self.rtl.write(octets)
        self.now_ms += ms
        self.rtl.advance(self.now_ms * MS_NS)
        self.model.advance(self.now_ms * MS_NS)
        self.model.write(octets)

    def exchange(self, octets: bytes) -> None:
        self.send(octets)
        expected, answer = self.model.read(), b""
        for _ in range(2 + CLOCKS_PER_OCTET * len(expected) // CLOCKS_PER_MS):
            self.pass_ms(1)
            answer += self.rtl.read()
        assert answer == expected

    def request(self, operation: int, address: int, data: bytes = b"") -> None:
        self.seq = (self.seq + 1) % 256
        self.last = Frame(seq=self.seq, op=operation, address=address, data=data).encode()
        self.exchange(self.last)

    @rule(
        address=st.one_of(st.sampled_from(READABLE).map(lambda r: r.address), mailbox_addresses),
        count=st.integers(1, 2),
    )
    def read(self, address: int, count: int) -> None:
        self.request(Operation.READ, address, bytes([count]))

    def write(self, address: int, word: int) -> None:
        self.request(Operation.WRITE, address, word.to_bytes(4, "big"))

    @rule(written=st.sampled_from(WRITABLE).flatmap(lambda register: st.tuples(st.just(register), words_for(register))))
    def set(self, written: tuple[Register, int]) -> None:
        self.write(written[0].address, written[1])

    @rule(command=st.sampled_from(COMMANDS))
    def command(self, command: tuple[Register, int]) -> None:
        self.write(command[0].address, command[1])

    @rule(count=st.integers(0, RAILS))
    def target(self, count: int) -> None:
        self.write(regs.TARGET.address, count)

    @rule(rail=st.integers(0, RAILS - 1), slow_trip=st.booleans(), retries=st.integers(0, 7))
    def limit(self, rail: int, slow_trip: bool, retries: int) -> None:
        self.write(
            regs.RAIL_CTRL[rail].address, regs.RAIL_CTRL[rail].pack(fast_trip=1, slow_trip=slow_trip, retries=retries)
        )

    @rule(address=mailbox_addresses, word=st.integers(0, 0xFFFF_FFFF))
    def keep(self, address: int, word: int) -> None:
        self.write(address, word)

    @rule(word=st.integers(0, 7), first=st.integers(0, 38), second=st.integers(0, 38))
    def damage(self, word: int, first: int, second: int) -> None:
        self.write(regs.MAILBOX_INJECT.address, regs.MAILBOX_INJECT.pack(word=word, first=first, second=second))

    @rule()
    def take_events(self) -> None:
        for _ in range(3):
            self.request(Operation.READ, regs.EVENT.address, b"\x03")

    @rule()
    def repeat(self) -> None:
        if self.last:
            self.exchange(self.last)

    @rule(operation=st.integers(0, 255), address=st.integers(0, 0xFFFF), data=st.binary(max_size=9))
    def ask_nonsense(self, operation: int, address: int, data: bytes) -> None:
        self.request(operation, address, data)

    @rule(octets=st.binary(min_size=1, max_size=12))
    def garbage(self, octets: bytes) -> None:
        self.exchange(octets)
        for _ in range(SILENCE_MS):
            self.pass_ms(1)

    # The pins

    @rule(after_ms=st.integers(0, 5))
    def power_good_follows(self, after_ms: int) -> None:
        for _ in range(6):
            for twin in (self.model, self.rtl):
                twin.set_power_good(self.model.rails)
            self.pass_ms(1 + after_ms)

    @rule(mask=masks)
    def power_good(self, mask: int) -> None:
        for twin in (self.model, self.rtl):
            twin.set_power_good(mask)
        self.pass_ms(1)

    @rule(mask=st.one_of(st.just(0), st.integers(0, RAILS - 1).map(lambda rail: 1 << rail), masks))
    def overcurrent(self, mask: int) -> None:
        for twin in (self.model, self.rtl):
            twin.set_overcurrent(mask)
        self.pass_ms(1)

    @rule(channel=st.integers(0, 3 * RAILS - 1), value=st.one_of(st.integers(0, 100), st.integers(0, 20_000)))
    def analogue(self, channel: int, value: int) -> None:
        for twin in (self.model, self.rtl):
            twin.set_adc(channel, value)

    @rule(bus_mv=st.sampled_from([4999, 5999, 6000, 6499, 6500, 8000, 8000, 8000]))
    def bus(self, bus_mv: int) -> None:
        for twin in (self.model, self.rtl):
            twin.set_bus_mv(bus_mv)
        self.pass_ms(1)

    @rule()
    def reset(self) -> None:
        for twin in (self.model, self.rtl):
            twin.reset()
        self.pass_ms(1)


@pytest.mark.req("RTL-053")
def test_model_and_rtl_stay_the_same() -> None:
    try:
        library()
    except VerilatorMissingError as missing:
        pytest.skip(str(missing))
    run_state_machine_as_test(
        Twins,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )
