"""What is asked of Cost Explorer, what its answers come to, and what its refusals say."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from backend.aws.cost_explorer import CostExplorer
from backend.domain.cost import CostRecord, UsageTypeCost
from backend.domain.errors import Invalid, Unavailable
from tests.unit.aws.replayed import refusal, replayed

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 3)
SAGEMAKER, S3 = "Amazon SageMaker", "Amazon Simple Storage Service"


def group(*keys: str, cost: str, amortized: str | None = None) -> dict[str, Any]:
    amounts = {"UnblendedCost": cost, "AmortizedCost": amortized or cost}
    metrics = {name: {"Amount": amount, "Unit": "USD"} for name, amount in amounts.items()}
    return {"Keys": list(keys), "Metrics": metrics}


def page(*groups: dict[str, Any], day: int = 1, token: str = "") -> dict[str, Any]:
    period = {"Start": f"2026-03-0{day}", "End": f"2026-03-0{day + 1}"}
    result = {"TimePeriod": period, "Total": {}, "Groups": list(groups), "Estimated": day > 1}
    return {"ResultsByTime": [result], "DimensionValueAttributes": []} | (
        {"NextPageToken": token} if token else {}
    )


def answering(*answers: dict[str, Any]) -> tuple[CostExplorer, list[dict[str, Any]]]:
    """Cost Explorer that gives these answers one after the other, and what it was asked."""
    replay = replayed(*answers)
    return CostExplorer(replay.session), replay.asked


class Count:
    def __init__(self, most: int = 99) -> None:
        self.asked, self._most = 0, most

    def __call__(self) -> None:
        if self.asked == self._most:
            raise Unavailable("no more today")
        self.asked += 1


def test_every_page_is_read_and_counted():
    explorer, asked = answering(
        page(group("tenant-id$acme", SAGEMAKER, cost="1.5", amortized="1.2"), token="p2"),
        page(group("tenant-id$", S3, cost="0.25"), token="p3"),
        page(group("tenant-id$acme", SAGEMAKER, cost="0.0000000001"), day=2),
        page(),
    )
    count = Count()
    found = explorer.by_tenant_and_service(SINCE, UNTIL, asking=count)
    assert found == [
        CostRecord(
            SINCE, "acme", Decimal("1.5"), False, service=SAGEMAKER, amortized=Decimal("1.2")
        ),
        CostRecord(SINCE, None, Decimal("0.25"), False, service=S3, amortized=Decimal("0.25")),
        CostRecord(
            date(2026, 3, 2),
            "acme",
            Decimal("1E-10"),
            True,
            service=SAGEMAKER,
            amortized=Decimal("1E-10"),
        ),
    ]
    assert count.asked == len(asked) == 4
    assert [question.get("NextPageToken") for question in asked] == [None, "p2", "p3", None]


def test_untagged_cost_of_the_project_is_shared_and_the_rest_unallocated():
    explorer, asked = answering(
        page(group("tenant-id$", S3, cost="3.75"), group("tenant-id$", "Tax", cost="1")),
        page(group(S3, cost="0.5")),
    )
    found = explorer.by_tenant_and_service(SINCE, UNTIL, asking=Count())
    told = [(record.service, record.shared, record.amount) for record in found]
    assert told == [(S3, True, Decimal("0.5")), (S3, False, Decimal("3.25")), ("Tax", False, 1)]
    absent, project = asked[1]["Filter"]["And"]
    assert absent["Tags"] == {"Key": "tenant-id", "MatchOptions": ["ABSENT"]}
    assert (project["Tags"]["Key"], project["Tags"]["Values"]) == ("project", ["mlaas"])


@pytest.mark.parametrize("code", ["RequestChangedException", "InvalidNextTokenException"])
def test_figures_that_change_between_pages_are_read_again_from_the_first(code: str):
    first = page(group("tenant-id$acme", S3, cost="1"), token="p2")
    whole = page(group("tenant-id$acme", S3, cost="2"))
    explorer, asked = answering(first, refusal(code), whole, page())
    (record,) = explorer.by_tenant_and_service(SINCE, UNTIL, asking=Count())
    assert record.amount == 2
    assert "NextPageToken" not in asked[2]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("RequestChangedException", "changed twice"),
        ("InvalidNextTokenException", "expired twice"),
        ("DataUnavailableException", "no data for this period yet"),
        ("BillExpirationException", "no longer holds the bill"),
    ],
)
def test_a_refusal_says_when_to_ask_again(code: str, sentence: str):
    explorer, _ = answering(refusal(code), refusal(code))
    with pytest.raises(Unavailable, match=sentence):
        explorer.by_tenant_and_service(SINCE, UNTIL, asking=Count())


def test_a_period_it_does_not_take_is_refused_in_its_own_words():
    explorer, _ = answering(refusal("ValidationException"))
    with pytest.raises(Invalid, match="AWS's own words"):
        explorer.by_tenant_and_service(SINCE, UNTIL, asking=Count())


def test_no_page_is_asked_for_that_is_not_allowed():
    explorer, asked = answering(page(token="p2"))
    with pytest.raises(Unavailable, match="no more today"):
        explorer.by_tenant_and_service(SINCE, UNTIL, asking=Count(most=1))
    assert len(asked) == 1


def test_one_tenants_cost_by_usage_type_is_added_up_over_the_days():
    hours, disks = "USE1-Train:ml.m5.large", "USE1-Train:VolumeUsage.gp2"
    explorer, asked = answering(
        page(group(SAGEMAKER, hours, cost="1.5"), group(SAGEMAKER, disks, cost="0.01"), token="p2"),
        page(group(SAGEMAKER, hours, cost="0.25"), day=2),
    )
    count = Count()
    found = explorer.by_usage_type("acme", SINCE, UNTIL, asking=count)
    assert found == [
        UsageTypeCost(SAGEMAKER, hours, Decimal("1.75")),
        UsageTypeCost(SAGEMAKER, disks, Decimal("0.01")),
    ]
    assert count.asked == 2
    assert asked[0]["Filter"]["Tags"]["Values"] == ["acme"]
    assert [by["Key"] for by in asked[0]["GroupBy"]] == ["SERVICE", "USAGE_TYPE"]
