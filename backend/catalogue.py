"""Responsible for what there is to choose from: algorithms and tiers."""

from backend.context import Context
from backend.domain.algorithm import Algorithm
from backend.domain.principal import Principal
from backend.domain.tier import Tier


def algorithms(context: Context) -> list[Algorithm]:
    return context.algorithms.all()


def tiers(context: Context) -> list[Tier]:
    return context.tiers.all()


def own_tier(context: Context, principal: Principal) -> Tier:
    """The tier of the principal's tenant."""
    return context.tiers.get(context.tenants.get(principal.own_tenant()).tier)
