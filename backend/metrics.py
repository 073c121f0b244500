"""Responsible for telling CloudWatch how the tiers' lines stand, for alarms and dashboards."""

from datetime import datetime

from backend.context import Context
from backend.domain.line_figures import LineFigures
from backend.domain.scheduling import Slot
from backend.domain.tier import Tier


def publish(context: Context, *, now: datetime) -> tuple[LineFigures, ...]:
    """Puts every tier's figures, all at once, and returns them."""
    state, held = context.scheduling.read()
    aside = context.builds.parked_by_tier() if state.parked else {}
    figures = tuple(
        _figures(context, tier, held, aside.get(tier.name, 0), now=now)
        for tier in context.tiers.all()
    )
    context.metrics.put(figures, at=now)
    return figures


def _figures(
    context: Context, tier: Tier, held: tuple[Slot, ...], aside: int, *, now: datetime
) -> LineFigures:
    oldest = context.builds.oldest_in_line(tier)
    return LineFigures(
        tier=tier.name,
        waiting=context.builds.count_waiting(tier) + aside,
        running=sum(slot.tier == tier.name for slot in held),
        oldest_wait_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        dead_letters=context.queues.dead_letters(tier.name),
    )
