"""Responsible for how long a tenant was in which tier: the days its fees are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from backend.domain.month import days_of


@dataclass(frozen=True, slots=True)
class TierSpell:
    """A tenant is in a tier from a moment on, until the next spell begins."""

    tier: str
    since: datetime


def days_by_tier(
    spells: Sequence[TierSpell], month: str, *, left_at: datetime | None = None
) -> dict[str, int]:
    """The month's UTC days in each tier, in the order of the spells; tiers without one left out.

    A day belongs to the tier the tenant was in at its end: the day of a change to the new tier,
    the day of leaving to none. Days to come are counted as if nothing changed any more.
    """
    days = days_of(month)
    end = days.until if left_at is None else min(days.until, _day(left_at))
    begins = [*(_day(spell.since) for spell in spells), end]
    found: dict[str, int] = {}
    for spell, (begin, until) in zip(spells, pairwise(begins), strict=True):
        counted = (min(until, end) - max(begin, days.since)).days
        if counted > 0:
            found[spell.tier] = found.get(spell.tier, 0) + counted
    return found


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
