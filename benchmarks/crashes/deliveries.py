"""Responsible for events on their way: late, out of order, twice or never, as AWS may deliver them.

What is taken and not said to be done comes again, twice at most, as Lambda repeats an asynchronous
invocation that failed. Everything happens at a time that is given.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_ATTEMPTS = 3
_LEASE_SECONDS = 5.0
_SOON_SECONDS = 0.05
_LATE_SECONDS = 3.0
_LATE = 0.05  # of all events


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one worker."""

    number: int
    kind: str
    body: Mapping[str, Any]
    due_at: float
    attempts: int = 0


@dataclass
class Deliveries:
    """Events by kind, each due at a time of its own."""

    draw: random.Random
    duplicates: float = 0.0
    losses: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    _waiting: dict[int, Delivery] = field(default_factory=dict)
    _taken: dict[int, Delivery] = field(default_factory=dict)
    _last: int = 0

    def offer(self, kind: str, body: Mapping[str, Any], now: float) -> None:
        """Sends an event on its way; it may arrive twice, or not at all."""
        if self.draw.random() < self.losses:
            self.counts["lost_events"] += 1
            return
        self._send(kind, body, now)
        if self.draw.random() < self.duplicates:
            self.counts["duplicates"] += 1
            self._send(kind, body, now)

    def take(self, kind: str, now: float) -> Delivery | None:
        """The event of the kind that is due first; it comes again unless it is `done` in time."""
        self._give_back(now)
        due = [one for one in self._waiting.values() if one.kind == kind and one.due_at <= now]
        if not due:
            return None
        first = min(due, key=lambda one: one.due_at)
        del self._waiting[first.number]
        taken = replace(first, due_at=now + _LEASE_SECONDS, attempts=first.attempts + 1)
        self._taken[taken.number] = taken
        return taken

    def done(self, number: int) -> None:
        self._taken.pop(number, None)

    def drop(self) -> None:
        """Nothing that is under way arrives any more."""
        self.counts["dropped"] += len(self._waiting) + len(self._taken)
        self._waiting.clear()
        self._taken.clear()

    def pending(self, kind: str) -> int:
        on_their_way = (*self._waiting.values(), *self._taken.values())
        return sum(one.kind == kind for one in on_their_way)

    def _send(self, kind: str, body: Mapping[str, Any], now: float) -> None:
        self._last += 1
        longest = _LATE_SECONDS if self.draw.random() < _LATE else _SOON_SECONDS
        due_at = now + self.draw.uniform(0, longest)
        self._waiting[self._last] = Delivery(self._last, kind, body, due_at)

    def _give_back(self, now: float) -> None:
        for overdue in [one for one in self._taken.values() if one.due_at <= now]:
            del self._taken[overdue.number]
            if overdue.attempts < _ATTEMPTS:
                self._waiting[overdue.number] = overdue
            else:
                self.counts["given_up"] += 1
