"""Responsible for the provider's view of cost: what was read of Cost Explorer, and reading more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from backend.context import Context
from backend.domain.cost import CostRecord, Measure, UsageTypes
from backend.domain.cost_cube import CostCube, cube_of
from backend.domain.cost_month import CostMonth
from backend.domain.cost_sync import SyncState
from backend.domain.errors import Invalid, Unavailable
from backend.domain.monthly_allocation import whole_months
from backend.domain.principal import Principal, Role
from backend.domain.usage import MonthUsage


@dataclass(frozen=True, slots=True)
class CostReading:
    """Cost and usage of the whole UTC months of [since, until), as the last sync has found them."""

    since: date
    until: date
    months: tuple[CostMonth, ...]

    def cube(self, measure: Measure = Measure.UNBLENDED) -> CostCube:
        return cube_of(self.months, self.since, self.until, measure)

    @property
    def usage(self) -> list[MonthUsage]:
        """What each tenant's builds used in each month, where they used anything."""
        return [MonthUsage(m.owner, m.month, m.usage) for m in self.months if m.usage]

    def records(self, since: date, until: date) -> Iterator[CostRecord]:
        """What was billed on the days of [since, until), by owner, month, service and day."""
        for month in sorted(self.months, key=lambda month: (month.owner, month.month)):
            yield from (record for record in month.records() if since <= record.day < until)


def read(context: Context, principal: Principal, *, since: date, until: date) -> CostReading:
    """The months that have a day in [since, until), as the table holds them; nobody asks AWS.

    A provider sees all owners' months; a tenant's people their own tenant's, read with its own
    credentials.
    Raises Invalid for a period that holds no day.
    """
    if since >= until:
        raise Invalid(f"The period {since} to {until} holds no day: choose a later end.")
    days = whole_months(since, until)
    if principal.role is Role.TENANT:
        tenant = context.tenants.get(principal.own_tenant())
        own = context.on_behalf_of(tenant).cost_table
        months = tuple(own.of(tenant.tenant_id, days.since, days.until))
    else:
        principal.as_provider()
        months = tuple(context.cost_table.of_all(days.since, days.until))
    return CostReading(days.since, days.until, months)


def synced(context: Context, principal: Principal) -> SyncState:
    """How far Cost Explorer has been read, and what that has cost; for whoever sees costs.

    A tenant's people are told how fresh their own figures are by the portal, which read them.
    """
    if principal.role is not Role.TENANT:
        principal.as_provider()
    return context.sync_notes.read()


def usage_types(
    context: Context, principal: Principal, tenant_id: str, month: str
) -> UsageTypes | None:
    """A tenant's month by usage type, as it was last asked for; None when it was not."""
    principal.as_provider()
    return context.cost_table.usage_types(tenant_id, month)


def ask_usage_types(context: Context, principal: Principal, tenant_id: str, month: str) -> None:
    """Asks Cost Explorer for it, at $0.01 a page; Unavailable, with the reason, if that fails."""
    principal.as_provider()
    refused = context.functions.ask_usage_types(tenant_id, month)["refused"]
    if refused:
        raise Unavailable(refused)


def sync(context: Context, principal: Principal) -> None:
    """Reads Cost Explorer now; Unavailable, with the reason, when nothing could be read."""
    principal.as_provider()
    refused = context.functions.sync_costs()["refused"]
    if refused:
        raise Unavailable(refused)
