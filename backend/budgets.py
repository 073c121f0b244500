"""Responsible for tenants' budgets: setting one, and reckoning all when costs were read."""

import logging
from dataclasses import replace
from datetime import datetime

from backend.context import Context
from backend.domain.audit import Action, AuditEntry
from backend.domain.budget import Budget
from backend.domain.edit import in_words, rebased
from backend.domain.errors import Conflict
from backend.domain.principal import Principal
from backend.domain.tenant import LEAVING, Tenant
from backend.spending import billed_of, reckon

LOG = logging.getLogger(__name__)


def set_budget(
    context: Context,
    principal: Principal,
    tenant_id: str,
    *,
    budget: Budget | None,
    now: datetime,
    seen: Tenant | None = None,
) -> Tenant:
    """Sets what the tenant may spend a month, or with None that it has no budget.

    `seen` is the tenant as the person saw it: left as it was, the budget stays what somebody else
    has made of it since. Raises Invalid for a budget that makes no sense.
    """
    principal.as_provider()
    before = context.tenants.get(tenant_id)
    if before.status in LEAVING:
        raise Conflict(f"Tenant {tenant_id!r} is {before.status}: it has no budget any more.")
    shown = seen or before
    wanted = rebased(before, seen=shown, edited=replace(shown, budget=budget)).budget
    if wanted == before.budget:
        return before
    after = replace(
        before,
        budget=wanted.checked() if wanted else None,
        spending=before.spending if wanted else None,
    )
    context.tenants.save(before, after)
    was, became = in_words(replace(before, spending=after.spending), after)
    LOG.info("tenant_id=%s by %s: %s, was %s", tenant_id, principal.name, became, was)
    context.audit.add(
        AuditEntry(now, principal.name, Action.SET_BUDGET, f"tenant {tenant_id}", was, became)
    )
    billed = billed_of(context, tenant_id, now=now)
    reckoned = reckon(context, tenant_id, now=now, billed=billed)
    context.functions.invoke_dispatch()
    return reckoned or after


def reckon_all(context: Context, *, now: datetime) -> int:
    """Reckons what each tenant with a budget has spent, and returns how many those are.

    What a sync of costs has written just before is in it.
    """
    with_budget = [
        tenant.tenant_id
        for tenant in context.tenants.all()
        if tenant.budget is not None and tenant.status not in LEAVING
    ]
    for tenant_id in with_budget:
        reckon(context, tenant_id, now=now, billed=billed_of(context, tenant_id, now=now))
    return len(with_budget)
