"""Tenants on board for a month, and their builds in it: what invoices are made of."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.cost_month import CostMonth
from backend.domain.metering import metered
from backend.domain.month import bounds_of
from backend.domain.price_book import PriceBook
from backend.domain.tenant import Tenant
from backend.month_usage import used_in

# A month long over: every test bills one of its own, so that numbers and lists are its own, too.
MONTHS = (f"{year}-{month:02}" for year in range(2031, 2090) for month in range(1, 13))


@contextmanager
def all_settled(admin: Context) -> Iterator[None]:
    """Cost Explorer's figures are final up to the year 2100; afterwards it is as it was."""
    table = admin.session.table(naming.SETTINGS_TABLE)
    known = table.get_item(Key={"name": "cost-sync"}).get("Item")
    before = admin.sync_notes.read()
    admin.sync_notes.write(before, replace(before, settled="2100-01-01"))
    yield
    if known is None:
        table.delete_item(Key={"name": "cost-sync"})
    else:
        table.put_item(Item=known)


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
