"""What a waiting build is told: its position, what limits it, and about when it starts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.budget import Budget, Spending
from backend.domain.explanation import Explanation, explained
from backend.domain.forecast import FREE, Opening
from backend.domain.scheduling import SchedulerState, Situation, Slot
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.tier import TIERS, Tier
from tests.unit.values import NOON, tenant

BASIC, STANDARD, PREMIUM = TIERS
PAST = "from 14 past builds of about this size"
SOON = Opening(90, PAST)


def situation(*running: Tier, tenant_id: str = "umbrella", limit: int = 20) -> Situation:
    held = tuple(
        Slot(number, tier.name, tenant_id, f"b{number}", NOON)
        for number, tier in enumerate(running)
    )
    return Situation(
        TIERS, SchedulingPolicy(account_limit=limit), SchedulerState(), held, "2026-05"
    )


FULL = situation(*[BASIC] * 2, *[STANDARD] * 4, *[PREMIUM] * 8)


def told(
    of: Situation = FULL,
    tier: Tier = BASIC,
    *,
    who: Tenant | None = None,
    position: int = 1,
    by_tier: Opening | None = SOON,
    by_cap: Opening | None = None,
    to_itself: bool = True,
) -> Explanation:
    return explained(
        of,
        tier,
        who or tenant(),
        position=position,
        by_tier=by_tier,
        by_cap=by_cap,
        to_itself=to_itself,
        now=NOON,
    )


def test_a_build_is_told_its_position_its_limit_its_start_and_why() -> None:
    assert told(position=3) == Explanation(
        3, "basic: 2 of 2 slots running", NOON + timedelta(seconds=90), PAST
    )


@pytest.mark.parametrize(
    ("of", "tier", "reason"),
    [
        (situation(*[BASIC] * 5, *[PREMIUM] * 9), BASIC, "basic: 5 of 5 slots running, 3 of them"),
        (situation(*[PREMIUM] * 14), BASIC, "all tiers: 14 of 14 slots running"),
        (situation(*[PREMIUM] * 12, limit=12), BASIC, "account: 12 of 12 slots running"),
    ],
)
def test_the_limit_is_the_tiers_or_the_one_all_tiers_share(
    of: Situation, tier: Tier, reason: str
) -> None:
    assert told(of, tier).reason.startswith(reason)


def test_while_a_slot_is_free_who_is_first_is_next_and_others_are_behind() -> None:
    free = situation(*[BASIC] * 2, *[PREMIUM] * 11)
    assert told(free, by_tier=Opening(0, FREE)) == Explanation(1, "next to start", NOON, FREE)
    assert told(free, position=2).reason == "1 before it in line"


@pytest.mark.parametrize(
    ("to_itself", "reason"), [(True, "your cap of 1"), (False, "the tenant's cap of 1")]
)
def test_a_cap_that_is_reached_is_the_limit(to_itself: bool, reason: str) -> None:
    capped = replace(tenant(), max_concurrent_builds=1)
    of = situation(BASIC, tenant_id="acme")
    found = told(of, who=capped, by_cap=Opening(500, PAST), to_itself=to_itself)
    assert found == Explanation(1, reason, NOON + timedelta(seconds=500), PAST)


@pytest.mark.parametrize("to_itself", [True, False])
def test_who_is_over_budget_waits_for_the_next_month(to_itself: bool) -> None:
    spending = Spending("2026-05", Decimal("12.4"), Decimal(0), NOON)
    over = replace(tenant(), budget=Budget(Decimal(10), stops=True), spending=spending)
    found = told(who=over, position=4, by_tier=Opening(0, FREE), to_itself=to_itself)
    assert found == Explanation(
        4,
        "over budget: $12.40 of $10.00 in May",
        datetime(2026, 6, 1, tzinfo=UTC),
        "a new month's budget",
    )
    june = replace(situation(), month="2026-06")
    assert told(june, who=over).reason == "next to start"


def test_a_cap_is_the_limit_when_it_holds_back_longer_than_the_tier() -> None:
    capped = replace(tenant(), max_concurrent_builds=1)
    assert told(who=capped, by_cap=Opening(91, PAST)).reason == "your cap of 1"
    assert told(who=capped, by_cap=Opening(89, PAST)).reason == "basic: 2 of 2 slots running"
    assert told(who=capped, by_cap=Opening(89, PAST)).starts_at == NOON + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("who", "tier", "own", "other"),
    [
        (
            replace(tenant(), paused=True),
            BASIC,
            "your builds are paused by the provider",
            "tenant paused by the provider",
        ),
        (
            replace(tenant(), status=TenantStatus.SUSPENDED),
            BASIC,
            "your tenant is suspended",
            "the tenant is suspended",
        ),
        (
            tenant(),
            replace(BASIC, paused=True),
            "tier paused by the provider",
            "tier paused by the provider",
        ),
    ],
)
def test_what_a_person_has_stopped_has_no_starting_time(
    who: Tenant, tier: Tier, own: str, other: str
) -> None:
    assert told(who=who, tier=tier, position=2) == Explanation(2, own)
    assert told(who=who, tier=tier, position=2, to_itself=False) == Explanation(2, other)


def test_without_a_slot_to_wait_for_there_is_no_starting_time() -> None:
    assert told(by_tier=None) == Explanation(1, "basic: 2 of 2 slots running")


@given(
    st.floats(0, 10_000),
    st.none() | st.floats(0, 10_000),
    st.integers(1, 50),
    st.none() | st.integers(1, 3),
    st.sampled_from([FULL, situation(), situation(BASIC, tenant_id="acme")]),
)
def test_neither_the_tiers_nor_the_tenants_limit_is_promised_to_give_way(
    by_tier: float, by_cap: float | None, position: int, cap: int | None, of: Situation
) -> None:
    found = told(
        of,
        who=replace(tenant(), max_concurrent_builds=cap),
        position=position,
        by_tier=Opening(by_tier, "tier"),
        by_cap=None if by_cap is None else Opening(by_cap, "cap"),
    )
    assert found.starts_at == NOON + timedelta(seconds=max(by_tier, by_cap or 0))
    assert (found.position, bool(found.reason)) == (position, True)
