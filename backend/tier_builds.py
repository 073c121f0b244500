"""Responsible for the provider's view of the builds in the tiers' lines and slots, one by one."""

from collections.abc import Sequence

from backend.context import Context
from backend.domain.build import HOLDS_SLOT, Build
from backend.domain.principal import Principal
from backend.domain.tier import Tier

MOST_ASIDE = 100


def heads(
    context: Context, principal: Principal, tiers: Sequence[Tier], *, limit: int
) -> dict[str, list[Build]]:
    """By tier: who starts next, then who stands aside; at most `limit` builds each."""
    principal.as_provider()
    found = {tier.name: context.builds.waiting_of(tier, limit=limit) for tier in tiers}
    for build in context.builds.parked(limit=MOST_ASIDE):
        if len(found.get(build.tier, ())) < limit and build.tier in found:
            found[build.tier].append(build)
    return found


def running(context: Context, principal: Principal, *, limit: int) -> list[Build]:
    """Builds that hold a slot, of any tenant, the longest-running first."""
    principal.as_provider()
    found = [
        build
        for state in sorted(HOLDS_SLOT)
        for build in context.builds.of_state(state, limit=limit)
    ]
    return sorted(found, key=lambda build: (build.started_at or build.requested_at, build.build_id))
