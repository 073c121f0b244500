"""Responsible for a period's cost at a glance: whose it is, what it is for, how it has changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from backend.domain.allocation import Allocation, Sharing, together
from backend.domain.cost import ZERO
from backend.domain.cost_cube import CostCube
from backend.domain.cost_month import SHARED, UNALLOCATED
from backend.domain.exact import exact_sum
from backend.domain.monthly_allocation import AllocatedPart, allocated

TierOf = Callable[[str], str]
# What no tier's tenants bear.
NO_TIER = "No tier"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader has narrowed the view to; empty means all of it."""

    tenants: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()

    @property
    def narrows_owners(self) -> bool:
        """Whether shared and unallocated cost, which is no tenant's, is out of view."""
        return bool(self.tenants or self.tiers)

    def has_tenant(self, tenant_id: str, tier: str) -> bool:
        return (not self.tenants or tenant_id in self.tenants) and (
            not self.tiers or tier in self.tiers
        )

    def has_service(self, service: str) -> bool:
        return not self.services or service in self.services


@dataclass(frozen=True, slots=True)
class TenantCost:
    """US dollars of one tenant: its own, its part of what is shared, and the period before."""

    tenant_id: str
    tier: str
    direct: Decimal
    split: Decimal
    before: Decimal
    by_day: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        return exact_sum((self.direct, self.split))


@dataclass(frozen=True, slots=True)
class CostOverview:
    """Cost of the UTC days of [since, until), in USD, beside that of as many days before.

    `tenants` come largest first, their days without shared cost; `services` and `tiers` are the
    whole's parts, now and before.
    """

    since: date
    until: date
    whole: Allocation
    before: Allocation
    tenants: tuple[TenantCost, ...]
    services: Mapping[str, tuple[Decimal, Decimal]]
    tiers: Mapping[str, tuple[Decimal, Decimal]]
    shared_by_day: tuple[Decimal, ...]
    unallocated_by_day: tuple[Decimal, ...]
    estimated: bool

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days)]


def comparison_of(since: date, until: date) -> date:
    """The first day of the period before: it is as long, and ends where this one begins."""
    return since - (until - since)


def overview(
    cube: CostCube,
    since: date,
    until: date,
    choices: Sequence[Sharing],
    *,
    tier_of: TierOf,
    chosen: Chosen | None = None,
) -> CostOverview:
    """The view of a cube that holds the months of the period and of the one before it whole.

    Raises Unreconciled when parts are not their total.
    """
    chosen = chosen or Chosen()
    now = _narrowed(allocated(cube, since, until, choices), chosen, tier_of)
    earlier = _narrowed(
        allocated(cube, comparison_of(since, until), since, choices), chosen, tier_of
    )
    whole, before = _whole(now), _whole(earlier)
    period = cube.during(since, until).only(service=chosen.has_service)
    days = (until - since).days
    return CostOverview(
        since=since,
        until=until,
        whole=whole,
        before=before,
        tenants=_tenants(whole, before, period, tier_of),
        services=_side_by_side(_by_service(now), _by_service(earlier)),
        tiers=_side_by_side(_by_tier(whole, tier_of), _by_tier(before, tier_of)),
        shared_by_day=_days_of(period, SHARED, hidden=chosen.narrows_owners, days=days),
        unallocated_by_day=_days_of(period, UNALLOCATED, hidden=chosen.narrows_owners, days=days),
        estimated=bool(period.estimated),
    )


def _narrowed(
    parts: Sequence[AllocatedPart], chosen: Chosen, tier_of: TierOf
) -> list[AllocatedPart]:
    kept = [part for part in parts if chosen.has_service(part.service)]
    if not chosen.narrows_owners:
        return kept

    def passes(tenant_id: str) -> bool:
        return chosen.has_tenant(tenant_id, tier_of(tenant_id))

    return [AllocatedPart(part.month, part.service, part.allocation.only(passes)) for part in kept]


def _whole(parts: Sequence[AllocatedPart]) -> Allocation:
    return together(part.allocation for part in parts)


def _tenants(
    whole: Allocation, before: Allocation, period: CostCube, tier_of: TierOf
) -> tuple[TenantCost, ...]:
    found = [
        TenantCost(
            tenant_id=tenant_id,
            tier=tier_of(tenant_id),
            direct=whole.direct.get(tenant_id, ZERO),
            split=whole.split.get(tenant_id, ZERO),
            before=before.of(tenant_id),
            by_day=tuple(period.by_day_of(tenant_id)),
        )
        for tenant_id in sorted({*whole.direct, *whole.split, *before.direct, *before.split})
    ]
    return tuple(sorted(found, key=lambda cost: (-cost.total, cost.tenant_id)))


def _by_service(parts: Sequence[AllocatedPart]) -> dict[str, Decimal]:
    sums: dict[str, list[Decimal]] = {}
    for part in parts:
        sums.setdefault(part.service, []).append(part.allocation.total)
    return {service: exact_sum(amounts) for service, amounts in sums.items()}


def _by_tier(whole: Allocation, tier_of: TierOf) -> dict[str, Decimal]:
    """Each tier's tenants, and what no tenant bears: together the whole."""
    sums: dict[str, list[Decimal]] = {}
    for tenant_id in {*whole.direct, *whole.split}:
        sums.setdefault(tier_of(tenant_id), []).append(whole.of(tenant_id))
    nobodys = [amount for amount in (whole.shared, whole.unallocated) if amount]
    if nobodys:
        sums.setdefault(NO_TIER, []).extend(nobodys)
    return {tier: exact_sum(amounts) for tier, amounts in sums.items()}


def _side_by_side(
    now: Mapping[str, Decimal], before: Mapping[str, Decimal]
) -> dict[str, tuple[Decimal, Decimal]]:
    """The largest first."""
    names = sorted({*now, *before}, key=lambda name: (-now.get(name, ZERO), name))
    return {name: (now.get(name, ZERO), before.get(name, ZERO)) for name in names}


def _days_of(period: CostCube, owner: str, *, hidden: bool, days: int) -> tuple[Decimal, ...]:
    if hidden:
        return (ZERO,) * days
    return tuple(period.by_day_of(owner))
