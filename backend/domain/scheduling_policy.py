"""Responsible for the limits that tiers share, and for refusing tiers that do not fit them."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.errors import Invalid
from backend.domain.tier import MOST_BUILDS, Tier

# https://docs.aws.amazon.com/general/latest/gr/sagemaker.html: concurrent pipeline executions.
AWS_CONCURRENT_EXECUTIONS = 20


@dataclass(frozen=True, slots=True)
class SchedulingPolicy:
    """How tiers share the account: the reference design's strict quotas are `lending=False`.

    `reserve` slots are kept from borrowers, for tiers that run fewer builds than are theirs.
    """

    account_limit: int = AWS_CONCURRENT_EXECUTIONS
    lending: bool = True
    reserve: int = 0

    def slots(self, tiers: Sequence[Tier]) -> int:
        """How many builds may run at once, all tiers together."""
        return min(self.account_limit, sum(tier.max_concurrent_builds for tier in tiers))

    def checked(self, tiers: Sequence[Tier]) -> "SchedulingPolicy":
        """The policy itself; raises Invalid when the tiers do not fit it."""
        if not 1 <= self.account_limit <= MOST_BUILDS:
            raise Invalid(
                f"The account's limit is {self.account_limit}: give the number of concurrent "
                f"pipeline executions its service quota allows, 1 to {MOST_BUILDS:,}."
            )
        if self.reserve < 0:
            raise Invalid(f"The reserve is {self.reserve} slots: give 0 or more.")
        for tier in tiers:
            tier.checked()
            if tier.most_builds is not None and tier.most_builds > self.account_limit:
                raise Invalid(
                    f"Tier {tier.name!r} may run {tier.most_builds} builds with borrowed slots, "
                    f"more than the account's {self.account_limit}: lower it, or raise the "
                    "account's limit once its service quota is raised."
                )
        total = sum(tier.max_concurrent_builds for tier in tiers)
        if total > self.account_limit:
            each = ", ".join(f"{tier.name} {tier.max_concurrent_builds}" for tier in tiers)
            raise Invalid(
                f"The tiers want {total} builds at once ({each}), more than the account's "
                f"{self.account_limit}: lower one, or raise the account's limit once its service "
                "quota is raised."
            )
        if self.reserve >= total:
            raise Invalid(
                f"A reserve of {self.reserve} leaves none of {total} slots to lend: lower it, or "
                "turn lending off."
            )
        return self
