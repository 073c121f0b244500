"""Responsible for finding the one build a person means, with no more rights than the person has."""

from backend.context import Context
from backend.domain.build import Build
from backend.domain.errors import Invalid
from backend.domain.principal import Principal, Role


def build_of(
    context: Context, principal: Principal, build_id: str, *, tenant_id: str | None = None
) -> Build:
    """The build as it stands; NotFound for any build the principal may not see.

    `tenant_id` is the provider's choice; a tenant's people see their own tenant's whatever it says,
    and it is read with the tenant's own credentials.
    """
    if principal.role is Role.TENANT:
        tenant = context.tenants.get(principal.own_tenant())
        return context.on_behalf_of(tenant).builds.get(tenant.tenant_id, build_id)
    principal.as_provider()
    if not tenant_id:
        raise Invalid(f"Say whose build {build_id} is: name its tenant.")
    return context.builds.get(tenant_id, build_id)
