"""Responsible for who is asking: made from verified claims, checked by every use case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.domain import naming
from backend.domain.errors import Forbidden


class Role(StrEnum):
    PROVIDER = "provider"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person. A tenant's people carry the tenant's id, a provider's carry none."""

    subject: str
    name: str
    role: Role
    tenant_id: str | None = None

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> "Principal":
        """Reads the identity provider's verified claims; Forbidden for a person of neither kind."""
        groups: Sequence[str] = claims.get("cognito:groups") or ()
        subject = str(claims["sub"])
        name = str(claims.get("name") or claims.get("email") or claims["sub"])
        if naming.PROVIDERS_GROUP in groups:
            return cls(subject, name, Role.PROVIDER)
        tenant_id = claims.get(naming.TENANT_CLAIM)
        if not tenant_id:
            raise Forbidden(f"{name} belongs to no tenant: ask your provider to add you to one.")
        return cls(subject, name, Role.TENANT, str(tenant_id))

    def as_provider(self) -> "Principal":
        if self.role is not Role.PROVIDER:
            raise Forbidden(f"{self.name} is not a provider: this page is for providers.")
        return self

    def own_tenant(self) -> str:
        """The id of the one tenant this person may act for."""
        if self.role is not Role.TENANT or self.tenant_id is None:
            raise Forbidden(f"{self.name} acts for no tenant: this page is for a tenant's people.")
        return self.tenant_id
