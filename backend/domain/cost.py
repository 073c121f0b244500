"""Responsible for what was spent: cost by day and tenant, in Decimal US dollars."""

from dataclasses import dataclass
from datetime import date
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
