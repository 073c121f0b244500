"""Responsible for the provider's view of the tiers' lines: waiting, running, given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.context import Context
from backend.domain.principal import Principal
from backend.domain.scheduling import Slot
from backend.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class TierLine:
    """One tier now: builds waiting and running, requests before intake, requests given up."""

    tier: Tier
    waiting: int
    running: tuple[Slot, ...]
    oldest_wait: timedelta | None
    depth: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class QueueBoard:
    lines: tuple[TierLine, ...]
    seen_at: datetime


def board(context: Context, principal: Principal, *, now: datetime) -> QueueBoard:
    principal.as_provider()
    lines = tuple(_line(context, tier, now=now) for tier in context.tiers.all())
    return QueueBoard(lines, seen_at=now)


def _line(context: Context, tier: Tier, *, now: datetime) -> TierLine:
    head = context.builds.waiting(tier.name, limit=1)
    return TierLine(
        tier=tier,
        waiting=context.builds.count_waiting(tier.name),
        running=tuple(context.slots.held(tier.name)),
        oldest_wait=now - head[0].requested_at if head else None,
        depth=context.queues.depth(tier.name),
        dead_letters=context.queues.dead_letters(tier.name),
    )
