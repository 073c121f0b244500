"""Responsible for the provider's choice of how the cost of what all tenants use is split."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from backend.context import Context
from backend.domain.allocation import SharedSplit, Sharing
from backend.domain.audit import Action, AuditEntry
from backend.domain.cost_sync import known_months
from backend.domain.errors import Invalid
from backend.domain.monthly_allocation import sharing_for
from backend.domain.principal import Principal


def choices(context: Context, principal: Principal) -> tuple[Sharing, ...]:
    """The choices that decide a month, the first one first; before any, nothing is split."""
    principal.as_provider()
    return context.sharing.choices()


def choose(
    context: Context,
    principal: Principal,
    split: SharedSplit,
    *,
    since: str,
    shares: Mapping[str, Decimal] | None = None,
    now: datetime,
) -> Sharing:
    """Splits shared cost so from the UTC month `since` on, written 2026-03; it is audited.

    Raises Invalid for shares that do not add up to 1 or name an unknown tenant, and for a month
    that is neither one of the last twelve nor the open one.
    """
    principal.as_provider()
    _check_month(since, now)
    given = {
        name: share
        for name, share in (shares or {}).items()
        if share and split is SharedSplit.FIXED_SHARES
    }
    choice = Sharing(split, given, chosen_at=now, chosen_by=principal.name, since=since).checked()
    unknown = sorted(given.keys() - context.tenants.many(given).keys())
    if unknown:
        raise Invalid(f"There is no tenant {unknown[0]!r}: give shares to tenants there are.")
    known = context.sharing.choices()
    context.sharing.add(known, choice)
    before = sharing_for(known, since)
    context.audit.add(
        AuditEntry(
            now,
            principal.name,
            Action.SPLIT_COST,
            "shared cost",
            in_words(before),
            in_words(choice),
        )
    )
    return choice


def in_words(sharing: Sharing) -> str:
    """The choice as people say it."""
    told = {
        SharedSplit.NOT_AT_ALL: "not split",
        SharedSplit.EVENLY: "split evenly",
        SharedSplit.BY_DIRECT_COST: "split in proportion to direct cost",
        SharedSplit.FIXED_SHARES: "split by fixed shares",
    }[sharing.split]
    parts = ", ".join(f"{name} {share:f}" for name, share in sorted(sharing.shares.items()))
    since = f" from {sharing.since}" if sharing.since else ""
    return f"{told}{f' ({parts})' if parts else ''}{since}"


def _check_month(since: str, now: datetime) -> None:
    known = known_months(now.astimezone(UTC).date())
    if since not in known:
        raise Invalid(f"Month {since!r} cannot be chosen: name one from {known[-1]} to {known[0]}.")
