"""Cost Explorer knows the jobs that really ran, by the tags they carried and were activated."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from demo.cloud import LEDGER, CloudNotStarted, OwnCloud, own_cloud
from demo.history import write_history
from tests.cloud import Cloud
from tests.integration.stage import CLUSTER, Stage, stage_of

PRICE, HOURS_A_MONTH = Decimal("0.115"), 730
TRAINING_DISK, PROCESSING_DISK = Decimal("0.14"), Decimal("0.10")
BY_USE = {"Type": "DIMENSION", "Key": "USAGE_TYPE"}
BY_TENANT = {"Type": "TAG", "Key": "tenant-id"}


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


@pytest.fixture(scope="module")
def ran(cloud: Cloud, stage: Stage) -> tuple[str, int]:
    """A tenant whose two jobs have ended, and their billable seconds."""
    tenant = f"cost-{uuid.uuid4().hex[:8]}"
    tags = [{"Key": "tenant-id", "Value": tenant}, {"Key": "tier", "Value": "basic"}]
    steps = stage.play(
        stage.processing("Copy", Tags=tags),
        stage.training("Train", Tags=tags, DependsOn=["Copy"]),
    )
    seconds = stage.training_job(steps["Train"])["BillableTimeInSeconds"]
    copied = stage.processing_job(steps["Copy"])
    lasted = copied["ProcessingEndTime"] - copied["ProcessingStartTime"]
    cloud.activate_tags("tenant-id")
    return tenant, seconds + max(1, round(lasted.total_seconds()))


def costs(client: Any, *, since: date, until: date, **more: Any) -> list[dict[str, Any]]:
    question = {
        "TimePeriod": {"Start": str(since), "End": str(until)},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost", "UsageQuantity"],
    }
    found, token = [], {}
    while True:
        page = client.get_cost_and_usage(**(question | more), **token)
        found += page["ResultsByTime"]
        if "NextPageToken" not in page:
            return found
        token = {"NextPageToken": page["NextPageToken"]}


def of_today(client: Any, **more: Any) -> list[dict[str, Any]]:
    today = datetime.now(UTC).date()
    return costs(client, since=today, until=today + timedelta(days=1), **more)


def tenant_filter(tenant: str) -> dict[str, Any]:
    return {"Tags": {"Key": "tenant-id", "Values": [tenant]}}


def test_a_jobs_cost_is_found_under_its_tenants_tag(cloud: Cloud, ran: tuple[str, int]) -> None:
    tenant, seconds = ran
    ce = cloud.session().client("ce")
    (day,) = of_today(ce, Filter=tenant_filter(tenant), GroupBy=[BY_TENANT, BY_USE])
    uses = {group["Keys"][1]: group["Metrics"] for group in day["Groups"]}
    assert {group["Keys"][0] for group in day["Groups"]} == {f"tenant-id${tenant}"}
    assert sorted(uses) == [
        "USE1-Processing:VolumeUsage.gp2",
        "USE1-Processing:ml.m5.large",
        "USE1-Train:VolumeUsage.gp2",
        "USE1-Train:ml.m5.large",
    ]

    def summed(metric: str, end: str) -> Decimal:
        return sum(
            (Decimal(told[metric]["Amount"]) for use, told in uses.items() if use.endswith(end)),
            Decimal(0),
        )

    hours = summed("UsageQuantity", "large")
    assert round(hours * 3600) == seconds
    assert abs(summed("UnblendedCost", "large") - hours * PRICE) < Decimal("1E-9")
    stored = Decimal(CLUSTER["VolumeSizeInGB"]) * seconds / 3600 / HOURS_A_MONTH
    assert abs(summed("UsageQuantity", "gp2") - stored) < Decimal("1E-9")
    for use, price in (("Train", TRAINING_DISK), ("Processing", PROCESSING_DISK)):
        disk = f"{use}:VolumeUsage.gp2"
        billed = summed("UnblendedCost", disk)
        assert abs(billed - summed("UsageQuantity", disk) * price) < Decimal("1E-9")


def test_a_tag_that_was_not_activated_shows_nowhere(cloud: Cloud, ran: tuple[str, int]) -> None:
    ce = cloud.session().client("ce")
    asked = {"TagKeys": ["tenant-id", "stage-only"]}
    tags = ce.list_cost_allocation_tags(**asked)["CostAllocationTags"]
    assert [(tag["TagKey"], tag["Status"]) for tag in tags] == [("tenant-id", "Active")]
    by = [{"Type": "TAG", "Key": "stage-only"}]
    (day,) = of_today(ce, Filter=tenant_filter(ran[0]), GroupBy=by)
    assert [group["Keys"] for group in day["Groups"]] == [["stage-only$"]]


def test_nothing_is_found_for_a_tenant_that_ran_nothing(cloud: Cloud) -> None:
    (day,) = of_today(cloud.session().client("ce"), Filter=tenant_filter("nobody"))
    assert day["Total"]["UnblendedCost"]["Amount"] == "0"
    assert day["Estimated"] is True


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        (
            "get_cost_and_usage",
            {
                "TimePeriod": {"Start": "2026-01-02", "End": "2026-01-01"},
                "Granularity": "DAILY",
                "Metrics": ["UnblendedCost"],
            },
            "ValidationException",
        ),
        (
            "get_cost_forecast",
            {
                "TimePeriod": {"Start": "2026-01-01", "End": "2026-01-02"},
                "Granularity": "DAILY",
                "Metric": "UNBLENDED_COST",
            },
            "ValidationException",
        ),
        (
            "update_cost_allocation_tags_status",
            {
                "CostAllocationTagsStatus": [
                    {"TagKey": str(number), "Status": "Active"} for number in range(21)
                ]
            },
            "ValidationException",
        ),
        (
            "update_cost_allocation_tags_status",
            {"CostAllocationTagsStatus": [{"TagKey": "unheard-of", "Status": "Active"}]},
            "ValidationException",
        ),
        ("list_cost_allocation_tags", {"NextToken": "of another"}, "InvalidNextTokenException"),
    ],
)
def test_a_bad_question_is_refused_with_awss_code(
    operation: str, request_: dict[str, Any], code: str, cloud: Cloud
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(cloud.session().client("ce"), operation)(**request_)
    assert refused.value.response["Error"]["Code"] == code


def test_an_operation_that_is_not_served_is_refused_by_name(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as refused:
        cloud.session().client("ce").get_anomalies(DateInterval={"StartDate": "2026-01-01"})
    assert "ce:GetAnomalies" in str(refused.value)


def cost_explorer(own: OwnCloud, patch: pytest.MonkeyPatch) -> Any:
    for name, value in own.environment().items():
        patch.setenv(name, value)
    return boto3.Session().client("ce")


def statuses(ce: Any) -> dict[str, str]:
    tags = ce.list_cost_allocation_tags()["CostAllocationTags"]
    return {tag["TagKey"]: tag["Status"] for tag in tags}


def test_a_made_up_past_is_shown_labelled_and_what_was_activated_outlives_the_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    write_history(tmp_path / LEDGER, today=today)
    label = {"Tags": {"Key": "synthetic", "Values": ["true"]}}
    with own_cloud(tmp_path) as own:
        ce = cost_explorer(own, monkeypatch)
        past = costs(ce, since=today - timedelta(days=30), until=today, GroupBy=[BY_TENANT])
        assert all(len(day["Groups"]) > 5 for day in past)
        unlabelled = costs(ce, since=today - timedelta(days=30), until=today, Filter={"Not": label})
        assert {day["Total"]["UnblendedCost"]["Amount"] for day in unlabelled} == {"0"}
        assert of_today(ce)[0]["Total"]["UnblendedCost"]["Amount"] == "0"
        ahead = ce.get_cost_forecast(
            TimePeriod={"Start": str(today), "End": str(today + timedelta(days=7))},
            Granularity="DAILY",
            Metric="UNBLENDED_COST",
            PredictionIntervalLevel=80,
        )
        assert Decimal(ahead["Total"]["Amount"]) > 0
        change = [{"TagKey": "tier", "Status": "Inactive"}]
        assert (
            ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=change)["Errors"] == []
        )
        before = statuses(ce)
        assert (
            "made-up lines of cost, labelled synthetic=true" in (tmp_path / "cloud.log").read_text()
        )
    with own_cloud(tmp_path, port=own.port) as own:
        assert statuses(cost_explorer(own, monkeypatch)) == before
        assert before == {
            "project": "Active",
            "synthetic": "Active",
            "tenant-id": "Active",
            "tier": "Inactive",
        }


def test_a_ledger_with_a_cost_that_is_not_labelled_is_refused(tmp_path: Path) -> None:
    line = {
        "service": "Amazon SageMaker",
        "usage_type": "USE1-Train:ml.m5.large",
        "unit": "Hrs",
        "record_type": "Usage",
        "tags": {},
        "days": {"2026-01-01": ["1", "1"]},
    }
    (tmp_path / LEDGER).write_text(json.dumps(line))
    with pytest.raises(CloudNotStarted, match="synthetic=true"), own_cloud(tmp_path):
        pass


def test_a_delay_that_is_no_number_of_seconds_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(CloudNotStarted, match="whole seconds"),
        own_cloud(tmp_path, tag_activation=-1),
    ):
        pass
