"""Responsible for when waiting builds start: list scheduling over the slots their tier can use.

Assumed: builds take what is expected of them, no later arrival overtakes, a tier keeps what it
borrows now and borrows no more, and what it has lent comes back as the borrowers' builds end.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.domain.durations import Expectation
from backend.domain.scheduling import Situation, Slot, loans
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier

FREE = "a slot is free"
# A build that has taken longer than was expected is taken to need a tenth of its time so far.
_OVERDUE = 0.1


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A slot opens in so many seconds from now, and what says so."""

    seconds: float
    basis: str


def starts(openings: Sequence[Opening], line: Iterable[Expectation]) -> Iterator[Opening]:
    """When each build of the line starts, in its order; nothing when no slot ever opens."""
    heap = list(openings)
    heapq.heapify(heap)
    for build in line:
        if not heap:
            return
        opening = heap[0]
        yield opening
        heapq.heapreplace(heap, Opening(opening.seconds + build.seconds, build.basis))


def tier_openings(
    situation: Situation, tier: Tier, expected: Mapping[str, Expectation], *, now: datetime
) -> list[Opening]:
    """When the slots the tier can use open; `expected` is by the id of the build that runs."""
    ends: dict[str, list[Opening]] = {each.name: [] for each in situation.tiers}
    for slot in situation.held:
        ends.setdefault(slot.tier, []).append(_end(slot, expected, now=now))
    free = open_now(situation, tier)
    own = _within(ends[tier.name], _most(situation, tier))
    lent = tier.max_concurrent_builds - situation.running(tier.name) - free
    owed = sorted(
        end
        for borrower, loan in loans(situation).items()
        for end in sorted(ends[borrower])[: loan.borrowed]
    )
    return [*own, *[Opening(0, FREE)] * free, *owed[: max(0, lent)]]


def tenant_openings(
    situation: Situation,
    tenant: Tenant,
    cap: int,
    expected: Mapping[str, Expectation],
    *,
    now: datetime,
) -> list[Opening]:
    """When the tenant's cap lets its builds start, whatever its tier does."""
    mine = [slot for slot in situation.held if slot.tenant_id == tenant.tenant_id]
    ends = _within([_end(slot, expected, now=now) for slot in mine], cap)
    return [*ends, *[Opening(0, FREE)] * max(0, cap - len(mine))]


def open_now(situation: Situation, tier: Tier) -> int:
    """How many builds of the tier may start at once, were it the only one that waits."""
    if tier.paused:
        return 0
    running = situation.running(tier.name)
    own = min(situation.free, max(0, tier.max_concurrent_builds - running))
    policy = situation.policy
    lent = max(0, situation.free - own - policy.reserve) if policy.lending else 0
    return min(own + lent, max(0, _most(situation, tier) - running))


def _most(situation: Situation, tier: Tier) -> int:
    if not situation.policy.lending:
        return tier.max_concurrent_builds
    return situation.slots if tier.most_builds is None else tier.most_builds


def _within(ends: Sequence[Opening], most: int) -> list[Opening]:
    """The ends after which one may start, where more may be running than may start."""
    return sorted(ends)[max(0, len(ends) - most) :]


def _end(slot: Slot, expected: Mapping[str, Expectation], *, now: datetime) -> Opening:
    expectation = expected[slot.build_id]
    so_far = max(0.0, (now - slot.claimed_at).total_seconds())
    return Opening(max(expectation.seconds - so_far, so_far * _OVERDUE), expectation.basis)
