"""A budget is set where its tenant is shown; the tenant's people see how far it is spent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from backend.context import Context
from backend.domain.budget import Budget, Spending
from backend.domain.build import BuildState
from backend.domain.month import days_of, month_of
from backend.domain.tenant import Tenant
from tests.portal import made
from tests.portal.conftest import PAT, Visit, labelled, mara_of, said

BUDGET = "Budget in US dollars a month"
NOW = datetime.now(UTC)


@pytest.fixture
def fresh(new_tenant: Callable[..., Tenant]) -> Tenant:
    """A tenant nobody else touches."""
    return new_tenant("standard")


def page_of(visit: Visit, tenant: Tenant) -> AppTest:
    return visit(PAT, "provider/tenant.py", id=tenant.tenant_id)


def save(app: AppTest, typed: str, *, stops: bool = False) -> AppTest:
    labelled(app.text_input, BUDGET).set_value(typed)
    labelled(app.toggle, "Let no build start once it is spent").set_value(stops)
    return labelled(app.button, "Save the budget").click().run()


def spent(admin: Context, tenant: Tenant, amount: str, *, stops: bool) -> Tenant:
    spending = Spending(month_of(NOW), Decimal(amount), Decimal(0), NOW)
    with_budget = replace(tenant, budget=Budget(Decimal(10), stops), spending=spending)
    return admin.tenants.save(tenant, with_budget)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("ten", "'ten' is no amount: write digits with a point"),
        ("1,000", "'1,000' is no amount"),
        ("0", "A budget of 0 dollars is none: give more than 0"),
        ("-3", "A budget of -3 dollars is none"),
        ("9.999", "give whole cents"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence_and_stays_typed(
    visit: Visit, admin: Context, acme: Tenant, typed: str, sentence: str
) -> None:
    app = save(page_of(visit, acme), typed, stops=True)
    assert sentence in said(app.error)
    assert labelled(app.text_input, BUDGET).value == typed
    assert admin.tenants.get(acme.tenant_id).budget is None


def test_a_budget_is_set_shown_and_taken_away_again(
    visit: Visit, admin: Context, fresh: Tenant
) -> None:
    app = save(page_of(visit, fresh), "25.5", stops=True)
    assert admin.tenants.get(fresh.tenant_id).budget == Budget(Decimal("25.5"), stops=True)
    assert labelled(app.text_input, BUDGET).value == "25.50"
    assert "the greater of what its builds cost by the meter" in said(app.caption)
    assert len(app.get("progress")) == 1
    app = save(app, "")
    assert admin.tenants.get(fresh.tenant_id).budget is None
    assert not app.get("progress")


def test_a_provider_sees_how_far_a_budget_is_spent(
    visit: Visit, admin: Context, fresh: Tenant
) -> None:
    spent(admin, fresh, "8.2", stops=False)
    app = page_of(visit, fresh)
    assert "80 % of the month's budget is spent: $8.20 of $10.00" in said(app.warning)


def test_home_says_that_builds_wait_because_the_budget_is_spent(
    visit: Visit, admin: Context, fresh: Tenant
) -> None:
    over = spent(admin, fresh, "12.4", stops=True)
    made.build(admin, over, BuildState.WAITING)
    app = visit(mara_of(over))
    then = days_of(month_of(NOW)).until
    assert f"Builds wait until {then.day} {then:%B}" in said(app.error)
    assert "over budget: $12.40 of $10.00 in" in said(app.info)


def test_home_says_nothing_of_a_budget_that_is_far_from_spent(
    visit: Visit, admin: Context, fresh: Tenant
) -> None:
    well = spent(admin, fresh, "1", stops=True)
    made.build(admin, well, BuildState.SUCCEEDED)
    app = visit(mara_of(well))
    assert not app.error
    assert not app.warning
