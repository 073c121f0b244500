"""What a tenant's builds of a month used, tier by tier."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.meter_reading import Metered, MeteredStep
from backend.domain.price_book import Price
from backend.domain.usage import TierUsage, usage_of
from tests.unit.values import NOON, waiting_build

PRICE = Price(Decimal("0.115"), "a list")
TRAIN = BuildStep(
    "Train",
    "Training",
    "Succeeded",
    instance_type="ml.m5.large",
    instance_count=2,
    billable_seconds=45,
)


def ended(state: BuildState, tier: str = "basic", *, cost: str | None = "0.25") -> Build:
    reading = None
    if cost is not None:
        reading = Metered((MeteredStep("Train", 90, PRICE, Decimal(cost)),))
    return replace(
        waiting_build(tier=tier),
        state=state,
        started_at=NOON,
        ended_at=NOON + timedelta(minutes=3),
        steps=(TRAIN,),
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
    never = waiting_build().ended(BuildState.STOPPED, at=NOON, reason="Not wanted any more.")
    assert usage_of("acme", "2026-05", [never]).tiers == ()


def test_what_ended_before_its_start_was_written_down_has_been_used_all_the_same():
    early = replace(ended(BuildState.SUCCEEDED), started_at=None)
    found = usage_of("acme", "2026-05", [early])
    assert found.tiers == (TierUsage("basic", 1, 1, 90, Decimal("0.25")),)


def test_a_build_without_a_price_is_counted_with_its_seconds_and_costs_nothing_by_the_meter():
    found = usage_of("acme", "2026-05", [ended(BuildState.SUCCEEDED, cost=None)])
    assert found.tiers == (TierUsage("basic", 1, 1, 90, Decimal(0)),)
