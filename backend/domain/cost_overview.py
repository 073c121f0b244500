"""Responsible for a period's cost at a glance: whose it is, what it is for, how it has changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from backend.domain.allocation import Allocation, Sharing, together
from backend.domain.cost import ZERO
from backend.domain.cost_cube import CostCube
from backend.domain.cost_month import SHARED, UNALLOCATED
from backend.domain.exact import exact_sum
from backend.domain.month import Days
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
class Part:
    """US dollars of a part of the whole: in the period, and in the days that are compared.

    `complete` is of the period's days whose cost is told, `before` of as many days before it; both
    are None where there is nothing to compare with.
    """

    now: Decimal
    complete: Decimal | None = None
    before: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TenantCost:
    """US dollars of one tenant: its own, its part of what is shared, day by day without that."""

    tenant_id: str
    tier: str
    direct: Decimal
    split: Decimal
    compared: Part
    by_day: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        return exact_sum((self.direct, self.split))


@dataclass(frozen=True, slots=True)
class CostOverview:
    """Cost of the UTC days of [since, until), in USD, beside that of days before.

    `complete` is the allocation of those days whose cost is told, `before` that of as many days
    before the period; None where so many are not known. `tenants` come largest first; `services`
    and `tiers` are the whole's parts.
    """

    since: date
    until: date
    whole: Allocation
    complete: Allocation | None
    before: Allocation | None
    tenants: tuple[TenantCost, ...]
    services: Mapping[str, Part]
    tiers: Mapping[str, Part]
    shared_by_day: tuple[Decimal, ...]
    unallocated_by_day: tuple[Decimal, ...]
    estimated: bool

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days)]

    def compared(self, measure: Callable[[Allocation], Decimal]) -> Part:
        """A figure of the whole beside what it was."""
        return _part(measure, self.whole, self.complete, self.before)


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
    complete_until: date | None = None,
) -> CostOverview:
    """The view of a cube that holds the months of the period and of the one before it whole.

    From `complete_until` on cost is not told in full, and not compared. Raises Unreconciled when
    parts are not their total.
    """
    chosen = chosen or Chosen()

    def seen(begin: date, end: date) -> list[AllocatedPart]:
        return _narrowed(allocated(cube, begin, end, choices), chosen, tier_of)

    now = seen(since, until)
    complete: list[AllocatedPart] | None = None
    before: list[AllocatedPart] | None = None
    if (days := _comparable(cube, since, min(until, complete_until or until))) is not None:
        complete, before = seen(since, days.until), seen(days.since, since)
    period = cube.during(since, until).only(service=chosen.has_service)
    whole, whole_complete, whole_before = _whole(now), _known(complete), _known(before)
    length = (until - since).days
    return CostOverview(
        since=since,
        until=until,
        whole=whole,
        complete=whole_complete,
        before=whole_before,
        tenants=_tenants(whole, whole_complete, whole_before, period, tier_of),
        services=_side_by_side(*(_by_service(side) for side in (now, complete, before))),
        tiers=_side_by_side(
            *(_by_tier(side, tier_of) for side in (whole, whole_complete, whole_before))
        ),
        shared_by_day=_days_of(period, SHARED, hidden=chosen.narrows_owners, days=length),
        unallocated_by_day=_days_of(period, UNALLOCATED, hidden=chosen.narrows_owners, days=length),
        estimated=bool(period.estimated),
    )


def _comparable(cube: CostCube, since: date, complete_until: date) -> Days | None:
    """From the first day before the period to the last that is compared; None without such."""
    first = comparison_of(since, complete_until)
    if complete_until <= since or cube.held_since is None or first < cube.held_since:
        return None
    return Days(first, complete_until)


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


def _known(parts: Sequence[AllocatedPart] | None) -> Allocation | None:
    return None if parts is None else _whole(parts)


def _part(
    measure: Callable[[Allocation], Decimal],
    whole: Allocation,
    complete: Allocation | None,
    before: Allocation | None,
) -> Part:
    if complete is None or before is None:
        return Part(measure(whole))
    return Part(measure(whole), measure(complete), measure(before))


def _tenants(
    whole: Allocation,
    complete: Allocation | None,
    before: Allocation | None,
    period: CostCube,
    tier_of: TierOf,
) -> tuple[TenantCost, ...]:
    sides = [side for side in (whole, before) if side is not None]
    known = {tenant_id for side in sides for tenant_id in (*side.direct, *side.split)}
    found = [
        TenantCost(
            tenant_id=tenant_id,
            tier=tier_of(tenant_id),
            direct=whole.direct.get(tenant_id, ZERO),
            split=whole.split.get(tenant_id, ZERO),
            compared=_part(partial(Allocation.of, tenant_id=tenant_id), whole, complete, before),
            by_day=tuple(period.by_day_of(tenant_id)),
        )
        for tenant_id in sorted(known)
    ]
    return tuple(sorted(found, key=lambda cost: (-cost.total, cost.tenant_id)))


def _by_service(parts: Sequence[AllocatedPart] | None) -> dict[str, Decimal] | None:
    if parts is None:
        return None
    sums: dict[str, list[Decimal]] = {}
    for part in parts:
        sums.setdefault(part.service, []).append(part.allocation.total)
    return {service: exact_sum(amounts) for service, amounts in sums.items()}


def _by_tier(whole: Allocation | None, tier_of: TierOf) -> dict[str, Decimal] | None:
    """Each tier's tenants, and what no tenant bears: together the whole."""
    if whole is None:
        return None
    sums: dict[str, list[Decimal]] = {}
    for tenant_id in {*whole.direct, *whole.split}:
        sums.setdefault(tier_of(tenant_id), []).append(whole.of(tenant_id))
    nobodys = [amount for amount in (whole.shared, whole.unallocated) if amount]
    if nobodys:
        sums.setdefault(NO_TIER, []).extend(nobodys)
    return {tier: exact_sum(amounts) for tier, amounts in sums.items()}


def _side_by_side(
    now: Mapping[str, Decimal] | None,
    complete: Mapping[str, Decimal] | None,
    before: Mapping[str, Decimal] | None,
) -> dict[str, Part]:
    """The largest first."""
    now = now or {}
    names = sorted({*now, *(before or {})}, key=lambda name: (-now.get(name, ZERO), name))
    return {
        name: Part(
            now.get(name, ZERO),
            *(None if side is None else side.get(name, ZERO) for side in (complete, before)),
        )
        for name in names
    }


def _days_of(period: CostCube, owner: str, *, hidden: bool, days: int) -> tuple[Decimal, ...]:
    if hidden:
        return (ZERO,) * days
    return tuple(period.by_day_of(owner))
