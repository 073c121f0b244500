"""Responsible for when a tag key shows in costs: not before it was activated, and later still."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class TagChange:
    """Somebody has activated a key for cost allocation, or deactivated it."""

    key: str
    active: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Activations:
    """Every change, the earliest first. A key is effective `delay` after it was activated."""

    changes: tuple[TagChange, ...]
    delay: timedelta

    def last_change(self, key: str) -> TagChange | None:
        """None for a key that nobody has ever touched: it is inactive."""
        return next((change for change in reversed(self.changes) if change.key == key), None)

    def is_active(self, key: str) -> bool:
        """Active from the moment it is asked for, as AWS lists it, long before costs show it."""
        last = self.last_change(key)
        return last is not None and last.active

    def carried_on(self, day: date, now: datetime) -> frozenset[str]:
        """The keys that usage of a UTC day shows now: nothing is filled in for days before.

        From the day a key became effective on, that day included, to the day it was deactivated.
        """
        return frozenset(
            key
            for key, effective, until in self._spans()
            if effective <= now and effective.date() <= day < until
        )

    def _spans(self) -> Iterator[tuple[str, datetime, date]]:
        for number, change in enumerate(self.changes):
            if change.active:
                later = (after for after in self.changes[number + 1 :] if after.key == change.key)
                end = next(later, None)
                effective = change.at + self.delay
                yield change.key, effective, end.at.date() if end else date.max
