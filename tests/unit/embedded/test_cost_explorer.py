"""What Cost Explorer answers about what was spent, and which questions it refuses."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.embedded import clock
from backend.embedded.costs import pages
from backend.embedded.costs.bill import Bill, text_of
from backend.embedded.costs.cost_lines import bill_of
from tests.unit.embedded.cost_jobs import (
    BY_TENANT,
    JOBS,
    MARCH,
    NOW,
    Ran,
    ask,
    at,
    explorer,
    found,
    groups,
    made_up,
    tag,
)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def costs(jobs: Any = JOBS, **more: Any) -> dict[str, Any]:
    request = {"TimePeriod": MARCH, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
    return found(explorer(jobs), "GetCostAndUsage", **(request | more))


def refused(operation: str = "GetCostAndUsage", jobs: Any = JOBS, **more: Any) -> tuple[str, str]:
    request = {"TimePeriod": MARCH, "Granularity": "DAILY", "Metrics": ["UnblendedCost"]} | more
    status, answer = ask(explorer(jobs), operation, **request)
    assert status == 400
    return answer["__type"], answer["message"]


def billed(job: Ran) -> list[tuple[date, str, str, str]]:
    """Day, usage type, usage and cost of every line."""
    bill = bill_of([job])
    return [
        (day, source.dimensions["USAGE_TYPE"], text_of(usage), text_of(cost))
        for day in bill.days()
        for source, cost, usage in bill.on(day)
    ]


def summed(answer: dict[str, Any], metric: str = "UnblendedCost") -> Decimal:
    """All groups of all periods, and all totals."""
    amounts = [
        Decimal(measured[metric]["Amount"])
        for period in answer["ResultsByTime"]
        for measured in (period["Total"], *(group["Metrics"] for group in period["Groups"]))
        if measured
    ]
    return sum(amounts, Decimal(0))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"TimePeriod": {"Start": "2026-03-05", "End": "2026-03-05"}}, "before end date"),
        ({"TimePeriod": {"Start": "2026-3-5", "End": "2026-03-09"}}, "TimePeriod.Start"),
        (
            {"TimePeriod": {"Start": "2026-03-05T00:00:00Z", "End": "2026-03-09T00:00:00Z"}},
            "yyyy-MM-dd",
        ),
        ({"TimePeriod": {"Start": "2026-02-30", "End": "2026-03-09"}}, "2026-02-30"),
        ({"TimePeriod": {"Start": "2024-12-31", "End": "2026-03-09"}}, "14 months"),
        ({"TimePeriod": {"Start": "2026-03-01", "End": "2026-04-02"}}, "next month"),
        ({"Granularity": "WEEKLY"}, "WEEKLY"),
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
        ({"Filter": {"And": [tag("a", "b")]}}, "2 expressions"),
        ({"Filter": {"Not": {"Or": [tag("a", "b")]}}}, "2 expressions"),
        ({"Filter": tag("a", "b", MatchOptions=["LIKE"])}, "LIKE"),
        ({"Filter": tag("a", "1", MatchOptions=["GREATER_THAN_OR_EQUAL"])}, "GREATER_THAN"),
    ],
)
def test_a_bad_question_is_refused_naming_its_fault(change: dict[str, Any], named: str) -> None:
    code, message = refused(**change)
    assert code == "ValidationException"
    assert named in message


def test_hours_are_refused_as_to_an_account_that_has_not_opted_in() -> None:
    code, message = refused(Granularity="HOURLY")
    assert code == "AccessDeniedException"
    assert message.startswith("Hourly data granularity is an opt-in only feature.")


def test_an_instance_without_a_price_is_said_and_not_free() -> None:
    code, message = refused(jobs=[Ran(instance_type="ml.p9.large")])
    assert code == "DataUnavailableException"
    assert "ml.p9.large" in message


def test_an_operation_that_is_not_served_is_refused_by_name() -> None:
    status, answer = ask(explorer(), "GetAnomalies", DateInterval={"StartDate": "2026-01-01"})
    assert (status, "ce:GetAnomalies" in answer["message"]) == (400, True)


def test_a_job_costs_its_seconds_times_instances_times_the_hourly_price() -> None:
    job = Ran(billable_seconds=90, instance_count=3)
    assert billed(job) == [(date(2026, 3, 2), "USE1-Train:ml.m5.large", "0.075", "0.008625")]


def test_a_jobs_disks_are_billed_by_the_gigabyte_and_month_beside_its_instances() -> None:
    job = Ran(volume_gb=30, instance_count=2, billable_seconds=43800, kind="processing-job")
    day = date(2026, 3, 2)
    # 60 GB for 43,800 of a month's 2,628,000 seconds, at $0.10 a GB-month.
    assert billed(job) == [
        (day, "USE1-Processing:ml.m5.large", "24.3333333333", "2.7983333333"),
        (day, "USE1-Processing:VolumeUsage.gp2", "1", "0.1"),
    ]
    by_use = [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    (period,) = costs([job], Metrics=["UsageQuantity"], GroupBy=by_use)["ResultsByTime"]
    units = [group["Metrics"]["UsageQuantity"]["Unit"] for group in period["Groups"]]
    assert units == ["GB-Mo", "Hrs"]


def test_a_job_over_midnight_is_billed_on_both_days() -> None:
    lines = billed(Ran(started_at=at(2, 23, 45)))
    assert [(day, hours) for day, _, hours, _ in lines] == [
        (date(2026, 3, 2), "0.25"),
        (date(2026, 3, 3), "0.75"),
    ]


def test_a_job_that_has_not_begun_or_is_running_costs_nothing_yet() -> None:
    assert billed(Ran(started_at=None)) == billed(Ran(billable_seconds=0)) == []


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


@pytest.mark.parametrize(
    ("dimension", "values"),
    [
        ("RECORD_TYPE", {"Usage": "0.5175"}),
        ("SERVICE", {"Amazon SageMaker": "0.5175"}),
        ("REGION", {"us-east-1": "0.5175"}),
        ("LINKED_ACCOUNT", {"123456789012": "0.5175"}),
        (
            "USAGE_TYPE",
            {"USE1-Processing:ml.m5.large": "0.0575", "USE1-Train:ml.m5.large": "0.46"},
        ),
    ],
)
def test_cost_is_grouped_by_a_dimension(dimension: str, values: dict[str, str]) -> None:
    answer = costs(GroupBy=[{"Type": "DIMENSION", "Key": dimension}])
    assert groups(answer) == {(value,): amount for value, amount in values.items()}


def test_two_groupings_make_pairs() -> None:
    by = [{"Type": "TAG", "Key": "tier"}, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    assert groups(costs(GroupBy=by)) == {
        ("tier$", "USE1-Train:ml.m5.large"): "0.115",
        ("tier$basic", "USE1-Processing:ml.m5.large"): "0.0575",
        ("tier$basic", "USE1-Train:ml.m5.large"): "0.115",
        ("tier$premium", "USE1-Train:ml.m5.large"): "0.23",
    }


def test_every_metric_is_answered_with_its_unit() -> None:
    metrics = ["UnblendedCost", "AmortizedCost", "UsageQuantity", "NormalizedUsageAmount"]
    total = costs(Metrics=metrics)["ResultsByTime"][0]["Total"]
    assert total["AmortizedCost"] == total["UnblendedCost"]
    assert total["UsageQuantity"] == {"Amount": "4.5", "Unit": "N/A"}
    assert total["NormalizedUsageAmount"] == {"Amount": "0", "Unit": "N/A"}
    by = [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    group = costs(Metrics=metrics, GroupBy=by)["ResultsByTime"][0]["Groups"][0]
    assert group["Metrics"]["UsageQuantity"] == {"Amount": "0.5", "Unit": "Hrs"}


@pytest.mark.parametrize(
    ("expression", "total"),
    [
        (tag("tenant-id", "acme"), "0.1725"),
        (tag("tenant-id", "acme", "globex"), "0.4025"),
        (tag("tenant-id", ""), "0.115"),
        ({"Tags": {"Key": "tenant-id", "MatchOptions": ["ABSENT"]}}, "0.115"),
        (tag("tenant-id", "ac", MatchOptions=["STARTS_WITH"]), "0.1725"),
        (tag("tenant-id", "me", MatchOptions=["ENDS_WITH"]), "0.1725"),
        (tag("tenant-id", "lob", MatchOptions=["CONTAINS"]), "0.23"),
        (tag("tenant-id", "ACME", MatchOptions=["EQUALS"]), "0"),
        (tag("tenant-id", "ACME", MatchOptions=["EQUALS", "CASE_INSENSITIVE"]), "0.1725"),
        ({"Not": tag("tenant-id", "acme")}, "0.345"),
        ({"And": [tag("tenant-id", "acme"), tag("tier", "premium")]}, "0"),
        ({"Or": [tag("tenant-id", "acme"), tag("tier", "premium")]}, "0.4025"),
        ({"Dimensions": {"Key": "SERVICE", "Values": ["Amazon SageMaker"]}}, "0.5175"),
        ({"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}, "0"),
        (
            {"Dimensions": {"Key": "USAGE_TYPE", "Values": ["USE1-Processing:ml.m5.large"]}},
            "0.0575",
        ),
    ],
)
def test_a_filter_chooses_what_is_counted(expression: dict[str, Any], total: str) -> None:
    answer = costs(Filter=expression)
    assert answer["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"] == total


AMOUNTS = st.integers(-(10**14), 10**14)
SOURCES = st.builds(
    lambda tenant, service, kind: (tenant, service, kind),
    st.sampled_from(["", "acme", "globex"]),
    st.sampled_from(["Amazon SageMaker", "AWS Lambda"]),
    st.sampled_from(["Usage", "Credit"]),
)
FILTERS = st.sampled_from(
    [
        None,
        tag("tenant-id", "acme"),
        {"Not": tag("tenant-id", "acme")},
        {"Tags": {"Key": "tenant-id", "MatchOptions": ["ABSENT"]}},
        {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}},
    ]
)
KEYS = st.lists(
    st.sampled_from(
        [
            {"Type": "TAG", "Key": "tenant-id"},
            {"Type": "TAG", "Key": "unheard-of"},
            {"Type": "DIMENSION", "Key": "SERVICE"},
            {"Type": "DIMENSION", "Key": "RECORD_TYPE"},
        ]
    ),
    min_size=1,
    max_size=2,
)


@given(
    lines=st.lists(st.tuples(st.integers(0, 9), SOURCES, AMOUNTS, AMOUNTS)),
    group_by=KEYS,
    expression=FILTERS,
    granularity=st.sampled_from(["DAILY", "MONTHLY"]),
)
def test_the_groups_of_any_grouping_are_exactly_the_total(
    lines: list[Any], group_by: list[Any], expression: Any, granularity: str
) -> None:
    whole = costs_of_ledger(lines, Filter=expression or {})
    parts = costs_of_ledger(
        lines, Filter=expression or {}, GroupBy=group_by, Granularity=granularity
    )
    for metric in ("UnblendedCost", "UsageQuantity"):
        assert summed(parts, metric) == summed(whole, metric)


def costs_of_ledger(lines: list[Any], **more: Any) -> dict[str, Any]:
    ledger = Bill()
    for day, (tenant, service, kind), cost, usage in lines:
        source = made_up({"tenant-id": tenant} if tenant else {}, service, kind)
        ledger.add(date(2026, 3, 1) + timedelta(days=day), source, cost, usage)
    request: dict[str, Any] = {
        "TimePeriod": MARCH,
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost", "UsageQuantity"],
    }
    return found(explorer((), ledger=ledger), "GetCostAndUsage", **(request | more))


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


@pytest.mark.parametrize("more", [{}, {"GroupBy": BY_TENANT}])
def test_a_long_answer_comes_in_pages(
    more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = costs(Granularity="DAILY", **more)
    monkeypatch.setattr(pages, "PAGE", 3)
    read, token = [], {}
    while True:
        page = costs(Granularity="DAILY", **more, **token)
        read.append(page)
        if "NextPageToken" not in page:
            break
        token = {"NextPageToken": page["NextPageToken"]}
    assert len(read) == 4
    assert sum((summed(page) for page in read), Decimal(0)) == summed(whole)
    days = {day["TimePeriod"]["Start"] for page in read for day in page["ResultsByTime"]}
    assert len(days) == 10


def test_what_is_billed_between_two_pages_is_neither_twice_nor_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    first = costs(GroupBy=BY_TENANT)
    assert list(groups(first)) == [("tenant-id$",), ("tenant-id$acme",)]
    grown = (*JOBS, Ran({"tenant-id": "aachen"}), Ran({"tenant-id": "zurich"}))
    second = costs(grown, GroupBy=BY_TENANT, NextPageToken=first["NextPageToken"])
    assert list(groups(second)) == [("tenant-id$globex",), ("tenant-id$zurich",)]


def test_a_page_token_of_another_question_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    token = costs(GroupBy=BY_TENANT)["NextPageToken"]
    other = {"GroupBy": [{"Type": "TAG", "Key": "tier"}], "Granularity": "MONTHLY"}
    assert refused(**other, NextPageToken=token)[0] == "InvalidNextTokenException"


@pytest.mark.parametrize("token", ["x", "x-1", "W10=", "bnVsbA==", "é"])
def test_a_page_token_that_nobody_gave_is_refused(token: str) -> None:
    assert refused(NextPageToken=token)[0] == "InvalidNextTokenException"


def test_tags_and_their_values_are_listed() -> None:
    values = found(explorer(), "GetTags", TimePeriod=MARCH, TagKey="tenant-id")
    assert values == {"Tags": ["", "acme", "globex"], "ReturnSize": 3, "TotalSize": 3}
    keys = found(explorer(), "GetTags", TimePeriod=MARCH)
    assert keys["Tags"] == ["build-id", "project", "tenant-id", "tier"]
    some = found(explorer(), "GetTags", TimePeriod=MARCH, TagKey="tenant-id", SearchString="GLO")
    assert some["Tags"] == ["globex"]


def test_values_come_in_pages_of_the_size_that_is_asked_for() -> None:
    question = {"TimePeriod": MARCH, "TagKey": "tenant-id", "MaxResults": 2}
    first = found(explorer(), "GetTags", **question)
    assert (first["Tags"], first["ReturnSize"], first["TotalSize"]) == (["", "acme"], 2, 3)
    rest = found(explorer(), "GetTags", **question, NextPageToken=first["NextPageToken"])
    assert rest == {"Tags": ["globex"], "ReturnSize": 1, "TotalSize": 3}


def test_values_of_a_dimension_are_listed() -> None:
    answer = found(explorer(), "GetDimensionValues", TimePeriod=MARCH, Dimension="SERVICE")
    assert answer["DimensionValues"] == [{"Value": "Amazon SageMaker", "Attributes": {}}]
    status, refusal = ask(explorer(), "GetDimensionValues", TimePeriod=MARCH, Dimension="AZ")
    assert (status, refusal["__type"]) == (400, "ValidationException")
