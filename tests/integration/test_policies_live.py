"""The functions' policies are enforced: take any one statement away and the function fails."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.aws.rows import to_row
from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.build_request import BuildRequest
from backend.domain.choices import Choices
from backend.domain.scheduling import Slot
from backend.domain.tenant import Tenant, TenantStatus
from backend.line import join
from tests.cloud import Deployment

TENANT_ID = "policed"
TIER = "basic"
SLOT = 999  # of all slots the one that no dispatch takes
EVALUATION = {
    "regression_metrics": {"mse": {"value": 0.5, "standard_deviation": "NaN"}},
    "baseline": {"mse": 1.0},
    "gate": {"skill": 0.5, "score": 0.5, "baseline": 1.0, "metric": "mse"},
    "objective": "regression",
    "rows": 10,
}
REPORT = {"rows_read": 100, "rows_dropped": [], "target": "rate", "warnings": []}
# Left out: what the embedded cloud does not enforce (polling, logs) or would have to answer
# otherwise (403 for a deleted upload); tests/unit/deploy/test_policies.py holds those.
ENFORCED = [
    ("mlaas-intake", "KnowTenants"),
    ("mlaas-intake", "KnowChoices"),
    ("mlaas-intake", "ReadUploads"),
    ("mlaas-intake", "KeepInputs"),
    ("mlaas-intake", "RecordBuilds"),
    ("mlaas-intake", "AskForDispatch"),
    ("mlaas-dispatch", "KnowTiers"),
    ("mlaas-dispatch", "KnowAlgorithms"),
    ("mlaas-dispatch", "KnowTenants"),
    ("mlaas-dispatch", "HoldSlots"),
    ("mlaas-dispatch", "ReadLines"),
    ("mlaas-dispatch", "MoveBuilds"),
    ("mlaas-dispatch", "StartExecutions"),
    ("mlaas-recorder", "ReadExecutions"),
    ("mlaas-recorder", "EndBuilds"),
    ("mlaas-recorder", "FreeSlots"),
    ("mlaas-recorder", "AskForDispatch"),
    ("mlaas-record-build", "ReadReports"),
    ("mlaas-record-build", "AttachResults"),
]


class Policed:
    """A tenant that no rule and no job serves: its functions are called by hand."""

    def __init__(self, admin: Context, tenant: Tenant) -> None:
        self.context = admin
        self.tenant = tenant
        self._uploads = 0

    def upload(self) -> BuildRequest:
        self._uploads += 1
        key = f"{naming.UPLOADS}rates-{self._uploads}.csv"
        s3 = self.context.session.client("s3")
        version = s3.put_object(Bucket=self.tenant.bucket, Key=key, Body=b"a,b\n1,2\n")["VersionId"]
        return BuildRequest.from_message(json.dumps(self._message(key, version)))

    def _message(self, key: str, version: str) -> dict[str, Any]:
        return {
            "tenant_id": TENANT_ID,
            "bucket": self.tenant.bucket,
            "key": key,
            "version_id": version,
            "size": 8,
            "uploaded_at": "2026-05-04T12:00:00Z",
        }

    def waiting(self) -> Build:
        now = datetime.now(UTC)
        build = Build.waiting(
            self.upload(), tier=TIER, choices=Choices("linear"), queued_at=now, at=now
        )
        assert join(self.context, build, self.context.tenants.get(TENANT_ID), now=now)
        return self.context.builds.get(TENANT_ID, build.build_id)

    def intake(self) -> dict[str, Any]:
        upload = self.upload().upload
        body = json.dumps(self._message(upload.key, upload.version_id))
        record = {"messageId": "m", "body": body, "attributes": {"SentTimestamp": "1777896000000"}}
        return self._call(naming.INTAKE_FUNCTION, {"Records": [record]})

    def dispatch(self) -> dict[str, Any]:
        self.waiting()
        self.context.scheduling.settings_changed()  # a warm function reads them anew
        return self._call(naming.DISPATCH_FUNCTION, {})

    def recorder(self) -> dict[str, Any]:
        build = self.waiting()
        started = self.context.session.client("sagemaker").start_pipeline_execution(
            PipelineName=naming.PIPELINE,
            PipelineParameters=[
                {"Name": name, "Value": value} for name, value in self._parameters(build).items()
            ],
        )
        detail = {
            "currentPipelineExecutionStatus": "Stopped",
            "pipelineExecutionArn": started["PipelineExecutionArn"],
        }
        slot = Slot(SLOT, TIER, TENANT_ID, build.build_id, datetime.now(UTC))
        self.context.session.table(naming.SLOTS_TABLE).put_item(Item=to_row(slot))
        self.context.builds.move(build, build.starting(SLOT))
        return self._call(naming.RECORDER_FUNCTION, {"detail": detail})

    def _parameters(self, build: Build) -> dict[str, str]:
        return {
            "TenantId": TENANT_ID,
            "Tier": TIER,
            "BuildId": build.build_id,
            "InputDataS3Uri": naming.s3_uri(self.tenant.bucket, build.upload.key),
            "OutputS3Uri": naming.s3_uri(self.tenant.bucket, f"builds/{build.build_id}"),
            "ExecutionRoleArn": self.tenant.execution_role_arn,
            "ModelPackageGroupName": self.tenant.model_group,
            "TrainingImageUri": self.context.algorithms.get("linear").image_uri,
            "Algorithm": "linear",
        }

    def record_build(self) -> dict[str, Any]:
        build = self.waiting()
        s3 = self.context.session.client("s3")
        uris = {}
        for name, found in (("evaluation", EVALUATION), ("report", REPORT)):
            key = f"{naming.build_prefix_of(build.build_id)}{name}/{name}.json"
            s3.put_object(Bucket=self.tenant.bucket, Key=key, Body=json.dumps(found))
            uris[f"{name}_uri"] = naming.s3_uri(self.tenant.bucket, key)
        asked = {"tenant_id": TENANT_ID, "build_id": build.build_id, "outcome": "Refused", **uris}
        return self._call(naming.RECORD_BUILD_FUNCTION, asked)

    def call(self, function: str) -> dict[str, Any]:
        """The function's answer on something new to do; what that leaves in line is taken out."""
        calls: dict[str, Callable[[], dict[str, Any]]] = {
            naming.INTAKE_FUNCTION: self.intake,
            naming.DISPATCH_FUNCTION: self.dispatch,
            naming.RECORDER_FUNCTION: self.recorder,
            naming.RECORD_BUILD_FUNCTION: self.record_build,
        }
        try:
            return calls[function]()
        finally:
            self.clear()

    def clear(self) -> None:
        table = self.context.session.table(naming.BUILDS_TABLE)
        for build in self.context.builds.of_tenant(TENANT_ID, limit=100):
            table.delete_item(Key={"tenant_id": TENANT_ID, "build_id": build.build_id})
        for slot in self.context.scheduling.read()[1]:
            if slot.tenant_id == TENANT_ID:
                self.context.scheduling.release_slot(slot)

    def _call(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        answer = self.context.session.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event)
        )
        said = json.load(answer["Payload"])
        return {"failed": "FunctionError" in answer, "said": said}


@pytest.fixture(scope="module")
def policed(deployed: Deployment) -> Iterator[Policed]:
    admin = deployed.context
    account = admin.session.account
    bucket = naming.bucket_of(TENANT_ID, account)
    s3 = admin.session.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    tenant = Tenant(
        tenant_id=TENANT_ID,
        name="Policed",
        tier=TIER,
        bucket=bucket,
        access_role_arn=naming.role_arn(naming.access_role_of(TENANT_ID), account),
        execution_role_arn=naming.role_arn(naming.execution_role_of(TENANT_ID), account),
        model_group=naming.model_group_of(TENANT_ID),
        created_at=datetime.now(UTC),
        status=TenantStatus.ACTIVE,
    )
    admin.tenants.add(replace(tenant, defaults=Choices("linear")))
    yield Policed(admin, tenant)
    admin.tenants.remove(TENANT_ID)


@contextmanager
def without(admin: Context, role: str, sid: str) -> Iterator[None]:
    """The role as the template made it, but for one statement."""
    iam = admin.session.client("iam")
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    rest = [statement for statement in whole["Statement"] if statement["Sid"] != sid]
    assert len(rest) == len(whole["Statement"]) - 1
    lessened = json.dumps(whole | {"Statement": rest})
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=lessened)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))


@pytest.mark.parametrize("function", sorted({role for role, _ in ENFORCED}))
def test_a_function_works_with_its_policy_as_it_is(policed: Policed, function: str):
    answer = policed.call(function)
    assert not answer["failed"], answer["said"]


@pytest.mark.parametrize(("role", "sid"), ENFORCED)
def test_a_function_fails_without_a_statement_of_its_policy(policed: Policed, role: str, sid: str):
    with without(policed.context, role, sid):
        answer = policed.call(role)
    assert answer["failed"], answer["said"]
    # HEAD has no body to say more than Forbidden in.
    assert re.search("not authorized|Forbidden", answer["said"]["errorMessage"])
