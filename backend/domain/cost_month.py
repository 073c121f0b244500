"""Responsible for one owner's month of cost as few bytes: it is kept as one row."""

import json
import zlib
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from backend.domain.cost import CostRecord, Measure
from backend.domain.exact import exponent_of, from_units, units
from backend.domain.usage import TierUsage

# Owners of what no tenant's tag tells the owner of; AWS allows no ~ in a tag's value.
SHARED, UNALLOCATED = "~shared", "~unallocated"
# What Cost Explorer gives at most; an amount of more places makes its month's unit smaller.
_PLACES = 10

Columns = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class CostMonth:
    """One owner's cost of one UTC month, written 2026-03, and what its builds used in it.

    `unblended` and `amortized` hold by service one whole number a day, the 1st first, of
    10**exponent US dollars. The days `estimated` (1 to 31) may yet change.
    """

    owner: str
    month: str
    exponent: int = -_PLACES
    unblended: Columns = field(default_factory=dict)
    amortized: Columns = field(default_factory=dict)
    estimated: tuple[int, ...] = ()
    usage: tuple[TierUsage, ...] = ()

    @classmethod
    def of(cls, owner: str, month: str, records: Iterable[CostRecord]) -> "CostMonth":
        """The records as columns; a day's records of one service are added up."""
        kept = tuple(records)
        amounts = [amount for r in kept for amount in (r.amount, r.amortized)]
        exponent = min((exponent_of(a) for a in amounts if a), default=-_PLACES)
        exponent = min(exponent, -_PLACES)
        days = monthrange(*_year_and_month(month))[1]
        columns: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
        for record in kept:
            for column, amount in zip(columns, (record.amount, record.amortized), strict=True):
                by_day = column.setdefault(record.service, [0] * days)
                by_day[record.day.day - 1] += units(amount, exponent) if amount else 0
        estimated = tuple(sorted({record.day.day for record in kept if record.estimated}))
        return cls(owner, month, exponent, *columns, estimated)

    def using(self, usage: Sequence[TierUsage]) -> "CostMonth":
        return replace(self, usage=tuple(usage))

    def columns(self, measure: Measure) -> Columns:
        return self.amortized if measure is Measure.AMORTIZED else self.unblended

    def records(self) -> Iterator[CostRecord]:
        """The cost by service and day; days that cost nothing are left out."""
        first = date.fromisoformat(f"{self.month}-01")
        for service in sorted(self.unblended):
            both = zip(self.unblended[service], self.amortized[service], strict=True)
            for day, (amount, amortized) in enumerate(both, start=1):
                if amount or amortized:
                    yield CostRecord(
                        day=first.replace(day=day),
                        tenant_id=None if self.owner in (SHARED, UNALLOCATED) else self.owner,
                        amount=from_units(amount, self.exponent),
                        estimated=day in self.estimated,
                        service=service,
                        shared=self.owner == SHARED,
                        amortized=from_units(amortized, self.exponent),
                    )

    def packed(self) -> bytes:
        """The columns, compressed; what is amortized only where it differs."""
        differing = {
            service: list(column)
            for service, column in self.amortized.items()
            if list(column) != list(self.unblended[service])
        }
        figures = {
            "x": self.exponent,
            "e": list(self.estimated),
            "u": {service: list(column) for service, column in self.unblended.items()},
            "a": differing,
        }
        return zlib.compress(json.dumps(figures, separators=(",", ":")).encode())

    @classmethod
    def unpacked(
        cls, owner: str, month: str, packed: bytes, usage: Sequence[TierUsage] = ()
    ) -> "CostMonth":
        """What `packed` has made, as it was."""
        figures = json.loads(zlib.decompress(packed))
        unblended = figures["u"]
        return cls(
            owner,
            month,
            figures["x"],
            unblended,
            {**unblended, **figures["a"]},
            tuple(figures["e"]),
            tuple(usage),
        )


def owner_of(record: CostRecord) -> str:
    if record.tenant_id is not None:
        return record.tenant_id
    return SHARED if record.shared else UNALLOCATED


def months_of(records: Iterable[CostRecord]) -> Iterator[CostMonth]:
    """The records by owner and month, no cent lost and none twice."""
    found: dict[tuple[str, str], list[CostRecord]] = {}
    for record in records:
        found.setdefault((owner_of(record), f"{record.day:%Y-%m}"), []).append(record)
    for (owner, month), kept in sorted(found.items()):
        yield CostMonth.of(owner, month, kept)


def _year_and_month(month: str) -> tuple[int, int]:
    first = date.fromisoformat(f"{month}-01")
    return first.year, first.month
