import pytest

from flightsw import Completion
from flightsw.journal import RETRY_US, Journal


class Log:
    def __init__(self) -> None:
        self.journal = Journal()
        self.said: list[str] = []

    def say(self, word: str):
        return lambda: self.said.append(word)

    def answer(self, *, is_stored: bool, now_us: int = 0) -> list[tuple[str, str | None]]:
        """Answer a batch; what was in it."""
        stores = self.journal.effects()
        for store in stores:
            self.journal.notify(Completion(id=store.id, is_stored=is_stored), now_us)
        return [(store.key, store.value) for store in stores]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.mark.req("FSW-005")
def test_facts_and_a_command_are_one_batch_and_are_said_when_all_of_it_is_durable(log: Log) -> None:
    log.journal.fact({"a": "1"}, log.say("fact"))
    log.journal.command({"b": None}, log.say("done"), log.say("failed"))
    log.journal.begin(0)
    first, second = log.journal.effects()
    assert log.journal.is_busy
    log.journal.notify(Completion(id=first.id, is_stored=True), 0)
    assert log.said == []
    log.journal.notify(Completion(id=second.id, is_stored=True), 0)
    assert log.said == ["fact", "done"]
    assert not log.journal.is_busy


@pytest.mark.req("FSW-006")
def test_a_fact_is_offered_again_later_and_a_command_is_not(log: Log) -> None:
    log.journal.fact({"a": "1"}, log.say("fact"))
    log.journal.command({"b": "2"}, log.say("done"), log.say("failed"))
    log.journal.begin(0)
    assert log.answer(is_stored=False) == [("a", "1"), ("b", "2")]
    assert log.said == ["failed"]
    log.journal.begin(RETRY_US - 1)
    assert log.answer(is_stored=True) == []
    assert log.journal.next_deadline_us == RETRY_US
    log.journal.begin(RETRY_US)
    assert log.answer(is_stored=True) == [("a", "1")]
    assert log.said == ["failed", "fact"]


@pytest.mark.req("FSW-006")
def test_a_newer_fact_replaces_one_that_waits(log: Log) -> None:
    log.journal.fact({"a": "1"}, log.say("one"))
    log.journal.begin(0)
    log.answer(is_stored=False)
    log.journal.fact({"a": "2"}, log.say("two"))
    log.journal.begin(RETRY_US)
    assert log.answer(is_stored=True) == [("a", "2")]
    assert log.said == ["one", "two"]


@pytest.mark.req("FSW-005")
def test_an_answer_to_nothing_means_nothing(log: Log) -> None:
    log.journal.notify(Completion(id=7, is_stored=False), 0)
    assert not log.journal.is_failing
