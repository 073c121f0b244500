"""Cost Explorer knows the jobs that really ran, by the tags they carried."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud import Cloud
from tests.integration.stage import Stage, stage_of

PRICE = Decimal("0.115")


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


def costs(cloud: Cloud, tenant: str, **more: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    answer: dict[str, Any] = (
        cloud.session()
        .client("ce")
        .get_cost_and_usage(
            TimePeriod={
                "Start": str(today - timedelta(days=1)),
                "End": str(min(today + timedelta(days=1), next_month(today))),
            },
            Granularity="DAILY",
            Metrics=["UnblendedCost", "UsageQuantity"],
            Filter={"Tags": {"Key": "tenant-id", "Values": [tenant]}},
            **more,
        )
    )
    return answer


def next_month(day: Any) -> Any:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def test_a_jobs_cost_is_found_under_its_tenants_tag(cloud: Cloud, stage: Stage) -> None:
    tenant = f"cost-{uuid.uuid4().hex[:8]}"
    tags = [{"Key": "tenant-id", "Value": tenant}, {"Key": "tier", "Value": "basic"}]
    steps = stage.play(
        stage.processing("Copy", Tags=tags),
        stage.training("Train", Tags=tags, DependsOn=["Copy"]),
    )
    seconds = stage.training_job(steps["Train"])["BillableTimeInSeconds"]
    copied = stage.processing_job(steps["Copy"])
    ran = copied["ProcessingEndTime"] - copied["ProcessingStartTime"]
    seconds += max(1, round(ran.total_seconds()))

    days = costs(cloud, tenant)["ResultsByTime"]
    hours = sum(Decimal(day["Total"]["UsageQuantity"]["Amount"]) for day in days)
    spent = sum(Decimal(day["Total"]["UnblendedCost"]["Amount"]) for day in days)
    assert round(hours * 3600) == seconds
    assert abs(spent - hours * PRICE) < Decimal("1E-9")
    groups = [
        group["Keys"]
        for day in costs(
            cloud,
            tenant,
            GroupBy=[
                {"Type": "TAG", "Key": "tenant-id"},
                {"Type": "DIMENSION", "Key": "USAGE_TYPE"},
            ],
        )["ResultsByTime"]
        for group in day["Groups"]
    ]
    assert sorted(groups) == [
        [f"tenant-id${tenant}", "USE1-Processing:ml.m5.large"],
        [f"tenant-id${tenant}", "USE1-Train:ml.m5.large"],
    ]


def test_nothing_is_found_for_a_tenant_that_ran_nothing(cloud: Cloud) -> None:
    days = costs(cloud, "nobody")["ResultsByTime"]
    assert {day["Total"]["UnblendedCost"]["Amount"] for day in days} == {"0"}
    assert days[-1]["Estimated"] is True


def test_a_bad_question_is_a_validation_exception(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as refused:
        cloud.session().client("ce").get_cost_and_usage(
            TimePeriod={"Start": "2026-01-02", "End": "2026-01-01"},
            Granularity="DAILY",
            Metrics=["UnblendedCost"],
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_operation_that_is_not_served_is_refused_by_name(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as refused:
        cloud.session().client("ce").get_anomalies(DateInterval={"StartDate": "2026-01-01"})
    assert "ce:GetAnomalies" in str(refused.value)
