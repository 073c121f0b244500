"""Responsible for keeping AWS's list prices at hand: read once a week, for what the tiers use."""

from datetime import datetime

from backend.context import Context
from backend.domain.errors import Unavailable
from backend.domain.price_book import PriceBook


def refresh(context: Context, *, now: datetime) -> PriceBook:
    """The prices there are, read anew when they are a week old.

    Where the list cannot be read, those known before stay, or else the shipped table, and the book
    says why; it is then tried again the next time.
    """
    known = context.prices.read(now=now)
    if not known.is_stale(now):
        return known
    used = {choice.instance_type for tier in context.tiers.all() for choice in tier.instances}
    try:
        book = context.price_list.read(sorted(used), now=now)
    except Unavailable as refusal:
        book = known.unread(str(refusal))
    context.prices.write(book)
    return book
