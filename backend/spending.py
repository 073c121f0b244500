"""Responsible for reckoning what a tenant with a budget has spent, so that dispatches know."""

import logging
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from backend.aws.transactions import let_others_finish
from backend.context import Context
from backend.domain.budget import spending_of
from backend.domain.build import Build
from backend.domain.cost_cube import cube_of
from backend.domain.errors import Conflict
from backend.domain.month import bounds_of, days_of, month_of
from backend.domain.tenant import Tenant

LOG = logging.getLogger(__name__)
_TRIES = 8


def reckon(
    context: Context,
    tenant_id: str,
    *,
    now: datetime,
    billed: Decimal | None = None,
    ended: Build | None = None,
) -> Tenant | None:
    """Writes what the tenant has spent this UTC month; the same again does no harm.

    `billed` is what Cost Explorer tells, None leaves what it has told before. `ended` is a build
    that has just ended, as the index may show it late; it is remembered with the spending. None
    when the tenant is gone; without a budget nothing is reckoned. The tenant as it was last read
    when others keep overtaking: then the build counts at the first reckoning that the index shows
    it to.
    """
    month = month_of(now)
    for attempt in range(_TRIES):
        tenant = context.tenants.many([tenant_id]).get(tenant_id)
        if tenant is None or tenant.budget is None:
            return tenant
        spending = spending_of(
            tenant.budget,
            tenant.spending,
            shown=context.builds.ended_of(tenant_id, *bounds_of(month)),
            ended=ended,
            billed=billed,
            now=now,
        )
        after = replace(tenant, spending=spending)
        try:
            context.tenants.save_spending(
                tenant, after, notice=_stopped(tenant, month) != _stopped(after, month)
            )
        except Conflict:
            let_others_finish(attempt)
        else:
            _tell(tenant, after, month)
            return after
    LOG.warning("tenant_id=%s others keep reckoning what it has spent", tenant_id)
    return tenant


def billed_of(context: Context, tenant_id: str, *, now: datetime) -> Decimal:
    """What Cost Explorer has told of the tenant's own cost in this UTC month."""
    days = days_of(month_of(now))
    months = context.cost_table.of(tenant_id, days.since, days.until)
    return cube_of(months, days.since, days.until).of(tenant_id)


def _stopped(tenant: Tenant, month: str) -> bool:
    return tenant.over_budget(month) is not None


def _tell(before: Tenant, after: Tenant, month: str) -> None:
    """A line for each warning that is newly reached."""
    known = before.spending.reached if before.spending and before.spending.month == month else 0
    if after.spending is not None and after.spending.reached > known:
        LOG.warning(
            "tenant_id=%s has spent %s %% of its budget of %s: %s USD in %s",
            after.tenant_id,
            after.spending.reached,
            after.budget,
            after.spending.amount,
            month,
        )
