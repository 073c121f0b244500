"""Responsible for moving a tenant to another tier."""

import logging
from datetime import datetime

from backend.aws.reach import reached
from backend.context import Context
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.new_tenant import NewTenant
from backend.domain.onboarding import StepKind, plan_of
from backend.domain.principal import Principal
from backend.domain.tenant import Tenant, TenantStatus

LOG = logging.getLogger(__name__)
_MOVABLE = (TenantStatus.ACTIVE, TenantStatus.SUSPENDED)


def change_tier(
    context: Context, principal: Principal, tenant_id: str, tier: str, *, now: datetime
) -> Tenant:
    """Sends the tenant's next uploads to the new tier's queue and tags all it has anew.

    Builds that wait or run keep the tier they were requested in. The UTC day belongs to the new
    tier: fees go by days. The registry is written last: a
    change that failed half-way can be made again.
    """
    principal.as_provider()
    tenant = context.tenants.get(tenant_id)
    if tenant.status not in _MOVABLE:
        raise Conflict(f"Tenant {tenant_id!r} is {tenant.status}: its tier cannot be changed now.")
    try:
        context.tiers.get(tier)
    except NotFound as unknown:
        raise Invalid(str(unknown)) from unknown
    moved = tenant.moved_to(tier, at=now)
    plan = plan_of(NewTenant.of(moved), context.site)
    with reached():
        for step in plan.made_in_aws:
            if step.kind is not StepKind.USER:
                context.resources.bring(step)
    LOG.info("tenant_id=%s tier=%s was=%s", tenant_id, tier, tenant.tier)
    context.tenants.save(tenant, moved)
    return moved
