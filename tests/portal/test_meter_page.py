"""A month's bill beside the meter, as a provider sees it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from backend import cost_sharing
from backend.context import Context
from backend.domain.allocation import SharedSplit
from backend.domain.month import days_of
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage, TierUsage
from portal import format as show
from tests.portal.conftest import PAT, Visit, figures, mara_of, press, said
from tests.portal.spent import cost, month, put

METER = "provider/meter.py"
LAST, OPEN = month(1), month()
THIRD = days_of(LAST).since.replace(day=3)


def used(tenant: Tenant, metered: str, *, builds: int, ended: int) -> MonthUsage:
    tier = TierUsage(tenant.tier, builds, ended, 3600, Decimal(metered))
    return MonthUsage(tenant.tenant_id, LAST, (tier,))


@pytest.fixture
def last_month(admin: Context, acme: Tenant, other: Tenant) -> Iterator[None]:
    """$55.00: two tenants', some of it shared, some nobody's."""
    put(
        admin,
        cost(acme.tenant_id, "30", on=THIRD),
        cost(acme.tenant_id, "5", on=THIRD, service="Amazon Simple Storage Service"),
        cost(other.tenant_id, "10", on=THIRD),
        cost(None, "8", on=THIRD, shared=True),
        cost(None, "2", on=THIRD),
        used=[used(acme, "24.5", builds=2, ended=3)],
    )
    yield
    put(admin)


def of_last_month(visit: Visit) -> AppTest:
    return visit(PAT, METER, month=LAST)


def row_of(app: AppTest, tenant: Tenant) -> dict[str, str]:
    return dict(app.dataframe[0].value.set_index("Tenant").loc[tenant.tenant_id])


def test_a_month_nothing_is_known_of_says_so(visit: Visit, admin: Context) -> None:
    put(admin)
    app = visit(PAT, METER)
    assert "Nothing is known of this month: choose another" in said(app.info)
    assert not app.metric
    assert not app.dataframe


def test_cost_that_is_no_tenants_is_told_in_a_month_without_tenants(
    visit: Visit, admin: Context
) -> None:
    put(admin, cost(None, "8", on=THIRD, shared=True), cost(None, "2", on=THIRD))
    app = of_last_month(visit)
    assert "No tenant has any cost or build in this month" in said(app.info)
    assert "$8.00 of shared cost that is not split and $2.00 that is unallocated" in said(
        app.caption
    )
    assert not app.dataframe
    put(admin)


@pytest.mark.parametrize("written", ["2099-01", "2026-13", "May", "-1", "../costs"])
@pytest.mark.usefixtures("last_month")
def test_what_is_none_of_the_months_gives_way_to_the_open_one_in_the_address(
    visit: Visit, written: str
) -> None:
    app = visit(PAT, METER, month=written)
    assert app.selectbox[0].value == OPEN
    assert app.query_params["month"] == OPEN


@pytest.mark.usefixtures("last_month")
def test_a_month_that_is_chosen_stands_in_the_address(
    visit: Visit,
) -> None:
    app = visit(PAT, METER)
    app.selectbox[0].set_value(LAST).run()
    assert app.query_params["month"] == LAST
    assert figures(app)["Cost"] == "$45.00"
    app.selectbox[0].set_value(OPEN).run()
    assert app.query_params["month"] == OPEN
    assert not app.metric


@pytest.mark.usefixtures("last_month")
def test_all_tenants_cost_bill_and_meter_are_told_to_the_cent(visit: Visit) -> None:
    app = of_last_month(visit)
    assert figures(app) == {
        "Cost": "$45.00",
        "Bill above meter": "+$15.50",
        "A build that succeeded": "$22.50",
        "Builds": "2 of 3",
    }
    told = [metric.help for metric in app.metric]
    assert "$45.00 own and $0.00 of shared cost" in told
    assert "SageMaker's bill $40.00, the meter $24.50" in told


@pytest.mark.parametrize(("ended", "told"), [(0, "no builds"), (2, "not metered")])
def test_a_month_without_a_meter_says_whether_there_were_builds(
    visit: Visit, admin: Context, acme: Tenant, ended: int, told: str
) -> None:
    unpriced = [used(acme, "0", builds=1, ended=ended)] if ended else []
    put(admin, cost(acme.tenant_id, "30", on=THIRD), used=unpriced)
    app = of_last_month(visit)
    assert figures(app)["Bill above meter"] == told
    assert row_of(app, acme)["Drift"] == ""
    put(admin)


@pytest.mark.usefixtures("last_month")
def test_each_tenant_has_its_bill_beside_its_meter_the_dearest_first(
    visit: Visit, acme: Tenant, other: Tenant
) -> None:
    app = of_last_month(visit)
    assert list(app.dataframe[0].value["Tenant"]) == [acme.tenant_id, other.tenant_id]
    assert row_of(app, acme) == {
        "Tier": "standard",
        "Own": "$35.00",
        "Of shared": "$0.00",
        "Cost": "$35.00",
        "Bill": "$30.00",
        "Meter": "$24.50",
        "Drift": "+$5.50 · +22.4 %",
        "Builds": "2 of 3",
        "A build": "$17.50",
    }
    without_builds = row_of(app, other)
    assert (without_builds["Drift"], without_builds["A build"]) == ("", "")


@pytest.mark.usefixtures("last_month")
def test_what_no_tenant_bears_makes_the_months_total_whole(visit: Visit) -> None:
    assert (
        "Beside the tenants' $45.00 stand $8.00 of shared cost that is not split and $2.00 that is "
        "unallocated: $55.00 in all."
    ) in said(of_last_month(visit).caption)


@pytest.mark.usefixtures("last_month", "unsplit")
def test_shared_cost_that_is_split_is_part_of_what_tenants_and_their_builds_cost(
    visit: Visit, portal: Context, acme: Tenant
) -> None:
    cost_sharing.choose(portal, PAT, SharedSplit.EVENLY, since=LAST, now=datetime.now(UTC))
    app = of_last_month(visit)
    row = row_of(app, acme)
    assert (row["Of shared"], row["Cost"], row["A build"]) == ("$4.00", "$39.00", "$19.50")
    assert (row["Bill"], row["Drift"]) == ("$30.00", "+$5.50 · +22.4 %")
    assert "the tenants' $53.00 stand $0.00 of shared cost" in said(app.caption)


@pytest.mark.usefixtures("last_month")
def test_pressing_a_tenant_opens_its_costs_of_the_same_month(visit: Visit, acme: Tenant) -> None:
    app = press(of_last_month(visit), "month-tenant")
    assert app.title[0].value == show.plain(acme.name)
    assert app.selectbox[0].value == LAST
    assert app.query_params["month"] == LAST


def test_a_tenants_people_are_not_shown_it(visit: Visit, acme: Tenant) -> None:
    with pytest.raises(ValueError, match=r"meter\.py"):
        visit(mara_of(acme), METER)
