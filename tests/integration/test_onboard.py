"""Onboarding as the portal's role: what is made, what is refused before anything is made."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from backend import onboard, tenants
from backend.context import Context
from backend.domain import naming
from backend.domain.errors import (
    AlreadyExists,
    BackendError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
)
from backend.domain.new_tenant import NewTenant
from backend.domain.onboarding import plan_of
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant, TenantStatus
from tests.integration.estate import PAT, estate, pool

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
GOOD = {
    "tenant_id": "refused",
    "name": "Refused",
    "tier": "basic",
    "email": "ana@refused.example",
}


@pytest.fixture(scope="module")
def made(portal: Context) -> onboard.Onboarded:
    plan = onboard.plan(
        portal, PAT, tenant_id="made", name="Made", tier="basic", email="ana@made.example"
    )
    return onboard.carry_out(portal, PAT, plan, now=NOW)


def test_the_tenant_is_active_and_in_the_registry(portal: Context, made: onboard.Onboarded):
    assert made.tenant.status is TenantStatus.ACTIVE
    assert made.tenant.created_at == NOW
    assert tenants.tenant(portal, PAT, "made") == made.tenant
    assert made.tenant in tenants.list_tenants(portal, PAT)


def test_the_bucket_is_closed_versioned_and_encrypted(admin: Context, made: onboard.Onboarded):
    s3, bucket = admin.session.client("s3"), made.tenant.bucket
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(block.values())
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    [rule] = encryption["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    [ownership] = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert [one["Sid"] for one in policy["Statement"]] == ["OnlyOverTls"]


def test_the_bucket_serves_the_portal_cleans_up_and_tells_of_uploads(
    admin: Context, made: onboard.Onboarded
):
    s3, bucket = admin.session.client("s3"), made.tenant.bucket
    [cors] = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert cors["AllowedOrigins"] == [admin.settings.portal_url]
    assert cors["AllowedMethods"] == ["PUT", "GET"]
    rules = {
        rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    }
    unfinished = rules["unfinished-uploads"]["AbortIncompleteMultipartUpload"]
    assert unfinished == {"DaysAfterInitiation": 1}
    old = rules["old-versions"]["NoncurrentVersionExpiration"]
    assert old == {"NoncurrentDays": 30}
    told = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "EventBridgeConfiguration" in told


def test_roles_rule_and_group_are_as_planned(admin: Context, made: onboard.Onboarded):
    plan = plan_of(NewTenant.of(made.tenant), admin.site)
    planned = {step.name: step.settings for step in plan.made_in_aws}
    iam, events = admin.session.client("iam"), admin.session.client("events")
    for name in (naming.access_role_of("made"), naming.execution_role_of("made")):
        role = iam.get_role(RoleName=name)["Role"]
        assert role["AssumeRolePolicyDocument"] == planned[name]["AssumeRolePolicyDocument"]
        assert role["MaxSessionDuration"] == 3600
        [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        assert document == planned[name]["PolicyDocument"]
    rule = naming.rule_of("made")
    described = events.describe_rule(Name=rule)
    assert json.loads(described["EventPattern"]) == planned[rule]["EventPattern"]
    assert described["State"] == "ENABLED"
    assert events.list_targets_by_rule(Rule=rule)["Targets"] == planned[rule]["Targets"]
    group = admin.session.client("sagemaker").describe_model_package_group(
        ModelPackageGroupName=naming.model_group_of("made")
    )
    assert group["ModelPackageGroupStatus"] == "Completed"


def test_everything_carries_the_tags(admin: Context, made: onboard.Onboarded):
    assert all(tags == wanted("made", "basic") for tags in tags_of(admin, made.tenant).values())


def wanted(tenant_id: str, tier: str) -> dict[str, str]:
    return {"tenant-id": tenant_id, "tier": tier, "project": "mlaas"}


def tags_of(admin: Context, tenant: Tenant) -> dict[str, dict[str, str]]:
    client = admin.session.client
    iam, site, tenant_id = client("iam"), admin.site, tenant.tenant_id
    group = site.arn("sagemaker", f"model-package-group/{tenant.model_group}")
    rule = site.arn("events", f"rule/{naming.rule_of(tenant_id)}")
    listed = {
        "bucket": client("s3").get_bucket_tagging(Bucket=tenant.bucket)["TagSet"],
        "access": iam.list_role_tags(RoleName=naming.access_role_of(tenant_id))["Tags"],
        "execution": iam.list_role_tags(RoleName=naming.execution_role_of(tenant_id))["Tags"],
        "rule": client("events").list_tags_for_resource(ResourceARN=rule)["Tags"],
        "group": client("sagemaker").list_tags(ResourceArn=group)["Tags"],
    }
    return {name: {tag["Key"]: tag["Value"] for tag in tags} for name, tags in listed.items()}


def test_the_first_user_is_invited_with_a_password_told_once(
    admin: Context, made: onboard.Onboarded
):
    user = admin.session.client("cognito-idp").admin_get_user(
        UserPoolId=pool(admin), Username="ana@made.example"
    )
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert attributes[naming.TENANT_CLAIM] == "made"
    assert attributes["email_verified"] == "true"
    assert made.temporary_password
    assert made.temporary_password not in repr(made)


def test_an_upload_asks_for_a_build_of_the_tenant(portal: Context, made: onboard.Onboarded):
    s3 = portal.on_behalf_of(made.tenant).session.client("s3")
    answer = s3.put_object(
        Bucket=made.tenant.bucket, Key="uploads/first file.csv", Body=b"a,b\n1,2\n"
    )
    build_id = naming.build_id_of(made.tenant.bucket, "uploads/first file.csv", answer["VersionId"])
    build = appeared(lambda: {b.build_id: b for b in portal.builds.every_of("made")}, build_id)
    assert (build.tenant_id, build.tier) == ("made", "basic")
    assert build.upload.version_id == answer["VersionId"]


def appeared(look: Callable[[], dict[str, Any]], name: str) -> Any:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        if name in (found := look()):
            return found[name]
        time.sleep(0.1)
    pytest.fail(f"{name} did not appear")


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"tenant_id": "Refused!"}, Invalid, "acme-retail"),
        ({"tenant_id": "a" * 21}, Invalid, "acme-retail"),
        ({"tenant_id": "made"}, AlreadyExists, "choose another id"),
        ({"tier": "gold"}, Invalid, "basic, standard, premium"),
        ({"email": "nobody"}, Invalid, "e-mail address"),
        ({"email": "ana@made.example"}, AlreadyExists, "signs in already"),
        ({"email": "ANA@made.example"}, AlreadyExists, "signs in already"),
        ({"name": " "}, Invalid, "printable"),
    ],
)
def test_bad_input_is_refused_in_words_and_nothing_is_made(
    admin: Context,
    portal: Context,
    made: onboard.Onboarded,
    change: dict[str, str],
    error: type[BackendError],
    says: str,
):
    before = estate(admin)
    with pytest.raises(error, match=says):
        onboard.plan(portal, PAT, **(GOOD | change))
    assert estate(admin) == before


def test_a_plan_makes_nothing(admin: Context, portal: Context):
    before = estate(admin)
    onboard.plan(portal, PAT, **GOOD)
    assert estate(admin) == before


def test_a_plan_whose_id_was_given_meanwhile_makes_nothing(
    admin: Context, portal: Context, made: onboard.Onboarded
):
    late = plan_of(NewTenant("made", "Late", "premium", "late@made.example"), admin.site)
    before = estate(admin), tags_of(admin, made.tenant)
    with pytest.raises(AlreadyExists, match="'made'"):
        onboard.carry_out(portal, PAT, late, now=NOW)
    assert (estate(admin), tags_of(admin, made.tenant)) == before
    assert tenants.tenant(portal, PAT, "made").name == "Made"


def test_what_is_done_cannot_be_resumed_or_rolled_back(portal: Context, made: onboard.Onboarded):
    with pytest.raises(Conflict, match="is Active"):
        onboard.resume(portal, PAT, "made")
    with pytest.raises(Conflict, match="is Active"):
        onboard.roll_back(portal, PAT, "made")


def test_a_tenants_people_onboard_nobody_and_see_their_own_tenant_alone(
    portal: Context, made: onboard.Onboarded
):
    ana = Principal("ana", "Ana", Role.TENANT, "made")
    with pytest.raises(Forbidden):
        onboard.plan(portal, ana, **GOOD)
    with pytest.raises(Forbidden):
        onboard.resume(portal, ana, "made")
    with pytest.raises(Forbidden):
        onboard.roll_back(portal, ana, "made")
    with pytest.raises(Forbidden):
        tenants.list_tenants(portal, ana)
    assert tenants.tenant(portal, ana, "another").tenant_id == "made"


def test_a_provider_must_name_a_tenant_there_is(portal: Context):
    with pytest.raises(Invalid, match="No tenant is named"):
        tenants.tenant(portal, PAT, "")
    with pytest.raises(NotFound, match="'nobody'"):
        tenants.tenant(portal, PAT, "nobody")


def test_of_many_onboardings_of_one_id_at_once_one_is_made(admin: Context, portal: Context):
    before = estate(admin)
    plan = onboard.plan(
        portal, PAT, tenant_id="race", name="Race", tier="basic", email="ana@race.example"
    )

    def carried_out(_: int) -> str:
        try:
            return onboard.carry_out(portal, PAT, plan, now=NOW).tenant.status.value
        except AlreadyExists:
            return "refused"

    with ThreadPoolExecutor(4) as providers:
        outcomes = sorted(providers.map(carried_out, range(4)))
    assert outcomes == ["Active", "refused", "refused", "refused"]
    assert estate(admin)["tenants"] - before["tenants"] == {"race"}
