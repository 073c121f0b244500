"""Responsible for reading what a scheduling decision depends on, in one consistent moment."""

from datetime import datetime

from backend.context import Context
from backend.domain.month import month_of
from backend.domain.scheduling import Situation


def situation_of(context: Context, *, now: datetime) -> Situation:
    """One read in a warm process; the settings are read again only when they have changed."""
    state, held = context.scheduling.read()
    tiers, policy = context.remembered.settings(state, now=now)
    return Situation(tiers, policy, state, held, month_of(now))
