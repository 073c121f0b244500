"""Responsible for whom a simulation's builds belong to: tiers, tenants, an algorithm, uploads."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.aws.rows import to_row
from backend.context import Context
from backend.domain import naming
from backend.domain.algorithm import Algorithm, TunedRange
from backend.domain.build import Build
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import DEFAULT_ALGORITHM, Choices
from backend.domain.scheduling_policy import AWS_CONCURRENT_EXECUTIONS, SchedulingPolicy
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.tier import TIERS, InstanceForSize, Tier

_ACCOUNT = "000000000000"
_NO_RANGE = TunedRange("none", "0", "1")
# A trace knows nothing of sizes: no build is refused for its own.
_ANY_SIZE = (InstanceForSize(1 << 60, "ml.m5.large"),)


def tiers(names: Iterable[str], *, slots_a_tier: int) -> tuple[Tier, ...]:
    return tuple(
        replace(tier, max_concurrent_builds=slots_a_tier, instances=_ANY_SIZE)
        for tier in TIERS
        if tier.name in set(names)
    )


def tenant(name: str, tier: str, *, at: datetime) -> Tenant:
    return Tenant(
        tenant_id=name,
        name=name,
        tier=tier,
        bucket=naming.bucket_of(name, _ACCOUNT),
        access_role_arn=naming.role_arn(naming.access_role_of(name), _ACCOUNT),
        execution_role_arn=naming.role_arn(naming.execution_role_of(name), _ACCOUNT),
        model_group=naming.model_group_of(name),
        created_at=at,
        status=TenantStatus.ACTIVE,
    )


def settle(context: Context, tiers: Iterable[Tier], tenants: Iterable[Tenant]) -> None:
    """Writes what deployment and onboarding would have written."""
    there = list(tiers)
    for tier in there:
        context.tiers.add(tier)
    slots = sum(tier.max_concurrent_builds for tier in there)
    limit = max(AWS_CONCURRENT_EXECUTIONS, slots)
    context.policy.save(SchedulingPolicy(account_limit=limit).checked(there))
    context.algorithms.put(
        Algorithm(DEFAULT_ALGORITHM, "", "", "image", (), (), _NO_RANGE, _NO_RANGE)
    )
    write_all(context, naming.TENANTS_TABLE, (to_row(tenant) for tenant in tenants))


def write_all(context: Context, table: str, rows: Iterable[dict[str, Any]]) -> None:
    with context.session.table(table).batch_writer() as batch:
        for row in rows:
            batch.put_item(row)


def build(number: int, owner: Tenant, *, tier: str, size: int, at: datetime) -> Build:
    """A new build of the tenant's upload of this number."""
    key = naming.upload_key_of(f"{number}.csv")
    request = BuildRequest(owner.tenant_id, Upload(owner.bucket, key, "1", size, at))
    return Build.waiting(request, tier=tier, choices=Choices(), queued_at=at, at=at)
