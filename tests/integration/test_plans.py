"""A provider sets plans: checked, remembered with their history, their effect seen before."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backend import plans
from backend.context import Context
from backend.domain import naming
from backend.domain.audit import Action
from backend.domain.cost_month import CostMonth
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.month import bounds_of, month_of, next_month
from backend.domain.plan import DEFAULT_PLANS, Plan
from backend.domain.plan_book import PlanBook
from backend.domain.rates import Rate
from backend.domain.tenant import Tenant
from backend.domain.usage import TierUsage
from tests.cloud import Deployment
from tests.integration.estate import PAT, without
from tests.integration.lines import person_of, remembered_of

NOW = datetime.now(UTC)
OPEN = month_of(NOW)
DEARER = replace(DEFAULT_PLANS[0], since=OPEN, monthly_fee=Decimal("39.50"))


@pytest.fixture(autouse=True)
def as_deployed(admin: Context) -> Iterator[PlanBook]:
    """The book is afterwards what it was before."""
    table = admin.session.table(naming.SETTINGS_TABLE)
    row = table.get_item(Key={"name": "plans"})["Item"]
    yield admin.plans.read()
    table.put_item(Item=row)


def test_a_deployment_puts_a_plan_for_every_tier_that_has_none(
    deployed: Deployment, as_deployed: PlanBook
):
    assert set(as_deployed.plans) == set(DEFAULT_PLANS)
    assert [line for line in deployed.said if "plan " in line] == [
        f"created: plan {plan.tier}" for plan in DEFAULT_PLANS
    ]


def test_a_plan_comes_back_as_it_was_saved_and_the_old_one_stays(portal: Context):
    after = plans.save(portal, PAT, DEARER, seen=plans.book(portal, PAT), now=NOW)
    assert plans.book(portal, PAT) == after
    assert after.history("basic") == (DEFAULT_PLANS[0], DEARER)
    [entry] = [e for e in remembered_of(portal, "plan of tier basic") if e.at == NOW]
    assert (entry.actor, entry.action) == ("Pat", Action.EDIT_PLAN)
    assert entry.before.startswith("29 USD a month, 300 minutes")
    assert entry.after.startswith("39.5 USD a month, 300 minutes")


def test_what_changes_nothing_is_neither_written_nor_remembered(portal: Context):
    seen = plans.book(portal, PAT)
    same = replace(DEFAULT_PLANS[0], since=next_month(OPEN))
    later = datetime.now(UTC)
    assert plans.save(portal, PAT, same, seen=seen, now=later) == seen
    assert [e for e in remembered_of(portal, "plan of tier basic") if e.at == later] == []


def test_of_two_who_change_the_plans_the_second_must_look_again(portal: Context):
    seen = plans.book(portal, PAT)
    plans.save(portal, PAT, DEARER, seen=seen, now=NOW)
    other = replace(DEFAULT_PLANS[1], since=OPEN, monthly_fee=Decimal(1))
    with pytest.raises(Conflict, match="Somebody else has changed the plans"):
        plans.save(portal, PAT, other, seen=seen, now=NOW)
    with pytest.raises(Conflict, match="Somebody else has changed the plans"):
        portal.plans.change(seen, seen.planned(other, now=NOW))


def test_what_cannot_be_a_plan_is_refused_and_nothing_is_changed(
    portal: Context, as_deployed: PlanBook
):
    seen = plans.book(portal, PAT)
    for plan, kind, sentence in (
        (replace(DEARER, since="2020-01"), Invalid, "January 2020 on, which is over"),
        (replace(DEARER, minute_rate=Rate.per_unit("-1")), Invalid, "is -1: give 0 or more"),
        (replace(DEARER, tier="gold"), NotFound, "no tier 'gold': choose one of"),
    ):
        with pytest.raises(kind, match=sentence):
            plans.save(portal, PAT, plan, seen=seen, now=NOW)
    with pytest.raises(Invalid, match="which is over"):
        plans.effect(portal, PAT, replace(DEARER, since="2020-01"), now=NOW)
    assert plans.book(portal, PAT) == as_deployed


def test_the_effect_on_this_months_drafts_is_seen_before_saving(
    portal: Context, new_tenant: Callable[..., Tenant], as_deployed: PlanBook
):
    mine, other = new_tenant("basic"), new_tenant("premium")
    free = replace(DEARER, since=next_month(OPEN), monthly_fee=Decimal(0))
    found = {each.tenant_id: each for each in plans.effect(portal, PAT, free, now=NOW)}
    assert 0 < found[mine.tenant_id].before <= 29
    assert found[mine.tenant_id].after == 0
    assert other.tenant_id not in found
    assert plans.book(portal, PAT) == as_deployed


def test_the_first_plans_of_tiers_are_seen_one_by_one_though_a_tenant_has_been_in_both(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant, (begun, _) = new_tenant("basic"), bounds_of(OPEN)
    early = replace(tenant, created_at=begun).moved_to("premium", at=begun + timedelta(days=3))
    admin.tenants.save(tenant, early)
    known = portal.plans.read()
    admin.plans.change(known, PlanBook(revision=known.revision + 1))
    for tier in ("basic", "premium"):
        first = Plan(tier, since=OPEN, monthly_fee=Decimal(30))
        found = plans.effect(portal, PAT, first, now=NOW)
        [mine] = [each for each in found if each.tenant_id == tenant.tenant_id]
        assert mine.before == 0 < mine.after < 30
    admin.tenants.save(early, tenant)


def test_the_effect_is_of_usage_that_was_last_read_and_reads_no_build(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    by_the_build = replace(DEARER, monthly_fee=Decimal(0), included_builds=0)
    usage = (TierUsage("basic", builds=20, ended=20),)
    rows = [*admin.cost_table.of_all(NOW.date(), NOW.date() + timedelta(days=1))]
    admin.cost_table.replace(OPEN, [*rows, CostMonth(tenant.tenant_id, OPEN).using(usage)])
    with without(admin, naming.PORTAL_ROLE, "costs", "SeeEndedBuilds"):
        found = plans.effect(portal, PAT, by_the_build, now=NOW)
    [mine] = [each for each in found if each.tenant_id == tenant.tenant_id]
    assert mine.after == 10
    admin.cost_table.replace(OPEN, rows)


def test_tenants_people_neither_see_nor_set_plans(
    portal: Context, new_tenant: Callable[..., Tenant]
):
    ana = person_of(new_tenant("basic"))
    for tried in (
        lambda: plans.book(portal, ana),
        lambda: plans.effect(portal, ana, DEARER, now=NOW),
        lambda: plans.save(portal, ana, DEARER, seen=PlanBook(), now=NOW),
    ):
        with pytest.raises(Forbidden):
            tried()
