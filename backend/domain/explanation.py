"""Responsible for telling whoever waits where its build stands, why it waits and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.domain.forecast import Opening, open_now
from backend.domain.month import bounds_of
from backend.domain.scheduling import Situation
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Explanation:
    """A waiting build's position, 1 being next, and what limits it.

    It starts at about `starts_at`, as `basis` says, if no later arrival overtakes it (forecast.py
    says what else is assumed). None when nothing can be said.
    """

    position: int
    reason: str
    starts_at: datetime | None = None
    basis: str = ""


def explained(
    situation: Situation,
    tier: Tier,
    tenant: Tenant | None,
    *,
    position: int,
    by_tier: Opening | None,
    by_cap: Opening | None,
    to_itself: bool,
    now: datetime,
) -> Explanation:
    """`by_tier` is when its tier's slots let the build start, `by_cap` when its tenant's cap does.

    `to_itself` is told to the tenant's own people.
    """
    kept = _kept(tier, tenant, to_itself=to_itself)
    if kept is not None:
        return Explanation(position, kept)
    if tenant is not None and (over := tenant.over_budget(situation.month)) is not None:
        return Explanation(position, over, bounds_of(situation.month)[1], "a new month's budget")
    reason = _cap(situation, tenant, by_tier, by_cap, to_itself=to_itself)
    if reason is None:
        reason = _slots(situation, tier, position)
    if by_tier is None:
        return Explanation(position, reason)
    opening = max(by_tier, by_cap or by_tier)
    return Explanation(position, reason, now + timedelta(seconds=opening.seconds), opening.basis)


def _kept(tier: Tier, tenant: Tenant | None, *, to_itself: bool) -> str | None:
    """What lets no build start until a person decides otherwise."""
    if tenant is not None and tenant.status is not TenantStatus.ACTIVE:
        return f"{'your' if to_itself else 'the'} tenant is {tenant.status.lower()}"
    if tenant is not None and tenant.paused:
        return f"{'your builds are' if to_itself else 'tenant'} paused by the provider"
    return "tier paused by the provider" if tier.paused else None


def _cap(
    situation: Situation,
    tenant: Tenant | None,
    by_tier: Opening | None,
    by_cap: Opening | None,
    *,
    to_itself: bool,
) -> str | None:
    """The cap when it is reached, or will hold the build back longer than its tier does."""
    if tenant is None or tenant.max_concurrent_builds is None:
        return None
    reached = situation.running_of(tenant.tenant_id) >= tenant.max_concurrent_builds
    later = by_tier is not None and by_cap is not None and by_cap.seconds > by_tier.seconds
    if not reached and not later:
        return None
    whose = "your" if to_itself else "the tenant's"
    return f"{whose} cap of {tenant.max_concurrent_builds}"


def _slots(situation: Situation, tier: Tier, position: int) -> str:
    running, own = situation.running(tier.name), tier.max_concurrent_builds
    can_start = open_now(situation, tier)
    if position <= can_start:
        return "next to start"
    if can_start:
        return f"{position - 1} before it in line"
    if running < own:
        whose = "account" if situation.slots == situation.policy.account_limit else "all tiers"
        return f"{whose}: {len(situation.held)} of {situation.slots} slots running"
    borrowed = f", {running - own} of them borrowed" if running > own else ""
    return f"{tier.name}: {running} of {running} slots running{borrowed}"
