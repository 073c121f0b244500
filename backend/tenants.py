"""Responsible for seeing tenants: a provider all of them, a tenant's people their own."""

from backend.context import Context
from backend.domain.errors import Invalid
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant


def list_tenants(context: Context, principal: Principal) -> list[Tenant]:
    """Every tenant in the registry, whatever its status, in the order of the ids."""
    principal.as_provider()
    return context.tenants.all()


def tenant(context: Context, principal: Principal, tenant_id: str = "") -> Tenant:
    """The tenant a provider names; a tenant's people see their own whatever they name."""
    if principal.role is Role.TENANT:
        return context.tenants.get(principal.own_tenant())
    principal.as_provider()
    if not tenant_id:
        raise Invalid("No tenant is named: choose one from the list of tenants.")
    return context.tenants.get(tenant_id)
