"""What the adapter makes of answers in the shape that AWS documents."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.domain.cost import CostRecord
from tests.unit.aws.test_cost_explorer import Count, answering

SAMPLES = Path(__file__).parents[2] / "events/cost_explorer"
SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 3)
SAGEMAKER, S3 = "Amazon SageMaker", "Amazon Simple Storage Service"


def sample(name: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / f"{name}.json").read_text()))


def record(day: int, tenant_id: str | None, service: str, amount: str, **more: Any) -> CostRecord:
    cost = Decimal(amount)
    known = {"estimated": day > 1, "service": service, "amortized": cost} | more
    return CostRecord(date(2026, 3, day), tenant_id, cost, **known)


def test_cost_by_tenant_and_service_is_read_with_what_of_it_is_shared():
    whole = sample("cost_and_usage_by_tenant_and_service")
    shared = sample("cost_and_usage_shared_by_service")
    explorer, asked = answering(whole["answer"], shared["answer"])
    found = explorer.by_tenant_and_service(SINCE, UNTIL, asking=Count())
    assert found == [
        record(1, None, S3, "1.25", shared=True),
        record(1, None, S3, "0.12"),
        record(1, None, "Tax", "0.44"),
        record(1, "acme-telecom", SAGEMAKER, "39.1603300457", amortized=Decimal("36.5000000001")),
        record(1, "borealis-hotels", SAGEMAKER, "0.0000000001"),
        record(2, None, S3, "1.37"),
        record(2, "acme-telecom", SAGEMAKER, "-12.5"),
    ]
    assert asked == [whole["request"], shared["request"]]


def test_the_total_is_read_exactly():
    explorer, asked = answering(sample("cost_and_usage_total")["answer"])
    assert explorer.total(SINCE, UNTIL, asking=Count()) == Decimal("29.8403300458")
    assert asked == [sample("cost_and_usage_total")["request"]]


def test_the_samples_agree_with_each_other():
    parts = sample("cost_and_usage_by_tenant_and_service")["answer"]["ResultsByTime"]
    totals = sample("cost_and_usage_total")["answer"]["ResultsByTime"]
    for part, total in zip(parts, totals, strict=True):
        for metric, told in total["Total"].items():
            amounts = [Decimal(group["Metrics"][metric]["Amount"]) for group in part["Groups"]]
            assert sum(amounts) == Decimal(told["Amount"])
