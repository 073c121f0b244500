"""Responsible for the tenant's entry in the registry."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from backend.domain.choices import Choices


class TenantStatus(StrEnum):
    ONBOARDING = "Onboarding"
    ACTIVE = "Active"
    SUSPENDED = "Suspended"
    OFFBOARDING = "Offboarding"
    OFFBOARDED = "Offboarded"


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who the tenant is and which of the cloud's things are its own."""

    tenant_id: str
    name: str
    tier: str
    bucket: str
    access_role_arn: str
    execution_role_arn: str
    model_group: str
    created_at: datetime
    status: TenantStatus = TenantStatus.ONBOARDING
    defaults: Choices = field(default_factory=Choices)
    minimum_skill: float = 0.0
    first_user: str = ""
    failure: str | None = None

    def with_status(self, status: TenantStatus, failure: str | None = None) -> "Tenant":
        return replace(self, status=status, failure=failure)
