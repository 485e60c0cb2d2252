"""TOML tables to frozen dataclasses, strictly: an unknown key, a wrong type or a missing value is one clear line."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import IntEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class TomlError(ValueError):
    """The user's file is wrong: where, what, and what would be right."""


def parse(text: str, cls: type[T], source: str) -> T:
    """A whole file → its dataclass. `source` names the file in messages. Raises TomlError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"{source}: {error}") from error
    return _table(table, cls, source, "")


def _table(table: object, cls: type[T], source: str, path: str) -> T:
    if not isinstance(table, dict):
        raise TomlError(f"{source}: {path} is a table, not {table!r}")
    where = f"{source}: [{path}]" if path else source
    hints = get_type_hints(cls)
    known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    if unknown := [key for key in table if key not in known]:
        raise TomlError(f"{where}: unknown key {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
    missing = [n for n, f in known.items() if n not in table and f.default is MISSING and f.default_factory is MISSING]
    if missing:
        raise TomlError(f"{where}: missing {', '.join(missing)}")
    values = {key: _value(value, hints[key], source, f"{path}.{key}" if path else key) for key, value in table.items()}
    try:
        return cls(**values)
    except ValueError as error:
        raise TomlError(f"{where}: {error}") from error


def _value(value: Any, hint: Any, source: str, path: str) -> Any:
    if get_origin(hint) is UnionType:  # of X | None it is an X: TOML knows no None
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        hint = next((kind for kind in kinds if type(value) is kind), kinds[0])
    if is_dataclass(hint) and isinstance(hint, type):
        return _table(value, hint, source, path)
    if get_origin(hint) is not None and issubclass(get_origin(hint), Mapping):
        key_type, value_type = get_args(hint)
        return _mapping(value, key_type, value_type, source, path)
    if get_origin(hint) is tuple:
        return _array(value, get_args(hint)[0], source, path)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and type(value) is not hint:
        raise TomlError(f"{source}: {path} is {value!r}; it takes {_KINDS.get(hint, hint.__name__)}")
    return value


def _array(values: object, hint: Any, source: str, path: str) -> tuple[Any, ...]:
    if not isinstance(values, list):
        raise TomlError(f"{source}: {path} is an array, not {values!r}")
    return tuple(_value(value, hint, source, f"{path}[{index}]") for index, value in enumerate(values))


def _mapping(table: object, key_type: type, value_type: type, source: str, path: str) -> dict[Any, Any]:
    if not isinstance(table, dict):
        raise TomlError(f"{source}: {path} is a table, not {table!r}")
    if not issubclass(key_type, IntEnum):
        return {key: _value(value, value_type, source, f"{path}.{key}") for key, value in table.items()}
    names = [member.name for member in key_type]
    if unknown := [key for key in table if key not in names]:
        raise TomlError(f"{source}: [{path}]: unknown key {', '.join(map(repr, unknown))}; known: {', '.join(names)}")
    return {key_type[key]: _value(value, value_type, source, f"{path}.{key}") for key, value in table.items()}


_KINDS: Mapping[type, str] = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    datetime: "a date and time, as 2026-06-21T12:00:00Z",
}
