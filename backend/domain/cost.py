"""Responsible for what was spent: cost by day and tenant, in Decimal US dollars."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
# As Cost Explorer spells what SageMaker's jobs are billed under.
SAGEMAKER = "Amazon SageMaker"


class Measure(StrEnum):
    """Which cost: as billed, or with what was paid in advance spread over the days it is for."""

    UNBLENDED = "Unblended"
    AMORTIZED = "Amortized"


@dataclass(frozen=True, slots=True)
class UsageTypeCost:
    """Unblended cost of one usage type of a service, in USD."""

    service: str
    usage_type: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class UsageTypes:
    """A tenant's month by usage type, the dearest first, as Cost Explorer told it at `asked_at`."""

    asked_at: datetime
    costs: tuple[UsageTypeCost, ...] = ()


@dataclass(frozen=True, slots=True)
class CostRecord:
    """One day's unblended cost of one tenant; no `tenant_id` where no tenant's tag was carried.

    Such cost is `shared` when it is known to be of things that all tenants use. `amortized` spreads
    what was paid in advance over the days it is for.
    """

    day: date
    tenant_id: str | None
    amount: Decimal
    estimated: bool
    service: str = ""
    shared: bool = False
    amortized: Decimal = ZERO
