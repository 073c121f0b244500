"""Responsible for onboarding: a plan first, then carried out, resumed or rolled back."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from backend.aws.reach import reached
from backend.context import Context
from backend.domain.errors import AlreadyExists, BackendError, Conflict, Invalid, NotFound
from backend.domain.new_tenant import NewTenant, checked
from backend.domain.onboarding import Plan, PlannedStep, plan_of
from backend.domain.principal import Principal
from backend.domain.removal import Removal
from backend.domain.tenant import Tenant, TenantStatus

LOG = logging.getLogger(__name__)
Progress = Callable[[PlannedStep], None]


@dataclass(frozen=True, slots=True)
class Onboarded:
    """The tenant, and the first user's temporary password where one was given just now."""

    tenant: Tenant
    temporary_password: str | None = field(repr=False)


def plan(
    context: Context, principal: Principal, *, tenant_id: str, name: str, tier: str, email: str
) -> Plan:
    """Everything that would be made; nothing is made yet.

    Raises Invalid for what cannot be accepted and AlreadyExists for a taken id or address.
    """
    principal.as_provider()
    new = checked(tenant_id, name, tier, email)
    try:
        context.tiers.get(new.tier)
    except NotFound as unknown:
        raise Invalid(str(unknown)) from unknown
    _expect_free_id(context, new.tenant_id)
    if context.people.find(new.first_user) is not None:
        raise AlreadyExists(
            f"{new.first_user} signs in already: give another address for the first user."
        )
    return plan_of(new, context.site)


def carry_out(
    context: Context,
    principal: Principal,
    plan: Plan,
    *,
    now: datetime,
    progress: Progress = lambda step: None,
) -> Onboarded:
    """Makes what the plan says and lets the tenant in.

    AlreadyExists when the id was given meanwhile: then nothing is made. When a step fails, the
    tenant stays in Onboarding with the reason: resume or roll back.
    """
    principal.as_provider()
    tenant = plan.tenant.registered(plan.site, at=now)
    context.tenants.add(tenant)
    return _make(context, tenant, plan, progress)


def resume(
    context: Context,
    principal: Principal,
    tenant_id: str,
    *,
    progress: Progress = lambda step: None,
) -> Onboarded:
    """Carries on where onboarding failed, or was interrupted."""
    principal.as_provider()
    tenant = _half_made(context, tenant_id)
    return _make(context, tenant, plan_of(NewTenant.of(tenant), context.site), progress)


def roll_back(context: Context, principal: Principal, tenant_id: str) -> tuple[Removal, ...]:
    """Removes all that a failed onboarding has made, the last first, and forgets the tenant.

    What does not carry the tenant's tag was made by somebody else and is left alone.
    """
    principal.as_provider()
    tenant = _half_made(context, tenant_id)
    steps = plan_of(NewTenant.of(tenant), context.site).made_in_aws
    with reached():
        removals = tuple(context.resources.remove(step, tenant_id) for step in reversed(steps))
    context.tenants.remove(tenant_id)
    LOG.info("tenant_id=%s rolled back", tenant_id)
    return removals


def _make(context: Context, tenant: Tenant, plan: Plan, progress: Progress) -> Onboarded:
    password = None
    progress(plan.registration)
    for step in plan.made_in_aws:
        with _failure_kept(context, tenant, f"{step.kind} {step.name} could not be made"):
            password = context.resources.bring(step) or password
        progress(step)
    with _failure_kept(context, tenant, "The access role could not be tried"):
        context.roles.await_access(tenant.access_role_arn, external_id=tenant.tenant_id)
    active = context.tenants.save(tenant, tenant.with_status(TenantStatus.ACTIVE))
    LOG.info("tenant_id=%s tier=%s onboarded", tenant.tenant_id, tenant.tier)
    return Onboarded(active, password)


@contextmanager
def _failure_kept(context: Context, tenant: Tenant, what: str) -> Iterator[None]:
    """A failure is written into the registry for whoever comes next, and told."""
    try:
        with reached():
            yield
    except BackendError as fault:
        failure = f"{what}: {fault}"
        context.tenants.save(tenant, tenant.with_status(TenantStatus.ONBOARDING, failure))
        LOG.warning("tenant_id=%s %s", tenant.tenant_id, failure)
        advice = "Resume the onboarding or roll it back."
        raise type(fault)(f"{failure.rstrip('.')}. {advice}") from fault


def _expect_free_id(context: Context, tenant_id: str) -> None:
    try:
        tenant = context.tenants.get(tenant_id)
    except NotFound:
        return
    match tenant.status:
        case TenantStatus.ONBOARDING:
            advice = "is being onboarded: resume its onboarding or roll it back"
        case TenantStatus.OFFBOARDED:
            advice = "was offboarded, and an id is given only once: choose another"
        case _:
            advice = "exists already: choose another id"
    raise AlreadyExists(f"Tenant {tenant_id!r} {advice}.")


def _half_made(context: Context, tenant_id: str) -> Tenant:
    tenant = context.tenants.get(tenant_id)
    if tenant.status is not TenantStatus.ONBOARDING:
        raise Conflict(
            f"Tenant {tenant_id!r} is {tenant.status}: there is no onboarding to resume or roll "
            "back."
        )
    return tenant
