"""Responsible for a tenant's month in money: its cost, by meter and by bill, and what it brings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backend.domain.allocation import Allocation, Sharing, together
from backend.domain.cost import SAGEMAKER, ZERO
from backend.domain.cost_cube import CostCube
from backend.domain.exact import exact_difference, exact_sum
from backend.domain.month import days_of
from backend.domain.monthly_allocation import allocated
from backend.domain.usage import MonthUsage


@dataclass(frozen=True, slots=True)
class TenantMonth:
    """US dollars of one tenant, or of several together, in a UTC month, written 2026-03.

    `own` and `split`, its part of shared cost, are what it cost; `billed` of them is SageMaker's
    bill, and `metered` is what the meter of its builds says that should be. `builds` have
    succeeded, `ended` ran. `revenue` is what it is invoiced, None where that is not told.
    """

    tenant_id: str
    month: str
    tier: str
    own: Decimal = ZERO
    split: Decimal = ZERO
    billed: Decimal = ZERO
    metered: Decimal = ZERO
    builds: int = 0
    ended: int = 0
    revenue: Decimal | None = None

    @property
    def cost(self) -> Decimal:
        return exact_sum((self.own, self.split))

    @property
    def drift(self) -> Decimal:
        """How far SageMaker's bill lies above the meter."""
        return exact_difference(self.billed, self.metered)

    @property
    def per_build(self) -> Decimal | None:
        """What a build that succeeded cost, all else included; None without one."""
        return self.cost / self.builds if self.builds else None

    @property
    def margin(self) -> Decimal | None:
        return None if self.revenue is None else exact_difference(self.revenue, self.cost)


@dataclass(frozen=True, slots=True)
class Month:
    """A month's tenants, the dearest first, and what no tenant bears; together its total."""

    month: str
    tenants: tuple[TenantMonth, ...]
    shared: Decimal
    unallocated: Decimal
    total: Decimal
    last_day: date | None
    estimated: bool

    @property
    def all_tenants(self) -> TenantMonth:
        return summed("All tenants", self.month, self.tenants)


def month_in_money(
    cube: CostCube,
    month: str,
    choices: Sequence[Sharing],
    usage: Iterable[MonthUsage],
    *,
    tier_of: Callable[[str], str],
) -> Month:
    """The month of a cube that holds it whole, with what its builds used."""
    whole_month = days_of(month)
    parts = allocated(cube, whole_month.since, whole_month.until, choices)
    whole = together(part.allocation for part in parts)
    jobs = together(part.allocation for part in parts if part.service == SAGEMAKER)
    used = {each.tenant_id: each for each in usage if each.month == month}
    tenants = [
        _tenant(tenant_id, month, tier_of(tenant_id), whole, jobs, used)
        for tenant_id in {*whole.direct, *whole.split, *used}
    ]
    days = cube.during(whole_month.since, whole_month.until)
    return Month(
        month=month,
        tenants=tuple(sorted(tenants, key=_dearest)),
        shared=whole.shared,
        unallocated=whole.unallocated,
        total=whole.total,
        last_day=days.last_day,
        estimated=bool(days.estimated),
    )


def summed(name: str, month: str, members: Sequence[TenantMonth]) -> TenantMonth:
    """Several tenants as one, without their revenue."""
    return TenantMonth(
        tenant_id=name,
        month=month,
        tier="",
        own=exact_sum(member.own for member in members),
        split=exact_sum(member.split for member in members),
        billed=exact_sum(member.billed for member in members),
        metered=exact_sum(member.metered for member in members),
        builds=sum(member.builds for member in members),
        ended=sum(member.ended for member in members),
    )


def _tenant(
    tenant_id: str,
    month: str,
    tier: str,
    whole: Allocation,
    jobs: Allocation,
    used: Mapping[str, MonthUsage],
) -> TenantMonth:
    usage = used.get(tenant_id, MonthUsage(tenant_id, month))
    return TenantMonth(
        tenant_id=tenant_id,
        month=month,
        tier=tier,
        own=whole.direct.get(tenant_id, ZERO),
        split=whole.split.get(tenant_id, ZERO),
        billed=jobs.direct.get(tenant_id, ZERO),
        metered=usage.metered,
        builds=usage.builds,
        ended=usage.ended,
    )


def _dearest(tenant: TenantMonth) -> tuple[Decimal, str]:
    return -tenant.cost, tenant.tenant_id
