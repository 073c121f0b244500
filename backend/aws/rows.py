"""Responsible for the way between frozen values and DynamoDB rows, by the values' own types."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def to_row(value: Any) -> Any:
    """What boto3's table resource stores: no floats, no tuples, no None, times as ISO 8601."""
    if dataclasses.is_dataclass(value):
        return {
            field.name: to_row(content)
            for field in dataclasses.fields(value)
            if (content := getattr(value, field.name)) is not None
        }
    match value:
        case datetime():
            return value.isoformat(timespec="microseconds")
        case Enum():
            return value.value
        case float():
            return Decimal(repr(value))
        case tuple() | list():
            return [to_row(part) for part in value]
        case Mapping():
            return {name: to_row(part) for name, part in value.items() if part is not None}
    return value


def from_row(kind: type[T], row: Mapping[str, Any]) -> T:
    """The value a row holds; attributes the type does not name are the table's own and left out."""
    hints = _hints(kind)  # type: ignore[arg-type]  # a class is hashable, a type[T] is not known to be
    return kind(**{name: _read(hints[name], row[name]) for name in hints if name in row})


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    named = {field.name for field in dataclasses.fields(kind)}
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in named}


def _read(hint: Any, stored: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
        return _read(hint, stored)
    if origin is tuple:
        return tuple(_read(typing.get_args(hint)[0], part) for part in stored)
    if origin is dict:
        return {name: _read(typing.get_args(hint)[1], part) for name, part in stored.items()}
    if dataclasses.is_dataclass(hint):
        return from_row(typing.cast("type[Any]", hint), stored)
    return datetime.fromisoformat(stored) if hint is datetime else hint(stored)
