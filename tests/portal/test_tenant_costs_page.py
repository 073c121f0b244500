"""One tenant's cost as a provider follows it: months, builds, and a build's steps."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from backend import cost_sharing, invoices
from backend.context import Context
from backend.domain.allocation import SharedSplit
from backend.domain.build import BuildState
from backend.domain.month import bounds_of, days_of
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.usage import usage_of
from portal import format as show
from tests.portal import ended
from tests.portal.conftest import PAT, Visit, figures, mara_of, press, said
from tests.portal.ended import Ended
from tests.portal.spent import cost, month, put

COSTS = "provider/tenant_costs.py"
LAST, OPEN = month(1), month()
SECOND = days_of(LAST).since.replace(day=2)
STEPS = ["Preprocess", "Train", "Disks of training jobs", "Disks of processing jobs"]
ESTIMATES = ["$0.0029", "$0.12", "$0.0058", "$0.00010"]
NewTenant = Callable[..., Tenant]


@pytest.fixture
def spent(admin: Context, of_months: Ended, other: Tenant) -> Iterator[None]:
    put(
        admin,
        cost(of_months.tenant.tenant_id, "30.005", on=SECOND),
        cost(other.tenant_id, "10", on=SECOND),
        cost(None, "8", on=SECOND, shared=True),
        used=of_months.used,
    )
    yield
    put(admin)


def opened(visit: Visit, of_months: Ended, *, of: str = LAST, build: str = "") -> AppTest:
    return visit(PAT, COSTS, tenant=of_months.tenant.tenant_id, month=of, build=build)


def month_rows(app: AppTest) -> dict[str, dict[str, str]]:
    return app.dataframe[-1].value.set_index("Month").to_dict("index")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "No tenant is named: choose one from the list of tenants."),
        ({"tenant": "nobody"}, "There is no tenant 'nobody'"),
        ({"tenant": "<b>*x*</b>", "month": LAST}, "There is no tenant '<b>*x*</b>'"),
    ],
)
def test_no_tenant_is_a_sentence(visit: Visit, query: dict[str, str], sentence: str) -> None:
    app = visit(PAT, COSTS, **query)
    assert sentence in said(app.error)
    assert not app.metric


def test_a_tenant_of_whom_nothing_is_known_says_so(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant = new_tenant("basic")
    admin.tenants.save(tenant, replace(tenant, tier="without-a-plan"))
    app = visit(PAT, COSTS, tenant=tenant.tenant_id)
    assert "No build ended in this month." in said(app.info)
    assert "No cost, build or invoice of it is known" in said(app.info)
    assert not app.dataframe
    admin.tenants.save(admin.tenants.get(tenant.tenant_id), tenant)


@pytest.mark.parametrize("written", ["2099-01", "October", "", "../x"])
def test_what_is_none_of_the_months_shows_the_open_one(
    visit: Visit, of_months: Ended, written: str
) -> None:
    app = opened(visit, of_months, of=written)
    assert app.selectbox[0].value == OPEN
    assert list(app.dataframe[0].value["File"]) == ["new.csv"]


@pytest.mark.usefixtures("spent")
def test_cost_bill_above_meter_and_margin_of_a_month_are_told_to_the_cent(
    visit: Visit, portal: Context, of_months: Ended
) -> None:
    app = opened(visit, of_months)
    invoice = invoices.see(
        portal, PAT, LAST, tenant_id=of_months.tenant.tenant_id, now=datetime.now(UTC)
    )
    assert invoice.total > 0
    assert figures(app) == {
        "Cost": "$30.00",
        "Bill above meter": "+$29.88",
        "A build that succeeded": "$30.00",
        "Margin": show.money(invoice.total - Decimal("30.005")),
    }
    told = [metric.help for metric in app.metric]
    assert "SageMaker's bill $30.00, the meter $0.12" in told
    assert f"Revenue {show.money(invoice.total)} less cost" in told


@pytest.mark.usefixtures("spent", "unsplit")
def test_its_part_of_shared_cost_is_told_beside_its_own(
    visit: Visit, portal: Context, of_months: Ended
) -> None:
    cost_sharing.choose(portal, PAT, SharedSplit.EVENLY, since=LAST, now=datetime.now(UTC))
    app = opened(visit, of_months)
    assert figures(app)["Cost"] == "$34.00"
    assert "$30.00 own and $4.00 of shared cost" in [metric.help for metric in app.metric]
    row = month_rows(app)[show.month(LAST)]
    assert (row["Own"], row["Of shared"], row["Cost"]) == ("$30.00", "$4.00", "$34.00")
    assert row["Drift"].startswith("+$29.88 · ")


@pytest.mark.usefixtures("spent")
def test_months_stand_below_each_other_with_what_they_bring(visit: Visit, of_months: Ended) -> None:
    rows = month_rows(opened(visit, of_months))
    assert list(rows) == [show.month(OPEN), show.month(LAST)]
    last, now = rows[show.month(LAST)], rows[show.month(OPEN)]
    assert (last["Cost"], last["Meter"], last["Builds"]) == ("$30.00", "$0.12", "1 of 2")
    assert (now["Cost"], now["Meter"], now["Builds"]) == ("$0.00", "$0.12", "1 of 1")
    assert last["Revenue"].startswith("$")
    assert now["Margin"] == now["Revenue"]


def test_builds_that_ended_are_listed_with_what_the_meter_says_of_them(
    visit: Visit, of_months: Ended
) -> None:
    rows = opened(visit, of_months).dataframe[0].value.set_index("File").to_dict("index")
    assert {name: (row["Seconds"], row["Estimate"]) for name, row in rows.items()} == {
        "priced.csv": ("3,690", "$0.12"),
        "unpriced.csv": ("3,690", "no price"),
        "idle.csv": ("", ""),
    }
    assert [rows[name]["State"] for name in ("priced.csv", "unpriced.csv")] == [
        ["Succeeded"],
        ["Failed"],
    ]


def test_a_builds_steps_are_its_estimate_with_prices_and_where_they_come_from(
    visit: Visit, of_months: Ended
) -> None:
    app = opened(visit, of_months, build=of_months.priced.build_id)
    shown = app.table[0].value
    assert list(shown["Step"]) == STEPS
    assert list(shown["Used"]) == [
        "90 instance seconds",
        "3,600 instance seconds",
        "108,000 GB seconds",
        "2,700 GB seconds",
    ]
    assert list(shown["Estimate"]) == ESTIMATES
    assert "priced.csv · what its steps used" in said(app.markdown).replace("*", "").replace(
        ":gray[", ""
    )
    assert "$0.12 by the meter, before tax and discounts. Prices: the shipped table" in said(
        app.caption
    )


def test_a_build_without_a_price_or_a_run_has_a_sentence_for_its_steps(
    visit: Visit, of_months: Ended
) -> None:
    unpriced = opened(visit, of_months, build=of_months.unpriced.build_id)
    assert "One of its instances has no price" in said(unpriced.info)
    never_ran = opened(visit, of_months, build=of_months.never_ran.build_id)
    assert "It never ran, so it cost nothing." in said(never_ran.info)
    assert not [*unpriced.table, *never_ran.table]


def test_a_build_that_is_unknown_or_anothers_or_of_another_month_shows_no_steps(
    visit: Visit, of_months: Ended
) -> None:
    for build_id in ("nonsense", of_months.theirs.build_id, of_months.of_open_month.build_id):
        app = opened(visit, of_months, build=build_id)
        assert not app.table
        assert "what its steps used" not in said(app.markdown)
        assert "foreign.csv" not in list(app.dataframe[0].value["File"])


def test_pressing_a_build_shows_its_steps_and_puts_it_in_the_address(
    visit: Visit, of_months: Ended
) -> None:
    app = opened(visit, of_months)
    names = list(app.dataframe[0].value["File"])
    app = press(app, "month-build", names.index("priced.csv"))
    assert app.query_params["build"] == of_months.priced.build_id
    assert list(app.table[0].value["Step"]) == STEPS


def test_a_tenant_that_has_left_has_its_usage_though_its_builds_are_gone(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant = new_tenant("basic")
    build = ended.build(
        admin, tenant, BuildState.SUCCEEDED, "gone.csv", month=LAST, metered=ended.reading()
    )
    kept = (usage_of(tenant.tenant_id, LAST, [build]),)
    begun = bounds_of(LAST)[0]
    left = replace(tenant, status=TenantStatus.OFFBOARDED, created_at=begun, kept_usage=kept)
    admin.tenants.save(tenant, replace(left, left_at=bounds_of(LAST)[1]))
    admin.builds.remove_all_of(tenant.tenant_id)
    put(admin, cost(tenant.tenant_id, "5", on=SECOND), used=kept)
    app = visit(PAT, COSTS, tenant=tenant.tenant_id, month=LAST)
    assert "offboarded" in said(app.caption)
    assert figures(app)["Bill above meter"] == "+$4.88"
    assert figures(app)["A build that succeeded"] == "$5.00"
    assert "Its builds are gone with it: what they used is told above." in said(app.info)
    assert month_rows(app)[show.month(LAST)]["Builds"] == "1 of 1"
    put(admin)


def test_a_tenants_people_are_not_shown_it(visit: Visit, of_months: Ended) -> None:
    with pytest.raises(ValueError, match=r"tenant_costs\.py"):
        visit(mara_of(of_months.tenant), COSTS, tenant=of_months.tenant.tenant_id)
