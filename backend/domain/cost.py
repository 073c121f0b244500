"""Responsible for what was spent: cost by day and tenant, in Decimal US dollars."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CostRecord:
    """One day's unblended cost of one tenant; no `tenant_id` where no tenant's tag was carried.

    Such cost is `shared` when it is known to be of things that all tenants use. `amortized` spreads
    what was paid in advance over the days it is for.
    """

    day: date
    tenant_id: str | None
    amount: Decimal
    estimated: bool
    service: str = ""
    shared: bool = False
    amortized: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CostReport:
    """The days of [since, until), in USD and UTC days."""

    since: date
    until: date
    records: tuple[CostRecord, ...]

    @property
    def total(self) -> Decimal:
        return sum((record.amount for record in self.records), ZERO)

    @property
    def untagged(self) -> Decimal:
        return self.of(None)

    @property
    def estimated(self) -> bool:
        return any(record.estimated for record in self.records)

    def of(self, tenant_id: str | None) -> Decimal:
        return sum((r.amount for r in self.records if r.tenant_id == tenant_id), ZERO)

    def tenants(self) -> list[str]:
        """Tenants with cost, the largest first."""
        ids = {record.tenant_id for record in self.records if record.tenant_id is not None}
        return sorted(ids, key=lambda tenant_id: (-self.of(tenant_id), tenant_id))
