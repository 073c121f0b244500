"""Responsible for all plans there are and have been, and for which of them holds when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from backend.domain.errors import Invalid, NotFound
from backend.domain.month import in_words, month_of
from backend.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class PlanBook:
    """Every tier's plans, the earliest first; `revision` counts the changes."""

    plans: tuple[Plan, ...] = ()
    revision: int = 0

    def of(self, tier: str, month: str) -> Plan:
        """The plan that holds for the tier in a month; NotFound, with the remedy, without one."""
        holding = [plan for plan in self.history(tier) if plan.since <= month]
        if not holding:
            raise NotFound(
                f"Tier {tier!r} has no plan for {in_words(month)}: add one on the page of plans, "
                "or run the deployment, which puts the default one."
            )
        return holding[-1]

    def has(self, tier: str, month: str) -> bool:
        return any(plan.since <= month for plan in self.history(tier))

    def without_gaps(self, tiers: Iterable[str], month: str) -> "PlanBook":
        """The book in which those of the tiers that have no plan for a month cost nothing in it."""
        missing = [Plan(tier) for tier in tiers if not self.has(tier, month)]
        return reduce(PlanBook.holding, missing, self)

    def history(self, tier: str) -> tuple[Plan, ...]:
        """The tier's plans, the earliest first."""
        return tuple(plan for plan in self.plans if plan.tier == tier)

    def planned(self, plan: Plan, *, now: datetime) -> "PlanBook":
        """The book with a plan for the open month or a later one; one of that month is replaced.

        What held in months that are over is never changed: Invalid, as for a plan that makes no
        sense.
        """
        opened = month_of(now)
        if plan.checked().since < opened:
            raise Invalid(
                f"The plan of tier {plan.tier!r} would hold from {plan.since_words} on, which is "
                f"over: let it hold from {in_words(opened)} or later."
            )
        return replace(self.holding(plan), revision=self.revision + 1)

    def with_default(self, plan: Plan) -> "PlanBook":
        """The book of a tier that has had no plan: this one holds from the beginning."""
        return replace(self.holding(replace(plan, since="")), revision=self.revision + 1)

    def holding(self, plan: Plan) -> "PlanBook":
        """The book in which the plan holds from its month on, whatever month that is."""
        others = [p for p in self.plans if (p.tier, p.since) != (plan.tier, plan.since)]
        in_order = sorted([*others, plan], key=lambda each: (each.tier, each.since))
        return replace(self, plans=tuple(in_order))
