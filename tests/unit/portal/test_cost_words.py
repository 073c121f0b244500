"""What a build, a month and a day out of the ordinary cost is told in sentences."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from backend.domain.anomalies import Anomaly, Kind
from backend.domain.budget import Budget, Spending
from backend.domain.cost_month import SHARED
from backend.domain.expected_cost import ExpectedCost
from backend.domain.month_forecast import MonthForecast
from backend.domain.tenant import Tenant
from portal import cost_words
from tests.unit.values import NOON, tenant

COST = ExpectedCost(
    Decimal("0.021"),
    Decimal("0.0418"),
    Decimal("1.5"),
    "from 14 past builds",
    ("a list", "a table"),
)
NOVEMBER = MonthForecast(
    "2026-11", Decimal(10), Decimal("31.2"), Decimal(28), Decimal("34.4"), "the mean of 9 days"
)


def anomaly(kind: Kind, amount: str, *, owner: str = "acme", service: str = "S3") -> str:
    day = date(2026, 11, 24)
    return cost_words.anomaly(
        Anomaly(day, owner, service, kind, Decimal(amount), Decimal("4.1"), Decimal("8.2"))
    )


def test_a_build_to_come_has_its_range_its_basis_and_where_the_prices_come_from():
    told = cost_words.before_builds(COST, builds=1).replace("\\", "")
    assert told.startswith("The build should cost about **$0.04**, between $0.02 and $1.50")
    assert "from 14 past builds · prices from a list and a table, before tax" in told
    assert "The 3 builds should cost" in cost_words.before_builds(COST, builds=3)


def test_dollars_are_no_formula():
    assert r"**\$0\.04**" in cost_words.before_builds(COST, builds=1)


def test_a_forecast_names_its_month_its_range_and_its_method():
    assert cost_words.forecast(NOVEMBER) == (
        "November should come to $31.20, between $28.00 and $34.40 (the mean of 9 days)"
    )


def test_a_month_that_is_over_has_no_range():
    over = MonthForecast("2026-10", *[Decimal(9)] * 4, "the month is over")
    assert cost_words.forecast(over) == "October comes to $9.00 (the month is over)"


def test_an_anomaly_names_tenant_service_day_and_what_is_usual():
    assert anomaly(Kind.HIGH, "31.2") == (
        "acme, S3, 24 Nov: $31.20 where about $4.10 is usual and $8.20 the most"
    )
    assert anomaly(Kind.LOW, "0").endswith("$8.20 the least")
    assert anomaly(Kind.NEW, "9") == "acme, S3, 24 Nov: $9.00, new: there was no such cost before"
    assert anomaly(Kind.HIGH, "9", owner=SHARED).startswith("What all tenants share, S3")


def spender(spent: str, *, stops: bool = True, month: str = "2026-05") -> Tenant:
    spending = Spending(month, Decimal(spent), Decimal(0), NOON)
    return replace(tenant(), budget=Budget(Decimal(10), stops), spending=spending)


def test_below_half_a_budget_needs_no_attention() -> None:
    assert cost_words.budget_warning(tenant(), now=NOON) is None
    assert cost_words.budget_warning(spender("4.99"), now=NOON) is None
    assert cost_words.budget_warning(spender("50", month="2026-04"), now=NOON) is None


def test_a_budget_tells_what_is_spent_and_what_will_come_of_it() -> None:
    assert cost_words.budget_warning(spender("5.5", stops=False), now=NOON) == (
        "50 % of the month's budget is spent: $5.50 of $10.00 in May."
    )
    assert cost_words.budget_warning(spender("8.2"), now=NOON) == (
        "80 % of the month's budget is spent: $8.20 of $10.00 in May. Once all of it is, builds "
        "wait until 1 June, or until it is raised."
    )


def test_a_budget_that_is_spent_says_what_waits_and_what_does_not() -> None:
    assert cost_words.budget_warning(spender("12.4"), now=NOON) == (
        "The month's budget is spent: $12.40 of $10.00 in May. Builds wait until 1 June, or until "
        "it is raised; what runs goes on."
    )
    told = cost_words.budget_warning(spender("12.4", stops=False), now=NOON)
    assert told is not None
    assert told.endswith("in May. Builds go on.")
