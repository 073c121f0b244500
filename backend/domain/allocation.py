"""Responsible for whose cost is whose: tenants, shared and unallocated are exactly the total."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backend.domain.cost import ZERO, CostRecord
from backend.domain.errors import Invalid
from backend.domain.exact import exact_difference, exact_sum, split_exactly

ONE = Decimal(1)


class SharedSplit(StrEnum):
    """How the cost of what all tenants use is split among them."""

    NOT_AT_ALL = "NotAtAll"
    EVENLY = "Evenly"
    BY_DIRECT_COST = "ByDirectCost"
    FIXED_SHARES = "FixedShares"


@dataclass(frozen=True, slots=True)
class Sharing:
    """The provider's choice, with when it was made and by whom; `shares` sum up to 1.

    It holds from the UTC month `since` on, written 2026-03; for all months when that is empty.
    """

    split: SharedSplit = SharedSplit.NOT_AT_ALL
    shares: dict[str, Decimal] = field(default_factory=dict)
    chosen_at: datetime | None = None
    chosen_by: str = ""
    since: str = ""

    def checked(self) -> "Sharing":
        """The choice itself; raises Invalid, with the remedy, for shares that do not add up."""
        if self.split is not SharedSplit.FIXED_SHARES:
            return self
        negative = sorted(name for name, share in self.shares.items() if share < 0)
        if negative:
            raise Invalid(f"The share of {negative[0]!r} is below 0: give 0 or more.")
        whole = exact_sum(self.shares.values())
        if whole != ONE:
            raise Invalid(
                f"The shares add up to {whole:f}, not to 1: "
                f"{'take away' if whole > ONE else 'add'} {abs(exact_difference(whole, ONE)):f}."
            )
        return self


@dataclass(frozen=True, slots=True)
class Allocation:
    """US dollars of one period and grouping; `split` is each tenant's part of the shared cost.

    `shared` is what was not split, `unallocated` what no tag tells whose it is.
    """

    direct: Mapping[str, Decimal]
    split: Mapping[str, Decimal]
    shared: Decimal
    unallocated: Decimal
    total: Decimal

    @property
    def tenants(self) -> Decimal:
        return exact_sum((*self.direct.values(), *self.split.values()))

    def of(self, tenant_id: str) -> Decimal:
        """A tenant's own cost and its part of the shared one."""
        return exact_sum((self.direct.get(tenant_id, ZERO), self.split.get(tenant_id, ZERO)))

    def only(self, passes: Callable[[str], bool]) -> "Allocation":
        """What of it is of tenants that pass: their sum is its total, nothing else is in it."""
        direct = {name: amount for name, amount in self.direct.items() if passes(name)}
        split = {name: amount for name, amount in self.split.items() if passes(name)}
        total = exact_sum((*direct.values(), *split.values()))
        return Allocation(direct, split, ZERO, ZERO, total)

    def reconciled(self) -> "Allocation":
        """The allocation itself; raises Unreconciled when it has lost or made up a fraction."""
        found = exact_sum((self.tenants, self.shared, self.unallocated))
        if found != self.total:
            raise Unreconciled(
                f"Tenants {self.tenants:f} + shared {self.shared:f} + unallocated "
                f"{self.unallocated:f} is {found:f}, not the total {self.total:f}."
            )
        return self


class Unreconciled(ArithmeticError):
    """A bug: the parts of a total are not the total."""


def allocate(records: Iterable[CostRecord], sharing: Sharing) -> Allocation:
    """Each record's cost put where it belongs, the shared cost split as chosen, and checked.

    Raises Invalid for shares that do not add up.
    """
    kept = tuple(records)
    of_tenants: dict[str, list[Decimal]] = {}
    for record in kept:
        if record.tenant_id is not None:
            of_tenants.setdefault(record.tenant_id, []).append(record.amount)
    direct = {name: exact_sum(amounts) for name, amounts in sorted(of_tenants.items())}
    ownerless = [record for record in kept if record.tenant_id is None]
    return allocation_of(
        direct=direct,
        shared=exact_sum(record.amount for record in ownerless if record.shared),
        unallocated=exact_sum(record.amount for record in ownerless if not record.shared),
        total=exact_sum(record.amount for record in kept),
        weights=weights_of(sharing, direct),
    )


def weights_of(sharing: Sharing, direct: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By which parts the shared cost is split among tenants of such direct cost.

    In proportion to it, credits count as nothing, and where no tenant has a cost it is split evenly
    among those there are; without any tenant, or by choice, nothing is split: then it is empty.
    Raises Invalid for shares that do not add up.
    """
    evenly = dict.fromkeys(direct, ONE)
    match sharing.checked().split:
        case SharedSplit.NOT_AT_ALL:
            return {}
        case SharedSplit.EVENLY:
            return evenly
        case SharedSplit.FIXED_SHARES:
            return dict(sharing.shares)
        case SharedSplit.BY_DIRECT_COST:
            costs = {name: max(ZERO, amount) for name, amount in direct.items()}
            return costs if any(costs.values()) else evenly


def allocation_of(
    *,
    direct: Mapping[str, Decimal],
    shared: Decimal,
    unallocated: Decimal,
    total: Decimal,
    weights: Mapping[str, Decimal],
) -> Allocation:
    """The shared cost split by the weights, and checked against the total."""
    return Allocation(
        direct=direct,
        split=split_exactly(shared, weights) if weights else {},
        shared=ZERO if weights else shared,
        unallocated=unallocated,
        total=total,
    ).reconciled()


def together(parts: Iterable[Allocation]) -> Allocation:
    """Allocations of several periods or services as one."""
    kept = tuple(parts)
    return Allocation(
        direct=_summed(part.direct for part in kept),
        split=_summed(part.split for part in kept),
        shared=exact_sum(part.shared for part in kept),
        unallocated=exact_sum(part.unallocated for part in kept),
        total=exact_sum(part.total for part in kept),
    ).reconciled()


def _summed(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, list[Decimal]] = {}
    for part in parts:
        for name, amount in part.items():
            found.setdefault(name, []).append(amount)
    return {name: exact_sum(amounts) for name, amounts in sorted(found.items())}
