"""Responsible for one tenant's share of its tier: its weight, its cap, and whether it is paused."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from backend.context import Context
from backend.domain.audit import Action, AuditEntry
from backend.domain.edit import in_words, rebased
from backend.domain.errors import Conflict
from backend.domain.principal import Principal
from backend.domain.tenant import LEAVING, Tenant

LOG = logging.getLogger(__name__)


def set_share(
    context: Context,
    principal: Principal,
    tenant_id: str,
    *,
    weight: float,
    max_concurrent_builds: int | None,
    now: datetime,
    seen: Tenant | None = None,
) -> Tenant:
    """Sets the tenant's weight, for builds it asks for from now on, and its cap, for all.

    `seen` is the tenant as the person saw it: what they left as it was keeps what somebody else
    has made of it since. Raises Invalid for a share that makes no sense.
    """
    return _change(
        context,
        principal,
        tenant_id,
        lambda tenant: rebased(
            tenant,
            seen=seen or tenant,
            edited=replace(
                seen or tenant, weight=weight, max_concurrent_builds=max_concurrent_builds
            ),
        ),
        Action.SET_SHARE,
        now=now,
    )


def pause_tenant(
    context: Context, principal: Principal, tenant_id: str, *, now: datetime
) -> Tenant:
    """None of the tenant's builds starts until it is resumed; what runs goes on."""
    return _change(
        context,
        principal,
        tenant_id,
        lambda tenant: replace(tenant, paused=True),
        Action.PAUSE_TENANT,
        now=now,
    )


def resume_tenant(
    context: Context, principal: Principal, tenant_id: str, *, now: datetime
) -> Tenant:
    return _change(
        context,
        principal,
        tenant_id,
        lambda tenant: replace(tenant, paused=False),
        Action.RESUME_TENANT,
        now=now,
    )


def _change(
    context: Context,
    principal: Principal,
    tenant_id: str,
    edited: Callable[[Tenant], Tenant],
    action: Action,
    *,
    now: datetime,
) -> Tenant:
    principal.as_provider()
    before = context.tenants.get(tenant_id)
    if before.status in LEAVING:
        raise Conflict(f"Tenant {tenant_id!r} is {before.status}: it has no share any more.")
    after = edited(before).checked()
    if after == before:
        return after
    context.tenants.save(before, after)
    was, became = in_words(before, after)
    LOG.info("tenant_id=%s by %s: %s, was %s", tenant_id, principal.name, became, was)
    subject = f"tenant {tenant_id}"
    context.audit.add(AuditEntry(now, principal.name, action, subject, was, became))
    context.functions.invoke_dispatch()
    return after
