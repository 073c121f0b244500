"""Responsible for months in money as pages ask for them, read once for each sync."""

from dataclasses import replace
from datetime import UTC, date, datetime

import streamlit as st

from backend import cost, cost_sharing, invoices, tenants
from backend.domain.cost_sync import known_months
from backend.domain.month import days_of
from backend.domain.principal import Principal
from backend.domain.tenant import Tenant
from backend.domain.tenant_month import Month, TenantMonth, month_in_money
from backend.domain.usage import MonthUsage
from portal import session
from portal.cost_views import UNKNOWN_TIER, CostQuery, cube, reading


def month(me: Principal, wanted: str) -> Month:
    """All tenants' month."""
    days = days_of(wanted)
    query = _query(me, days.since, days.until)
    return _month(query, query.read, query.shown, wanted)


def history(me: Principal, tenant: Tenant, *, now: datetime) -> tuple[TenantMonth, ...]:
    """One tenant's open month and the twelve before it, the open one first, with their revenue."""
    wanted = known_months(now.astimezone(UTC).date())
    query = _query(me, days_of(wanted[-1]).since, days_of(wanted[0]).until)
    used = {
        usage.month: usage for usage in reading(query).usage if usage.tenant_id == tenant.tenant_id
    }
    usages = [used.get(one, MonthUsage(tenant.tenant_id, one)) for one in wanted]
    brought = invoices.brought(session.context(), me, tenant.tenant_id, usages, now=now)
    return tuple(
        replace(_of(tenant, _month(query, query.read, query.shown, one)), revenue=brought.get(one))
        for one in wanted
    )


def _of(tenant: Tenant, found: Month) -> TenantMonth:
    """The tenant's part of the month, which may be nothing."""
    mine = (each for each in found.tenants if each.tenant_id == tenant.tenant_id)
    return next(mine, TenantMonth(tenant.tenant_id, found.month, tenant.tier))


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


@st.cache_resource(max_entries=64, show_spinner=False)
def _month(
    _query: CostQuery, read: tuple[object, ...], shown: tuple[object, ...], wanted: str
) -> Month:
    return month_in_money(
        cube(_query),
        wanted,
        _query.choices,
        reading(_query).usage,
        tier_of=lambda tenant_id: _query.tiers.get(tenant_id, UNKNOWN_TIER),
    )
