"""Responsible for what an edit changes: over what others have changed meanwhile, and in words."""

import dataclasses
from typing import Any, TypeVar

T = TypeVar("T")

_WORDS = {
    "max_concurrent_builds": "builds at once",
    "most_builds": "builds with borrowed slots",
    "account_limit": "account's limit",
}


def rebased(current: T, *, seen: T, edited: T) -> T:
    """The current value with what the person changed of the one they saw."""
    wanted = {name: new for name, _, new in _changed(seen, edited)}
    return dataclasses.replace(current, **wanted)  # type: ignore[type-var]  # values are dataclasses


def in_words(before: Any, after: Any) -> tuple[str, str]:
    """What changed, as it was and as it is."""
    changed = _changed(before, after)
    return (
        ", ".join(_told(name, old) for name, old, _ in changed),
        ", ".join(_told(name, new) for name, _, new in changed),
    )


def _changed(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    values = [
        (field.name, getattr(before, field.name), getattr(after, field.name))
        for field in dataclasses.fields(before)
    ]
    return [(name, old, new) for name, old, new in values if old != new]


def _told(name: str, value: Any) -> str:
    word = _WORDS.get(name, name)
    match value:
        case None:
            return f"{word}: no limit"
        case bool():
            return f"{word}: {'on' if value else 'off'}"
        case float():
            return f"{word}: {value:g}"
    return f"{word}: {value}"
