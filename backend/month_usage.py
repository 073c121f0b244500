"""Responsible for what a tenant used in a month, read with the rights of whoever asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.context import Context
from backend.domain.month import bounds_of, days_of
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage, usage_of


@dataclass(frozen=True, slots=True)
class Used:
    """A month's usage, and the builds behind it by tier, the first that ended first."""

    usage: MonthUsage
    build_ids: Mapping[str, tuple[str, ...]]


def read_of_all(context: Context, tenants: Iterable[Tenant], month: str) -> dict[str, MonthUsage]:
    """By tenant, what its builds had used when costs were last read: no build is read for it.

    Once a tenant has left, it is what was kept of them.
    """
    days = days_of(month)
    read = {each.owner: each.usage for each in context.cost_table.of_all(days.since, days.until)}
    return {
        tenant.tenant_id: tenant.kept(month)
        or MonthUsage(tenant.tenant_id, month, read.get(tenant.tenant_id, ()))
        for tenant in tenants
    }


def read_of(context: Context, tenant: Tenant, months: Sequence[str]) -> dict[str, MonthUsage]:
    """The same of one tenant, by month; `months` follow each other, the latest first."""
    since, until = days_of(months[-1]).since, days_of(months[0]).until
    found = context.cost_table.of(tenant.tenant_id, since, until)
    read = {each.month: each.usage for each in found}
    return {
        month: tenant.kept(month) or MonthUsage(tenant.tenant_id, month, read.get(month, ()))
        for month in months
    }


def used_in(context: Context, tenant: Tenant, month: str) -> Used:
    """From the tenant's builds that ended in the month; once it has left, what was kept of them."""
    if (kept := tenant.kept(month)) is not None:
        return Used(kept, {})
    since, until = bounds_of(month)
    ended = list(context.builds.ended_of(tenant.tenant_id, since, until))
    ids: dict[str, list[str]] = {}
    for build in ended:
        if build.ran:
            ids.setdefault(build.tier, []).append(build.build_id)
    return Used(
        usage_of(tenant.tenant_id, month, ended), {tier: tuple(of) for tier, of in ids.items()}
    )
