"""Responsible for having AWS put the cost allocation tags on costs, and telling how far it is."""

from datetime import datetime

from backend.context import Context
from backend.domain.cost_tag import CostTags, asked_for, to_ask_for
from backend.domain.errors import Forbidden, Unavailable
from backend.domain.principal import Principal


def statuses(context: Context, principal: Principal) -> CostTags:
    """What was last noted of the keys, with when it was read; for providers. Asks AWS nothing."""
    principal.as_provider()
    return context.tag_notes.read()


def ask(context: Context, *, now: datetime) -> CostTags:
    """Asks for every key that AWS lists as inactive; notes and returns what came of it.

    A key that billing has not seen yet is no failure. What AWS refuses is told in the answer.
    """
    try:
        found = context.cost_tags.all(now=now)
        inactive = to_ask_for(found)
        refused = context.cost_tags.activate(inactive) if inactive else {}
        noted = asked_for(found, refused, now)
    except (Forbidden, Unavailable) as refusal:
        noted = context.tag_notes.read().refused_at(now, str(refusal))
    context.tag_notes.write(noted)
    return noted


def ask_again(context: Context, *, now: datetime) -> None:
    """Asks when it is time to: soon while a key is not in force, and now and then after."""
    if context.tag_notes.read().is_due(now):
        ask(context, now=now)
