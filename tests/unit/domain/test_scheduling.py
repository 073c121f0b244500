"""Who starts next: the laws that hold whatever waits, runs and is set."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.budget import Budget, Spending
from backend.domain.build import Build
from backend.domain.fair_queue import Turn
from backend.domain.scheduling import (
    BringBack,
    Line,
    Loan,
    Look,
    Park,
    SchedulerState,
    Situation,
    Slot,
    Start,
    claimed,
    decide,
    lines_of,
    loans,
    tiers_in_turn,
)
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant
from backend.domain.tier import TIERS, Tier
from tests.unit.values import NOON, tenant, waiting_build

BASIC, STANDARD, PREMIUM = TIERS
MAY = "2026-05"


@dataclass
class World:
    """A cloud of lists: what a dispatch would read and write, played to the end."""

    situation: Situation
    waiting: list[Build]
    tenants: dict[str, Tenant]
    started: list[Build]
    lines: dict[str, Line] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)
    rows_read: int = 0

    def dispatch(self) -> None:
        self.lines = {}
        self.remember(parked=tuple(sorted(self.noted)))
        for _ in range(10_000):
            decision = decide(self.situation, self.lines, self.tenants)
            if decision is None:
                return
            self.carry_out(decision)
        raise AssertionError("the dispatch never comes to an end")

    def carry_out(self, decision: Look | Start | Park | BringBack) -> None:
        match decision:
            case Look(tier):
                self.lines[tier.name] = self.look(tier)
            case Start(build):
                _, self.situation = claimed(self.situation, decision, at=NOON)
                self.waiting.remove(build)
                self.started.append(build)
                self.lines[build.tier] = self.lines[build.tier].without(build)
            case Park(build, reason):
                self.swap(build, build.aside(reason))
                self.noted.add(build.tenant_id)
                self.remember(parked=self.situation.state.with_parked(build.tenant_id).parked)
                self.lines[build.tier] = self.lines[build.tier].without(build)
            case BringBack(tenant_id, most):
                self.bring_back(tenant_id, most)

    def bring_back(self, tenant_id: str, most: int) -> None:
        aside = [b for b in self.waiting if b.parked and b.tenant_id == tenant_id]
        for build in sorted(aside, key=lambda b: b.place)[:most]:
            self.swap(build, build.back_in_line())
        if len(aside) < most:
            self.noted.discard(tenant_id)
        self.remember(parked=self.situation.state.without_parked(tenant_id).parked)
        self.lines = {}

    def remember(self, *, parked: tuple[str, ...]) -> None:
        state = replace(self.situation.state, parked=parked)
        self.situation = replace(self.situation, state=state)

    def look(self, tier: Tier) -> Line:
        limit = self.situation.free
        heads = [b for b in self.waiting if b.tier == tier.name and not b.parked]
        found = tuple(sorted(heads, key=lambda b: b.place)[:limit])
        self.rows_read += len(found)
        return Line(found, complete=len(found) < limit)

    def swap(self, before: Build, after: Build) -> None:
        self.waiting[self.waiting.index(before)] = after

    def end(self, slot: Slot) -> None:
        rest = tuple(held for held in self.situation.held if held != slot)
        self.situation = replace(self.situation, held=rest)


def build(number: int, *, tier: str, tenant_id: str, tag: int) -> Build:
    asked = replace(waiting_build(f"uploads/{number}.csv", tier), tenant_id=tenant_id)
    asked = replace(asked, build_id=f"b{number:05d}")
    rank = next(t.rank for t in TIERS if t.name == tier)
    return asked.in_line(rank, Turn(tag, 1000), expected_seconds=1)


def slot(number: int, tier: str, tenant_id: str = "acme") -> Slot:
    return Slot(number, tier, tenant_id, f"r{number}", NOON)


def situation(
    held: Sequence[Slot] = (),
    tiers: Sequence[Tier] = TIERS,
    policy: SchedulingPolicy | None = None,
    state: SchedulerState | None = None,
) -> Situation:
    return Situation(
        tuple(tiers), policy or SchedulingPolicy(), state or SchedulerState(), tuple(held), MAY
    )


def spender(*, spent: int = 12, month: str = "2026-05", stops: bool = True) -> Tenant:
    """A tenant with a budget of $10."""
    spending = Spending(month, Decimal(spent), Decimal(0), NOON)
    return replace(tenant(), budget=Budget(Decimal(10), stops), spending=spending)


def budgets(draw: st.DrawFn) -> dict[str, Any]:
    """Half of all tenants have none; of the others some have spent theirs in May."""
    spent, month = draw(st.integers(8, 11)), draw(st.sampled_from([MAY, MAY, "2026-04"]))
    with_budget = spender(spent=spent, month=month, stops=draw(st.booleans()))
    if draw(st.booleans()):
        return {}
    return {"budget": with_budget.budget, "spending": with_budget.spending}


names = st.sampled_from(["basic", "standard", "premium"])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    tiers = tuple(
        replace(
            tier,
            max_concurrent_builds=(own := draw(st.integers(1, 4))),
            most_builds=draw(st.none() | st.integers(own, 8)),
            weight=draw(st.sampled_from([0.5, 1, 2, 4])),
            paused=draw(st.sampled_from([False, False, False, True])),
        )
        for tier in TIERS
    )
    policy = SchedulingPolicy(
        account_limit=draw(st.integers(1, 20)),
        lending=draw(st.booleans()),
        reserve=draw(st.integers(0, 2)),
    )
    tenants = {
        name: replace(
            tenant(name),
            max_concurrent_builds=draw(st.none() | st.integers(1, 3)),
            paused=draw(st.sampled_from([False, False, True])),
            **budgets(draw),
        )
        for name in ("acme", "borealis", "cobalt", "delta")
    }
    wishes = draw(st.lists(st.tuples(names, st.sampled_from([*tenants]), st.integers(0, 30))))
    waiting = [
        build(n, tier=tier, tenant_id=tenant_id, tag=tag)
        for n, (tier, tenant_id, tag) in enumerate(wishes)
    ]
    numbers = draw(st.sets(st.integers(0, 15), max_size=8))
    held = [slot(n, draw(names), draw(st.sampled_from([*tenants]))) for n in sorted(numbers)]
    return World(situation(held, tiers, policy), waiting, tenants, [])


@given(worlds())
def test_no_limit_is_exceeded(world: World):
    before = world.situation
    world.dispatch()
    after = world.situation
    assert len({s.number for s in after.held}) == len(after.held)
    assert len(after.held) <= max(after.slots, len(before.held))
    for tier in after.tiers:
        allowed = tier.most_builds if tier.most_builds is not None else after.slots
        if not after.policy.lending:
            allowed = tier.max_concurrent_builds
        running = after.running(tier.name)
        assert running <= max(allowed, before.running(tier.name))
        assert not tier.paused or running == before.running(tier.name)
    for name, each in world.tenants.items():
        cap = 0 if each.paused or each.over_budget(MAY) else each.max_concurrent_builds
        if cap is not None:
            assert after.running_of(name) <= max(cap, before.running_of(name))


@given(worlds())
def test_no_slot_idles_while_a_build_waits_that_may_take_it(world: World):
    world.dispatch()
    after = world.situation
    for waiting in world.waiting:
        tier = next(t for t in after.tiers if t.name == waiting.tier)
        running = after.running(tier.name)
        kept = world.tenants[waiting.tenant_id].kept_from_starting(
            after.running_of(waiting.tenant_id), month=MAY
        )
        own = running < tier.max_concurrent_builds
        borrowed = after.policy.lending and after.free > after.policy.reserve
        at_most = tier.most_builds is not None and running >= tier.most_builds
        assert kept or tier.paused or at_most or not after.free or not (own or borrowed)


@given(worlds(), st.randoms())
def test_the_decision_does_not_depend_on_the_order_things_are_given_in(
    world: World, shuffle: random.Random
):
    def shuffled(things: Sequence[object]) -> list[object]:
        return shuffle.sample(list(things), len(things))

    other = World(
        replace(
            world.situation,
            tiers=tuple(shuffled(world.situation.tiers)),
            held=tuple(shuffled(world.situation.held)),
        ),
        shuffled(world.waiting),  # type: ignore[arg-type]
        dict(shuffled([*world.tenants.items()])),  # type: ignore[arg-type]
        [],
    )
    world.dispatch()
    other.dispatch()
    assert [b.build_id for b in other.started] == [b.build_id for b in world.started]


@settings(max_examples=30)
@given(worlds())
def test_nobody_starves(world: World):
    """However little there is, every build that may start at all starts in the end.

    Nobody has to lift a budget that is spent: a new month does.
    """
    world.dispatch()
    world.tenants = {n: replace(each, paused=False) for n, each in world.tenants.items()}
    tiers = tuple(replace(tier, paused=False) for tier in world.situation.tiers)
    world.situation = replace(world.situation, tiers=tiers, month="2026-06")
    asked = len(world.waiting) + len(world.started)
    for _ in range(asked + len(world.situation.held) + 1):
        world.dispatch()
        if world.situation.held:
            world.end(world.situation.held[0])
    assert len(world.started) == asked


@given(worlds())
def test_a_tier_starts_its_builds_in_the_order_of_their_places(world: World):
    for name, each in world.tenants.items():
        world.tenants[name] = replace(each, paused=False, max_concurrent_builds=None, budget=None)
    world.dispatch()
    for tier in TIERS:
        started = [b.place for b in world.started if b.tier == tier.name]
        left = [b.place for b in world.waiting if b.tier == tier.name]
        assert started == sorted(started)
        assert not started or not left or started[-1] <= min(left)


def test_a_tier_below_its_own_slots_comes_before_a_borrower():
    held = [slot(n, "basic") for n in range(2)]
    order = [tier.name for tier in tiers_in_turn(situation(held))]
    assert order == ["premium", "standard", "basic"]


def test_idle_slots_are_lent_by_weight():
    held = [slot(n, "basic") for n in range(3)] + [slot(n, "standard") for n in range(3, 8)]
    tiers = [BASIC, STANDARD, replace(PREMIUM, paused=True)]
    order = [tier.name for tier in tiers_in_turn(situation(held, tiers))]
    assert order == ["standard", "basic"]  # 2 borrowed of weight 2 before 2 of weight 1


def test_strict_quotas_lend_nothing():
    held = [slot(n, "basic") for n in range(2)]
    strict = situation(held, [BASIC, PREMIUM], SchedulingPolicy(lending=False))
    assert [tier.name for tier in tiers_in_turn(strict)] == ["premium"]


def test_a_reserve_is_kept_from_borrowers_and_not_from_owners():
    held = [slot(n, "basic") for n in range(9)]
    tiers = [BASIC, PREMIUM]
    reserving = situation(held, tiers, SchedulingPolicy(reserve=1))
    assert reserving.free == 1
    assert [tier.name for tier in tiers_in_turn(reserving)] == ["premium"]


def test_a_slot_above_a_lowered_limit_still_counts():
    held = [slot(n, "basic") for n in (3, 17)]
    lowered = situation(held, [BASIC], SchedulingPolicy())
    assert lowered.free == 0
    assert lowered.next_number() == 0


def test_who_is_at_its_cap_stands_aside_and_the_next_tenant_starts():
    capped = replace(tenant("acme"), max_concurrent_builds=1)
    waiting = [
        build(1, tier="basic", tenant_id="acme", tag=0),
        build(2, tier="basic", tenant_id="acme", tag=1),
        build(3, tier="basic", tenant_id="borealis", tag=2),
    ]
    world = World(situation(), waiting, {"acme": capped, "borealis": tenant("borealis")}, [])
    world.dispatch()
    assert [b.build_id for b in world.started] == ["b00001", "b00003"]
    assert [(b.build_id, b.parked) for b in world.waiting] == [("b00002", "cap of 1 reached")]
    assert world.situation.state.parked == ("acme",)
    world.end(world.situation.held[0])
    world.dispatch()
    assert [b.build_id for b in world.started][-1] == "b00002"


def test_who_is_over_budget_stands_aside_until_a_new_month_begins():
    waiting = [build(n, tier="basic", tenant_id="acme", tag=n) for n in range(2)]
    world = World(situation(), waiting, {"acme": spender()}, [])
    world.dispatch()
    world.dispatch()
    assert world.started == []
    over = "over budget: $12.00 of $10.00 in May"
    assert [(b.build_id, b.parked) for b in world.waiting] == [("b00000", over), ("b00001", over)]
    world.situation = replace(world.situation, month="2026-06")
    world.dispatch()
    assert [b.build_id for b in world.started] == ["b00000", "b00001"]


def test_a_budget_that_does_not_stop_builds_lets_them_start():
    waiting = [build(1, tier="basic", tenant_id="acme", tag=1)]
    world = World(situation(), waiting, {"acme": spender(stops=False)}, [])
    world.dispatch()
    assert len(world.started) == 1


def test_a_line_of_thousands_costs_a_dispatch_no_more_rows_than_free_slots():
    waiting = [build(n, tier="basic", tenant_id=f"t{n % 400}", tag=n * 10) for n in range(2000)]
    held = [slot(n, "premium") for n in range(11)]
    world = World(situation(held), waiting, {}, [])
    free = world.situation.free
    world.dispatch()
    assert len(world.started) == free == 3
    assert world.rows_read <= 4 * free


def test_a_build_moved_to_the_front_leaves_virtual_time_where_it_was():
    ahead = build(1, tier="basic", tenant_id="acme", tag=900).at_front(3, at=NOON)
    state = SchedulerState(version=4, virtual_times={"basic": 30})
    assert state.started(ahead) == replace(state, version=5)
    later = build(2, tier="basic", tenant_id="acme", tag=900)
    assert state.started(later).virtual_times == {"basic": 900}


def test_virtual_time_never_goes_back():
    state = SchedulerState(virtual_times={"basic": 500})
    assert state.started(build(1, tier="basic", tenant_id="a", tag=5)).virtual_times["basic"] == 500


def test_what_is_borrowed_was_lent_by_whoever_has_most_idle():
    held = [slot(n, "basic") for n in range(5)] + [slot(9, "standard")]
    assert loans(situation(held)) == {
        "basic": Loan(lent=0, borrowed=3),
        "standard": Loan(lent=0, borrowed=0),
        "premium": Loan(lent=3, borrowed=0),
    }


def test_one_look_at_all_lines_tells_which_are_empty():
    ahead = [build(n, tier="standard", tenant_id="acme", tag=n) for n in range(4)]
    lines = lines_of(TIERS, ahead, complete=False)
    assert lines["premium"] == Line((), complete=True)
    assert (lines["standard"].heads, lines["standard"].complete) == (tuple(ahead), False)
    assert lines["basic"] == Line((), complete=False)
    assert lines_of(TIERS, ahead, complete=True)["basic"] == Line((), complete=True)


def test_who_stands_aside_is_behind_all_lines():
    aside = build(1, tier="premium", tenant_id="acme", tag=1).aside("paused by the provider")
    lines = lines_of(TIERS, [aside], complete=False)
    assert all(line == Line((), complete=True) for line in lines.values())
