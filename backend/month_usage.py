"""Responsible for what a tenant used in a month, read with the rights of whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.context import Context
from backend.domain.month import bounds_of
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage, usage_of


@dataclass(frozen=True, slots=True)
class Used:
    """A month's usage, and the builds behind it by tier, the first that ended first."""

    usage: MonthUsage
    build_ids: Mapping[str, tuple[str, ...]]


def used_in(context: Context, tenant: Tenant, month: str) -> Used:
    """From the tenant's builds that ended in the month; once it has left, what was kept of them."""
    if tenant.kept_usage is not None:
        kept = (usage for usage in tenant.kept_usage if usage.month == month)
        return Used(next(kept, MonthUsage(tenant.tenant_id, month)), {})
    since, until = bounds_of(month)
    ended = list(context.builds.ended_of(tenant.tenant_id, since, until))
    ids: dict[str, list[str]] = {}
    for build in ended:
        if build.ran:
            ids.setdefault(build.tier, []).append(build.build_id)
    return Used(
        usage_of(tenant.tenant_id, month, ended), {tier: tuple(of) for tier, of in ids.items()}
    )
