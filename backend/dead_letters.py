"""Responsible for requests nobody could take in: set aside, looked at, sent again, discarded."""

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from backend.context import Context
from backend.domain.audit import Action, AuditEntry
from backend.domain.dead_letter import DeadLetter
from backend.domain.errors import NotFound
from backend.domain.principal import Principal

LOG = logging.getLogger(__name__)
MOST_SHOWN = 100

_Take = Callable[[str, Collection[str]], list[DeadLetter]]


def set_aside(context: Context, letter: DeadLetter) -> None:
    """Keeps a message that can never name a build among its tier's dead letters."""
    context.queues.set_aside(letter)
    LOG.warning(
        "tenant_id=%s message_id=%s set aside: %s",
        letter.tenant_id,
        letter.message_id,
        letter.reason,
    )


def list_dead_letters(context: Context, principal: Principal, tier: str) -> list[DeadLetter]:
    """At most a hundred of the tier's dead letters, the oldest request first."""
    principal.as_provider()
    context.tiers.get(tier)
    letters = context.queues.look_at_dead_letters(tier, limit=MOST_SHOWN)
    return sorted(letters, key=lambda letter: (letter.sent_at, letter.message_id))


def redrive(
    context: Context,
    principal: Principal,
    tier: str,
    message_ids: Collection[str],
    *,
    now: datetime,
) -> int:
    """Sends these dead letters to the tier's queue once more; returns how many were still there.

    Sent twice, a request is still one build. Raises NotFound when none is there any more.
    """
    principal.as_provider()
    return _taken(
        context, principal, tier, message_ids, context.queues.redrive, Action.REDRIVE, now=now
    )


def discard(
    context: Context,
    principal: Principal,
    tier: str,
    message_ids: Collection[str],
    *,
    now: datetime,
) -> int:
    """Deletes these dead letters for good; returns how many were still there.

    Raises NotFound when none is there any more.
    """
    principal.as_provider()
    return _taken(
        context, principal, tier, message_ids, context.queues.discard, Action.DISCARD, now=now
    )


def _taken(
    context: Context,
    principal: Principal,
    tier: str,
    message_ids: Collection[str],
    take: _Take,
    action: Action,
    *,
    now: datetime,
) -> int:
    context.tiers.get(tier)
    letters = take(tier, frozenset(message_ids))
    if not letters:
        raise NotFound(
            f"None of the {len(message_ids)} chosen messages is among the dead letters of tier "
            f"{tier!r} any more: load the page again."
        )
    before = "; ".join(f"{_named(letter)}: {letter.reason}" for letter in letters)
    context.audit.add(AuditEntry(now, principal.name, action, f"tier {tier}", before))
    for letter in letters:
        LOG.info("tenant_id=%s message_id=%s %s", letter.tenant_id, letter.message_id, action)
    return len(letters)


def _named(letter: DeadLetter) -> str:
    return f"{letter.tenant_id or 'no tenant'}, {letter.file or letter.message_id}"
