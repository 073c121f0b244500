"""Responsible for what a tenant has used in a month: builds, their seconds, their estimates."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from backend.domain.build import Build, BuildState
from backend.domain.cost import ZERO
from backend.domain.exact import exact_sum


@dataclass(frozen=True, slots=True)
class TierUsage:
    """What builds that were asked for in one tier used.

    `builds` have succeeded, `ended` are all that have ended after they ran. `instance_seconds` are
    theirs, with or without a price; `metered` is the estimate in USD of those that have one.
    """

    tier: str
    builds: int = 0
    ended: int = 0
    instance_seconds: int = 0
    metered: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """What a tenant's builds that ended in a UTC month, written 2026-03, used, tier by tier."""

    tenant_id: str
    month: str
    tiers: tuple[TierUsage, ...] = ()

    @property
    def builds(self) -> int:
        return sum(tier.builds for tier in self.tiers)

    @property
    def ended(self) -> int:
        return sum(tier.ended for tier in self.tiers)

    @property
    def metered(self) -> Decimal:
        return exact_sum(tier.metered for tier in self.tiers)


def usage_of(tenant_id: str, month: str, ended: Iterable[Build]) -> MonthUsage:
    """The usage of the builds that ended in the month; those that never ran have used nothing."""
    by_tier: dict[str, list[Build]] = {}
    for build in ended:
        if build.ran:
            by_tier.setdefault(build.tier, []).append(build)
    return MonthUsage(
        tenant_id, month, tuple(_of_tier(tier, ran) for tier, ran in sorted(by_tier.items()))
    )


def _of_tier(tier: str, ran: list[Build]) -> TierUsage:
    return TierUsage(
        tier=tier,
        builds=sum(build.state is BuildState.SUCCEEDED for build in ran),
        ended=len(ran),
        instance_seconds=sum(build.instance_seconds for build in ran),
        metered=exact_sum(build.metered.amount for build in ran if build.metered),
    )
