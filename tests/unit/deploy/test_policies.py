"""Every role may do what its code does, and nothing else."""

from collections.abc import Sequence

import pytest

from tests.unit.deploy.needs import (
    BUCKET,
    BUILD,
    IAM,
    NEEDS,
    POOL,
    SAGEMAKER,
    Need,
    call,
    dead_letters,
    s3,
    table,
)
from tests.unit.deploy.templates import ACCOUNT, REGION, Statement, all_statements, statements

# Actions that AWS lets nobody narrow to a resource.
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken",
    "ce:GetCostAndUsage",
    "ce:ListCostAllocationTags",
    "ce:UpdateCostAllocationTagsStatus",
    "pricing:GetProducts",
    "cloudwatch:PutMetricData",
}


def allowed(given: Sequence[Statement], need: Need) -> bool:
    action, resource, *context = need
    return any(one.allows(action, resource, context[0] if context else {}) for one in given)


def unmet(role: str, given: Sequence[Statement]) -> list[Need]:
    return [need for need in NEEDS[role] if not allowed(given, need)]


def named(statement: Statement) -> str:
    return f"{statement.role}-{statement.sid}"


def test_no_role_is_forgotten():
    assert {one.role for one in all_statements()} == set(NEEDS)


@pytest.mark.parametrize("role", NEEDS)
def test_a_role_may_do_all_its_code_does(role: str):
    assert unmet(role, statements(role)) == []


@pytest.mark.parametrize("statement", all_statements(), ids=named)
def test_without_any_one_statement_something_fails(statement: Statement):
    others = [one for one in statements(statement.role) if one is not statement]
    assert unmet(statement.role, others)


@pytest.mark.parametrize("statement", all_statements(), ids=named)
def test_a_statement_allows_nothing_the_code_does_not_do(statement: Statement):
    needs = [need for need in NEEDS[statement.role] if allowed([statement], need)]
    used = {
        (action, pattern) for action, pattern in _pairs(statement) if _uses(needs, action, pattern)
    }
    idle_actions = set(statement.actions) - {action for action, _ in used}
    idle_resources = set(statement.resources) - {pattern for _, pattern in used}
    assert not idle_actions
    assert not idle_resources


def _pairs(statement: Statement) -> list[tuple[str, str]]:
    return [(action, pattern) for action in statement.actions for pattern in statement.resources]


def _uses(needs: Sequence[Need], action: str, pattern: str) -> bool:
    alone = Statement("", "", (action,), (pattern,), {})
    return any(alone.allows(need[0], need[1], {}) for need in needs)


def test_no_statement_has_an_action_with_a_wildcard():
    assert [named(one) for one in all_statements() if any("*" in a for a in one.actions)] == []


def test_only_actions_that_take_no_resource_are_allowed_on_all():
    for statement in all_statements():
        if "*" in statement.resources:
            assert set(statement.actions) <= WITHOUT_RESOURCE, named(statement)


def test_no_statement_reaches_beyond_our_own_names():
    for statement in all_statements():
        for resource in set(statement.resources) - {"*"}:
            job = resource.endswith((":training-job/*", ":hyper-parameter-tuning-job/*"))
            assert job or "mlaas" in resource or "/pipelines-*" in resource, named(statement)


FORBIDDEN: list[tuple[str, Need]] = [
    ("mlaas-intake", s3(f"{BUILD}/model/model.tar.gz", "GetObjectVersion")[0]),
    ("mlaas-intake", s3(f"{BUCKET}/uploads/churn.csv", "PutObject")[0]),
    ("mlaas-intake", s3(f"{BUILD}/evaluation/evaluation.json", "PutObject")[0]),
    ("mlaas-intake", s3(f"arn:aws:s3:::other-{ACCOUNT}/uploads/a.csv", "GetObjectVersion")[0]),
    ("mlaas-intake", table("builds", "UpdateItem")[0]),
    ("mlaas-dispatch", table("tenants", "PutItem")[0]),
    ("mlaas-dispatch", table("builds", "Query")[0]),
    ("mlaas-dispatch", ("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/other")),
    ("mlaas-dispatch", ("iam:PassRole", f"{IAM}/mlaas-tenant-acme-execution")),
    ("mlaas-recorder", table("builds", "PutItem")[0]),
    ("mlaas-recorder", ("sagemaker:StopPipelineExecution", f"{SAGEMAKER}:pipeline/mlaas-build")),
    ("mlaas-record-build", s3(f"{BUCKET}/uploads/churn.csv", "GetObject")[0]),
    ("mlaas-record-build", table("slots", "DeleteItem")[0]),
    ("mlaas-record-build", call("mlaas-dispatch")),
    ("mlaas-pipeline", ("iam:PassRole", f"{IAM}/mlaas-tenant-acme-execution")),
    (
        "mlaas-pipeline",
        (
            "iam:PassRole",
            f"{IAM}/mlaas-tenant-acme-execution",
            {"iam:PassedToService": "lambda.amazonaws.com"},
        ),
    ),
    (
        "mlaas-pipeline",
        ("iam:PassRole", f"{IAM}/mlaas-portal", {"iam:PassedToService": "sagemaker.amazonaws.com"}),
    ),
    ("mlaas-pipeline", s3(f"{BUCKET}/uploads/churn.csv", "GetObject")[0]),
    ("mlaas-pipeline", s3(f"{BUILD}/model/model.tar.gz", "GetObject")[0]),
    ("mlaas-pipeline", ("sagemaker:CreateModelPackage", f"{SAGEMAKER}:model-package-group/other")),
    ("mlaas-pipeline", call("mlaas-dispatch")),
    ("mlaas-metrics", ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/SQS"})),
    ("mlaas-metrics", ("cloudwatch:PutMetricData", "*")),
    ("mlaas-metrics", dead_letters("ReceiveMessage")[0]),
    ("mlaas-intake", dead_letters("DeleteMessage")[0]),
    ("mlaas-portal", dead_letters("SendMessage")[0]),
    ("mlaas-portal", table("invoices", "PutItem")[0]),
    ("mlaas-portal", table("invoices", "UpdateItem")[0]),
    ("mlaas-portal", table("invoices", "DeleteItem")[0]),
    ("mlaas-portal", table("invoices", "BatchWriteItem")[0]),
    ("mlaas-portal", s3(f"{BUCKET}/uploads/churn.csv", "GetObject")[0]),
    ("mlaas-portal", s3(f"{BUCKET}/uploads/churn.csv", "GetObjectVersion")[0]),
    ("mlaas-portal", s3(f"{BUCKET}/uploads/churn.csv", "PutObject")[0]),
    ("mlaas-portal", s3(f"arn:aws:s3:::mlaas-artefacts-{ACCOUNT}/a.zip", "DeleteObject")[0]),
    ("mlaas-portal", ("sts:AssumeRole", f"{IAM}/mlaas-tenant-acme-execution")),
    ("mlaas-portal", ("iam:PutRolePolicy", f"{IAM}/mlaas-portal")),
    ("mlaas-portal", ("iam:PutRolePolicy", f"{IAM}/mlaas-dispatch")),
    ("mlaas-portal", ("cognito-idp:AdminAddUserToGroup", POOL)),
    ("mlaas-portal", ("iam:PassRole", f"{IAM}/mlaas-tenant-acme-execution")),
    ("mlaas-portal", ("events:PutRule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/other")),
    ("mlaas-portal", ("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/mlaas-build")),
]


@pytest.mark.parametrize(("role", "need"), FORBIDDEN)
def test_a_role_may_not(role: str, need: Need):
    assert statements(role)
    assert not allowed(statements(role), need)
