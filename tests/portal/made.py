"""Responsible for builds and models put where the pages look, as if a pipeline had made them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState, BuildStep, Result
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.fair_queue import Turn
from backend.domain.tenant import Tenant


def build(
    context: Context,
    tenant: Tenant,
    state: BuildState,
    *,
    file_name: str = "churn.csv",
    minutes_ago: float = 10,
    reason: str | None = None,
) -> Build:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    stamp = f"{file_name}-{state}-{at.timestamp()}"
    upload = Upload(tenant.bucket, naming.UPLOADS + file_name, stamp, 977_501, at)
    request = BuildRequest(tenant.tenant_id, upload)
    waiting = Build.waiting(
        request, tier=tenant.tier, choices=Choices(target="churn"), queued_at=at, at=at
    )
    rank = context.tiers.get(tenant.tier).rank
    in_line = waiting.in_line(rank, Turn(tag=0, cost=60_000), expected_seconds=60)
    made = replace(in_line, state=state)
    if state not in (BuildState.WAITING, BuildState.REJECTED):
        made = replace(made, started_at=at + timedelta(seconds=1), instance_type="ml.m5.large")
    if state.is_final:
        made = replace(made, ended_at=at + timedelta(seconds=13), reason=reason, steps=steps(at))
    if state is BuildState.SUCCEEDED:
        made = replace(made, result=result(at))
    context.builds.add(made)
    return made


def steps(at: datetime) -> tuple[BuildStep, ...]:
    second = timedelta(seconds=1)
    return (
        BuildStep("Preprocess", "Processing", "Succeeded", at + second, at + 3 * second),
        BuildStep("Train", "Training", "Succeeded", at + 3 * second, at + 9 * second),
    )


def result(at: datetime) -> Result:
    return Result(
        outcome="Registered",
        objective="binary",
        target="churn",
        skill=0.279,
        score=0.417,
        baseline=0.579,
        gate_metric="log_loss",
        metrics={"accuracy": 0.803, "auc": 0.845, "log_loss": 0.417},
        baseline_metrics={"accuracy": 0.735, "auc": 0.5, "log_loss": 0.579},
        rows_read=7043,
        rows_dropped=11,
        test_rows=1057,
        recorded_at=at,
        warnings=("Column 'customerID' looks like an id and was left out.",),
        model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/x/1",
    )


def model(context: Context, tenant: Tenant, build_id: str) -> str:
    """Registers a version in the tenant's group, as the pipeline's step does; returns its ARN."""
    container = {
        "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mlaas/xgboost:0",
        "ModelDataUrl": f"s3://{tenant.bucket}/builds/{build_id}/model/x/output/model.tar.gz",
    }
    registered = context.session.client("sagemaker").create_model_package(
        ModelPackageGroupName=tenant.model_group,
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        CustomerMetadataProperties={"build-id": build_id, "algorithm": "xgboost"},
    )
    return str(registered["ModelPackageArn"])
