"""The demo's past: whose costs it makes up, and that nobody can take them for real ones."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from backend.domain import naming
from backend.embedded import clock
from backend.embedded.costs.activation_store import ActivationStore
from backend.embedded.costs.cost_explorer import CostExplorer
from backend.embedded.costs.ledger import Ledger, read_ledger
from demo.cast import TENANTS
from demo.history import ANOMALOUS_TENANT, ANOMALY, DAYS, history, write_history
from tests.unit.embedded.cost_jobs import found, groups

TODAY = date(2026, 11, 25)
PERIOD = {"Start": str(TODAY - timedelta(days=DAYS)), "End": str(TODAY)}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    file = tmp_path_factory.mktemp("demo") / "ledger.jsonl"
    write_history(file, today=TODAY)
    return read_ledger(file)


@pytest.fixture
def costs(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CostExplorer:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 25, 9, tzinfo=UTC))
    tags = ActivationStore(tmp_path / "tags", timedelta(days=1), ledger.activations)
    return CostExplorer(list, tags, ledger.bill)


def by(costs: CostExplorer, *keys: str, **more: Any) -> dict[tuple[str, ...], Decimal]:
    group_by = [{"Type": "DIMENSION" if key.isupper() else "TAG", "Key": key} for key in keys]
    question = {"TimePeriod": PERIOD, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
    total: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for result in found(costs, "GetCostAndUsage", **(question | more), GroupBy=group_by)[
        "ResultsByTime"
    ]:
        for group, amount in groups({"ResultsByTime": [result]}).items():
            total[group] += Decimal(amount)
    return dict(total)


def test_nothing_made_up_is_of_today_or_later(ledger: Ledger) -> None:
    days = ledger.bill.days()
    assert (days[0], days[-1]) == (TODAY - timedelta(days=DAYS), TODAY - timedelta(days=1))


def test_every_cost_carries_the_label_and_the_label_shows(costs: CostExplorer) -> None:
    assert list(by(costs, naming.SYNTHETIC_TAG)) == [("synthetic$true",)]
    tags = found(costs, "ListCostAllocationTags")["CostAllocationTags"]
    assert {tag["TagKey"]: tag["Status"] for tag in tags} == dict.fromkeys(
        ("project", "synthetic", "tenant-id", "tier"), "Active"
    )


def test_the_same_seed_and_day_make_the_same_past_and_another_seed_another() -> None:
    assert list(history(today=TODAY)) == list(history(today=TODAY))
    assert list(history(today=TODAY)) != list(history(today=TODAY, seed=1))


def test_it_is_of_the_demos_tenants_and_more_with_a_tier_and_an_id_that_could_be(
    costs: CostExplorer,
) -> None:
    pairs = [tuple(key.split("$")[1] for key in keys) for keys in by(costs, "tenant-id", "tier")]
    tiers = {tenant: tier for tenant, tier in pairs if tenant}
    assert {player.tenant_id: player.tier for player in TENANTS}.items() <= tiers.items()
    assert 5 <= len(tiers) - len(TENANTS) <= 9
    assert set(tiers.values()) == {"basic", "standard", "premium"}
    assert all(naming.checked_tenant_id(tenant) for tenant in tiers)


def test_some_cost_is_shared_and_some_is_nobodys(costs: CostExplorer) -> None:
    pairs = by(costs, "tenant-id", "project")
    assert pairs["tenant-id$", "project$mlaas"] > 0
    assert pairs["tenant-id$", "project$"] > 0


def test_there_are_usage_tax_and_a_credit_of_many_services(costs: CostExplorer) -> None:
    kinds = by(costs, "RECORD_TYPE")
    assert kinds["Usage",] > 0
    assert kinds["Tax",] > 0
    assert kinds["Credit",] == -25
    services = {service for (service,) in by(costs, "SERVICE")}
    assert {"Amazon SageMaker", "Amazon DynamoDB", "AWS Lambda", "Tax"} < services


def daily(costs: CostExplorer, tenant: str, service: str = "Amazon SageMaker") -> list[Decimal]:
    question: dict[str, Any] = {
        "TimePeriod": PERIOD,
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "Filter": {
            "And": [
                {"Tags": {"Key": "tenant-id", "Values": [tenant]}},
                {"Dimensions": {"Key": "SERVICE", "Values": [service]}},
            ]
        },
    }
    days = found(costs, "GetCostAndUsage", **question)["ResultsByTime"]
    return [Decimal(day["Total"]["UnblendedCost"]["Amount"]) for day in days]


def test_weekends_are_quieter(costs: CostExplorer) -> None:
    days = [TODAY - timedelta(days=number) for number in range(DAYS, 0, -1)]
    amounts = dict(zip(days, daily(costs, "acme-telecom"), strict=True))
    working = [amount for day, amount in amounts.items() if day.weekday() < 5]
    assert max(amounts[day] for day in days if day.weekday() >= 5) < min(working)


@pytest.mark.parametrize("today", [TODAY + timedelta(days=number) for number in range(7)])
def test_one_tenants_training_stands_out_in_the_last_ten_days_whatever_the_weekday(
    today: date,
) -> None:
    usual, odd = [], []
    for line in history(today=today):
        tenant = line.get("tags", {}).get("tenant-id")
        if tenant == ANOMALOUS_TENANT and "Train:ml" in line["usage_type"]:
            odd += [Decimal(line["days"][str(today - timedelta(days=n))][0]) for n in ANOMALY]
            usual += [Decimal(amount) for amount, _ in line["days"].values()]
    assert max(ANOMALY) <= 10
    assert min(odd) > 5 * median(usual)
    assert sum(amount > 3 * median(usual) for amount in usual) == len(odd)
