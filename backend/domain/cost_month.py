"""Responsible for a month's cost of one owner as few bytes: so is it kept, a row a month."""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backend.domain.cost import CostRecord

# Owners of what no tenant's tag tells the owner of; AWS allows no ~ in a tag's value.
SHARED, UNALLOCATED = "~shared", "~unallocated"


@dataclass(frozen=True, slots=True)
class CostMonth:
    """One owner's records of one UTC month, written 2026-03; by day and service, in that order."""

    owner: str
    month: str
    records: tuple[CostRecord, ...]

    def packed(self) -> bytes:
        """The records' own figures, compressed; amounts as texts, with every digit."""
        figures = [
            (r.day.day, r.service, str(r.amount), str(r.amortized), int(r.estimated))
            for r in self.records
        ]
        return zlib.compress(json.dumps(figures, separators=(",", ":")).encode())

    @classmethod
    def unpacked(cls, owner: str, month: str, packed: bytes) -> "CostMonth":
        """What `packed` has made, as it was."""
        first = date.fromisoformat(f"{month}-01")
        records = tuple(
            CostRecord(
                day=first.replace(day=day),
                tenant_id=None if owner in (SHARED, UNALLOCATED) else owner,
                amount=Decimal(amount),
                estimated=bool(estimated),
                service=service,
                shared=owner == SHARED,
                amortized=Decimal(amortized),
            )
            for day, service, amount, amortized, estimated in json.loads(zlib.decompress(packed))
        )
        return cls(owner, month, records)


def owner_of(record: CostRecord) -> str:
    if record.tenant_id is not None:
        return record.tenant_id
    return SHARED if record.shared else UNALLOCATED


def months_of(records: Iterable[CostRecord]) -> Iterator[CostMonth]:
    """The records by owner and month, no record lost and none twice."""
    found: dict[tuple[str, str], list[CostRecord]] = {}
    for record in records:
        found.setdefault((owner_of(record), f"{record.day:%Y-%m}"), []).append(record)
    for (owner, month), kept in sorted(found.items()):
        in_order = sorted(kept, key=lambda record: (record.day, record.service))
        yield CostMonth(owner, month, tuple(in_order))
