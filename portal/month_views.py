"""Responsible for months in money as pages ask for them, read once for each sync."""

from datetime import UTC, date, datetime

from backend import cost, cost_sharing, invoices, tenants
from backend.domain.cost_sync import MONTHS_BACK, first_of_month
from backend.domain.month import days_of
from backend.domain.principal import Principal
from backend.domain.tenant import Tenant
from backend.domain.tenant_month import Month, TenantMonth, month_of
from portal import session
from portal.cost_views import UNKNOWN_TIER, CostQuery, cube, reading


def month(me: Principal, wanted: str, *, now: datetime) -> Month:
    """All tenants' month."""
    days = days_of(wanted)
    return _month(me, wanted, _query(me, days.since, days.until), now=now)


def history(me: Principal, tenant: Tenant, *, now: datetime) -> tuple[TenantMonth, ...]:
    """One tenant's open month and the twelve before it, the open one first."""
    today = now.astimezone(UTC).date()
    query = _query(me, first_of_month(today, MONTHS_BACK), first_of_month(today, -1))
    wanted = [f"{first_of_month(today, back):%Y-%m}" for back in range(MONTHS_BACK + 1)]
    return tuple(
        next(
            (
                each
                for each in _month(me, one, query, now=now).tenants
                if each.tenant_id == tenant.tenant_id
            ),
            TenantMonth(tenant.tenant_id, one, tenant.tier),
        )
        for one in wanted
    )


def _query(me: Principal, since: date, until: date) -> CostQuery:
    context = session.context()
    return CostQuery(
        me,
        cost.synced(context, me).synced_at,
        since,
        until,
        choices=cost_sharing.choices(context, me),
        tiers={each.tenant_id: each.tier for each in tenants.list_tenants(context, me)},
        beside=False,
    )


def _month(me: Principal, wanted: str, query: CostQuery, *, now: datetime) -> Month:
    usage = [each for each in reading(query).usage if each.month == wanted]
    brought = invoices.revenues(session.context(), me, wanted, usage, now=now)
    return month_of(
        cube(query),
        wanted,
        query.choices,
        usage,
        revenue=brought,
        tier_of=lambda tenant_id: query.tiers.get(tenant_id, UNKNOWN_TIER),
    )
