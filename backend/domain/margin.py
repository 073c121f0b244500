"""Responsible for what is left of revenue after cost, by tenant and by tier."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from backend.domain.cost import ZERO
from backend.domain.exact import exact_difference, exact_sum, split_exactly
from backend.domain.usage import MonthUsage


@dataclass(frozen=True, slots=True)
class Margin:
    """US dollars of one period: what came in and what it cost."""

    revenue: Decimal
    cost: Decimal

    @property
    def amount(self) -> Decimal:
        return exact_difference(self.revenue, self.cost)

    @property
    def share(self) -> Decimal | None:
        """The margin as a part of the revenue; None without any."""
        return self.amount / self.revenue if self.revenue else None


def cost_by_tier(cost: Decimal, usage: MonthUsage, days: Mapping[str, int]) -> dict[str, Decimal]:
    """A tenant's cost of a month split among its tiers; the parts are the whole, exactly.

    By its builds' estimates, for bills do not tell tiers apart; without any by its days in each,
    and all of it under "" where it has had neither.
    """
    metered = {tier.tier: tier.metered for tier in usage.tiers}
    weights = metered if any(metered.values()) else {t: Decimal(n) for t, n in days.items()}
    return split_exactly(cost, weights) if weights else {"": cost}


def margins_by_tier(
    revenues: Iterable[Mapping[str, Decimal]], costs: Iterable[Mapping[str, Decimal]]
) -> dict[str, Margin]:
    """Tenants' revenues and costs by tier, added up; by the tiers' names."""
    earned, spent = list(revenues), list(costs)
    tiers = sorted({tier for part in (*earned, *spent) for tier in part})
    return {
        tier: Margin(
            exact_sum(part.get(tier, ZERO) for part in earned),
            exact_sum(part.get(tier, ZERO) for part in spent),
        )
        for tier in tiers
    }
