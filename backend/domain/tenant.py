"""Responsible for the tenant's entry in the registry."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backend.domain.budget import Budget, Spending, over_budget
from backend.domain.choices import Choices
from backend.domain.cost import ZERO
from backend.domain.errors import Invalid
from backend.domain.spells import TierSpell
from backend.domain.tier import LEAST_WEIGHT, MOST_BUILDS, MOST_WEIGHT
from backend.domain.usage import MonthUsage


class TenantStatus(StrEnum):
    ONBOARDING = "Onboarding"
    ACTIVE = "Active"
    SUSPENDED = "Suspended"
    OFFBOARDING = "Offboarding"
    OFFBOARDED = "Offboarded"


LEAVING = frozenset({TenantStatus.OFFBOARDING, TenantStatus.OFFBOARDED})


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who the tenant is, which of the cloud's things are its own, and its share of its tier.

    A tenant of twice the `weight` gets twice the builds while its tier is busy; it never runs more
    than `max_concurrent_builds` at once, where that is set. `spending` is kept up where there is a
    `budget`; it may be of an earlier month, so ask `spent`. `finish` is its finish tag in each tier
    it has asked for builds in (fair_queue.py). `moves` are its changes of tier, the first spell
    with them; none as long as it is in its first tier. Once it has left, `left_at` says when, and
    `kept_usage` what it used in months that were not billed yet: its builds are gone.
    """

    tenant_id: str
    name: str
    tier: str
    bucket: str
    access_role_arn: str
    execution_role_arn: str
    model_group: str
    created_at: datetime
    status: TenantStatus = TenantStatus.ONBOARDING
    defaults: Choices = field(default_factory=Choices)
    minimum_skill: float = 0.0
    first_user: str = ""
    failure: str | None = None
    weight: float = 1.0
    max_concurrent_builds: int | None = None
    paused: bool = False
    finish: dict[str, int] = field(default_factory=dict)
    moves: tuple[TierSpell, ...] = ()
    left_at: datetime | None = None
    kept_usage: tuple[MonthUsage, ...] | None = None
    budget: Budget | None = None
    spending: Spending | None = None

    def checked(self) -> "Tenant":
        """The tenant itself; raises Invalid, with the remedy, for a share that makes no sense."""
        if not LEAST_WEIGHT <= self.weight <= MOST_WEIGHT:
            raise Invalid(
                f"Tenant {self.tenant_id!r} has weight {self.weight:g}: give {LEAST_WEIGHT:g} to "
                f"{MOST_WEIGHT:g}."
            )
        cap = self.max_concurrent_builds
        if cap is not None and not 1 <= cap <= MOST_BUILDS:
            raise Invalid(
                f"Tenant {self.tenant_id!r} has a cap of {cap} builds: give 1 to {MOST_BUILDS:,}, "
                "or pause the tenant."
            )
        return self

    def kept_from_starting(self, running: int, *, month: str) -> str | None:
        """Why none of its builds may start while `running` do, in words; None when one may.

        `month` is the UTC month, written 2026-11: a budget is a month's, so a new one lifts it.
        """
        if self.status is not TenantStatus.ACTIVE:
            return f"tenant is {self.status.lower()}"
        if self.paused:
            return "paused by the provider"
        if (over := self.over_budget(month)) is not None:
            return over
        if self.max_concurrent_builds is not None and running >= self.max_concurrent_builds:
            return f"cap of {self.max_concurrent_builds} reached"
        return None

    @property
    def spells(self) -> tuple[TierSpell, ...]:
        """The tiers it has been in since it was onboarded, the first one first."""
        return self.moves or (TierSpell(self.tier, self.created_at),)

    def moved_to(self, tier: str, *, at: datetime) -> "Tenant":
        """The tenant in another tier from a moment on."""
        if tier == self.tier:
            return self
        return replace(self, tier=tier, moves=(*self.spells, TierSpell(tier, at)))

    def kept(self, month: str) -> MonthUsage | None:
        """What it used in a month that was not billed when it left; None before it has left."""
        if self.kept_usage is None:
            return None
        known = (usage for usage in self.kept_usage if usage.month == month)
        return next(known, MonthUsage(self.tenant_id, month))

    def spent(self, month: str) -> Decimal:
        """US dollars of its budget that are known to be spent in the month."""
        if self.spending is None or self.spending.month != month:
            return ZERO
        return self.spending.amount

    def over_budget(self, month: str) -> str | None:
        """In words, that a budget which stops builds is spent; None where none is."""
        spent = self.spent(month)
        if self.budget is None or not self.budget.stops or spent < self.budget.monthly:
            return None
        return over_budget(spent, self.budget, month)

    def with_status(self, status: TenantStatus, failure: str | None = None) -> "Tenant":
        return replace(self, status=status, failure=failure)
