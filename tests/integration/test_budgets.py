"""A tenant's budget: set by a provider, spent by builds and bills, lifted by a new month."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backend import budgets
from backend.aws.build_table import BuildTable
from backend.aws.cost_table import CostTable
from backend.aws.tables import TenantTable
from backend.context import Context
from backend.domain import naming
from backend.domain.audit import Action
from backend.domain.budget import Budget
from backend.domain.build import Build, BuildState
from backend.domain.cost import CostRecord
from backend.domain.cost_month import CostMonth
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.meter_reading import Metered, MeteredStep
from backend.domain.month import bounds_of, month_of
from backend.domain.price_book import Price
from backend.domain.tenant import Tenant, TenantStatus
from backend.spending import reckon
from tests.integration.estate import PAT
from tests.integration.lines import clocks_stopped, person_of, remembered_of
from tests.integration.test_walk import LINEAR, put, table, until
from tests.unit.values import waiting_build

NewTenants = Callable[..., Tenant]
NOW = datetime.now(UTC)
TEN = Budget(Decimal(10), stops=True)


def budgeted(context: Context, tenant: Tenant, budget: Budget | None = TEN) -> Tenant:
    return budgets.set_budget(context, PAT, tenant.tenant_id, budget=budget, now=NOW)


def ended(admin: Context, tenant: Tenant, amount: str, *, at: datetime = NOW) -> Build:
    """A build that has ended and cost so much by the meter; one that failed costs, too."""
    key = f"uploads/{amount}-{at.timestamp()}.csv"
    price = Price(Decimal("0.115"), "the test")
    build = replace(
        waiting_build(key),
        tenant_id=tenant.tenant_id,
        build_id=naming.build_id_of(tenant.bucket, key, "v1"),
        state=BuildState.FAILED,
        requested_at=NOW,
        started_at=at,
        ended_at=at,
        metered=Metered((MeteredStep("Train", 60, price, Decimal(amount)),)),
    )
    admin.builds.add(build)
    return build


@contextmanager
def billed(admin: Context, tenant: Tenant, amount: str) -> Iterator[None]:
    """What a sync of costs would have written; other owners' rows stay."""
    today, costs = NOW.date(), admin.session.table(naming.COSTS_TABLE)
    record = CostRecord(today, tenant.tenant_id, Decimal(amount), estimated=True, service="S3")
    month = CostMonth.of(tenant.tenant_id, f"{today:%Y-%m}", [record])
    key = {"owner": month.owner, "month": month.month}
    costs.put_item(Item={**key, "figures": month.packed(), "usage": []})
    yield
    costs.delete_item(Key=key)


@contextmanager
def all_requests_used(admin: Context) -> Iterator[None]:
    """No sync of costs reads anything more today."""
    before = admin.sync_notes.read()
    used = replace(before, asked_on=f"{datetime.now(UTC):%Y-%m-%d}", requests_today=6)
    admin.sync_notes.write(before, used)
    yield
    admin.sync_notes.write(used, before)


@pytest.fixture
def unindexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of ended builds shows nothing yet."""
    monkeypatch.setattr(BuildTable, "ended_of", lambda *_: iter(()))


def notices(admin: Context) -> int:
    return admin.scheduling.read()[0].settings_version


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        (Budget(Decimal(0), stops=True), "or pause the tenant"),
        (Budget(Decimal("-1")), "A budget of -1 dollars is none"),
        (Budget(Decimal("1.001")), "give whole cents"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(
    admin: Context, portal: Context, new_tenant: NewTenants, budget: Budget, sentence: str
):
    tenant = new_tenant("basic")
    with pytest.raises(Invalid, match=sentence):
        budgeted(portal, tenant, budget)
    assert admin.tenants.get(tenant.tenant_id) == tenant
    assert remembered_of(admin, tenant.tenant_id) == []


def test_a_tenants_people_do_not_set_their_own_budget(portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic")
    with pytest.raises(Forbidden):
        budgets.set_budget(portal, person_of(tenant), tenant.tenant_id, budget=None, now=NOW)


def test_an_unknown_tenant_is_told_so(portal: Context):
    with pytest.raises(NotFound, match="no tenant 'nobody'"):
        budgets.set_budget(portal, PAT, "nobody", budget=TEN, now=NOW)


def test_who_leaves_has_no_budget(admin: Context, portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic")
    admin.tenants.save(tenant, tenant.with_status(TenantStatus.OFFBOARDED))
    with pytest.raises(Conflict, match="is Offboarded"):
        budgeted(portal, tenant)


def test_a_budget_is_kept_remembered_and_taken_away_again(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    after = budgeted(portal, tenant)
    assert admin.tenants.get(tenant.tenant_id) == after
    assert (after.budget, after.spent(month_of(NOW))) == (TEN, 0)
    [entry] = remembered_of(admin, tenant.tenant_id)
    assert (entry.actor, entry.action, entry.before, entry.after) == (
        "Pat",
        Action.SET_BUDGET,
        "budget: no limit",
        "budget: $10.00 a month, then no build starts",
    )
    assert budgeted(portal, tenant) == after
    assert remembered_of(admin, tenant.tenant_id) == [entry]
    assert budgeted(portal, tenant, None) == tenant
    assert admin.tenants.get(tenant.tenant_id) == tenant


def test_an_edit_keeps_the_budget_somebody_else_has_set_since(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    seen = new_tenant("basic")
    budgeted(portal, seen)
    kept = budgets.set_budget(portal, PAT, seen.tenant_id, budget=None, now=NOW, seen=seen)
    assert kept.budget == admin.tenants.get(seen.tenant_id).budget == TEN


def test_what_was_spent_before_counts_and_the_greater_of_meter_and_bill_does(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant, other, month = new_tenant("basic"), new_tenant("basic"), month_of(NOW)
    ended(admin, tenant, "3")
    ended(admin, tenant, "2.5")
    ended(admin, tenant, "50", at=bounds_of(month)[0] - timedelta(seconds=1))
    ended(admin, tenant, "50", at=bounds_of(month)[1])
    ended(admin, other, "50")
    found = budgeted(portal, tenant)
    assert found.spending is not None
    assert (found.spending.amount, found.spending.reached) == (Decimal("5.5"), 50)
    assert found.spending.reached_at == NOW
    with billed(admin, tenant, "8.25"):
        assert budgets.reckon_all(admin, now=NOW) >= 1
    spending = admin.tenants.get(tenant.tenant_id).spending
    assert spending is not None
    assert (spending.amount, spending.billed, spending.reached) == (
        Decimal("8.25"),
        Decimal("8.25"),
        80,
    )


def test_a_bill_that_was_just_written_counts_though_no_index_shows_it_yet(
    admin: Context, portal: Context, new_tenant: NewTenants, monkeypatch: pytest.MonkeyPatch
):
    tenant = budgeted(portal, new_tenant("basic"))
    monkeypatch.setattr(CostTable, "of_all", lambda *_: iter(()))
    with billed(admin, tenant, "8.25"):
        budgets.reckon_all(admin, now=NOW)
    assert admin.tenants.get(tenant.tenant_id).spent(month_of(NOW)) == Decimal("8.25")


def test_whatever_becomes_of_a_sync_of_costs_what_is_spent_is_reckoned_after_it(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    budgeted(portal, tenant)
    ended(admin, tenant, "10")
    with all_requests_used(admin):
        assert "6 are allowed a day" in admin.functions.sync_costs()["refused"]
    found = admin.tenants.get(tenant.tenant_id)
    assert found.over_budget(month_of(NOW)) is not None
    assert found.spending is not None
    assert found.spending.as_of > NOW


def test_the_end_of_a_build_leaves_the_bill_as_it_was_told(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with billed(admin, tenant, "6"):
        budgeted(portal, tenant)
    late = replace(ended(admin, new_tenant("basic"), "1"), tenant_id=tenant.tenant_id)
    found = reckon(admin, tenant.tenant_id, now=NOW, ended=late)
    assert found is not None
    assert found.spent(month_of(NOW)) == 6
    more = replace(late, metered=Metered((replace(late.metered.steps[0], amount=Decimal(7)),)))
    assert reckon(admin, tenant.tenant_id, now=NOW, ended=more).spent(month_of(NOW)) == 7


def test_dispatches_are_told_only_when_a_budget_is_spent_or_is_so_no_more(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    budgeted(portal, tenant)
    before = notices(admin)
    ended(admin, tenant, "4")
    reckon(admin, tenant.tenant_id, now=NOW)
    assert notices(admin) == before
    ended(admin, tenant, "6")
    reckon(admin, tenant.tenant_id, now=NOW)
    assert notices(admin) == before + 1
    reckon(admin, tenant.tenant_id, now=NOW)
    assert notices(admin) == before + 1
    found = reckon(admin, tenant.tenant_id, now=bounds_of(month_of(NOW))[1])
    assert found is not None
    assert found.over_budget(month_of(NOW)) is None


def test_of_two_that_reckon_on_one_reading_the_second_reckons_anew(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    read = budgeted(portal, new_tenant("basic"))
    assert read.spending is not None

    def spent(amount: int) -> Tenant:
        return replace(read, spending=replace(read.spending, metered=Decimal(amount)))

    admin.tenants.save_spending(read, spent(3), notice=False)
    with pytest.raises(Conflict):
        admin.tenants.save_spending(read, spent(4), notice=False)
    admin.tenants.save(read, replace(read, budget=Budget(Decimal(99))))
    with pytest.raises(Conflict):
        admin.tenants.save_spending(spent(3), spent(5), notice=True)
    assert admin.tenants.get(read.tenant_id).spent(month_of(NOW)) == 3


def test_a_budget_that_is_spent_stays_so_while_the_index_shows_nothing_yet(
    admin: Context, portal: Context, new_tenant: NewTenants, unindexed: None
):
    tenant = budgeted(portal, new_tenant("basic"))
    first = reckon(admin, tenant.tenant_id, now=NOW, ended=ended(admin, tenant, "11"))
    before = notices(admin)
    second = reckon(admin, tenant.tenant_id, now=NOW, ended=ended(admin, tenant, "1"))
    assert first is not None
    assert second is not None
    assert (first.spent(month_of(NOW)), second.spent(month_of(NOW))) == (11, 12)
    assert second.over_budget(month_of(NOW)) is not None
    assert notices(admin) == before
    assert reckon(admin, tenant.tenant_id, now=NOW).spent(month_of(NOW)) == 12


def test_of_many_builds_that_end_at_once_each_is_spent_though_the_index_shows_none(
    admin: Context, portal: Context, new_tenant: NewTenants, unindexed: None
):
    tenant = budgeted(portal, new_tenant("basic"))
    builds = [ended(admin, tenant, f"0.{number}") for number in range(1, 7)]
    with ThreadPoolExecutor(len(builds)) as recorders:
        list(recorders.map(lambda b: reckon(admin, b.tenant_id, now=NOW, ended=b), builds))
    assert admin.tenants.get(tenant.tenant_id).spent(month_of(NOW)) == Decimal("2.1")


def test_whoever_is_always_overtaken_leaves_it_at_what_was_read(
    admin: Context, portal: Context, new_tenant: NewTenants, monkeypatch: pytest.MonkeyPatch
):
    tenant = budgeted(portal, new_tenant("basic"))
    tried = []

    def overtaken(_: TenantTable, before: Tenant, after: Tenant, *, notice: bool) -> Tenant:
        tried.append(after.spending)
        raise Conflict("Somebody else was faster.")

    def not_allowed(_: TenantTable, tenant_id: str) -> Tenant:
        raise AssertionError(f"Functions may not GetItem {tenant_id}.")

    monkeypatch.setattr(TenantTable, "save_spending", overtaken)
    monkeypatch.setattr(TenantTable, "get", not_allowed)
    late = ended(admin, tenant, "4")
    assert reckon(admin, tenant.tenant_id, now=NOW, ended=late) == tenant
    assert len(tried) > 1


def test_without_a_budget_nothing_is_reckoned(admin: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic")
    ended(admin, tenant, "4")
    assert reckon(admin, tenant.tenant_id, now=NOW) == tenant
    assert reckon(admin, "nobody", now=NOW) is None


def test_a_build_over_budget_waits_until_the_budget_is_raised_and_its_end_is_reckoned(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("premium")
    ended(admin, tenant, "12.4")
    budgeted(portal, tenant)
    build_id = put(portal, tenant, table(), LINEAR)

    def stands_aside(build: Build) -> bool:
        return (build.parked or "").startswith("over budget: $12.40 of $10.00 in ")

    until(admin, tenant, build_id, stands_aside)
    with clocks_stopped(admin):
        budgeted(portal, tenant, Budget(Decimal(20), stops=True))
        until(admin, tenant, build_id, lambda build: build.state is not BuildState.WAITING)
    done = until(admin, tenant, build_id)
    assert done.state is BuildState.SUCCEEDED
    assert done.metered is not None

    both = Decimal("12.4") + done.metered.amount
    limit = time.monotonic() + 10
    while admin.tenants.get(tenant.tenant_id).spent(month_of(NOW)) != both:
        assert time.monotonic() < limit
        time.sleep(0.1)
