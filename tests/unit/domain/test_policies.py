"""What a tenant's roles may do, and that it is nothing of anybody else's."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain import naming, policies
from backend.domain.site import Site
from tests.unit.domain.judge import Document, allows, listed

SITE = Site("123456789012", "us-east-1", "http://localhost:8501")
IDS = st.from_regex(r"[a-z](-?[a-z0-9]){2,19}", fullmatch=True).filter(lambda i: len(i) <= 20)
# Actions that AWS lets nobody narrow to a resource.
WITHOUT_RESOURCE = {"ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"}
BUILD = "0123456789abcdef0123456789abcdef"
TABLE = SITE.arn("dynamodb", "table/mlaas-builds")
INVOICES = SITE.arn("dynamodb", "table/mlaas-invoices")
Need = tuple[str, str, dict[str, Any]]


def access_needs(tenant_id: str) -> list[Need]:
    """All that the portal does on behalf of a tenant."""
    bucket = policies.bucket_arn(SITE, tenant_id)
    group = naming.model_group_of(tenant_id)
    keys = {"dynamodb:LeadingKeys": [tenant_id]}
    version = SITE.arn("sagemaker", f"model-package/{group}/3")
    return [
        *((f"s3:{a}", f"{bucket}/uploads/churn.csv", {}) for a in UPLOADING),
        ("s3:ListBucketMultipartUploads", bucket, {}),
        ("s3:GetObject", f"{bucket}/builds/{BUILD}/model/job/output/model.tar.gz", {}),
        ("dynamodb:GetItem", TABLE, keys),
        ("dynamodb:Query", TABLE, keys),
        ("dynamodb:Query", f"{TABLE}/index/by-time", keys),
        ("dynamodb:Query", f"{TABLE}/index/by-end", keys),
        ("dynamodb:Query", SITE.arn("dynamodb", "table/mlaas-costs"), keys),
        ("dynamodb:GetItem", INVOICES, keys),
        ("dynamodb:Query", INVOICES, keys),
        ("sagemaker:ListModelPackages", SITE.arn("sagemaker", f"model-package-group/{group}"), {}),
        ("sagemaker:DescribeModelPackage", version, {}),
        ("sagemaker:UpdateModelPackage", version, {}),
    ]


def execution_needs(tenant_id: str) -> list[Need]:
    """All that SageMaker does as the role of a tenant's job."""
    bucket = policies.bucket_arn(SITE, tenant_id)
    repository = SITE.arn("ecr", "repository/mlaas/xgboost")
    logs = [
        SITE.arn("logs", f"log-group:/aws/sagemaker/{kind}Jobs{rest}")
        for kind in ("Processing", "Training")
        for rest in ("", ":log-stream:pipelines-abc/algo-1")
    ]
    namespace = {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}
    return [
        ("s3:GetObject", f"{bucket}/builds/{BUILD}/input/churn.csv", {}),
        ("s3:PutObject", f"{bucket}/builds/{BUILD}/train/train.csv", {}),
        ("s3:AbortMultipartUpload", f"{bucket}/builds/{BUILD}/model/model.tar.gz", {}),
        ("s3:ListBucket", bucket, {}),
        *((f"ecr:{action}", repository, {}) for action in PULLING),
        ("ecr:GetAuthorizationToken", "*", {}),
        *((f"logs:{action}", group, {}) for action in LOGGING for group in logs),
        ("cloudwatch:PutMetricData", "*", namespace),
    ]


UPLOADING = ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts")
PULLING = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
LOGGING = ("CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents")
ROLES = {
    "access": (policies.access_policy, access_needs),
    "execution": (policies.execution_policy, execution_needs),
}
role = pytest.mark.parametrize("role", ROLES)


def without(policy: Document, index: int) -> Document:
    rest = [one for number, one in enumerate(policy["Statement"]) if number != index]
    return {**policy, "Statement": rest}


@role
def test_a_role_may_do_all_its_work_needs(role: str):
    policy_of, needs_of = ROLES[role]
    policy = policy_of(SITE, "acme")
    assert [need for need in needs_of("acme") if not allows(policy, *need)] == []


@role
def test_without_any_one_statement_some_work_fails(role: str):
    policy_of, needs_of = ROLES[role]
    policy = policy_of(SITE, "acme")
    for index, statement in enumerate(policy["Statement"]):
        rest = without(policy, index)
        assert any(not allows(rest, *need) for need in needs_of("acme")), statement["Sid"]


@role
def test_every_action_is_needed_for_some_work(role: str):
    policy_of, needs_of = ROLES[role]
    used = {action for action, _, _ in needs_of("acme")}
    given_ = {a for one in policy_of(SITE, "acme")["Statement"] for a in listed(one["Action"])}
    assert given_ == used
    assert not any("*" in action for action in given_)


@role
@given(IDS, IDS)
def test_no_tenants_role_does_another_tenants_work(role: str, own: str, foreign: str):
    if own == foreign:
        return
    policy_of, needs_of = ROLES[role]
    policy = policy_of(SITE, own)
    shared = [n for n in needs_of(foreign) if n[0].startswith(("ecr:", "logs:", "cloudwatch:"))]
    foreigns = [need for need in needs_of(foreign) if need not in shared]
    assert [need for need in foreigns if allows(policy, *need)] == []


@role
def test_nothing_but_what_takes_no_resource_is_allowed_on_all(role: str):
    policy_of, _ = ROLES[role]
    for statement in policy_of(SITE, "acme")["Statement"]:
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCE


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("dynamodb:Query", TABLE, {}),
        ("dynamodb:Query", TABLE, {"dynamodb:LeadingKeys": ["acme", "globex"]}),
        ("dynamodb:Scan", TABLE, {"dynamodb:LeadingKeys": ["acme"]}),
        ("dynamodb:PutItem", TABLE, {"dynamodb:LeadingKeys": ["acme"]}),
        ("dynamodb:Query", f"{TABLE}/index/waiting", {"dynamodb:LeadingKeys": ["acme"]}),
        ("dynamodb:PutItem", INVOICES, {"dynamodb:LeadingKeys": ["acme"]}),
        ("dynamodb:Query", f"{INVOICES}/index/by-month", {"dynamodb:LeadingKeys": ["acme"]}),
        ("dynamodb:Query", f"{TABLE}/index/by-state", {"dynamodb:LeadingKeys": ["acme"]}),
        ("s3:PutObject", "arn:aws:s3:::mlaas-tenant-acme-123456789012/builds/b/evaluation/e", {}),
        ("s3:GetObject", "arn:aws:s3:::mlaas-tenant-acme-2-123456789012/builds/b/model", {}),
        ("s3:DeleteObject", "arn:aws:s3:::mlaas-tenant-acme-123456789012/uploads/a.csv", {}),
        ("sagemaker:DeleteModelPackage", SITE.arn("sagemaker", "model-package/mlaas-acme/1"), {}),
        (
            "sagemaker:DescribeModelPackage",
            SITE.arn("sagemaker", "model-package/mlaas-acme-2/1"),
            {},
        ),
    ],
)
def test_a_tenants_people_may_not(action: str, resource: str, context: dict[str, Any]):
    assert not allows(policies.access_policy(SITE, "acme"), action, resource, context)


def test_without_the_null_guard_a_request_without_keys_would_pass():
    policy = policies.access_policy(SITE, "acme")
    assert not allows(policy, "dynamodb:Query", TABLE, {})
    [rows] = [one for one in policy["Statement"] if one["Sid"] == "SeeOwnBuilds"]
    del rows["Condition"]["Null"]
    assert allows(policy, "dynamodb:Query", TABLE, {})


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject"])
def test_jobs_do_not_touch_uploads(action: str):
    key = "arn:aws:s3:::mlaas-tenant-acme-123456789012/uploads/churn.csv"
    assert not allows(policies.execution_policy(SITE, "acme"), action, key)


def test_the_access_role_trusts_the_portal_alone_and_for_this_tenant_alone():
    [statement] = policies.access_trust(SITE, "acme")["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/mlaas-portal"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "acme"}}


def test_the_execution_role_trusts_sagemaker_for_this_account_alone():
    [statement] = policies.execution_trust(SITE)["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_an_inline_policy_fits_a_role_for_the_longest_id():
    # A role's inline policies take 10,240 characters together, its trust policy 2,048.
    for policy_of, _ in ROLES.values():
        assert len(json.dumps(policy_of(SITE, "a" * 20), separators=(",", ":"))) < 10_240
    assert len(json.dumps(policies.access_trust(SITE, "a" * 20))) < 2_048
