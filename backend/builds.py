"""Responsible for showing builds: a tenant its own, a provider everybody's."""

from dataclasses import replace

from backend.context import Context
from backend.domain import naming
from backend.domain.build import RETRIED, Build, BuildState
from backend.domain.errors import NotFound
from backend.domain.month import bounds_of
from backend.domain.principal import Principal, Role
from backend.seeing import build_of


def list_builds(context: Context, principal: Principal, *, limit: int = 100) -> list[Build]:
    """The newest builds the principal may see; a tenant's are read with its own credentials."""
    if principal.role is Role.TENANT:
        tenant = context.tenants.get(principal.own_tenant())
        return context.on_behalf_of(tenant).builds.of_tenant(tenant.tenant_id, limit=limit)
    principal.as_provider()
    found = [build for state in BuildState for build in context.builds.of_state(state, limit=limit)]
    return sorted(found, key=lambda build: build.requested_at, reverse=True)[:limit]


def ended_in(
    context: Context, principal: Principal, month: str, *, tenant_id: str = ""
) -> list[Build]:
    """A tenant's builds that ended in a UTC month, written 2026-03, the latest first.

    `tenant_id` is the provider's choice; a tenant's people see their own tenant's whatever it says,
    read with its own credentials. Raises Invalid for what is no month.
    """
    since, until = bounds_of(month)
    if principal.role is Role.TENANT:
        tenant = context.tenants.get(principal.own_tenant())
        found = context.on_behalf_of(tenant).builds.ended_of(tenant.tenant_id, since, until)
    else:
        principal.as_provider()
        found = context.builds.ended_of(tenant_id, since, until)
    return list(found)[::-1]


def see(
    context: Context, principal: Principal, build_id: str, *, tenant_id: str | None = None
) -> Build:
    """One build, with its steps as they stand; NotFound for any build the principal may not see.

    `tenant_id` is the provider's choice; a tenant's people see their own tenant's whatever it says.
    """
    build = build_of(context, principal, build_id, tenant_id=tenant_id)
    if build.state is not BuildState.EXECUTING:
        return build
    # Executions of all tenants share their pipeline's ARN, so no tenant's role may list steps:
    # the portal does it, for an execution read from a row the tenant was allowed to read.
    return replace(build, steps=context.executions.steps(build.execution_arn))


def retry_of(context: Context, principal: Principal, build: Build) -> Build | None:
    """The build that tries this one again, if there is one."""
    if build.state not in RETRIED:
        return None
    again = naming.retry_id_of(build.build_id)
    try:
        return build_of(context, principal, again, tenant_id=build.tenant_id)
    except NotFound:
        return None
