"""Responsible for telling a tenant's people what builds will cost before they ask for them."""

from collections.abc import Sequence
from datetime import datetime

from backend.context import Context
from backend.domain.choices import Choices
from backend.domain.errors import Invalid
from backend.domain.expected_cost import ExpectedCost, expected_cost, together
from backend.domain.principal import Principal


def before_builds(
    context: Context,
    principal: Principal,
    *,
    sizes: Sequence[int],
    choices: Choices,
    now: datetime,
) -> ExpectedCost:
    """What builds of files of so many bytes cost together, in the principal's own tier.

    Past builds are read with the portal's rights, and told as numbers alone. Raises Invalid for
    what the tier does not take, or has no price for.
    """
    tenant = context.tenants.get(principal.own_tenant())
    if not sizes:
        raise Invalid("No file is chosen: choose one to see what its build will cost.")
    tier, runs = context.tiers.get(tenant.tier), context.remembered.runs(now=now)
    book = context.prices.read(now=now)
    return together(
        expected_cost(runs, book, tier=tier, size=size, choices=choices) for size in sizes
    )
