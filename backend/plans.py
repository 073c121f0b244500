"""Responsible for the provider's plans: what holds when, what a change would do, and the change."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from backend.context import Context
from backend.domain.audit import Action, AuditEntry
from backend.domain.bill import revenue
from backend.domain.errors import Conflict
from backend.domain.exact import exact_sum
from backend.domain.month import month_of
from backend.domain.plan import Plan
from backend.domain.plan_book import PlanBook
from backend.domain.principal import Principal
from backend.domain.spells import days_by_tier
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.usage import MonthUsage
from backend.month_usage import read_of_all

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlanEffect:
    """US dollars of a tenant's draft of the open month, as it is and as a plan would make it."""

    tenant_id: str
    tenant_name: str
    before: Decimal
    after: Decimal


def book(context: Context, principal: Principal) -> PlanBook:
    """Every tier's plans, those of the past and those to come."""
    principal.as_provider()
    return context.plans.read()


def effect(
    context: Context, principal: Principal, plan: Plan, *, now: datetime
) -> tuple[PlanEffect, ...]:
    """What the plan would make of this month's drafts, if it held already; by the tenants' ids.

    Of all tenants that have been in the tier and have something to pay for this month, by what
    their builds had used when costs were last read. A tier without a plan brings nothing yet.
    Raises Invalid for a plan that makes no sense, or would change months that are over.
    """
    principal.as_provider()
    known = context.plans.read()
    known.planned(plan, now=now)
    month = month_of(now)
    planned = known.holding(replace(plan, since=month))
    concerned = [tenant for tenant in context.tenants.all() if _concerned(tenant, plan.tier)]
    used, found = read_of_all(context, concerned, month), []
    for tenant in concerned:
        was, would_be = (_due(tenant, used[tenant.tenant_id], each) for each in (known, planned))
        if was or would_be:
            found.append(PlanEffect(tenant.tenant_id, tenant.name, was, would_be))
    return tuple(found)


def save(
    context: Context, principal: Principal, plan: Plan, *, seen: PlanBook, now: datetime
) -> PlanBook:
    """The plan holds from its month on, the open one at the earliest; the past keeps its own.

    Raises Invalid for a plan that makes no sense or begins in a month that is over, NotFound for
    an unknown tier, and Conflict when the plans are not those the person has `seen`.
    """
    principal.as_provider()
    context.tiers.get(plan.tier)
    known = context.plans.read()
    if known.revision != seen.revision:
        raise Conflict("Somebody else has changed the plans since you have read them: look again.")
    after = known.planned(plan, now=now)
    held = known.of(plan.tier, plan.since) if known.has(plan.tier, plan.since) else None
    if held is not None and replace(held, since=plan.since) == plan:
        return known
    context.plans.change(known, after)
    LOG.info("plan of %s from %s saved by %s", plan.tier, plan.since, principal.name)
    was = "" if held is None else held.words
    context.audit.add(
        AuditEntry(
            now, principal.name, Action.EDIT_PLAN, f"plan of tier {plan.tier}", was, plan.words
        )
    )
    return after


def _concerned(tenant: Tenant, tier: str) -> bool:
    """Whether the tenant has ever been in the tier."""
    been = any(spell.tier == tier for spell in tenant.spells)
    return been and tenant.status is not TenantStatus.ONBOARDING


def _due(tenant: Tenant, usage: MonthUsage, plans: PlanBook) -> Decimal:
    days = days_by_tier(tenant.spells, usage.month, left_at=tenant.left_at)
    whole = plans.without_gaps((*days, *(tier.tier for tier in usage.tiers)), usage.month)
    return exact_sum(revenue(usage, days, whole).values())
