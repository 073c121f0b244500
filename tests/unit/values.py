"""Values the unit tests begin with."""

from datetime import UTC, datetime

from backend.domain.build import Build
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.tenant import Tenant, TenantStatus

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def upload(key: str = "uploads/churn.csv", version_id: str = "v1", size: int = 1000) -> Upload:
    return Upload("mlaas-tenant-acme-123456789012", key, version_id, size, NOON)


def waiting_build(key: str = "uploads/churn.csv", tier: str = "basic") -> Build:
    request = BuildRequest("acme", upload(key))
    return Build.waiting(request, tier=tier, choices=Choices(), queued_at=NOON, at=NOON)


def tenant(tenant_id: str = "acme", tier: str = "basic") -> Tenant:
    return Tenant(
        tenant_id=tenant_id,
        name="Acme Retail",
        tier=tier,
        bucket=f"mlaas-tenant-{tenant_id}-123456789012",
        access_role_arn=f"arn:aws:iam::123456789012:role/mlaas-tenant-{tenant_id}-access",
        execution_role_arn=f"arn:aws:iam::123456789012:role/mlaas-tenant-{tenant_id}-execution",
        model_group=f"mlaas-{tenant_id}",
        created_at=NOON,
        status=TenantStatus.ACTIVE,
    )
