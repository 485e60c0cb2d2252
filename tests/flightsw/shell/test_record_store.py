import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightsw.effects import Store
from flightsw.mission import StoreFault
from flightsw.shell import RecordStore, StoreError
from flightsw.shell.record_store import FILE_NAME

RECORDS = {"ceiling": '"ECO"', "job/1": "{}", "empty": ""}


def _stores(records: dict[str, str | None]) -> list[Store]:
    return [Store(id=id, key=key, value=value) for id, (key, value) in enumerate(records.items())]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with RECORDS in it, closed."""
    store = RecordStore.init(tmp_path)
    assert store.open().records == {}
    assert store.apply(_stores(dict(RECORDS)))
    store.close()
    return tmp_path


@pytest.mark.req("FSW-101")
def test_records_survive(folder: Path) -> None:
    store = RecordStore(folder)
    assert store.open().records == RECORDS
    assert store.apply(_stores({"job/1": None, "ceiling": '"SAFE"'}))
    store.close()
    assert RecordStore(folder).open().records == {"ceiling": '"SAFE"', "empty": ""}


@pytest.mark.req("FSW-101")
@settings(max_examples=20, deadline=None)
@given(records=st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, records: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("store")
    store = RecordStore.init(folder)
    store.open()
    assert store.apply(_stores(dict(records)))
    store.close()
    store = RecordStore(folder)
    assert store.open().records == records
    store.close()


@pytest.mark.req("FSW-102")
def test_a_store_is_made_once(folder: Path) -> None:
    with pytest.raises(StoreError, match="a store already"):
        RecordStore.init(folder)


@pytest.mark.req("FSW-102")
def test_a_store_has_one_holder(folder: Path) -> None:
    holder = RecordStore(folder)
    holder.open()
    with pytest.raises(StoreError, match="in use"):
        RecordStore(folder).open()
    holder.close()
    other = RecordStore(folder)
    assert other.open().records == RECORDS
    other.close()


@pytest.mark.req("FSW-103")
def test_a_missing_store_is_said_and_begun_anew(tmp_path: Path) -> None:
    store = RecordStore(tmp_path / "deleted")
    assert store.open().fault is StoreFault.MISSING
    assert store.apply(_stores({"safe": "1"}))
    store.close()
    store = RecordStore(tmp_path / "deleted")
    assert store.open().records == {"safe": "1"}
    store.close()


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 - 100])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _overwrite(path: Path) -> None:
    path.write_bytes(b"\xa5" * 4096)


def _flip_in_a_value(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[data.index(b'"ECO"') + 1] ^= 1
    path.write_bytes(data)


def _drop_the_table(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE record")
    connection.close()


def _other_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.req("FSW-103")
@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (_truncate, StoreFault.CORRUPT),
        (_empty, StoreFault.CORRUPT),
        (_overwrite, StoreFault.CORRUPT),
        (_flip_in_a_value, StoreFault.CORRUPT),
        (_drop_the_table, StoreFault.CORRUPT),
        (_other_version, StoreFault.VERSION),
    ],
)
def test_a_bad_store_is_said_and_kept(folder: Path, damage: object, fault: StoreFault) -> None:
    path = folder / FILE_NAME
    damage(path)  # type: ignore[operator]
    bad = path.read_bytes()
    store = RecordStore(folder)
    stored = store.open()
    assert (stored.fault, dict(stored.records)) == (fault, {})
    assert path.with_name(f"{FILE_NAME}.{fault.name.lower()}-1").read_bytes() == bad
    assert store.apply(_stores({"a": "b"}))
    store.close()
    again = RecordStore(folder)
    assert again.open().records == {"a": "b"}
    again.close()


@pytest.mark.req("FSW-104")
def test_a_batch_is_stored_whole_or_not_at_all(folder: Path) -> None:
    store = RecordStore(folder)
    store.open()
    assert not store.apply(_stores({"a": "1", "ceiling": None, "half a character": "\ud800"}))
    store.close()
    again = RecordStore(folder)
    assert again.open().records == RECORDS
    again.close()


@pytest.mark.req("FSW-104")
def test_a_closed_store_takes_nothing(folder: Path) -> None:
    assert not RecordStore(folder).apply(_stores({"a": "b"}))
