"""The store: records in one SQLite file, durable before anything that follows from them is said.

Every record carries a checksum of its own, so that damage which SQLite can't see is found too. A bad file is never
overwritten: it is set aside, and a new store begun in its place, whose first start is SAFE.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from zlib import crc32

from flightsw.effects import Store, Stored
from flightsw.mission import StoreFault

STORE_VERSION = 2
APPLICATION_ID = 0x53554E4C
FILE_NAME = "store.sqlite"

_SCHEMA = f"""
CREATE TABLE record (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {STORE_VERSION};
PRAGMA application_id = {APPLICATION_ID};
"""


class StoreError(RuntimeError):
    """The store can't be used as asked: it is there already, in use by another, or its folder can't be written."""


class RecordStore:
    """A store; only one process has it open at a time.

    Args:
        folder: where the store's file lies, or is made by `init`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._connection: sqlite3.Connection | None = None

    @classmethod
    def init(cls, folder: Path) -> "RecordStore":
        """Make an empty store, not opened yet. Raises StoreError if there is one already."""
        store = cls(folder)
        if store._path.exists():
            raise StoreError(f"{store._path}: there is a store already")
        store._make()
        store.close()
        return store

    def open(self) -> Stored:
        """The records, or what is wrong with them. Raises StoreError if another process holds the store.

        In the place of a store that is missing or bad an empty one is made; a bad one is set aside.
        """
        fault = StoreFault.MISSING
        if self._path.exists():
            try:
                stored = Stored(records=self._read(self._connect()))
                self._make_durable()
                return stored
            except _WrongVersionError:
                fault = StoreFault.VERSION
            except sqlite3.OperationalError as error:
                if "locked" in str(error):
                    raise StoreError(f"{self._path}: in use by another process") from error
                fault = StoreFault.CORRUPT
            except (sqlite3.DatabaseError, ValueError):
                fault = StoreFault.CORRUPT
            self.close()
            self._set_aside(fault)
        self._make()
        return Stored(fault=fault)

    def apply(self, effects: Iterable[Store]) -> bool:
        """Carry out the effects in one transaction; whether it is durable. If not, nothing has changed."""
        if self._connection is None:
            return False
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE")
                for effect in effects:
                    if effect.value is None:
                        connection.execute("DELETE FROM record WHERE key = ?", (effect.key,))
                    else:
                        row = effect.key, effect.value, _checksum(effect.key, effect.value)
                        connection.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", row)
        except (sqlite3.Error, UnicodeEncodeError):
            return False
        return True

    def close(self) -> None:
        """Release the file. Twice is harmless."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _make(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connect().executescript(_SCHEMA)
            self._make_durable()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{self._path}: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        self._connection = connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        return connection

    def _make_durable(self) -> None:
        assert self._connection is not None
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")

    def _read(self, connection: sqlite3.Connection) -> dict[str, str]:
        with closing(connection.cursor()) as cursor:
            (version,) = cursor.execute("PRAGMA user_version").fetchone()
            (application,) = cursor.execute("PRAGMA application_id").fetchone()
            if application == APPLICATION_ID and version != STORE_VERSION:
                raise _WrongVersionError
            if cursor.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise ValueError("quick_check")
            rows = cursor.execute("SELECT key, value, checksum FROM record").fetchall()
        for key, value, checksum in rows:
            if not isinstance(value, str) or checksum != _checksum(key, value):
                raise ValueError(key)
        return {key: value for key, value, _ in rows}

    def _set_aside(self, fault: StoreFault) -> None:
        name = f"{FILE_NAME}.{fault.name.lower()}"
        number = next(n for n in range(1, 1_000_000) if not self._path.with_name(f"{name}-{n}").exists())
        try:
            for suffix in ("", "-wal", "-shm"):
                part = self._path.with_name(FILE_NAME + suffix)
                if part.exists():
                    part.rename(self._path.with_name(f"{name}-{number}{suffix}"))
        except OSError as error:
            raise StoreError(f"{self._path}: {error}") from error


class _WrongVersionError(Exception):
    pass


def _checksum(key: str, value: str) -> int:
    return crc32(f"{key}\0{value}".encode())
