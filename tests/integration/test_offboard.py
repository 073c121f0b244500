"""Offboarding: everything of one tenant goes, nothing of another, and the report tells it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend import offboard, onboard, tenants
from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.errors import AlreadyExists, Conflict, DeploymentFailed, Forbidden, Invalid
from backend.domain.principal import Principal, Role
from backend.domain.removal import Outcome
from backend.domain.tenant import Tenant, TenantStatus
from backend.line import join
from tests.integration.estate import PAT, estate, pool, without
from tests.integration.lines import paused

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NewTenants = Callable[..., Tenant]


def ended(admin: Context, tenant: Tenant) -> offboard.OffboardingReport:
    return offboard.offboard(admin, PAT, tenant.tenant_id, confirm=tenant.tenant_id, now=NOW)


def add_build(admin: Context, tenant: Tenant, state: BuildState, name: str = "a.csv") -> Build:
    upload = Upload(tenant.bucket, f"uploads/{name}", state.value, 10, NOW)
    request = BuildRequest(tenant.tenant_id, upload)
    waiting = Build.waiting(request, tier=tenant.tier, choices=Choices(), queued_at=NOW, at=NOW)
    if state is BuildState.WAITING:
        assert join(admin, waiting, tenant, now=NOW)
        return admin.builds.get(tenant.tenant_id, waiting.build_id)
    build = replace(waiting, state=state)
    admin.builds.add(build)
    return build


def add_model(admin: Context, tenant: Tenant) -> None:
    admin.session.client("sagemaker").create_model_package(
        ModelPackageGroupName=tenant.model_group,
        InferenceSpecification={
            "Containers": [
                {
                    "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mlaas/linear:x",
                    "ModelDataUrl": f"s3://{tenant.bucket}/builds/b/model/model.tar.gz",
                }
            ],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )


def fill_bucket(s3: Any, bucket: str) -> int:
    """Versions, a deletion and an unfinished upload; returns how many entries were made."""
    for version in range(3):
        s3.put_object(Bucket=bucket, Key="builds/b/model.tar.gz", Body=bytes([version]))
    s3.delete_object(Bucket=bucket, Key="builds/b/model.tar.gz")
    s3.create_multipart_upload(Bucket=bucket, Key="uploads/half.csv")
    return 4


def test_nothing_of_the_tenant_is_left_but_its_id(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    other = new_tenant("premium", "stays")
    before = estate(admin)
    tenant = new_tenant("premium", "leaves")
    client = admin.session.client
    entries = fill_bucket(client("s3"), tenant.bucket)
    add_model(admin, tenant)
    add_model(admin, tenant)
    client("cognito-idp").admin_create_user(
        UserPoolId=pool(admin),
        Username="second@leaves.example",
        UserAttributes=[
            {"Name": "email", "Value": "second@leaves.example"},
            {"Name": naming.TENANT_CLAIM, "Value": "leaves"},
        ],
    )
    with paused(admin, "premium"):
        add_build(admin, tenant, BuildState.WAITING)
        add_build(admin, tenant, BuildState.SUCCEEDED)
        report = ended(portal, tenant)
    assert estate(admin) == {**before, "tenants": before["tenants"] | {"leaves"}}
    assert list(admin.builds.every_of("leaves")) == []
    assert report.tenant.status is TenantStatus.OFFBOARDED
    assert report.tenant.first_user == ""
    assert tenants.tenant(portal, PAT, "leaves") == report.tenant
    assert tenants.tenant(portal, PAT, "stays") == other
    told = report.as_text()
    assert f"Bucket {tenant.bucket}: removed ({entries} object versions)" in told
    assert f"Model group {tenant.model_group}: removed (2 versions)" in told
    assert "first@leaves.example, second@leaves.example" in told
    assert "2 rows, 1 of them stopped while waiting" in told
    assert "Cost history Cost Explorer: kept" in told
    assert "Invoices mlaas-invoices: kept (what was billed to it, under its name and id)" in told
    assert "Cost and usage mlaas-costs: kept" in told


def test_a_bucket_of_more_than_a_thousand_versions_is_emptied(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic", "many")
    s3 = admin.session.client("s3")
    with ThreadPoolExecutor(8) as senders:
        keys = [f"builds/b/part-{number}" for number in range(1_001)]
        list(senders.map(lambda key: s3.put_object(Bucket=tenant.bucket, Key=key), keys))
    report = ended(portal, tenant)
    assert "(1001 object versions)" in report.as_text()
    assert tenant.bucket not in estate(admin)["buckets"]


@pytest.mark.parametrize("state", [BuildState.STARTING, BuildState.EXECUTING])
def test_while_a_build_runs_nothing_is_removed_and_the_build_is_named(
    admin: Context, portal: Context, new_tenant: NewTenants, state: BuildState
):
    tenant = new_tenant("basic", f"runs-{state.value.lower()}")
    build = add_build(admin, tenant, state, "churn.csv")
    before = estate(admin)
    with pytest.raises(Conflict, match=rf"1 running: build {build.build_id[:8]} of churn\.csv"):
        ended(portal, tenant)
    assert estate(admin) == before
    assert tenants.tenant(portal, PAT, tenant.tenant_id) == tenant
    admin.builds.move(build, build.ended(BuildState.FAILED, at=NOW, reason="It never ran."))


@pytest.mark.parametrize("sid", ["RemoveBuckets", "EmptyBuckets", "KeepRoles", "KeepRules"])
def test_interrupted_it_says_why_and_the_same_call_carries_on(
    admin: Context, portal: Context, new_tenant: NewTenants, sid: str
):
    before = estate(admin)
    tenant = new_tenant("basic", f"halfway-{sid.lower()}"[:20])
    fill_bucket(admin.session.client("s3"), tenant.bucket)
    with (
        without(admin, naming.PORTAL_ROLE, "onboarding", sid),
        pytest.raises((DeploymentFailed, Conflict), match="Offboard again to carry on"),
    ):
        ended(portal, tenant)
    halfway = tenants.tenant(portal, PAT, tenant.tenant_id)
    assert halfway.status is TenantStatus.OFFBOARDING
    assert "not finished" in (halfway.failure or "")
    report = ended(portal, tenant)
    assert report.tenant.status is TenantStatus.OFFBOARDED
    assert Outcome.ABSENT in {one.outcome for one in report.removals}
    assert estate(admin) == {**before, "tenants": before["tenants"] | {tenant.tenant_id}}


def test_the_id_must_be_typed(portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic", "typed")
    for typed in ("", "Typed", "yes"):
        with pytest.raises(Invalid, match="type its id"):
            offboard.offboard(portal, PAT, "typed", confirm=typed, now=NOW)
    assert tenants.tenant(portal, PAT, "typed") == tenant


def test_an_offboarded_id_is_never_given_again(portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic", "once")
    ended(portal, tenant)
    with pytest.raises(AlreadyExists, match="an id is given only once"):
        new_tenant("basic", "once")
    with pytest.raises(Conflict, match="offboarded already"):
        ended(portal, tenant)


def test_a_half_made_tenant_is_rolled_back_instead(admin: Context, portal: Context):
    plan = onboard.plan(
        portal, PAT, tenant_id="half-made", name="Half", tier="basic", email="a@half.example"
    )
    with (
        without(admin, naming.PORTAL_ROLE, "onboarding", "SetBuckets"),
        pytest.raises(DeploymentFailed),
    ):
        onboard.carry_out(portal, PAT, plan, now=NOW)
    with pytest.raises(Conflict, match="roll its onboarding back"):
        offboard.offboard(portal, PAT, "half-made", confirm="half-made", now=NOW)
    onboard.roll_back(portal, PAT, "half-made")


def test_a_tenants_people_offboard_nobody(portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic", "own-end")
    ana = Principal("ana", "Ana", Role.TENANT, "own-end")
    with pytest.raises(Forbidden):
        offboard.offboard(portal, ana, "own-end", confirm="own-end", now=NOW)
    assert tenants.tenant(portal, PAT, "own-end") == tenant
