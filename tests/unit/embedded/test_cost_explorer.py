"""What Cost Explorer answers about jobs that ran."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.embedded import clock
from backend.embedded.costs import cost_explorer
from backend.embedded.costs.cost_explorer import CostExplorer
from backend.embedded.costs.cost_lines import lines_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = {"Start": "2026-03-01", "End": "2026-03-11"}
BY_TENANT = [{"Type": "TAG", "Key": "tenant-id"}]


@dataclass(frozen=True, slots=True)
class Ran:
    """A job of one hour that cost 0.115 USD, unless said otherwise."""

    tags: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = datetime(2026, 3, 2, 8, tzinfo=UTC)
    billable_seconds: int = 3600
    instance_type: str = "ml.m5.large"
    instance_count: int = 1
    kind: str = "training-job"
    arn: str = "arn:aws:sagemaker:us-east-1:123456789012:training-job/any"


def at(day: int, hour: int = 8, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


ACME = {"tenant-id": "acme", "tier": "basic", "build-id": "b1", "project": "mlaas"}
GLOBEX = {"tenant-id": "globex", "tier": "premium", "build-id": "b2", "project": "mlaas"}
JOBS = [
    Ran(ACME),
    Ran(ACME, at(3), 1800, kind="processing-job"),
    Ran(GLOBEX, instance_count=2),
    Ran(),
]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def ask(operation: str, jobs: list[Ran], **request: Any) -> tuple[int, dict[str, Any]]:
    body = json.dumps(request).encode()
    status, _, answer = CostExplorer(lambda: jobs).answer(operation, body, "us-east-1")
    return status, json.loads(answer)


def costs(jobs: list[Ran] = JOBS, **more: Any) -> dict[str, Any]:
    request = {"TimePeriod": MARCH, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
    status, answer = ask("GetCostAndUsage", jobs, **(request | more))
    assert status == 200, answer
    return answer


def groups(answer: dict[str, Any], metric: str = "UnblendedCost") -> dict[tuple[str, ...], str]:
    return {
        tuple(group["Keys"]): group["Metrics"][metric]["Amount"]
        for period in answer["ResultsByTime"]
        for group in period["Groups"]
    }


def refused(operation: str = "GetCostAndUsage", **more: Any) -> tuple[str, str]:
    request = {"TimePeriod": MARCH, "Granularity": "DAILY", "Metrics": ["UnblendedCost"]} | more
    status, answer = ask(operation, JOBS, **request)
    assert status == 400
    return answer["__type"], answer["message"]


def test_a_job_costs_its_seconds_times_instances_times_the_hourly_price() -> None:
    line = lines_of([Ran(billable_seconds=90, instance_count=3)])[0]
    assert line.cost == Decimal("0.0086250000")
    assert line.hours == Decimal("0.0750000000")


def test_a_job_over_midnight_is_billed_on_both_days() -> None:
    lines = lines_of([Ran(started_at=at(2, 23, 45))])
    assert [(line.day, line.hours) for line in lines] == [
        (date(2026, 3, 2), Decimal("0.25")),
        (date(2026, 3, 3), Decimal("0.75")),
    ]


def test_a_job_that_has_not_begun_or_is_running_costs_nothing_yet() -> None:
    assert lines_of([Ran(started_at=None), Ran(billable_seconds=0)]) == []


def test_the_whole_is_exactly_the_sum_of_its_groups() -> None:
    jobs = [Ran({"tenant-id": str(n % 7)}, at(1 + n % 9), 17 + n * 13) for n in range(200)]
    total = costs(jobs)["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"]
    parts = groups(costs(jobs, Granularity="DAILY", GroupBy=BY_TENANT))
    by_day = groups_sum(costs(jobs, Granularity="DAILY", GroupBy=BY_TENANT))
    assert Decimal(total) == by_day
    assert len(parts) == 7


def groups_sum(answer: dict[str, Any]) -> Decimal:
    return sum(
        (
            Decimal(group["Metrics"]["UnblendedCost"]["Amount"])
            for period in answer["ResultsByTime"]
            for group in period["Groups"]
        ),
        Decimal(0),
    )


def test_without_groups_there_is_a_total_for_every_day() -> None:
    answer = costs(Granularity="DAILY")
    assert len(answer["ResultsByTime"]) == 10
    second = answer["ResultsByTime"][1]
    assert second["TimePeriod"] == {"Start": "2026-03-02", "End": "2026-03-03"}
    assert second["Total"] == {"UnblendedCost": {"Amount": "0.46", "Unit": "USD"}}
    assert second["Groups"] == []
    assert answer["ResultsByTime"][5]["Total"]["UnblendedCost"]["Amount"] == "0"


def test_groups_carry_their_tag_and_untagged_cost_an_empty_one() -> None:
    answer = costs(GroupBy=BY_TENANT)
    assert groups(answer) == {
        ("tenant-id$",): "0.115",
        ("tenant-id$acme",): "0.1725",
        ("tenant-id$globex",): "0.23",
    }
    assert answer["ResultsByTime"][0]["Total"] == {}
    assert answer["GroupDefinitions"] == BY_TENANT


def test_a_day_without_cost_has_no_groups() -> None:
    days = costs(Granularity="DAILY", GroupBy=BY_TENANT)["ResultsByTime"]
    assert len(days) == 10
    assert (days[0]["Groups"], days[0]["Total"]) == ([], {})


def test_two_groupings_make_pairs() -> None:
    by = [{"Type": "TAG", "Key": "tier"}, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    assert groups(costs(GroupBy=by)) == {
        ("tier$", "USE1-Train:ml.m5.large"): "0.115",
        ("tier$basic", "USE1-Processing:ml.m5.large"): "0.0575",
        ("tier$basic", "USE1-Train:ml.m5.large"): "0.115",
        ("tier$premium", "USE1-Train:ml.m5.large"): "0.23",
    }


def test_every_metric_is_answered_with_its_unit() -> None:
    metrics = ["UnblendedCost", "AmortizedCost", "UsageQuantity"]
    total = costs(Metrics=metrics)["ResultsByTime"][0]["Total"]
    assert total["AmortizedCost"] == total["UnblendedCost"]
    assert total["UsageQuantity"] == {"Amount": "4.5", "Unit": "N/A"}
    by = [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    group = costs(Metrics=metrics, GroupBy=by)["ResultsByTime"][0]["Groups"][0]
    assert group["Metrics"]["UsageQuantity"] == {"Amount": "0.5", "Unit": "Hrs"}


def tag(key: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"Tags": {"Key": key, "Values": list(values), **more}}


@pytest.mark.parametrize(
    ("expression", "total"),
    [
        (tag("tenant-id", "acme"), "0.1725"),
        (tag("tenant-id", "acme", "globex"), "0.4025"),
        (tag("tenant-id", ""), "0.115"),
        ({"Tags": {"Key": "tenant-id", "MatchOptions": ["ABSENT"]}}, "0.115"),
        (tag("tenant-id", "ac", MatchOptions=["STARTS_WITH"]), "0.1725"),
        (tag("tenant-id", "ACME", MatchOptions=["EQUALS", "CASE_INSENSITIVE"]), "0.1725"),
        ({"Not": tag("tenant-id", "acme")}, "0.345"),
        ({"And": [tag("tenant-id", "acme"), tag("tier", "premium")]}, "0"),
        ({"Or": [tag("tenant-id", "acme"), tag("tier", "premium")]}, "0.4025"),
        ({"Dimensions": {"Key": "SERVICE", "Values": ["Amazon SageMaker"]}}, "0.5175"),
        (
            {"Dimensions": {"Key": "USAGE_TYPE", "Values": ["USE1-Processing:ml.m5.large"]}},
            "0.0575",
        ),
    ],
)
def test_a_filter_chooses_what_is_counted(expression: dict[str, Any], total: str) -> None:
    answer = costs(Filter=expression)
    assert answer["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"] == total


def test_months_are_calendar_months_cut_at_the_ends() -> None:
    answer = costs(TimePeriod={"Start": "2026-01-15", "End": "2026-03-11"})
    assert [each["TimePeriod"] for each in answer["ResultsByTime"]] == [
        {"Start": "2026-01-15", "End": "2026-02-01"},
        {"Start": "2026-02-01", "End": "2026-03-01"},
        {"Start": "2026-03-01", "End": "2026-03-11"},
    ]


def test_only_the_open_month_is_estimated() -> None:
    period = {"Start": "2026-02-27", "End": "2026-03-03"}
    days = costs(TimePeriod=period, Granularity="DAILY")["ResultsByTime"]
    assert [day["Estimated"] for day in days] == [False, False, True, True]


def test_a_long_answer_comes_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = costs(Granularity="DAILY", GroupBy=BY_TENANT)
    limited = cost_explorer._page
    monkeypatch.setattr(
        cost_explorer, "_page", lambda rows, request, member: limited(rows, request, member, 3)
    )
    found, token = [], None
    while True:
        more = {"NextPageToken": token} if token else {}
        page = costs(Granularity="DAILY", GroupBy=BY_TENANT, **more)
        found.append(page)
        token = page.get("NextPageToken")
        if token is None:
            break
    assert len(found) == 4
    assert sum((groups_sum(page) for page in found), Decimal(0)) == groups_sum(whole)
    days = {day["TimePeriod"]["Start"] for page in found for day in page["ResultsByTime"]}
    assert len(days) == 10


def test_a_page_token_of_another_question_is_refused() -> None:
    assert refused(NextPageToken="x-1")[0] == "InvalidNextTokenException"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"TimePeriod": {"Start": "2026-03-05", "End": "2026-03-05"}}, "before end date"),
        ({"TimePeriod": {"Start": "2026-3-5", "End": "2026-03-09"}}, "yyyy-MM-dd"),
        ({"TimePeriod": {"Start": "2026-02-30", "End": "2026-03-09"}}, "2026-02-30"),
        ({"TimePeriod": {"Start": "2024-12-31", "End": "2026-03-09"}}, "14 months"),
        ({"TimePeriod": {"Start": "2026-03-01", "End": "2026-04-02"}}, "next month"),
        ({"Granularity": "HOURLY"}, "HOURLY"),
        ({"Metrics": ["Price"]}, "Price"),
        ({"Metrics": []}, "Metrics"),
        ({"GroupBy": BY_TENANT * 3}, "GroupBy"),
        ({"GroupBy": [{"Type": "DIMENSION", "Key": "AZ"}]}, "AZ"),
        ({"GroupBy": [{"Type": "COST_CATEGORY", "Key": "x"}]}, "COST_CATEGORY"),
        ({"Filter": {**tag("a", "b"), "Not": tag("a", "b")}}, "exactly one"),
        ({"Filter": {"CostCategories": {"Key": "a", "Values": ["b"]}}}, "CostCategories"),
        ({"Filter": tag("a")}, "Values"),
        ({"Filter": {"Dimensions": {"Key": "AZ", "Values": ["a"]}}}, "AZ"),
        ({"Filter": {"And": [tag("a", "b"), {}]}}, "none"),
        ({"Filter": tag("a", "b", MatchOptions=["LIKE"])}, "LIKE"),
    ],
)
def test_a_bad_question_is_refused_naming_its_fault(change: dict[str, Any], named: str) -> None:
    code, message = refused(**change)
    assert code == "ValidationException"
    assert named in message


def test_an_instance_without_a_price_is_said_and_not_free() -> None:
    status, answer = ask(
        "GetCostAndUsage",
        [Ran(instance_type="ml.p9.large")],
        TimePeriod=MARCH,
        Granularity="DAILY",
        Metrics=["UnblendedCost"],
    )
    assert (status, answer["__type"]) == (400, "DataUnavailableException")
    assert "ml.p9.large" in answer["message"]


def test_tags_and_their_values_are_listed() -> None:
    _, values = ask("GetTags", JOBS, TimePeriod=MARCH, TagKey="tenant-id")
    assert values == {"Tags": ["", "acme", "globex"], "ReturnSize": 3, "TotalSize": 3}
    _, keys = ask("GetTags", JOBS, TimePeriod=MARCH)
    assert keys["Tags"] == ["build-id", "project", "tenant-id", "tier"]
    _, found = ask("GetTags", JOBS, TimePeriod=MARCH, TagKey="tenant-id", SearchString="GLO")
    assert found["Tags"] == ["globex"]


def test_values_of_a_dimension_are_listed() -> None:
    _, answer = ask("GetDimensionValues", JOBS, TimePeriod=MARCH, Dimension="SERVICE")
    assert answer["DimensionValues"] == [{"Value": "Amazon SageMaker", "Attributes": {}}]
    assert refused("GetDimensionValues", Dimension="AZ")[0] == "ValidationException"


def test_the_cost_allocation_tags_are_active() -> None:
    _, answer = ask("ListCostAllocationTags", JOBS)
    assert [each["TagKey"] for each in answer["CostAllocationTags"]] == [
        "tenant-id", "tier", "build-id", "project",
    ]  # fmt: skip
    assert {each["Status"] for each in answer["CostAllocationTags"]} == {"Active"}
    _, first = ask("ListCostAllocationTags", JOBS, MaxResults=3)
    _, rest = ask("ListCostAllocationTags", JOBS, MaxResults=3, NextToken=first["NextToken"])
    assert [each["TagKey"] for each in rest["CostAllocationTags"]] == ["project"]
    _, none = ask("ListCostAllocationTags", JOBS, Status="Inactive")
    assert none["CostAllocationTags"] == []


def test_an_operation_that_is_not_served_is_refused_by_name() -> None:
    status, answer = ask("GetCostForecast", JOBS)
    assert (status, "ce:GetCostForecast" in answer["message"]) == (400, True)
