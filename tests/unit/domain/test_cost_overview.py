"""A period's cost at a glance: every view of it adds up, and the period before stands beside it."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.allocation import SharedSplit, Sharing
from backend.domain.cost import CostRecord
from backend.domain.cost_cube import cube_of
from backend.domain.cost_month import months_of
from backend.domain.cost_overview import NO_TIER, Chosen, CostOverview, Part, overview
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
    assert exact_sum(part.now for part in view.services.values()) == total
    assert exact_sum(part.now for part in view.tiers.values()) == total
    tenants = exact_sum(tenant.total for tenant in view.tenants)
    assert exact_sum((tenants, view.whole.shared, view.whole.unallocated)) == total
    for parts in (view.services, view.tiers):
        if view.before is not None:
            assert exact_sum(part.before or 0 for part in parts.values()) == view.before.total


@given(RECORDS)
def test_without_a_split_the_days_add_up_to_the_total(records: list[CostRecord]):
    view = seen(records)
    days = [tenant.by_day for tenant in view.tenants]
    every = [*days, view.shared_by_day, view.unallocated_by_day]
    assert exact_sum(amount for one in every for amount in one) == view.whole.total


def test_the_period_before_is_as_long_and_ends_where_this_one_begins():
    now, then, long_ago = date(2026, 3, 31), date(2026, 2, 19), date(2026, 1, 1)
    view = seen([cost(now, "acme", "5"), cost(then, "acme", "2"), cost(long_ago, "acme", "1")])
    assert view.compared(lambda side: side.total) == Part(Decimal(5), Decimal(5), Decimal(2))
    assert view.tenants[0].compared.before == 2


def test_days_that_are_not_told_in_full_are_not_compared():
    steady = [cost(FIRST + timedelta(days=n), "acme", "10") for n in range(85)]
    cube = cube_of(months_of(steady), FIRST, UNTIL)
    view = overview(
        cube,
        date(2026, 3, 20),
        date(2026, 3, 28),
        [],
        tier_of=lambda _: "basic",
        complete_until=date(2026, 3, 26),
    )
    assert view.compared(lambda side: side.total) == Part(Decimal(70), Decimal(60), Decimal(60))
    assert view.services["S3"] == view.tiers["basic"] == view.tenants[0].compared


def test_where_the_days_before_are_not_known_nothing_is_compared():
    view = seen([cost(FIRST, "acme", "1"), cost(SINCE, "acme", "2")], since=date(2026, 1, 20))
    assert (view.complete, view.before) == (None, None)
    assert view.services["S3"] == Part(Decimal(2))


def test_who_looks_at_tenants_sees_nobodys_cost_no_more():
    records = [cost(SINCE, "acme", "3"), cost(SINCE, None, "7"), cost(SINCE, "borealis", "1")]
    view = seen(records, chosen=Chosen(tiers=frozenset({"basic"})))
    assert [tenant.tenant_id for tenant in view.tenants] == ["acme"]
    assert (view.whole.total, view.whole.unallocated) == (3, 0)
    assert not any(view.unallocated_by_day)


def test_what_no_tenant_bears_is_of_no_tier():
    view = seen([cost(SINCE, "acme", "3"), cost(SINCE, None, "7"), cost(SINCE, "zeta", "1")])
    assert {tier: part.now for tier, part in view.tiers.items()} == {
        NO_TIER: 7,
        "basic": 3,
        "unknown": 1,
    }


def test_the_largest_tenant_comes_first():
    view = seen([cost(SINCE, "acme", "1"), cost(SINCE, "borealis", "3")])
    assert [tenant.tenant_id for tenant in view.tenants] == ["borealis", "acme"]
