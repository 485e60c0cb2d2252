"""Output commit: what follows from a record is let out only when the record is durable."""

from collections.abc import Callable, Mapping

from flightsw.effects import Completion, Store

RETRY_US = 1_000_000
"""Wait before a batch that could not be stored is offered again."""

Then = Callable[[], None]


class Journal:
    """Records on their way to the store, one batch at a time.

    A *fact* has happened whether it can be stored or not: it is offered until it is durable, and what follows from it
    waits. A *command* can be refused: if its batch fails, its records are dropped and `otherwise` is called.
    """

    def __init__(self) -> None:
        self._facts: dict[str, str | None] = {}
        self._then: list[Then] = []
        self._command: tuple[Mapping[str, str | None], Then, Then] | None = None
        self._unsent: list[Store] = []
        self._awaited: set[int] = set()
        self._has_failed = False
        self._next_id = 1
        self._retry_us: int | None = None
        self.is_failing = False
        """The last batch could not be stored."""

    @property
    def is_busy(self) -> bool:
        """A batch is with the store."""
        return bool(self._awaited)

    @property
    def next_deadline_us(self) -> int | None:
        """When the batch that failed is offered again."""
        return self._retry_us

    def fact(self, records: Mapping[str, str | None], then: Then) -> None:
        """Keep these records; call `then` once they are durable."""
        self._facts |= records
        self._then.append(then)

    def command(self, records: Mapping[str, str | None], then: Then, otherwise: Then) -> None:
        """Keep these records now, or not at all; exactly one of `then` and `otherwise` is called."""
        assert self._command is None
        self._command = records, then, otherwise

    def begin(self, now_us: int) -> None:
        """Make a batch of what waits, if none is with the store."""
        is_due = self._retry_us is None or now_us >= self._retry_us or self._command is not None
        if self.is_busy or not is_due or (self._command is None and not self._then):
            return
        self._retry_us = None
        records = self._facts | dict(self._command[0] if self._command else {})
        for key, value in records.items():
            self._unsent.append(Store(id=self._next_id, key=key, value=value))
            self._awaited.add(self._next_id)
            self._next_id += 1
        if not records:
            self._end(now_us)

    def effects(self) -> tuple[Store, ...]:
        """The batch, once."""
        out, self._unsent = tuple(self._unsent), []
        return out

    def notify(self, completion: Completion, now_us: int) -> None:
        """Take the store's answer. Unknown ids mean nothing."""
        if completion.id in self._awaited:
            self._awaited.discard(completion.id)
            self._has_failed |= not completion.is_stored
            if not self._awaited:
                self._end(now_us)

    def _end(self, now_us: int) -> None:
        has_failed, self._has_failed = self._has_failed, False
        self.is_failing = has_failed
        command, self._command = self._command, None
        then: list[Then] = []
        if has_failed and self._then:
            self._retry_us = now_us + RETRY_US
        elif not has_failed:
            then, self._then, self._facts = self._then, [], {}
        if command is not None:
            then.append(command[2] if has_failed else command[1])
        for call in then:
            call()
