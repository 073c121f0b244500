"""When waiting builds start, by the slots their tier can use."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.durations import Expectation
from backend.domain.forecast import (
    FREE,
    Opening,
    open_now,
    starts,
    tenant_openings,
    tier_openings,
)
from backend.domain.scheduling import SchedulerState, Situation, Slot, tiers_in_turn
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tier import TIERS, Tier
from tests.unit.values import NOON, tenant

BASIC, STANDARD, PREMIUM = TIERS


def expectation(seconds: float) -> Expectation:
    return Expectation(seconds, seconds, seconds, 3, f"{seconds:g}")


def situation(*running: tuple[Tier, float], **policy: bool | int) -> Situation:
    """Each running build is of a tier and has so many seconds behind it."""
    held = tuple(
        Slot(number, tier.name, "acme", f"b{number}", NOON - timedelta(seconds=ago))
        for number, (tier, ago) in enumerate(running)
    )
    return Situation(TIERS, SchedulingPolicy(**policy), SchedulerState(), held, "2026-05")


def seconds_of(found: list[Opening]) -> list[float]:
    return sorted(opening.seconds for opening in found)


def openings(of: Situation, tier: Tier, *, seconds: float = 100) -> list[float]:
    expected = {slot.build_id: expectation(seconds) for slot in of.held}
    return seconds_of(tier_openings(of, tier, expected, now=NOON))


def line_starts(slots: list[Opening], line: list[Expectation]) -> list[float]:
    return [opening.seconds for opening in starts(slots, line)]


def full(*others: tuple[Tier, float]) -> Situation:
    """All 14 slots are held: what is not given is premium's."""
    return situation(*others, *[(PREMIUM, 0)] * (14 - len(others)))


def test_each_build_takes_the_slot_that_opens_first() -> None:
    slots = [Opening(30, "x"), Opening(10, "y")]
    line = [expectation(100), expectation(5), expectation(1)]
    assert list(starts(slots, line)) == [Opening(10, "y"), Opening(30, "x"), Opening(35, "5")]


def test_nothing_starts_where_no_slot_opens() -> None:
    assert list(starts([], [expectation(1)])) == []


def test_a_tier_waits_for_the_ends_of_its_own_builds() -> None:
    lent_out = full((BASIC, 10), (BASIC, 40))
    assert openings(lent_out, BASIC) == [60, 90]


def test_a_late_build_needs_a_tenth_of_its_time_more() -> None:
    assert openings(full((BASIC, 10), (BASIC, 400)), BASIC) == [40, 90]


def test_slots_it_has_lent_come_back_as_the_borrowers_builds_end() -> None:
    lent_out = situation(*[(PREMIUM, ago) for ago in range(14)])
    assert openings(lent_out, BASIC) == [87, 88]
    assert openings(lent_out, STANDARD) == [87, 88, 89, 90]


def test_what_a_tier_borrows_it_keeps_until_lending_ends() -> None:
    borrowing = full((BASIC, 10), (BASIC, 20), (BASIC, 30))
    assert openings(borrowing, BASIC) == [70, 80, 90]
    strict = replace(borrowing, policy=SchedulingPolicy(lending=False))
    assert openings(strict, BASIC) == [80, 90]


def test_idle_slots_open_at_once_but_the_reserve() -> None:
    assert open_now(situation(), BASIC) == 14
    assert open_now(situation(reserve=3), BASIC) == 11
    assert open_now(situation(lending=False), BASIC) == 2
    assert open_now(situation(), replace(BASIC, most_builds=5)) == 5
    assert open_now(situation(), replace(BASIC, paused=True)) == 0
    assert [o.basis for o in tier_openings(situation(lending=False), BASIC, {}, now=NOON)] == [
        FREE,
        FREE,
    ]


def test_a_cap_opens_as_the_tenants_own_builds_end_whatever_their_tier() -> None:
    of = situation((BASIC, 10), (STANDARD, 40))
    expected = {slot.build_id: expectation(100) for slot in of.held}
    other = replace(of, held=(*of.held, Slot(9, "basic", "umbrella", "b9", NOON)))

    def cap(most: int, *, seen: Situation = of) -> list[float]:
        return seconds_of(tenant_openings(seen, tenant("acme"), most, expected, now=NOON))

    assert cap(2) == [60, 90]
    assert cap(3) == [0, 60, 90]
    assert cap(1) == [90]
    assert cap(2, seen=other) == [60, 90]


durations = st.floats(min_value=1, max_value=10_000)
expectations = st.builds(expectation, durations)
slots = st.lists(st.builds(Opening, st.floats(0, 10_000), st.just("x")), min_size=1, max_size=20)
mixes = st.lists(st.tuples(st.sampled_from(TIERS), st.floats(0, 5000)), max_size=40)
policies = st.builds(SchedulingPolicy, lending=st.booleans(), reserve=st.integers(0, 5))


def as_dispatched(policy: SchedulingPolicy, wished: list[tuple[Tier, float]]) -> Situation:
    """What runs when the wishes come in this order and each is granted by the rule, or not."""
    found = Situation(TIERS, policy, SchedulerState(), (), "2026-05")
    for number, (tier, ago) in enumerate(wished):
        if tier in tiers_in_turn(found):
            slot = Slot(number, tier.name, "acme", f"b{number}", NOON - timedelta(seconds=ago))
            found = replace(found, held=(*found.held, slot))
    return found


@given(slots, st.lists(expectations, max_size=30))
def test_who_stands_behind_starts_no_earlier(opens: list[Opening], line: list[Expectation]) -> None:
    found = line_starts(opens, line)
    assert len(found) == len(line)
    assert found == sorted(found)


@given(slots, st.lists(expectations, max_size=30), expectations)
def test_one_more_build_ahead_starts_nobody_earlier(
    opens: list[Opening], line: list[Expectation], ahead: Expectation
) -> None:
    before = line_starts(opens, line)
    after = line_starts(opens, [ahead, *line])[1:]
    assert all(late >= early for early, late in zip(before, after, strict=True))


@given(policies, mixes, st.sampled_from(TIERS), st.sampled_from(TIERS), durations)
def test_one_more_running_build_opens_no_slot_earlier(
    policy: SchedulingPolicy,
    wished: list[tuple[Tier, float]],
    tier: Tier,
    more: Tier,
    seconds: float,
) -> None:
    fewer = as_dispatched(policy, wished)
    busier = as_dispatched(policy, [*wished, (more, 0)])
    before, after = openings(fewer, tier, seconds=seconds), openings(busier, tier, seconds=seconds)
    assert len(after) <= len(before)
    assert all(late >= early for early, late in zip(before, after, strict=False))


@given(policies, mixes, st.sampled_from(TIERS))
def test_a_build_may_start_at_once_exactly_when_dispatch_would_start_it(
    policy: SchedulingPolicy, wished: list[tuple[Tier, float]], tier: Tier
) -> None:
    found = as_dispatched(policy, wished)
    assert (open_now(found, tier) > 0) == (tier in tiers_in_turn(found))


@given(policies, mixes, st.sampled_from(TIERS))
def test_a_tier_that_is_not_paused_always_has_a_slot_to_wait_for(
    policy: SchedulingPolicy, wished: list[tuple[Tier, float]], tier: Tier
) -> None:
    assert openings(as_dispatched(policy, wished), tier)
