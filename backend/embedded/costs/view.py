"""Responsible for bills as a question sees them: filtered, tags only where they were active."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.embedded.costs.activation import Activations
from backend.embedded.costs.bill import Bill, Source
from backend.embedded.costs.filters import Filter, checked_filter, lets_through
from backend.embedded.costs.periods import Period


@dataclass(frozen=True, slots=True)
class Books:
    """All that a question can be about, as it stands at one moment."""

    bills: tuple[Bill, ...]
    activations: Activations
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def seen_by(self, expression: Filter | None) -> "View":
        """Raises BadQuestion for a filter that is none."""
        return View(self, checked_filter(expression))

    def keys_used(self) -> dict[str, date]:
        """Every tag key that a billed line has carried, with the last such day."""
        found: dict[str, date] = {}
        for bill in self.bills:
            for key, day in bill.keys_used().items():
                found[key] = max(day, found.get(key, day))
        return found


@dataclass(frozen=True, slots=True)
class View:
    """For one question. A source is looked at once for all days that carry the same keys."""

    books: Books
    expression: Filter | None
    _seen: dict[frozenset[str], "_Seen"] = field(default_factory=dict)

    def lines(self, period: Period) -> Iterator[tuple[Source, int, int]]:
        """What of each line's source is seen, its cost and its usage, as the bill has them."""
        for day in period.days():
            yield from self._on(day)

    def first_day(self) -> date | None:
        """The first day with a line."""
        days = sorted({day for bill in self.books.bills for day in bill.days()})
        return next((day for day in days if any(self._on(day))), None)

    def _on(self, day: date) -> Iterator[tuple[Source, int, int]]:
        carried = self.books.activations.carried_on(day, self.books.now)
        seen = self._seen.setdefault(carried, _Seen(carried, self.expression))
        for bill in self.books.bills:
            for source, cost, usage in bill.on(day):
                known = seen[source]
                if known is not None:
                    yield known, cost, usage


class _Seen(dict[Source, Source | None]):
    """What is seen of a source on days that carry these keys; None where the filter drops it."""

    def __init__(self, carried: frozenset[str], expression: Filter | None) -> None:
        super().__init__()
        self._carried = carried
        self._expression = expression

    def __missing__(self, source: Source) -> Source | None:
        tags = {key: value for key, value in source.tags.items() if key in self._carried}
        seen = Source(tags, source.dimensions, source.unit)
        self[source] = seen if lets_through(self._expression, seen) else None
        return self[source]
