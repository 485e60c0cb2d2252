"""The mailbox memory of every payload controller, model and RTL alike: its correction, its scrubber, its record."""

import pytest

from firmware_bindings.devicelink import NakReason, Operation
from firmware_bindings.devicelink.registers import payload_ctrl as regs
from firmware_bindings.devicelink.registers.payload_ctrl import CountersClearKey, EventCode

LAST = regs.MAILBOX.words - 1


def address(word: int) -> int:
    return regs.MAILBOX.address + 4 * word


def events(controller) -> list[tuple[int, int]]:
    """Code and argument of the events that wait, but for the start."""
    taken = []
    while (event := controller.read(regs.EVENT))["code"] != EventCode.NONE:
        taken.append((event["code"], event["argument"]))
    return [event for event in taken if event[0] != EventCode.BOOT]


def inject(controller, word: int, first: int, second: int) -> None:
    controller.write(regs.MAILBOX_INJECT, word=word, first=first, second=second)


@pytest.mark.req("RTL-030")
def test_words_are_kept_singly_and_in_runs(controller) -> None:
    assert controller.read_word(address(LAST)) == 0
    for word in (0, 1, 517, LAST):
        controller.write_word(address(word), 0xC0DE_0000 | word)
    assert [controller.read_word(address(word)) for word in (0, 1, 517, LAST)] == [
        0xC0DE_0000 | word for word in (0, 1, 517, LAST)
    ]
    run = bytes(range(64))
    controller.request(Operation.WRITE, address(100), run)
    assert controller.request(Operation.READ, address(100), b"\x10") == run


@pytest.mark.req("RTL-030")
@pytest.mark.parametrize("bad", [address(0) - 4, address(0) + 2, address(LAST) + 1, address(LAST) + 4])
def test_nothing_lives_beside_it(controller, refused, bad: int) -> None:
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.read_word(bad)
    with pytest.raises(refused, match="BAD_ADDRESS"):
        controller.write_word(bad, 1)


@pytest.mark.req("RTL-030")
@pytest.mark.parametrize("bit", [0, 31, 32, 38])
def test_a_single_error_is_corrected_by_the_reader_and_counted_once(controller, bit: int) -> None:
    controller.write(regs.MAILBOX_SCRUB_MS, value=0)
    controller.write_word(address(7), 0x0123_4567)
    inject(controller, 7, bit, bit)
    for _ in range(2):
        assert controller.read_word(address(7)) == 0x0123_4567
    assert controller.read(regs.MAILBOX_ERRORS) == {"corrected": 1, "uncorrectable": 0}
    assert controller.read(regs.MAILBOX_ERROR_AT) == {"word": 7, "uncorrectable": 0}
    assert events(controller) == [(EventCode.MAILBOX_CORRECTED, 7)]


@pytest.mark.req("RTL-030")
@pytest.mark.parametrize(("first", "second"), [(0, 1), (31, 32), (38, 0)])
def test_a_double_error_is_refused_and_told_once(controller, refused, first: int, second: int) -> None:
    controller.write(regs.MAILBOX_SCRUB_MS, value=0)
    controller.write_word(address(LAST), 0x89AB_CDEF)
    inject(controller, LAST, first, second)
    for _ in range(3):
        with pytest.raises(refused, match="CORRUPT"):
            controller.read_word(address(LAST))
    with pytest.raises(refused, match="CORRUPT"):
        controller.request(Operation.READ, address(LAST - 3), b"\x04")
    assert controller.read(regs.MAILBOX_ERRORS) == {"corrected": 0, "uncorrectable": 4}
    assert controller.read(regs.MAILBOX_ERROR_AT) == {"word": LAST, "uncorrectable": 1}
    controller.write_word(address(LAST), 5)
    assert controller.read_word(address(LAST)) == 5
    assert events(controller) == [(EventCode.MAILBOX_UNCORRECTABLE, LAST)]


@pytest.mark.req("RTL-031")
def test_the_scrubber_comes_by_each_word_once_a_sweep(controller) -> None:
    controller.write(regs.MAILBOX_SCRUB_MS, value=1)
    controller.write_word(address(300), 77)
    inject(controller, 300, 5, 5)
    inject(controller, 400, 5, 6)
    controller.run(2 * regs.MAILBOX.words)
    assert controller.read(regs.MAILBOX_ERRORS) == {"corrected": 1, "uncorrectable": 2}
    assert controller.read_word(address(300)) == 77
    assert events(controller) == [(EventCode.MAILBOX_CORRECTED, 300), (EventCode.MAILBOX_UNCORRECTABLE, 400)]


@pytest.mark.req("RTL-031")
def test_what_the_scrubber_finds_has_its_time(controller) -> None:
    controller.write(regs.MAILBOX_SCRUB_MS, value=0)
    controller.run(3)
    controller.write(regs.MAILBOX_SCRUB_MS, value=20)
    inject(controller, 0, 38, 38)
    controller.run(60)
    times = []
    while controller.read(regs.EVENT)["code"] != EventCode.NONE:
        times.append(controller.read(regs.EVENT_TIME_MS)["value"])
    assert times[0] <= 1
    assert times[-1] <= 60
    assert len(times) <= 2


@pytest.mark.req("RTL-030")
def test_clearing_the_counters_lets_damage_be_told_again(controller, refused) -> None:
    controller.write(regs.MAILBOX_SCRUB_MS, value=0)
    inject(controller, 3, 1, 2)
    for _ in range(2):
        with pytest.raises(refused, match="CORRUPT"):
            controller.read_word(address(3))
        controller.write(regs.COUNTERS_CLEAR, key=CountersClearKey.CLEAR)
        assert controller.read_word(regs.MAILBOX_ERRORS.address) == 0
    assert events(controller) == [(EventCode.MAILBOX_UNCORRECTABLE, 3)] * 2
    assert NakReason.CORRUPT == 8


@pytest.mark.req("RTL-030")
@pytest.mark.parametrize(
    ("register", "value"),
    [
        (regs.MAILBOX_INJECT, regs.MAILBOX_INJECT.pack(word=1, first=39, second=0)),
        (regs.MAILBOX_INJECT, regs.MAILBOX_INJECT.pack(word=1, first=0, second=63)),
        (regs.MAILBOX_INJECT, 1 << 10),
        (regs.MAILBOX_SCRUB_MS, 0x1_0000),
        (regs.COUNTERS_CLEAR, CountersClearKey.CLEAR ^ 1),
    ],
)
def test_a_value_out_of_range_is_refused(controller, refused, register, value: int) -> None:
    with pytest.raises(refused, match="BAD_VALUE"):
        controller.write_word(register.address, value)
    assert controller.read_word(address(1)) == 0
    assert controller.read_word(regs.MAILBOX_ERRORS.address) == 0
