"""A period's cost at a glance: every view of it adds up, and the period before stands beside it."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.allocation import SharedSplit, Sharing
from backend.domain.cost import CostRecord
from backend.domain.cost_cube import cube_of
from backend.domain.cost_month import months_of
from backend.domain.cost_overview import NO_TIER, Chosen, CostOverview, overview
from backend.domain.exact import exact_sum

FIRST, UNTIL = date(2026, 1, 1), date(2026, 4, 1)
SINCE = date(2026, 2, 20)
TIERS = {"acme": "basic", "borealis": "premium"}
RECORDS = st.lists(
    st.builds(
        CostRecord,
        day=st.dates(FIRST, UNTIL - timedelta(days=1)),
        tenant_id=st.none() | st.sampled_from(["acme", "borealis", "cobalt"]),
        amount=st.decimals(-1000, 1000, allow_nan=False, places=8),
        estimated=st.booleans(),
        service=st.sampled_from(["SageMaker", "S3"]),
        shared=st.booleans(),
    ),
    max_size=30,
)
SPLITS = st.sampled_from([SharedSplit.NOT_AT_ALL, SharedSplit.EVENLY, SharedSplit.BY_DIRECT_COST])
CHOSEN = st.builds(
    Chosen,
    tenants=st.frozensets(st.sampled_from(["acme", "cobalt"])),
    services=st.frozensets(st.just("S3")),
    tiers=st.frozensets(st.sampled_from(["basic", "premium"])),
)


def seen(
    records: list[CostRecord],
    split: SharedSplit = SharedSplit.NOT_AT_ALL,
    chosen: Chosen | None = None,
    since: date = SINCE,
) -> CostOverview:
    cube = cube_of(months_of(records), FIRST, UNTIL)
    tier_of = lambda tenant_id: TIERS.get(tenant_id, "unknown")  # noqa: E731 - read here alone
    return overview(cube, since, UNTIL, [Sharing(split)], tier_of=tier_of, chosen=chosen)


def cost(day: date, tenant_id: str | None, amount: str, service: str = "S3") -> CostRecord:
    return CostRecord(day, tenant_id, Decimal(amount), False, service)


@given(RECORDS, SPLITS, CHOSEN)
def test_every_view_of_a_period_adds_up_to_the_same_total(
    records: list[CostRecord], split: SharedSplit, chosen: Chosen
):
    view = seen(records, split, chosen)
    total = view.whole.total
    assert exact_sum(now for now, _ in view.services.values()) == total
    assert exact_sum(now for now, _ in view.tiers.values()) == total
    tenants = exact_sum(tenant.total for tenant in view.tenants)
    assert exact_sum((tenants, view.whole.shared, view.whole.unallocated)) == total
    assert exact_sum(then for _, then in view.services.values()) == view.before.total


@given(RECORDS)
def test_without_a_split_the_days_add_up_to_the_total(records: list[CostRecord]):
    view = seen(records)
    days = [tenant.by_day for tenant in view.tenants]
    every = [*days, view.shared_by_day, view.unallocated_by_day]
    assert exact_sum(amount for one in every for amount in one) == view.whole.total


def test_the_period_before_is_as_long_and_ends_where_this_one_begins():
    now, then, long_ago = date(2026, 3, 31), date(2026, 2, 19), date(2026, 1, 1)
    view = seen([cost(now, "acme", "5"), cost(then, "acme", "2"), cost(long_ago, "acme", "1")])
    assert (view.whole.total, view.before.total) == (5, 2)
    assert view.tenants[0].before == 2


def test_who_looks_at_tenants_sees_nobodys_cost_no_more():
    records = [cost(SINCE, "acme", "3"), cost(SINCE, None, "7"), cost(SINCE, "borealis", "1")]
    view = seen(records, chosen=Chosen(tiers=frozenset({"basic"})))
    assert [tenant.tenant_id for tenant in view.tenants] == ["acme"]
    assert (view.whole.total, view.whole.unallocated) == (3, 0)
    assert not any(view.unallocated_by_day)


def test_what_no_tenant_bears_is_of_no_tier():
    view = seen([cost(SINCE, "acme", "3"), cost(SINCE, None, "7"), cost(SINCE, "zeta", "1")])
    assert {tier: now for tier, (now, _) in view.tiers.items()} == {
        NO_TIER: 7,
        "basic": 3,
        "unknown": 1,
    }


def test_the_largest_tenant_comes_first():
    view = seen([cost(SINCE, "acme", "1"), cost(SINCE, "borealis", "3")])
    assert [tenant.tenant_id for tenant in view.tenants] == ["borealis", "acme"]
