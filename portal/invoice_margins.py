"""Responsible for setting a month's invoices beside what the tenants cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backend import cost, cost_sharing
from backend.domain.cost import ZERO
from backend.domain.exact import exact_sum
from backend.domain.invoice import InvoiceSummary
from backend.domain.margin import Margin, cost_by_tier, margins_by_tier
from backend.domain.month import days_of
from backend.domain.principal import Principal
from backend.domain.spells import days_by_tier
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage
from portal import cost_views, session
from portal.cost_views import CostQuery


@dataclass(frozen=True, slots=True)
class MonthCost:
    """US dollars by tenant, with each tenant's part of shared cost, and what its builds used.

    Not `known` as long as Cost Explorer has told nothing of the month: then there is no margin.
    """

    known: bool
    by_tenant: Mapping[str, Decimal]
    usage: Mapping[str, MonthUsage]


def cost_of(me: Principal, month: str, tenants: Sequence[Tenant]) -> MonthCost:
    """The month's cost as the page of costs shows it, read once for each sync."""
    context, days = session.context(), days_of(month)
    query = CostQuery(
        me,
        cost.synced(context, me).synced_at,
        days.since,
        days.until,
        choices=cost_sharing.choices(context, me),
        tiers={tenant.tenant_id: tenant.tier for tenant in tenants},
    )
    usage = {
        each.tenant_id: each for each in cost_views.reading(query).usage if each.month == month
    }
    return MonthCost(
        known=cost_views.cube(query).during(days.since, days.until).last_day is not None,
        by_tenant={each.tenant_id: each.total for each in cost_views.view(query).tenants},
        usage=usage,
    )


def whole(found: Sequence[InvoiceSummary], spent: MonthCost) -> Margin:
    return Margin(exact_sum(each.total for each in found), exact_sum(spent.by_tenant.values()))


def by_tier(
    found: Sequence[InvoiceSummary], spent: MonthCost, tenants: Sequence[Tenant], month: str
) -> dict[str, Margin]:
    """Revenue as invoiced and cost as split among each tenant's tiers; the sums are the whole."""
    known = {tenant.tenant_id: tenant for tenant in tenants}
    costs = [
        cost_by_tier(
            amount,
            spent.usage.get(tenant_id, MonthUsage(tenant_id, month)),
            _days(known.get(tenant_id), month),
        )
        for tenant_id, amount in spent.by_tenant.items()
        if amount != ZERO
    ]
    return margins_by_tier((each.subtotals for each in found), costs)


def _days(tenant: Tenant | None, month: str) -> dict[str, int]:
    if tenant is None:
        return {}
    return days_by_tier(tenant.spells, month, left_at=tenant.left_at)
