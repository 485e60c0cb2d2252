"""The mailbox memory's model: when its scrubber comes by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.devicelink import Nak
from hil.devices.mailbox import Finding, Mailbox


@pytest.mark.req("RTL-031")
@given(st.integers(0, 15), st.integers(1, 7), st.lists(st.integers(1, 40), min_size=20, max_size=20))
def test_a_wrong_word_is_found_when_it_was_said(word: int, scrub_ms: int, steps: list[int]) -> None:
    one, other = Mailbox(16), Mailbox(16)
    one.scrub_ms = other.scrub_ms = scrub_ms
    one.tick(1), other.tick(1)
    one.inject(word, 3, 3), other.inject(word, 3, 3)
    due_ms = one.due_ms()
    assert due_ms is not None
    assert due_ms <= 16 * scrub_ms
    for _ in range(due_ms - 1):
        one.tick(1)
    assert one.take_found() == []
    one.tick(1)
    other.tick(due_ms)
    assert one.take_found() == other.take_found() == [Finding(word, is_corrected=True)]
    assert one.due_ms() is None
    for step in steps:
        one.tick(step)
        for _ in range(step):
            other.tick(1)
        assert vars(one) == vars(other)


@pytest.mark.req("RTL-031")
def test_a_damaged_word_is_found_in_each_sweep_until_it_is_written() -> None:
    mailbox = Mailbox(16)
    mailbox.scrub_ms = 1
    mailbox.inject(5, 0, 38)
    for sweep_ms in (6, 16, 16):
        assert mailbox.due_ms() == sweep_ms
        mailbox.tick(sweep_ms)
        assert mailbox.take_found() == [Finding(5, is_corrected=False)]
    with pytest.raises(Nak, match="CORRUPT"):
        mailbox.read(5)
    mailbox.write(5, 0x1234_5678)
    assert mailbox.due_ms() is None
    assert mailbox.read(5) == 0x1234_5678


@pytest.mark.req("RTL-031")
def test_a_scrubber_that_is_off_comes_by_nowhere() -> None:
    mailbox = Mailbox(16)
    mailbox.scrub_ms = 0
    mailbox.inject(5, 1, 1)
    assert mailbox.due_ms() is None
    mailbox.tick(1000)
    assert mailbox.take_found() == []
    assert mailbox.read(5) == 0
    assert mailbox.take_found() == [Finding(5, is_corrected=True)]
