"""Tenants on board for a month, and their builds in it: what invoices are made of."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from backend.context import Context
from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.cost_month import CostMonth
from backend.domain.metering import metered
from backend.domain.month import bounds_of
from backend.domain.price_book import PriceBook
from backend.domain.tenant import Tenant
from backend.month_usage import used_in


def since(admin: Context, tenant: Tenant, month: str) -> Tenant:
    return admin.tenants.save(tenant, replace(tenant, created_at=bounds_of(month)[0]))


def after(month: str) -> datetime:
    return bounds_of(month)[1] + timedelta(days=4)


def read_costs(admin: Context, month: str, *tenants: Tenant) -> None:
    """Costs are read, and beside them what the tenants' builds have used so far."""
    rows = [
        CostMonth(each.tenant_id, month).using(used_in(admin, each, month).usage.tiers)
        for each in tenants
    ]
    admin.cost_table.replace(month, rows)


_stamps = itertools.count()


def built(
    admin: Context,
    tenant: Tenant,
    month: str,
    *,
    seconds: int = 600,
    day: int = 5,
    ok: bool = True,
    **known: Any,
) -> Build:
    """A build of the tenant's tier that ended on a day of the month, but for what is `known`."""
    ended = bounds_of(month)[0] + timedelta(days=day - 1, hours=9)
    begun = ended - timedelta(seconds=seconds)
    stamp = f"v{next(_stamps)}-{month}"
    upload = Upload(tenant.bucket, "uploads/churn.csv", stamp, 1000, begun)
    request = BuildRequest(tenant.tenant_id, upload)
    waiting = Build.waiting(request, tier=tenant.tier, choices=Choices(), queued_at=begun, at=begun)
    steps = (
        BuildStep(
            "Train", "Training", "Succeeded", begun, ended, "job", None, "ml.m5.large", 1, seconds
        ),
    )
    build = replace(
        waiting,
        state=BuildState.SUCCEEDED if ok else BuildState.FAILED,
        started_at=begun,
        ended_at=ended,
        steps=steps,
        metered=metered(steps, PriceBook()),
    )
    build = replace(build, **known)
    assert admin.builds.add(build)
    return build
