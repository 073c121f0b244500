"""Responsible for cost by owner, service and day, added up any way without losing a fraction."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from backend.domain.cost import ZERO, Measure
from backend.domain.cost_month import SHARED, UNALLOCATED, CostMonth
from backend.domain.exact import from_units

Column = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CostCube:
    """Cost of the UTC days of [since, until), in whole numbers of 10**exponent US dollars.

    `cells` hold by owner and service one number a day. Whole numbers add up a hundred times faster
    than Decimals, and exactly. `held_since` is the first day of the first month of which anything
    is known.
    """

    since: date
    until: date
    exponent: int
    cells: Mapping[str, Mapping[str, Column]]
    estimated: frozenset[date] = frozenset()
    held_since: date | None = None

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days)]

    @property
    def total(self) -> Decimal:
        return self._money(sum(map(sum, self._columns())))

    @property
    def owners(self) -> list[str]:
        return sorted(self.cells)

    @property
    def tenants(self) -> list[str]:
        """Tenants there is a row of, with or without cost."""
        return [owner for owner in self.owners if owner not in (SHARED, UNALLOCATED)]

    @property
    def services(self) -> list[str]:
        return sorted({service for columns in self.cells.values() for service in columns})

    @property
    def last_day(self) -> date | None:
        """The last day that anything cost anything; None when nothing did."""
        by_day = [any(figures) for figures in zip(*self._columns(), strict=True)]
        told = [day for day, any_cost in zip(self.days, by_day, strict=False) if any_cost]
        return told[-1] if told else None

    def during(self, since: date, until: date) -> "CostCube":
        """The days of it that lie in [since, until)."""
        since, until = max(since, self.since), min(until, self.until)
        until = max(since, until)
        days = slice((since - self.since).days, (until - self.since).days)
        cells = {
            owner: {service: column[days] for service, column in columns.items()}
            for owner, columns in self.cells.items()
        }
        kept = frozenset(day for day in self.estimated if since <= day < until)
        return replace(self, since=since, until=until, cells=cells, estimated=kept)

    def only(
        self,
        *,
        owner: Callable[[str], bool] = lambda _: True,
        service: Callable[[str], bool] = lambda _: True,
    ) -> "CostCube":
        """What of it is of owners and services that pass."""
        cells = {
            name: {each: column for each, column in columns.items() if service(each)}
            for name, columns in self.cells.items()
            if owner(name)
        }
        return replace(self, cells=cells)

    def of(self, owner: str) -> Decimal:
        return self._money(sum(map(sum, self.cells.get(owner, {}).values())))

    def by_owner(self) -> dict[str, Decimal]:
        return {owner: self.of(owner) for owner in self.owners}

    def by_service(self) -> dict[str, Decimal]:
        sums: dict[str, int] = {}
        for columns in self.cells.values():
            for service, column in columns.items():
                sums[service] = sums.get(service, 0) + sum(column)
        return {service: self._money(figure) for service, figure in sorted(sums.items())}

    def by_day(self) -> list[Decimal]:
        """One sum a day, the first day's first."""
        return self._daily(self._columns())

    def by_day_of(self, owner: str) -> list[Decimal]:
        """One sum a day of one owner."""
        return self._daily(self.cells.get(owner, {}).values())

    def series(self) -> Iterator[tuple[str, str, list[Decimal]]]:
        """Owner, service and their cost day by day."""
        for owner, columns in sorted(self.cells.items()):
            for service, column in sorted(columns.items()):
                yield owner, service, [self._money(figure) for figure in column]

    def _daily(self, columns: Iterable[Column]) -> list[Decimal]:
        kept = list(columns)
        if not kept:
            return [ZERO] * (self.until - self.since).days
        return [self._money(sum(figures)) for figures in zip(*kept, strict=True)]

    def _columns(self) -> Iterator[Column]:
        return (column for columns in self.cells.values() for column in columns.values())

    def _money(self, figure: int) -> Decimal:
        return from_units(figure, self.exponent)


def cube_of(
    months: Iterable[CostMonth], since: date, until: date, measure: Measure = Measure.UNBLENDED
) -> CostCube:
    """The months' cost of the days of [since, until)."""
    kept = list(months)
    exponent = min((month.exponent for month in kept), default=0)
    length = (until - since).days
    cells: dict[str, dict[str, list[int]]] = {}
    estimated: set[date] = set()
    for month in kept:
        first = date.fromisoformat(f"{month.month}-01")
        estimated |= {first.replace(day=day) for day in month.estimated}
        columns = cells.setdefault(month.owner, {})
        for service, figures in month.columns(measure).items():
            _put(
                columns.setdefault(service, [0] * length),
                (first - since).days,
                figures,
                10 ** (month.exponent - exponent),
            )
    return CostCube(
        since,
        until,
        exponent,
        {
            owner: {service: tuple(column) for service, column in columns.items()}
            for owner, columns in cells.items()
        },
        frozenset(day for day in estimated if since <= day < until),
        min((date.fromisoformat(f"{month.month}-01") for month in kept), default=None),
    )


def _put(column: list[int], offset: int, figures: Iterable[int], scale: int) -> None:
    for day, figure in enumerate(figures, start=offset):
        if 0 <= day < len(column) and figure:
            column[day] += figure * scale
