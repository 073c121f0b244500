"""What a tenant's own people see of what their use comes to: theirs, and nobody else's."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from backend import cost_sharing
from backend.context import Context
from backend.domain import naming
from backend.domain.allocation import SharedSplit
from backend.domain.budget import Budget, Spending
from backend.domain.month import days_of
from backend.domain.tenant import Tenant
from portal import format as show
from tests.portal.conftest import PAT, Visit, figures, mara_of, press, said
from tests.portal.ended import Ended
from tests.portal.spent import cost, month, put, today

USAGE = "tenant/usage.py"
LAST, OPEN = month(1), month()
SECOND = days_of(LAST).since.replace(day=2)
STEPS = ["Preprocess", "Train", "Disks of training jobs", "Disks of processing jobs"]
ESTIMATES = ["$0.0029", "$0.12", "$0.0058", "$0.00010"]
NewTenant = Callable[..., Tenant]


@pytest.fixture
def spent(admin: Context, of_months: Ended) -> Iterator[None]:
    """Own cost in both months, and others' beside it."""
    first = days_of(OPEN).since
    put(
        admin,
        cost(of_months.tenant.tenant_id, "30.005", on=SECOND),
        cost(of_months.tenant.tenant_id, "0.99", on=first),
        cost(of_months.foreign.tenant_id, "777", on=SECOND),
        cost(of_months.foreign.tenant_id, "555", on=first),
        cost(None, "8", on=SECOND, shared=True),
        cost(None, "2", on=first),
    )
    yield
    put(admin)


def opened(visit: Visit, of_months: Ended, *, of: str = LAST, **query: str) -> AppTest:
    return visit(mara_of(of_months.tenant), USAGE, month=of, **query)


def files(app: AppTest) -> list[str]:
    listed = [frame.value for frame in app.dataframe if "File" in frame.value.columns]
    return list(listed[0]["File"]) if listed else []


def test_a_month_without_cost_or_builds_says_what_will_be_here(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    put(admin)
    app = visit(mara_of(new_tenant("basic")), USAGE)
    assert "No build ended in this month: what builds cost is here" in said(app.info)
    assert figures(app) == {
        "Cost to date": "$0.00",
        "Forecast": "too early",
        "Builds by the meter": "$0.00",
        "Builds": "0 of 0",
    }
    assert not app.get("plotly_chart")
    assert not app.get("progress")


def test_before_cost_was_ever_read_the_meter_alone_is_told(
    visit: Visit, admin: Context, of_months: Ended
) -> None:
    table = admin.session.table(naming.SETTINGS_TABLE)
    row = table.get_item(Key={"name": "cost-sync"}).get("Item")
    table.delete_item(Key={"name": "cost-sync"})
    app = opened(visit, of_months)
    assert "Cost has not been read yet" in said(app.caption)
    assert figures(app)["Builds by the meter"] == "$0.12"
    if row is not None:
        table.put_item(Item=row)


@pytest.mark.parametrize("written", ["2099-01", "2026-00", "tomorrow", "", "../x"])
@pytest.mark.usefixtures("spent")
def test_what_is_none_of_the_months_shows_the_open_one(
    visit: Visit, of_months: Ended, written: str
) -> None:
    app = opened(visit, of_months, of=written)
    assert app.selectbox[0].value == OPEN
    assert figures(app)["Cost to date"] == "$0.99"


@pytest.mark.usefixtures("spent")
def test_a_month_that_is_over_has_its_cost_and_builds_and_no_forecast(
    visit: Visit, of_months: Ended
) -> None:
    app = opened(visit, of_months)
    assert figures(app) == {
        "Cost": "$30.00",
        "Builds by the meter": "$0.12",
        "Builds": "1 of 2",
    }
    assert f"it knows cost up to {SECOND:%-d %b}" in said(app.caption)
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.usefixtures("spent")
def test_only_ones_own_cost_and_builds_are_there_whatever_the_address_says(
    visit: Visit, of_months: Ended
) -> None:
    app = opened(
        visit, of_months, tenant=of_months.foreign.tenant_id, build=of_months.theirs.build_id
    )
    assert figures(app)["Cost"] == "$30.00"
    assert sorted(files(app)) == ["idle.csv", "priced.csv", "unpriced.csv"]
    assert not app.table
    shown = f"{app.main}"
    assert "30.00" in shown
    assert of_months.foreign.tenant_id not in shown
    assert "777" not in shown
    theirs = visit(mara_of(of_months.foreign), USAGE, month=LAST, tenant=of_months.tenant.tenant_id)
    assert figures(theirs)["Cost"] == "$777.00"
    assert files(theirs) == ["foreign.csv"]


@pytest.mark.usefixtures("spent", "unsplit")
def test_shared_cost_is_the_providers_whether_it_is_split_or_not(
    visit: Visit, portal: Context, of_months: Ended
) -> None:
    cost_sharing.choose(portal, PAT, SharedSplit.EVENLY, since=LAST, now=datetime.now(UTC))
    assert figures(opened(visit, of_months))["Cost"] == "$30.00"


def test_builds_tell_their_estimate_that_one_has_no_price_or_that_it_never_ran(
    visit: Visit, of_months: Ended
) -> None:
    rows = opened(visit, of_months).dataframe[0].value.set_index("File")["Estimate"].to_dict()
    assert rows == {"priced.csv": "$0.12", "unpriced.csv": "no price", "idle.csv": ""}
    unpriced = opened(visit, of_months, build=of_months.unpriced.build_id)
    assert "One of its instances has no price" in said(unpriced.info)
    never_ran = opened(visit, of_months, build=of_months.never_ran.build_id)
    assert "It never ran, so it cost nothing." in said(never_ran.info)


def test_a_builds_steps_open_when_it_is_pressed_and_by_its_address(
    visit: Visit, of_months: Ended
) -> None:
    app = opened(visit, of_months)
    app = press(app, "usage-build", files(app).index("priced.csv"))
    assert app.query_params["build"] == of_months.priced.build_id
    again = opened(visit, of_months, build=of_months.priced.build_id)
    for shown in (app.table[0].value, again.table[0].value):
        assert list(shown["Step"]) == STEPS
        assert list(shown["Estimate"]) == ESTIMATES


@pytest.mark.parametrize("build_id", ["nonsense", "", "../x"])
def test_a_build_that_is_unknown_shows_no_steps(
    visit: Visit, of_months: Ended, build_id: str
) -> None:
    assert not opened(visit, of_months, build=build_id).table


def test_a_build_of_another_month_shows_no_steps(visit: Visit, of_months: Ended) -> None:
    app = opened(visit, of_months, of=OPEN, build=of_months.priced.build_id)
    assert not app.table
    assert files(app) == ["new.csv"]


def test_a_forecast_waits_for_a_full_day_of_cost(
    visit: Visit, admin: Context, of_months: Ended
) -> None:
    put(admin, cost(of_months.tenant.tenant_id, "3"))
    app = opened(visit, of_months, of=OPEN)
    assert figures(app)["Forecast"] == "too early"
    assert "A full day of cost must be known first" in [metric.help for metric in app.metric]
    put(admin)


def test_a_forecast_goes_by_the_tenants_own_days(
    visit: Visit, admin: Context, of_months: Ended
) -> None:
    own, others = of_months.tenant.tenant_id, of_months.foreign.tenant_id
    put(
        admin,
        *(cost(own, "1.5", days_ago=n) for n in range(1, 45)),
        *(cost(others, "900", days_ago=n) for n in range(1, 45)),
    )
    app = opened(visit, of_months, of=OPEN)
    days = monthrange(today().year, today().month)[1]
    assert figures(app)["Forecast"] == f"${days * Decimal('1.5'):.2f}"
    assert "the mean of each weekday in the last 28 full days" in " ".join(
        metric.help for metric in app.metric
    )
    put(admin)


def test_a_budget_is_told_in_the_open_month_and_no_other(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant, now = new_tenant("basic"), datetime.now(UTC)
    spending = Spending(OPEN, Decimal("8.2"), Decimal(0), now)
    limited = replace(tenant, budget=Budget(Decimal(10), stops=True), spending=spending)
    admin.tenants.save(tenant, limited)
    app = visit(mara_of(tenant), USAGE)
    assert len(app.get("progress")) == 1
    assert "80 % of the month's budget is spent: $8.20 of $10.00" in said(app.warning)
    assert "the greater of what its builds cost by the meter" in said(app.caption)
    before = visit(mara_of(tenant), USAGE, month=LAST)
    assert not before.get("progress")
    assert not before.warning


def test_pressing_an_invoice_opens_it_with_the_others(visit: Visit, of_months: Ended) -> None:
    app = opened(visit, of_months)
    assert list(app.dataframe[-1].value["Month"]) == [show.month(OPEN)]
    app = press(app, "open-bill")
    assert app.title[0].value == "Invoices"
    assert app.query_params["month"] == OPEN


def test_a_provider_has_pages_of_its_own(visit: Visit) -> None:
    with pytest.raises(ValueError, match=r"usage\.py"):
        visit(PAT, USAGE)
