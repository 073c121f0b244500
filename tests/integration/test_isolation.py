"""No tenant's credentials reach another tenant's things, and each guard is why."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from backend.context import Context
from backend.domain import naming
from backend.domain.build import BuildState
from backend.domain.errors import Forbidden
from backend.domain.tenant import Tenant
from tests.cloud import Cloud
from tests.integration.attempts import (
    ACCESS_FOREIGN,
    ACCESS_NEVER,
    ACCESS_OWN,
    EXECUTION_FOREIGN,
    EXECUTION_NEVER,
    EXECUTION_OWN,
    MODEL_KEY,
    UPLOAD_KEY,
    Holdings,
    refused,
)
from tests.integration.estate import mutated, put_policy
from tests.integration.test_offboard import add_build, add_model

POLICY = "tenant"
ANYONE = {"AWS": "arn:aws:iam::123456789012:root"}


@pytest.fixture(scope="module")
def own(admin: Context, new_tenant: Callable[..., Tenant]) -> Holdings:
    return holdings(admin, new_tenant("premium", "alpha"))


@pytest.fixture(scope="module")
def foreign(admin: Context, new_tenant: Callable[..., Tenant]) -> Holdings:
    return holdings(admin, new_tenant("premium", "alpha-2"))


def holdings(admin: Context, tenant: Tenant) -> Holdings:
    s3, sagemaker = admin.session.client("s3"), admin.session.client("sagemaker")
    s3.put_object(Bucket=tenant.bucket, Key=MODEL_KEY, Body=b"model")
    # An empty upload is rejected at intake and starts nothing.
    s3.put_object(Bucket=tenant.bucket, Key=UPLOAD_KEY, Body=b"")
    begun = s3.create_multipart_upload(Bucket=tenant.bucket, Key=UPLOAD_KEY)
    add_model(admin, tenant)
    [version] = sagemaker.list_model_packages(ModelPackageGroupName=tenant.model_group)[
        "ModelPackageSummaryList"
    ]
    build = add_build(admin, tenant, BuildState.SUCCEEDED)
    return Holdings(tenant, build, version["ModelPackageArn"], begun["UploadId"])


@pytest.fixture(scope="module")
def access(portal: Context, own: Holdings) -> boto3.Session:
    """The credentials the portal works with for the tenant's people."""
    session: boto3.Session = portal.on_behalf_of(own.tenant).session._session
    return session


@pytest.fixture(scope="module")
def execution(admin: Context, cloud: Cloud, own: Holdings) -> boto3.Session:
    """The credentials of the tenant's jobs, taken while the trust is widened for the test."""
    with trusting(admin, own.tenant.execution_role_arn, ANYONE):
        return cloud.session(own.tenant.execution_role_arn)


@contextmanager
def trusting(admin: Context, role_arn: str, principal: dict[str, Any]) -> Iterator[None]:
    """A role that trusts another principal, without any condition, in the block."""
    iam, name = admin.session.client("iam"), role_arn.rsplit("/", 1)[-1]
    whole = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    loose = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    put_trust(iam, name, {"Version": "2012-10-17", "Statement": [loose]})
    try:
        yield
    finally:
        put_trust(iam, name, whole)


def put_trust(iam: Any, name: str, document: dict[str, Any]) -> None:
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))


@pytest.mark.parametrize("attempt", ACCESS_OWN)
def test_a_tenants_people_reach_their_own(access: boto3.Session, own: Holdings, attempt: str):
    assert not refused(ACCESS_OWN[attempt], access, own, own)


@pytest.mark.parametrize("attempt", ACCESS_FOREIGN)
def test_a_tenants_people_reach_nothing_of_another(
    access: boto3.Session, own: Holdings, foreign: Holdings, attempt: str
):
    assert refused(ACCESS_FOREIGN[attempt], access, own, foreign)


@pytest.mark.parametrize("attempt", ACCESS_NEVER)
def test_a_tenants_people_may_do_no_more_to_their_own(
    access: boto3.Session, own: Holdings, attempt: str
):
    assert refused(ACCESS_NEVER[attempt], access, own, own)


@pytest.mark.parametrize("attempt", EXECUTION_OWN)
def test_a_tenants_jobs_reach_their_own(execution: boto3.Session, own: Holdings, attempt: str):
    assert not refused(EXECUTION_OWN[attempt], execution, own, own)


@pytest.mark.parametrize("attempt", EXECUTION_FOREIGN)
def test_a_tenants_jobs_reach_nothing_of_another(
    execution: boto3.Session, own: Holdings, foreign: Holdings, attempt: str
):
    assert refused(EXECUTION_FOREIGN[attempt], execution, own, foreign)


@pytest.mark.parametrize("attempt", EXECUTION_NEVER)
def test_a_tenants_jobs_may_do_no_more_to_their_own(
    execution: boto3.Session, own: Holdings, attempt: str
):
    assert refused(EXECUTION_NEVER[attempt], execution, own, own)


def test_a_job_given_another_tenants_file_fails_for_want_of_the_right(
    admin: Context, own: Holdings, foreign: Holdings
):
    """Not even a forged pipeline parameter lets a job read what is another tenant's."""
    sagemaker = admin.session.client("sagemaker")
    stolen = naming.s3_uri(foreign.tenant.bucket, UPLOAD_KEY)
    parameters = {
        "TenantId": own.tenant.tenant_id,
        "Tier": own.tenant.tier,
        "BuildId": own.build.build_id,
        "InputDataS3Uri": stolen,
        "OutputS3Uri": naming.s3_uri(own.tenant.bucket, "builds/stolen"),
        "ExecutionRoleArn": own.tenant.execution_role_arn,
        "ModelPackageGroupName": own.tenant.model_group,
        "TrainingImageUri": admin.algorithms.get("linear").image_uri,
        "Algorithm": "linear",
    }
    arn = sagemaker.start_pipeline_execution(
        PipelineName=naming.PIPELINE,
        PipelineParameters=[{"Name": n, "Value": value} for n, value in parameters.items()],
    )["PipelineExecutionArn"]
    limit = time.monotonic() + 60
    while _status(sagemaker, arn) == "Executing" and time.monotonic() < limit:
        time.sleep(0.1)
    assert _status(sagemaker, arn) == "Failed"
    [step] = admin.executions.steps(arn)
    reason = admin.executions.metered(step).reason or ""
    assert step.name == "Preprocess"
    assert "AccessDenied" in reason or "not authorized" in reason


def _status(sagemaker: Any, arn: str) -> str:
    execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    return str(execution["PipelineExecutionStatus"])


def test_the_portal_acts_for_a_tenant_only_by_its_own_name(
    portal: Context, own: Holdings, foreign: Holdings
):
    role_arn = foreign.tenant.access_role_arn
    for name in (own.tenant.tenant_id, "", None):
        with pytest.raises(Forbidden):
            assume_anew(portal, role_arn, name)
    assume_anew(portal, role_arn, foreign.tenant.tenant_id)


def test_nobody_but_the_portal_acts_for_a_tenant(admin: Context, own: Holdings):
    with pytest.raises(Forbidden):
        assume_anew(admin, own.tenant.access_role_arn, own.tenant.tenant_id)


def test_nobody_acts_as_a_job(admin: Context, portal: Context, own: Holdings):
    for who in (admin, portal):
        with pytest.raises(Forbidden):
            assume_anew(who, own.tenant.execution_role_arn, None)


def assume_anew(caller: Context, role_arn: str, external_id: str | None) -> str:
    """What AwsSession.assume asks for, without its cache; who the caller is then."""
    assumed, _ = caller.session._assume(role_arn, "attempt", external_id or None)
    return str(assumed.client("sts").get_caller_identity()["Arn"])


# A guard taken away, and the attempts that get through then: what shows the tests above can fail.
ANY_BUCKET = "arn:aws:s3:::mlaas-tenant-*"
ANY_GROUP = "arn:aws:sagemaker:*:*:model-package-group/*"
ANY_MODEL = "arn:aws:sagemaker:*:*:model-package/*"
GUARDS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("access", "SendUploads", {"Resource": ANY_BUCKET}, ["put upload", "presigned put",
     "begin multipart", "send part", "list parts", "copy from own"]),
    ("access", "ResumeUploads", {"Resource": ANY_BUCKET}, ["list multiparts"]),
    ("access", "DownloadModels", {"Resource": ANY_BUCKET}, ["get model", "head model",
     "presigned get", "copy to own", "get upload"]),
    ("access", "SeeOwnBuilds", {"Condition": {}}, ["get row", "query rows", "query by time",
     "query by end"]),
    ("access", "SeeOwnCosts", {"Condition": {}}, ["query costs"]),
    ("access", "SeeOwnInvoices", {"Condition": {}}, ["get invoice", "query invoices"]),
    ("access", "ListModels", {"Resource": ANY_GROUP}, ["list models"]),
    ("access", "JudgeModels", {"Resource": ANY_MODEL}, ["describe model", "judge model"]),
    ("execution", "WorkInBuilds", {"Resource": ANY_BUCKET}, ["get model", "presigned get",
     "put result", "copy from own"]),
    ("execution", "FindInputs", {"Resource": ANY_BUCKET}, ["list objects"]),
]  # fmt: skip


@pytest.mark.parametrize(("role", "sid", "loose", "attempts"), GUARDS)
def test_without_a_guard_another_tenants_things_are_reached(
    admin: Context,
    access: boto3.Session,
    execution: boto3.Session,
    own: Holdings,
    foreign: Holdings,
    role: str,
    sid: str,
    loose: dict[str, Any],
    attempts: list[str],
):
    known = ACCESS_FOREIGN if role == "access" else EXECUTION_FOREIGN
    session = access if role == "access" else execution
    name = f"mlaas-tenant-{own.tenant.tenant_id}-{role}"
    with mutated(admin, name, POLICY) as document:
        statements = [
            {**one, **loose} if one["Sid"] == sid else one for one in document["Statement"]
        ]
        put_policy(admin, name, POLICY, {**document, "Statement": statements})
        held = [one for one in attempts if refused(known[one], session, own, foreign)]
    assert held == []
    still_reached = [one for one in attempts if not refused(known[one], session, own, foreign)]
    assert still_reached == []


def test_every_foreign_attempt_on_ones_own_rights_is_held_by_a_guard_above():
    guarded = {(role, one) for role, _, _, attempts in GUARDS for one in attempts}
    assert {one for role, one in guarded if role == "access"} >= set(ACCESS_OWN)
    assert {one for role, one in guarded if role == "execution"} >= set(EXECUTION_OWN)


def test_without_the_external_id_a_mix_up_would_go_through(
    admin: Context, portal: Context, own: Holdings, foreign: Holdings
):
    portal_role = {"AWS": naming.role_arn(naming.PORTAL_ROLE, admin.session.account)}
    with trusting(admin, foreign.tenant.access_role_arn, portal_role):
        reached = assume_anew(portal, foreign.tenant.access_role_arn, own.tenant.tenant_id)
    assert f"assumed-role/{naming.access_role_of(foreign.tenant.tenant_id)}/" in reached


def test_without_the_named_principal_anybody_would_act_for_the_tenant(
    admin: Context, own: Holdings
):
    with trusting(admin, own.tenant.access_role_arn, ANYONE):
        reached = assume_anew(admin, own.tenant.access_role_arn, None)
    assert f"assumed-role/{naming.access_role_of(own.tenant.tenant_id)}/" in reached
