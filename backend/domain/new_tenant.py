"""Responsible for what a provider says of a tenant to be: checked once, everything follows."""

import re
from dataclasses import dataclass
from datetime import datetime

from backend.domain import naming
from backend.domain.errors import Invalid
from backend.domain.site import Site
from backend.domain.tenant import Tenant

_NAME_LIMIT = 80
_EMAIL_LIMIT = 128  # Cognito's longest user name
_EMAIL = re.compile(r"[^\s@<>\"',;]+@[^\s@<>\"',;.]+(?:\.[^\s@<>\"',;.]+)+")


@dataclass(frozen=True, slots=True)
class NewTenant:
    tenant_id: str
    name: str
    tier: str
    first_user: str

    @classmethod
    def of(cls, tenant: Tenant) -> "NewTenant":
        return cls(tenant.tenant_id, tenant.name, tenant.tier, tenant.first_user)

    def registered(self, site: Site, *, at: datetime) -> Tenant:
        """The tenant's entry in the registry while it is being onboarded."""
        return Tenant(
            tenant_id=self.tenant_id,
            name=self.name,
            tier=self.tier,
            bucket=naming.bucket_of(self.tenant_id, site.account),
            access_role_arn=naming.role_arn(naming.access_role_of(self.tenant_id), site.account),
            execution_role_arn=naming.role_arn(
                naming.execution_role_of(self.tenant_id), site.account
            ),
            model_group=naming.model_group_of(self.tenant_id),
            created_at=at,
            first_user=self.first_user,
        )

    def tags(self) -> dict[str, str]:
        """What everything of the tenant carries; also the proof that it is this tenant's."""
        return {
            naming.TENANT_TAG: self.tenant_id,
            naming.TIER_TAG: self.tier,
            naming.PROJECT_TAG: naming.PROJECT,
        }


def checked(tenant_id: str, name: str, tier: str, email: str) -> NewTenant:
    """The new tenant, its address in lower case as Cognito compares them; Invalid otherwise."""
    new = NewTenant(naming.checked_tenant_id(tenant_id), name.strip(), tier, email.strip().lower())
    if not new.name or len(new.name) > _NAME_LIMIT or not new.name.isprintable():
        raise Invalid(
            f"Company name {new.name[:40]!r} cannot be used: give 1 to {_NAME_LIMIT} printable "
            "characters."
        )
    if len(new.first_user) > _EMAIL_LIMIT or not _EMAIL.fullmatch(new.first_user):
        raise Invalid(
            f"{new.first_user[:60]!r} is no e-mail address: give one such as ana@acme.example."
        )
    return new
