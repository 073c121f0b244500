"""What a tenant's builds of a month used, tier by tier."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from backend.domain.build import Build, BuildState
from backend.domain.meter_reading import Metered, MeteredStep
from backend.domain.price_book import Price
from backend.domain.usage import TierUsage, usage_of
from tests.unit.values import NOON, waiting_build

PRICE = Price(Decimal("0.115"), "a list")


def ended(state: BuildState, tier: str = "basic", *, cost: str | None = "0.25") -> Build:
    reading = None
    if cost is not None:
        reading = Metered((MeteredStep("Train", 90, PRICE, Decimal(cost)),))
    return replace(
        waiting_build(tier=tier),
        state=state,
        started_at=NOON,
        ended_at=NOON + timedelta(minutes=3),
        metered=reading,
    )


def test_a_month_without_builds_used_nothing():
    found = usage_of("acme", "2026-05", [])
    assert (found.tiers, found.builds, found.metered) == ((), 0, 0)


def test_failed_builds_are_paid_for_and_only_successes_are_counted_as_builds():
    found = usage_of("acme", "2026-05", [ended(BuildState.SUCCEEDED), ended(BuildState.FAILED)])
    assert found.tiers == (TierUsage("basic", 1, 2, 180, Decimal("0.50")),)


def test_builds_count_for_the_tier_they_were_asked_for_in():
    builds = [ended(BuildState.SUCCEEDED, "premium"), ended(BuildState.STOPPED, "basic")]
    found = usage_of("acme", "2026-05", builds)
    assert [(each.tier, each.builds, each.ended) for each in found.tiers] == [
        ("basic", 0, 1),
        ("premium", 1, 1),
    ]


def test_what_never_ran_used_nothing():
    never = replace(ended(BuildState.STOPPED), started_at=None)
    assert usage_of("acme", "2026-05", [never]).tiers == ()


def test_a_build_without_a_price_is_counted_and_costs_nothing_by_the_meter():
    found = usage_of("acme", "2026-05", [ended(BuildState.SUCCEEDED, cost=None)])
    assert found.tiers == (TierUsage("basic", 1, 1, 0, Decimal(0)),)
