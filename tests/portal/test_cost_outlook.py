"""Where the month is heading, and which days are out of the ordinary, as a provider is told."""

from calendar import monthrange
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from backend.context import Context
from backend.domain.anomalies import Kind
from backend.domain.cost import CostRecord
from backend.domain.principal import Principal
from backend.domain.tenant import Tenant
from portal import cost_outlook
from portal.cost_views import CostQuery
from tests.portal.conftest import PAT, Visit, mara_of, said
from tests.portal.spent import cost, put, today

COSTS = "provider/costs.py"
WEEKS = range(1, 36)


@pytest.fixture(autouse=True)
def emptied(admin: Context) -> Iterator[None]:
    yield
    put(admin)


def query(context: Context, me: Principal = PAT) -> CostQuery:
    """As a page asks that looks at one day alone."""
    return CostQuery(me, context.sync_notes.read().synced_at, today(), today())


def usual(tenant: Tenant, service: str, amount: str = "1") -> list[CostRecord]:
    """The same amount on each of the last five weeks' days."""
    return [cost(tenant.tenant_id, amount, days_ago=n, service=service) for n in WEEKS]


def risen(tenant: Tenant, service: str, amount: str, *, days_ago: int = 3) -> list[CostRecord]:
    """Usual days, and one that has cost so much more."""
    more = cost(tenant.tenant_id, amount, days_ago=days_ago, service=service)
    return [*usual(tenant, service), more]


def days_in_month() -> int:
    return monthrange(today().year, today().month)[1]


def of_anomalies(app: AppTest) -> list[str]:
    listed = [each for each in app.warning if "is usual" in each.value or "more" in each.value]
    return said(listed).splitlines()


def test_before_cost_was_read_nothing_is_foretold() -> None:
    never = CostQuery(PAT, None, today(), today())
    assert cost_outlook.forecast(never, today()) is None
    assert cost_outlook.out_of_the_ordinary(never, today()) == []


def test_without_a_full_day_of_cost_it_is_too_early(
    visit: Visit, admin: Context, acme: Tenant
) -> None:
    put(admin, cost(acme.tenant_id, "5"))
    assert cost_outlook.forecast(query(admin), today()) is None
    assert "should come to" not in said(visit(PAT, COSTS).info)


def test_a_forecast_goes_by_weeks_before_the_period_looked_at(
    visit: Visit, admin: Context, acme: Tenant
) -> None:
    put(admin, *usual(acme, "S3"))
    told = cost_outlook.forecast(query(admin), today())
    assert told is not None
    assert told.expected == days_in_month()
    assert told.basis == "the mean of each weekday in the last 28 full days"
    assert f"comes to ${days_in_month()}.00" in said(visit(PAT, COSTS).info)


def test_a_day_like_the_others_is_nothing_out_of_the_ordinary(
    visit: Visit, admin: Context, acme: Tenant
) -> None:
    put(admin, *usual(acme, "S3"))
    assert cost_outlook.out_of_the_ordinary(query(admin), today()) == []
    assert not of_anomalies(visit(PAT, COSTS))


def test_a_day_far_above_the_usual_is_named_with_what_is_usual(
    visit: Visit, admin: Context, acme: Tenant
) -> None:
    put(admin, *risen(acme, "S3", "99"))
    [odd] = cost_outlook.out_of_the_ordinary(query(admin), today())
    assert (odd.kind, odd.tenant_id, odd.service, odd.amount) == (
        Kind.HIGH,
        acme.tenant_id,
        "S3",
        100,
    )
    [line] = of_anomalies(visit(PAT, COSTS))
    assert line.startswith(f"- {acme.tenant_id}, S3, {odd.day.day} {odd.day:%b}: $100.00 where")
    assert "about $1.00 is usual" in line


def test_only_the_last_two_weeks_are_told(admin: Context, acme: Tenant) -> None:
    put(admin, *risen(acme, "S3", "99", days_ago=14), *risen(acme, "EC2", "99", days_ago=13))
    found = cost_outlook.out_of_the_ordinary(query(admin), today())
    assert [odd.service for odd in found] == ["EC2"]


def test_eight_are_listed_and_the_others_counted(
    visit: Visit, admin: Context, acme: Tenant
) -> None:
    put(admin, *(one for n in range(10) for one in risen(acme, f"Service {n}", f"{90 - n}")))
    assert len(cost_outlook.out_of_the_ordinary(query(admin), today())) == 10
    lines = of_anomalies(visit(PAT, COSTS))
    assert len(lines) == 9
    assert "Service 0" in lines[0]
    assert lines[-1] == "- and 2 more"


def test_exactly_eight_leave_none_to_count(visit: Visit, admin: Context, acme: Tenant) -> None:
    put(admin, *(one for n in range(8) for one in risen(acme, f"Service {n}", "90")))
    lines = of_anomalies(visit(PAT, COSTS))
    assert len(lines) == 8
    assert "more" not in lines[-1]


def test_a_tenants_own_outlook_knows_nothing_of_the_others(
    admin: Context, acme: Tenant, other: Tenant
) -> None:
    put(admin, *usual(acme, "S3"), *risen(other, "S3", "99"))
    mine = query(admin, mara_of(acme))
    told = cost_outlook.forecast(mine, today())
    assert told is not None
    assert told.expected == days_in_month()
    assert cost_outlook.out_of_the_ordinary(mine, today()) == []
