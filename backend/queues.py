"""Responsible for the provider's view of the tiers' lines, now and over the last hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.context import Context
from backend.domain.principal import Principal
from backend.domain.scheduling import Loan, Situation, Slot, loans
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tier import Tier
from backend.domain.waits import TierWaits, waits_of
from backend.situation import situation_of

# A start that takes longer has been interrupted: the next dispatch or the sweep resumes it.
STARTS_WITHIN = timedelta(seconds=60)
MOST_RUNS = 5000


@dataclass(frozen=True, slots=True)
class TierLine:
    """One tier now: builds in line, aside and running, requests before intake, and given up.

    `limit` is the number of its own slots; `loan` says how many of them it has lent, or how many
    more it has borrowed. `oldest_wait` is of the builds in line.
    """

    tier: Tier
    waiting: int
    parked: int
    running: tuple[Slot, ...]
    limit: int
    loan: Loan
    oldest_wait: timedelta | None
    depth: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class QueueBoard:
    """All tiers now, and the slots they share; `half_started` of those wait for their execution."""

    lines: tuple[TierLine, ...]
    policy: SchedulingPolicy
    slots: int
    free: int
    half_started: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class WaitHistory:
    """How long builds have waited, tier by tier.

    `complete` unless there were too many builds to look at: then the oldest buckets lack some.
    """

    tiers: tuple[TierWaits, ...]
    complete: bool
    seen_at: datetime


def board(context: Context, principal: Principal, *, now: datetime) -> QueueBoard:
    principal.as_provider()
    situation = situation_of(context, now=now)
    parked = context.builds.parked_by_tier() if situation.state.parked else {}
    half_started = sum(
        not slot.execution_arn and now - slot.claimed_at > STARTS_WITHIN for slot in situation.held
    )
    return QueueBoard(
        tuple(_line(context, situation, tier, parked, now=now) for tier in situation.tiers),
        policy=situation.policy,
        slots=situation.slots,
        free=situation.free,
        half_started=half_started,
        seen_at=now,
    )


def history(
    context: Context, principal: Principal, *, now: datetime, hours: int = 24
) -> WaitHistory:
    """The waits of builds that started within these hours; reads every such build's times.

    A build that was requested more than as many hours before them is not looked at.
    """
    principal.as_provider()
    runs = context.runs.since(now - 2 * timedelta(hours=hours), limit=MOST_RUNS)
    tiers = context.tiers.all()
    return WaitHistory(
        tuple(waits_of(tier.name, runs, now=now, hours=hours) for tier in tiers),
        complete=len(runs) < MOST_RUNS,
        seen_at=now,
    )


def _line(
    context: Context, situation: Situation, tier: Tier, parked: Mapping[str, int], *, now: datetime
) -> TierLine:
    oldest = context.builds.oldest_in_line(tier)
    return TierLine(
        tier=tier,
        waiting=context.builds.count_waiting(tier),
        parked=parked.get(tier.name, 0),
        running=tuple(slot for slot in situation.held if slot.tier == tier.name),
        limit=tier.max_concurrent_builds,
        loan=loans(situation)[tier.name],
        oldest_wait=max(timedelta(0), now - oldest) if oldest else None,
        depth=context.queues.depth(tier.name),
        dead_letters=context.queues.dead_letters(tier.name),
    )
