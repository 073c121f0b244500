"""Responsible for a bill: what was used on which day, as whole numbers, so that sums are exact."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation

# Cost Explorer's amounts have ten places.
PLACES = 10

_UNIT = 10**PLACES
_MOST_UNITS = 2**63 - 1
_EXACTLY = Context(prec=40, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What lines have in common. Each is itself alone, so that a question may remember it."""

    tags: Mapping[str, str]
    dimensions: Mapping[str, str]
    unit: str


@dataclass(frozen=True, slots=True)
class _Day:
    """One column a property: a line takes 24 bytes, so a year of a thousand tenants is held."""

    sources: list[Source] = field(default_factory=list)
    costs: "array[int]" = field(default_factory=lambda: array("q"))
    usages: "array[int]" = field(default_factory=lambda: array("q"))


class Bill:
    """Lines by day; cost in 1E-10 US dollars, usage in 1E-10 of the source's unit."""

    def __init__(self) -> None:
        self._days: dict[date, _Day] = {}
        self._last_days: dict[Source, date] = {}

    def add(self, day: date, source: Source, cost: int, usage: int) -> None:
        column = self._days.get(day)
        if column is None:
            column = self._days[day] = _Day()
        column.sources.append(source)
        column.costs.append(cost)
        column.usages.append(usage)
        if day > self._last_days.get(source, date.min):
            self._last_days[source] = day

    def on(self, day: date) -> Iterator[tuple[Source, int, int]]:
        """Source, cost and usage of every line of a day."""
        column = self._days.get(day)
        return zip(column.sources, column.costs, column.usages, strict=True) if column else iter(())

    def days(self) -> list[date]:
        """The days that have lines, the earliest first."""
        return sorted(self._days)

    def keys_used(self) -> dict[str, date]:
        """Every tag key that a line carries, with the last such day."""
        found: dict[str, date] = {}
        for source, day in self._last_days.items():
            for key in source.tags:
                found[key] = max(day, found.get(key, day))
        return found


def units_of(amount: Decimal) -> int:
    """The amount in 1E-10; raises ArithmeticError or ValueError for what has more places."""
    scaled = _EXACTLY.scaleb(amount, PLACES)
    units = int(scaled)
    if units != scaled or abs(units) > _MOST_UNITS:
        raise ValueError(f"{amount} has more than {PLACES} places, or is too large.")
    return units


def text_of(units: int) -> str:
    """The amount as Cost Explorer writes it, without idle zeros."""
    whole, part = divmod(abs(units), _UNIT)
    text = f"{whole}.{part:0{PLACES}}".rstrip("0").rstrip(".")
    return f"-{text}" if units < 0 else text
